// What was sold without a server, brought to one on the loopback interface; and a long shift with a look at the memory.
import { check, timed } from "../measure.js";
import { shop } from "/tests/js/shop.js";
import { ConnectionMonitor, OfflineDB, SyncManager } from "/pkg/index.js";

const order = (at) => ({
  name: `Order ${at}`,
  amount_total: 2.07,
  state: "paid",
  session_id: 1,
  lines: [[0, 0, { product_id: 1, qty: 1, price_unit: 2.07 }]],
  payment_ids: [],
});

/** A till and its server. */
async function till(options) {
  const database = new OfflineDB({ name: "ours" });
  await database.init();
  const server = await shop();
  const monitor = new ConnectionMonitor({ urls: [`${server.url}/ping`] });
  const manager = new SyncManager(null, { database, monitor, transport: { kind: "odoo", url: server.url }, ...options });
  return { database, server, monitor, manager };
}

const WAYS = { batches: {}, oneByOne: { batch: 1, parallel: 1 } };

/** [way, how many orders, milliseconds to the server and back]; resolves with milliseconds for one order. */
export async function drain([way, count, latency]) {
  const { server, monitor, manager } = await till(WAYS[way]);
  for (let at = 0; at < count; at++) await manager.addToSyncQueue("order", order(at));
  await server.control({ latency });
  await monitor.checkNow();
  const [drained] = await timed(() => manager.syncOfflineTransactions());
  const { orders } = await server.state();
  check(orders.length, count, "orders at the server");
  check(new Set(orders.map(({ uuid }) => uuid)).size, count, "uuids at the server");
  return { perOrder: drained / count, all: drained };
}

/** So many sales while they are sent; `look` (of the runner) resolves with the bytes of JavaScript after a collection. */
export async function soak(count) {
  const { database, server, monitor, manager } = await till({});
  await manager.init();
  manager.startSync();
  /** A tenth of the sales, until all of them are sent. */
  const tenth = async () => {
    for (let at = 0; at < count / 10; at++) await manager.addToSyncQueue("order", order(at));
    while (await manager.updatePendingCount()) await manager.forceSyncNow();
  };
  const measure = async () => ({ heap: await window.look(), module: database.status().memory });
  // What the first tenth brings along is no leak; what the others leave behind would be one.
  await tenth();
  const before = await measure();
  const [took] = await timed(async () => {
    for (let round = 1; round < 10; round++) await tenth();
  });
  const after = await measure();
  check((await server.state()).orders.length, count, "orders at the server");
  manager.destroy();
  check(monitor.pendingTimers, 0, "timers of the monitor");
  const { p50, p99 } = manager.getMetrics().latency.commit;
  return { heapBefore: before.heap, heapAfter: after.heap, moduleBefore: before.module, moduleAfter: after.module, took, p50, p99 };
}
