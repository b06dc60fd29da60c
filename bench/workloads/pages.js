// Many records to a value: which form the value should have, and how many records.
import { check, longestTask, received, repeated, timed } from "../measure.js";
import { open } from "../peers/packed.js";
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
