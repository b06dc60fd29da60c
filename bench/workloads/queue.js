// Finding the few transactions that wait among many: by this library, by the index on plain IndexedDB, and as the legacy
// module did, which read every row because its index was empty.
import { check, median, promised, timed } from "../measure.js";
import { OfflineDB } from "/pkg/index.js";

const PENDING = 100;
const ROUNDS = 20;
/** The scan is slow and steady; a few rounds are enough. */
const SCANS = 4;

/** 100 pending of `count` transactions: raw index, this library, and the legacy full scan, side by side in one page. */
export async function pending(count) {
  const db = new OfflineDB({ name: "ours" });
  await db.init();
  const rows = Array.from({ length: count }, (_, at) => ({
    id: `order_${at}`,
    type: "order",
    synced: at % (count / PENDING) !== 0,
    created_at: new Date(1.7e12 + at * 1000).toISOString(),
    data: { amount_total: at / 100, lines: [{ product_id: at % 500, qty: 1, price: 2.5, name: `Product ${at % 500}` }] },
  }));
  await db.bulkSave("transactions", rows, { durability: "relaxed" });
  db.close();
  const [open] = await timed(() => db.init());

  const raw = await promised(indexedDB.open("ours"));
  const range = IDBKeyRange.bound([0], [0, []], false, true);
  const index = () => raw.transaction("transactions").objectStore("transactions").index("synced_created");
  const contenders = {
    rawQuery: async () => (await promised(index().getAll(range))).length,
    query: async () => (await db.getPendingTransactions()).length,
    rawCount: () => promised(index().count(range)),
    count: () => db.getPendingTransactionCount(),
    scan: async () => {
      const all = await promised(raw.transaction("transactions").objectStore("transactions").getAll());
      return all.filter((row) => !row.synced).sort((a, b) => (a.created_at < b.created_at ? -1 : 1)).length;
    },
  };
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const names = Object.keys(contenders);
    if (round % 2) names.reverse();
    for (const name of names) {
      if (name === "scan" && round >= SCANS) continue;
      const [time, found] = await timed(contenders[name]);
      check(found, PENDING, name);
      times[name].push(time);
    }
  }
  return { open, ...Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])) };
}
