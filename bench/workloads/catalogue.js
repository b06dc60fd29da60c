// A catalogue of products with five indexes: saved at once, read whole, opened again, and looked up one by one.
import { check, longestTask, received, repeated, timed } from "../measure.js";
import { generate } from "/www/products.js";

const LOOKUPS = 2_000;
/** How many products the packed catalogue reads from disk for one of them. */
const PAGE = 512;

/** [peer, how many products, what the peer is opened with]. */
export async function catalogue([peer, count, options]) {
  const { open } = await import(`../peers/${peer}.js`);
  let db = await open(options);
  const products = received(generate(count));
  const [longest, [save, saved]] = await longestTask(() => timed(() => db.save(products)));
  check(saved, count, "products saved");
  const [readLongest, [all, rows]] = await longestTask(() => timed(() => db.all()));
  check(rows.length, count, "products read");
  await db.close();
  const [reopened, again] = await timed(async () => {
    db = await open(options);
    return db.all();
  });
  check(again.length, count, "products read after opening");
  // The floor has nothing to find one product by.
  return { save, longest, all, readLongest, reopened, ...(db.byId && (await lookups(db, products))) };
}

/** The mean time of one lookup: first in pages that nobody has read yet, then anywhere. */
async function lookups(db, products) {
  const coded = products.filter(({ barcode }) => barcode);
  const pageOf = (product) => Math.floor((product.id - 1) / PAGE);
  const untouched = coded.filter((product, at) => !at || pageOf(product) !== pageOf(coded[at - 1]));
  const some = (list, at) => list[(at * 7_919) % list.length];
  const find = async ({ barcode, id }) => check((await db.byBarcode(barcode)).id, id, "by barcode");
  const first = await repeated(untouched.length, (at) => find(untouched[at]));
  const byBarcode = await repeated(LOOKUPS, (at) => find(some(coded, at)));
  const byId = await repeated(LOOKUPS, async (at) => {
    const { id, name } = some(products, at);
    check((await db.byId(id)).name, name, "by id");
  });
  return { first, byBarcode, byId };
}
