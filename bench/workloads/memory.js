// What an open catalogue holds in memory once every product was asked for, beside what it is as text.
import { check, received } from "../measure.js";
import { open } from "../peers/ours.js";
import { generate } from "/www/products.js";

/** Bytes of a product as JSON. */
const SIZE = 700;

function described(product) {
  const missing = SIZE - JSON.stringify({ ...product, description_sale: "" }).length;
  const words = `${product.name} lasts for years and is easy to clean. `;
  return { ...product, description_sale: words.repeat(Math.ceil(missing / words.length)).slice(0, missing) };
}

/** Saves so many products; the bytes of their JSON. */
export async function save(count) {
  const db = await open();
  const products = received(generate(count).map(described));
  check(await db.save(products), count, "products saved");
  const encoder = new TextEncoder();
  const packed = products.reduce((sum, product) => sum + encoder.encode(JSON.stringify(product)).length, 0);
  return { packed };
}

/** In a page that has made none of them: bytes of JavaScript and of WebAssembly. */
export async function hold(count) {
  const before = await window.look();
  const db = await open();
  for (let id = 1; id <= count; id++) check((await db.byId(id)).id, id, "by id");
  check((await db.byCode("REF-1")).id, 1, "by code");
  check((await db.search("1")).length, 20, "found");
  const javascript = (await window.look()) - before;
  return { javascript, webassembly: db.memory(), held: javascript + db.memory() };
}
