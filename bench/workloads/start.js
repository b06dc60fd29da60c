// The start of a till that has its catalogue on disk.
import { check, pause, timed } from "../measure.js";
import { generate } from "/www/products.js";

const WANTED = 777;
/** Milliseconds until the browser's own start is over. */
const SETTLED = 500;

/** [peer, how many products]: what is there when the till starts. */
export async function prepare([peer, count]) {
  const db = await (await import(`../peers/${peer}.js`)).open();
  check(await db.save(generate(count)), count, "products saved");
  await db.close();
  return {};
}

/** [peer, products on disk, what the time is called]: opens and finds a barcode. */
export async function find([peer, count, measure]) {
  const { barcode, id } = generate(WANTED).at(-1);
  return start(peer, measure, async (db) => check((await db.byBarcode(barcode)).id, id, "the first barcode"));
}

/** [peer, products on disk, what the time is called]: opens and reads everything. */
export async function read([peer, count, measure]) {
  return start(peer, measure, async (db) => check((await db.all()).length, count, "products read"));
}

/** The module is there before the clock starts: how long it takes is measured by itself. */
async function start(peer, measure, body) {
  const { open } = await import(`../peers/${peer}.js`);
  await pause(SETTLED);
  const [time] = await timed(async () => body(await open()));
  return { [measure]: time };
}
