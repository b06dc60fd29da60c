// How long a sale takes until it is committed, alone and while a catalogue loads beside it, and a product to be found meanwhile.
import { check, pause, percentile, received, timed } from "../measure.js";
import { generate } from "/www/products.js";

const sale = (at) => ({
  id: `order_${at}`,
  type: "order",
  created_at: new Date().toISOString(),
  synced: false,
  attempts: 0,
  args: [],
  uuid: crypto.randomUUID(),
  data: { amount_total: 2.07, lines: [{ product_id: 1, qty: 1, price_unit: 2.07 }] },
});
/** A quick cashier: milliseconds between two sales while the catalogue loads. */
const PAUSE = 20;

/** Does something again and again until the list is saved. */
async function whileSaving(db, list, act) {
  let saved = false;
  const saving = db.save(list).finally(() => (saved = true));
  while (!saved) {
    await act();
    await pause(PAUSE);
  }
  check(await saving, list.length, "products saved meanwhile");
}

/** How long a product takes to be found while all of them are loaded again, mostly in a page that nobody has read. */
export async function finds([count, options]) {
  const db = await (await import("../peers/ours.js")).open(options);
  const list = received(generate(count));
  await db.save(list);
  const times = [];
  await whileSaving(db, list, async () => {
    const { id, name } = list[(times.length * 7_919) % count];
    const [taken, found] = await timed(() => db.byId(id));
    check(found.name, name, "a product found beside the load");
    times.push(taken);
  });
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** [peer, durability, sales, products, options]; with products, sales go on until all of them are loaded. */
export async function sales([peer, durability, count, products, options]) {
  const db = await (await import(`../peers/${peer}.js`)).open({ durability, ...options });
  const times = [];
  const sell = async () => times.push((await timed(() => db.sell(sale(times.length), durability)))[0]);
  await sell();
  times.length = 0;
  if (products) await whileSaving(db, received(generate(products)), sell);
  else while (times.length < count) await sell();
  // The first one was overwritten by that which has its number.
  check(await db.sales(), times.length, "sales on disk");
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), worst: Math.max(...times), count: times.length };
}
