// Small changes to a large catalogue: what a till fetches while it is open.
import { check, median, received, timed } from "../measure.js";
import { generate } from "/www/products.js";

const [CHANGED, DELETED, SETS] = [100, 50, 9];

/** [peer, how many products]: the same change again and again, each time to other products. */
export async function changes([peer, count]) {
  const db = await (await import(`../peers/${peer}.js`)).open();
  const products = received(generate(count));
  check(await db.save(products), count, "products saved");
  const there = new Set(products.map(({ id }) => id));
  /** Scattered products of a set; `step` has no factor in common with the count. */
  const some = (length, step, set) => Array.from({ length }, (_, at) => products[(at * step + set * 7) % count]);
  const times = { update: [], delta: [] };
  for (let set = 0; set < SETS * 2; set++) {
    const changed = some(CHANGED, 499, set).map((product) => ({ ...product, list_price: 1_000 + set }));
    if (set % 2) {
      const deleted = some(DELETED, 997, set).map(({ id }) => id);
      times.delta.push((await timed(() => db.delta(changed, deleted)))[0]);
      deleted.forEach((id) => there.delete(id));
    } else {
      times.update.push((await timed(() => db.save(changed)))[0]);
    }
    changed.forEach(({ id }) => there.add(id));
    const { id, list_price } = changed[CHANGED >> 1];
    check((await db.byId(id)).list_price, list_price, "a changed price");
  }
  check((await db.all()).length, there.size, "products in the end");
  return { update: median(times.update), delta: median(times.delta) };
}
