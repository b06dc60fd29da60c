// Search as you type: what a keystroke costs, beside a filter over texts that are folded once and kept in memory.
import { check, median, received, timed } from "../measure.js";
import { open } from "../peers/ours.js";
import { generate } from "/www/products.js";

const REPEATS = 5;
const FOUND = 20;

const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "");
const words = (query) => fold(query).split(/\s+/).filter(Boolean);
const textOf = ({ name, barcode, default_code }) => fold([name, barcode || "", default_code].join("\n"));
const prefixes = (text) => Array.from(text, (_, at) => text.slice(0, at + 1)).filter((prefix) => prefix.trim());

/** What a cashier types, keystroke by keystroke. */
function queries(products) {
  const some = [3, 0.4 * products.length, products.length - 2].map((at) => products[Math.floor(at)]);
  const fields = some.flatMap(({ name, barcode, default_code }) => [name, barcode || "", default_code]);
  const signs = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
  const rare = ["7777", "orange 99", "9 xl", "é", "-1", "'"];
  const two = ["desk xl", "xl desk", "bio vert", "caf rou", "4 desk", "e 1", "a o"];
  const nothing = ["qwertz", "desk zebra", "noir 1", "5901111111111", "ref-0"];
  return [...new Set([...fields.flatMap(prefixes), ...signs, ...rare, ...two, ...nothing])];
}

/** Among so many products: the median and the slowest of the queries' median times, with every page read before. */
export async function search(count) {
  const db = await open();
  const products = received(generate(count));
  check(await db.save(products), count, "products saved");
  const typed = queries(products);
  const texts = products.map(textOf);
  const filter = (query) => {
    const wanted = words(query);
    return products.filter((_, at) => wanted.every((word) => texts[at].includes(word)));
  };
  for (const { id } of products) await db.byId(id);
  for (const query of typed) {
    const found = await db.search(query);
    check(found.length, Math.min(FOUND, filter(query).length), `products found by "${query}"`);
    const isWrong = ({ product }) => !words(query).every((word) => textOf(product).includes(word));
    check(found.find(isWrong)?.product.name, undefined, `wrongly found by "${query}"`);
  }
  const ours = await medians(typed, db.search);
  const theirs = await medians(typed, (query) => filter(query).slice(0, FOUND));
  const [slowest] = [...ours].sort(([, a], [, b]) => b - a);
  const times = (list) => list.map(([, time]) => time);
  return {
    typical: median(times(ours)), slowest: slowest[1], slowestQuery: slowest[0],
    filterTypical: median(times(theirs)), filterSlowest: Math.max(...times(theirs)),
  };
}

/** [query, its median time] of each. */
async function medians(queries, ask) {
  const times = queries.map((query) => [query, []]);
  for (let round = 0; round < REPEATS; round++) {
    for (const [query, list] of times) list.push((await timed(() => ask(query)))[0]);
  }
  return times.map(([query, list]) => [query, median(list)]);
}
