// A till in a tab: it sells, and tells node of each sale before and after, because node outlives the page.
// Node provides `attempt(sale)`, which resolves with false when enough is sold, and `receipt(receipt)`.
import { ConnectionMonitor, OfflineDB, SyncManager } from "/pkg/index.js";
import { at } from "./shop.js";

const every = (ms) => ({ "2g": ms, "3g": ms, "4g": ms });
const MONITOR = { intervals: every(500), timeouts: every(500), recheck: 50, backoff: { base: 50, cap: 300 } };
// Answers without sense are no verdict here, however many there are.
const SYNC = { interval: 1_000, backoff: { base: 50, cap: 400 }, attempts: 1_000 };
const sleep = (ms) => new Promise((resume) => setTimeout(resume, ms));

let db, manager;
/** What has been begun and not ended, and what failed. */
const selling = new Set();
const failures = [];

/**
 * Opens the till; with `orm` it sends through the `pos` object, else it asks the server itself. A `timeout` that a busy
 * machine reaches by itself would have sales sent again that are still on their way.
 */
export async function open({ database, shop, orm = false, timeout = 30_000 }) {
  const { url, pos } = at(shop);
  db = new OfflineDB({ name: database });
  await db.init();
  const monitor = new ConnectionMonitor({ urls: [`${url}/ping`], ...MONITOR });
  const transport = orm ? {} : { transport: { kind: "odoo", url } };
  manager = new SyncManager(pos(), { database: db, monitor, timeout, ...transport, ...SYNC });
  await manager.init();
  manager.startSync();
}

/** An order of one line, paid; in the form in which Odoo takes it, or in the parts that `commitSale` takes. */
function sale(uuid, cents) {
  const amount = cents / 100;
  const order = { uuid, name: "/", state: "paid", session_id: 7, amount_total: amount, amount_paid: amount };
  const line = { uuid: `${uuid}-line`, product_id: 60, qty: 1, price_unit: amount, price_subtotal_incl: amount };
  const payment = { uuid: `${uuid}-payment`, amount, payment_method_id: 1 };
  return {
    parts: { order, lines: [line], payments: [payment] },
    whole: { ...order, lines: [[0, 0, line]], payment_ids: [[0, 0, payment]] },
  };
}

/** Sells once; whether there is more to sell. */
async function sell(random, refusals) {
  const uuid = crypto.randomUUID();
  const cents = 1 + Math.floor(random() * 20_000);
  const [inParts, refused] = [random() < 0.5, random() < refusals];
  if (!(await window.attempt({ uuid, cents, refused }))) return false;
  const { parts, whole } = sale(uuid, cents);
  const committed = inParts ? manager.commitSale(parts) : manager.addToSyncQueue("order", whole);
  const told = committed.then(
    ({ uuid, sequence }) => window.receipt({ uuid, sequence, cents }),
    (error) => failures.push(`${error.code} ${error.message}`),
  );
  selling.add(told);
  told.finally(() => selling.delete(told));
  // Now and then the next customer does not wait for the receipt.
  if (random() < 0.7) await told;
  return true;
}

/** Sells at random moments until node says that it is enough. */
export async function sells({ seed, pause, refusals = 0 }) {
  const random = randomness(seed);
  while (await sell(random, refusals)) await sleep(random() * pause);
}

/** Sells so many at once; resolves when every receipt is written. */
export async function burst({ count, seed }) {
  const random = randomness(seed);
  await Promise.all(Array.from({ length: count }, () => sell(random, 0)));
  return closing();
}

/** Waits for the receipts that are being written; resolves with what failed. */
export async function closing() {
  await Promise.all(selling);
  return failures;
}

/** Syncs now, and says what waits: how many rows, the first of them, and the manager's own view. */
export async function settle() {
  const late = Symbol("late");
  const synced = await Promise.race([manager.forceSyncNow(), sleep(10_000).then(() => late)]);
  if (synced === late) throw new Error("forceSyncNow() has not ended in 10 s");
  await manager.updatePendingCount();
  const rows = await db.getPendingTransactions();
  const waiting = rows.filter((row) => row.state !== "rejected");
  const first = waiting.length ? { ...waiting[0], data: undefined } : null;
  return { waiting: waiting.length, first, status: manager.getSyncStatus() };
}

/** What is set aside, and every word that the till has on disk. */
export async function remains() {
  const rejected = await manager.getRejected();
  const words = JSON.stringify(await db.readAll());
  return { rejected: rejected.map(({ uuid, state, last_error }) => ({ uuid, state, last_error })), words };
}

/** As in the shop's server: numbers from 0 to 1, the same for the same seed. */
function randomness(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
