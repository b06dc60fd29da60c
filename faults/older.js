// The database of an older version of this library or of the legacy module, as a till in the field has it: with sales that
// are not sent, and a catalogue.
import { bulk } from "/tests/js/shelves.js";
import { fill, legacyDatabase } from "/tests/js/legacy.js";
import { completed, promised } from "/bench/measure.js";
import { sale, products as goods } from "./goods.js";

const NAME = "PDCPOSOfflineDB";
const PAGES = "pos_catalog";

const minutesAgo = (count) => new Date(Date.now() - count * 60_000).toISOString();

/** A queued sale: a row of `transactions` as the module wrote it, which had booleans before version 5. */
function queued({ order, lines, payments }, at, version) {
  const created_at = minutesAgo(10_000 - at);
  const data = { ...order, lines, payments };
  return { id: `order_${at}`, type: "order", uuid: order.uuid, data, args: [], created_at, synced: version < 5 ? false : 0, attempts: 0 };
}

/** An order that was made while offline: a row of `pos_offline_orders`. */
function offline({ order, lines, payments }, at, version) {
  const created_at = minutesAgo(10_000 - at);
  return { ...order, offline_id: order.uuid, lines, payments, created_at, synced: version < 5 ? false : 0, sync_attempts: 0 };
}

/** The pages of a catalogue: version 6 had them in the till's own database. The library makes them, and leaves nothing else. */
async function pagesOf(products) {
  const { OfflineDB } = await import("/pkg/index.js");
  const name = "lab-older";
  const db = new OfflineDB({ name, journal: false });
  await db.bulkSaveProducts(products);
  db.close();
  const factory = await bulk();
  const native = await promised(factory.open(`${name}-catalog`));
  const store = native.transaction(PAGES).objectStore(PAGES);
  const [keys, records] = await Promise.all([promised(store.getAllKeys()), promised(store.getAll())]);
  native.close();
  await Promise.all([promised(factory.deleteDatabase(`${name}-catalog`)), promised(indexedDB.deleteDatabase(name))]);
  return keys.map((key, at) => [key, records[at]]);
}

async function put(database, store, entries) {
  const transaction = database.transaction(store, "readwrite", { durability: "strict" });
  for (const [key, record] of entries) transaction.objectStore(store).put(record, key);
  await completed(transaction);
}

/** Makes it; resolves with the receipts of its sales, and how many products it has. */
export async function leaveOld({ version, sales, products: count }, token) {
  const made = Array.from({ length: sales }, (_, at) => sale(`${token}/${at}`, at));
  const isOffline = (at) => version >= 4 && at % 5 === 0;
  const list = version >= 4 ? goods(count, 1) : [];
  const pages = version >= 6 ? await pagesOf(list) : [];
  const change = (database) => version >= 6 && database.createObjectStore(PAGES);
  const database = await legacyDatabase(NAME, version, { composite: version >= 5, change });
  await fill(database, {
    transactions: made.flatMap((parts, at) => (isOffline(at) ? [] : [queued(parts, at, version)])),
    pos_offline_orders: made.flatMap((parts, at) => (isOffline(at) ? [offline(parts, at, version)] : [])),
    pos_products: version < 6 ? list : [],
  });
  if (pages.length) await put(database, PAGES, pages);
  database.close();
  return { receipts: made.map(({ ticket, total, order: { uuid } }) => ({ uuid, ticket, total, copies: 1 })), products: list.length };
}
