// A catalogue of products with five indexes: saved at once, read whole, and looked up one by one.
import { check, longestTask, repeated, timed } from "../measure.js";
import { generate } from "/www/products.js";

const LOOKUPS = 200;

/** [peer, how many products, what the peer is opened with]. */
export async function catalogue([peer, count, options]) {
  const db = await (await import(`../peers/${peer}.js`)).open(options);
  const products = generate(count);
  const [longest, [save, saved]] = await longestTask(() => timed(() => db.save(products)));
  check(saved, count, "products saved");
  const [readLongest, [all, rows]] = await longestTask(() => timed(() => db.all()));
  check(rows.length, count, "products read");
  const some = (at) => products[(at * 7_919) % count];
  const byId = await repeated(LOOKUPS, async (at) => check((await db.byId(some(at).id)).name, some(at).name, "by id"));
  const coded = products.filter(({ barcode }) => barcode);
  const byBarcode = await repeated(LOOKUPS, async (at) => {
    const { barcode, id } = coded[(at * 7_919) % coded.length];
    check((await db.byBarcode(barcode)).id, id, "by barcode");
  });
  return { save, longest, all, readLongest, byId, byBarcode };
}
