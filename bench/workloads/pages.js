// Many records to a value: which form the value should have, and how many records.
import { check, completed, longestTask, promised, received, repeated, timed } from "../measure.js";
import { open, openStore } from "../peers/packed.js";
import { generate } from "/www/products.js";

const COPIES = 20_000;

/** [how many products, what the peer is opened with: form, per, inline]. */
export async function pages([count, options]) {
  const db = await open(options);
  const products = received(generate(count));
  const [saveLongest, [save, saved]] = await longestTask(() => timed(() => db.save(products)));
  check(saved, count, "products saved");
  const [atOnceLongest, [atOnce, rows]] = await longestTask(() => timed(() => db.allAtOnce()));
  check(rows.at(-1).name, products.at(-1).name, "the last of all by one request");
  const [singlyLongest, [singly, again]] = await longestTask(() => timed(() => db.all()));
  check(again.at(-1).name, products.at(-1).name, "the last of all page by page");
  return { save, saveLongest, atOnce, atOnceLongest, singly, singlyLongest };
}

/** In a page that has made none of them: bytes of the pages that are kept, and the time of a record taken from them. */
export async function keep([count, options]) {
  const db = await open(options);
  const before = await window.look();
  const kept = await db.pages();
  const heap = (await window.look()) - before;
  const place = (at) => (at * 7_919) % count;
  const one = (at) => db.one(kept[Math.floor(place(at) / options.per)], place(at) % options.per);
  check(one(1).id, place(1) + 1, "one record");
  return { heap, one: await repeated(COPIES, one) };
}

/** So many values of so many bytes, which nothing compresses, read by a request each and by one for all. */
export async function columns({ count, size }) {
  const db = await openStore();
  const bytes = new Uint8Array(size);
  for (let from = 0; from < size; from += 65_536) crypto.getRandomValues(bytes.subarray(from, from + 65_536));
  const transaction = db.transaction("pages", "readwrite", { durability: "relaxed" });
  for (let key = 0; key < count; key++) transaction.objectStore("pages").put({ bytes }, key);
  await completed(transaction);
  const store = () => db.transaction("pages").objectStore("pages");
  const [all, values] = await timed(() => promised(store().getAll()));
  check(values.length, count, "values by one request");
  const [each, same] = await timed(() => {
    const from = store();
    return Promise.all(Array.from({ length: count }, (_, key) => promised(from.get(key))));
  });
  check(same.length, count, "values by a request each");
  return { all, each };
}
