// The queue as callers of the module before knew it: what is added, what is told of it, what becomes of what fails.
import { equal, ok } from "../assert.js";
import { until } from "../clock.js";
import { desk, hearing, latch, order, sent, sorted, till, transport, uuidsOf } from "../desk.js";

/** What Odoo's client throws. */
function rpcError(name, message, code = 0) {
  const error = new Error("Odoo Server Error");
  const data = { name, message, debug: "SECRET-TRACEBACK" };
  return Object.assign(error, { name: "RPC_ERROR", exceptionName: name, code, data });
}
/** A `pos` whose server fails so over these orders. */
const failing = (uuids, error) =>
  till({
    answer(_, __, [values]) {
      if (uuids.includes(values?.uuid)) throw error();
      return 1;
    },
  });

export default {
  "what is added while online is sent soon and the count follows": (kit) =>
    desk(kit, async ({ manager }) => {
      const gate = latch();
      const sending = transport(() => gate.promise.then(() => "ok"));
      const tested = manager({ transport: sending });
      await tested.init();
      const receipt = await tested.addToSyncQueue("order", order("a"));
      equal(tested.getSyncStatus().pendingCount, 1);
      await until(() => sending.items.length === 1, "the request");
      equal(sending.items, [{ uuid: "a", type: "order", data: order("a") }]);
      equal(receipt.uuid, "a");
      gate.open();
      await until(() => tested.getSyncStatus().pendingCount === 0, "the count to follow");
    }),

  "what is added before anything is started is kept and not sent": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const sending = transport();
      const tested = manager({ transport: sending });
      await tested.addToSyncQueue("order", order("a"));
      equal([tested.getSyncStatus().isSyncing, sending.items, await db.getPendingTransactionCount()], [false, [], 1]);
    }),

  "of 200 sales in one burst each has an id, a uuid and a number of its own, and all arrive": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const sending = transport();
      const tested = manager({ transport: sending });
      const burst = Array.from({ length: 200 }, (_, at) => tested.addToSyncQueue("order", { amount_total: at }));
      const receipts = await Promise.all(burst);
      for (const field of ["id", "uuid", "sequence"]) equal(new Set(receipts.map((one) => one[field])).size, 200, field);
      const rows = await db.getPendingTransactions();
      equal(uuidsOf(rows), uuidsOf(receipts.sort((a, b) => a.sequence - b.sequence)), "oldest first");
      equal(rows.map((row) => row.data.amount_total).sort((a, b) => a - b), Array.from({ length: 200 }, (_, at) => at));
      equal(await tested.syncOfflineTransactions(), { synced: 200, rejected: 0, retried: 0 });
      equal(sorted(uuidsOf(sending.items)), sorted(uuidsOf(receipts)));
      equal(await db.count("transactions"), 0);
    }),

  "a type that nobody knows is kept and reported, and never counts as synced": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const pos = till();
      const tested = manager({ pos });
      const { id } = await tested.addToSyncQueue("loyalty", { uuid: "x", points: 3 });
      await tested.addToSyncQueue("order", order("a"));
      await hearing("pos-sync-rejected", async (heard) => {
        equal(await tested.syncOfflineTransactions(), { synced: 1, rejected: 1, retried: 0 });
        equal([heard.length, heard[0].transactionId, heard[0].type], [1, id, "loyalty"]);
        ok(heard[0].message.includes("'loyalty'"), heard[0].message);
      });
      const row = await db.get("transactions", id);
      equal([row.synced, row.state, row.data, row.error_type], [false, "rejected", { uuid: "x", points: 3 }, "unsupported"]);
      const [error] = await tested.getSyncErrorsByTransaction(id);
      equal([error.error_type, error.error_message], ["unsupported", row.last_error]);
      equal(pos.calls.map(([, model]) => model), ["pos.order"]);
      for (let round = 0; round < 3; round += 1) await tested.syncAll();
      equal([await tested.getSyncErrorCount(), uuidsOf(await tested.getRejected())], [1, ["x"]]);
    }),

  "a sale that the server refuses stays with the server's own words, and those behind it arrive": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const words = "The operation cannot be completed: the drawer is closed";
      const pos = failing(["bad"], () => rpcError("odoo.exceptions.ValidationError", words));
      const tested = manager({ pos, parallel: 1 });
      const { id } = await tested.addToSyncQueue("order", order("bad"));
      for (const uuid of ["b", "c"]) await tested.addToSyncQueue("order", order(uuid));
      await hearing("pos-sync-rejected", async (heard) => {
        equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 1, retried: 0 });
        equal(heard, [{ transactionId: id, type: "order", message: words }]);
        equal(pos.events.filter(([event]) => event === "pos-sync-rejected"), [["pos-sync-rejected", heard[0]]]);
      });
      const rows = await db.getPendingTransactions();
      equal(rows.map(({ uuid, state, last_error, attempts }) => [uuid, state, last_error, attempts]), [["bad", "rejected", words, 1]]);
      const [error, ...more] = await tested.getSyncErrors();
      equal(
        [error.transaction_id, error.error_message, error.error_type, error.attempts, error.context, more],
        [id, words, "rejected", 1, { type: "order", uuid: "bad" }, []],
      );
      const status = tested.getSyncStatus();
      equal([status.pendingCount, status.queueDepth, status.rejectedCount, status.lastError], [1, 0, 1, words]);
      equal(tested.getNetworkState().unsyncData, ["bad"]);
      const texts = JSON.stringify([await db.readAll(), await db.getSyncErrors(), database]);
      ok(!texts.includes("SECRET-TRACEBACK"), texts);
    }),

  "after five answers without sense the row is set aside with them, and it is never marked synced": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const pos = failing(["odd"], () => rpcError("builtins.KeyError", "lines"));
      const tested = manager({ pos });
      await tested.init();
      const { id } = await tested.addToSyncQueue("order", order("odd"));
      const others = ["b", "c", "d"];
      for (const uuid of others) await tested.addToSyncQueue("order", order(uuid));
      await until(() => tested.getSyncStatus().rejectedCount === 1, "the row to be set aside");
      await sent(tested, { but: 1 });
      const row = await db.get("transactions", id);
      equal([row.state, row.synced, row.last_error, row.attempts, row.error_type], ["rejected", false, "lines", 5, "unknown"]);
      const created = pos.calls.filter(([method]) => method === "create").map(([, , [values]]) => values.uuid);
      equal(created.filter((uuid) => uuid === "odd").length, 5);
      equal(sorted(created.filter((uuid) => uuid !== "odd")), others);
      equal((await tested.getSyncErrors()).map(({ error_message }) => error_message), ["lines"]);
    }),

  "how many answers without sense are enough can be chosen": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport(() => "nonsense");
      const tested = manager({ transport: sending, attempts: 2 });
      await tested.init();
      await tested.addToSyncQueue("order", order("a"));
      await until(() => tested.getSyncStatus().rejectedCount === 1, "the row to be set aside");
      equal(sending.items.length, 2);
    }),

  "failures of the network are never too many": (kit) =>
    desk(kit, async ({ manager, db }) => {
      let failures = 12;
      const sending = transport(() => (failures-- > 0 ? (failures % 2 ? "network" : "server-error") : "ok"));
      const tested = manager({ transport: sending });
      await tested.init();
      await tested.addToSyncQueue("order", order("a"));
      await sent(tested);
      equal([sending.items.length, await tested.getSyncErrorCount(), await db.count("transactions")], [13, 0, 0]);
      equal(tested.getMetrics().counters.retried, 12);
    }),

  "getSyncStatus() and getNetworkState() have these fields": (kit) =>
    desk(kit, async ({ manager, monitor }) => {
      const connection = monitor();
      const tested = manager({ pos: till(), monitor: connection });
      equal(tested.getSyncStatus(), {
        isSyncing: false,
        pendingCount: 0,
        lastError: null,
        isOnline: true,
        queueDepth: 0,
        rejectedCount: 0,
        inFlightCount: 0,
        oldestAge: 0,
        lastSuccess: null,
        nextAttempt: null,
        hold: null,
      });
      const calm = { warningTriggered: false, offline: false, loading: false, unsyncData: [], pendingCount: 0, lastSync: null, errors: [] };
      equal(tested.getNetworkState(), calm);
      connection.forceOffline();
      await tested.addToSyncQueue("order", order("a"));
      await tested.addToSyncQueue("order", order("b"));
      equal(tested.getNetworkState(), { ...calm, warningTriggered: true, offline: true, unsyncData: ["a", "b"], pendingCount: 2 });
      const status = tested.getSyncStatus();
      equal([status.isOnline, status.pendingCount, status.queueDepth], [false, 2, 2]);
      await until(() => tested.getSyncStatus().oldestAge > 0, "the oldest row to age");
    }),

  "the status says when the server last took something, and when something is sent next": (kit) =>
    desk(kit, async ({ manager, db }) => {
      let answer = "ok";
      const tested = manager({ transport: transport(() => answer), backoff: { base: 60_000, cap: 120_000 } });
      const before = Date.now();
      await tested.init();
      await tested.addToSyncQueue("order", order("a"));
      await sent(tested);
      // The row has left the disk a moment before the manager hears of it.
      await until(() => tested.getSyncStatus().lastSuccess !== null, "the success");
      const { lastSuccess, nextAttempt } = tested.getSyncStatus();
      ok(lastSuccess >= before && lastSuccess <= Date.now(), `${lastSuccess}`);
      equal(nextAttempt, null, "nothing waits");
      answer = { outcome: "server-error", message: "the disk is full" };
      const { random } = Math;
      Math.random = () => 0.5;
      try {
        await tested.addToSyncQueue("order", order("b"));
        await until(() => tested.getSyncStatus().lastError === "the disk is full" && !tested.getSyncStatus().isSyncing, "the failure");
      } finally {
        Math.random = random;
      }
      const [row] = await db.getPendingTransactions();
      equal([row.state, row.last_error, row.error_type, row.attempts], ["pending", "the disk is full", "server-error", 1]);
      equal(Date.parse(row.next_attempt) - Date.parse(row.last_attempt) >= 30_000, true, "half of the first bound");
      equal(tested.getSyncStatus().nextAttempt, Date.parse(row.next_attempt));
    }),

  "errors are saved, found, counted and cleared": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ pos: till() });
      const saved = await tested.saveSyncError({ transaction_id: "t1", error_message: "first", error_type: "network" });
      ok(saved.id >= 1 && saved.attempts === 0, JSON.stringify(saved));
      await tested.saveSyncError({ transaction_id: "t2", error_message: "second", error_type: "rejected", timestamp: Date.now() + 1 });
      await tested.saveSyncError({ transaction_id: "t1", error_message: "third", error_type: "network", timestamp: Date.now() + 2 });
      const messages = (rows) => rows.map((row) => row.error_message);
      equal(messages(await tested.getSyncErrors()), ["third", "second", "first"]);
      equal(messages(await tested.getSyncErrors({ limit: 1 })), ["third"]);
      equal(messages(await tested.getSyncErrors({ error_type: "network" })), ["third", "first"]);
      equal(sorted(messages(await tested.getSyncErrorsByTransaction("t1"))), ["first", "third"]);
      equal(await tested.getSyncErrorCount(), 3);
      equal(await tested.clearSyncErrors(), true);
      equal([await tested.getSyncErrorCount(), await tested.getSyncErrors()], [0, []]);
    }),

  "clearing the errors leaves what was refused, with its words": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: transport(() => ({ outcome: "rejected", message: "no" })) });
      await tested.addToSyncQueue("order", order("a"));
      await tested.syncAll();
      await tested.clearSyncErrors();
      equal((await tested.getRejected()).map(({ uuid, last_error }) => [uuid, last_error]), [["a", "no"]]);
    }),

  "updatePendingCount() counts what others have written": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const tested = manager({ pos: till() });
      await db.saveTransaction({ type: "order", uuid: "a", data: order("a") });
      equal(tested.getSyncStatus().pendingCount, 0);
      equal(await tested.updatePendingCount(), 1);
      equal([tested.getSyncStatus().pendingCount, tested.getNetworkState().unsyncData], [1, ["a"]]);
    }),

  "createSyncManager(pos) is a manager of the till's own database and monitor": async (kit) => {
    const { SyncManager, createSyncManager, offlineDB, connectionMonitor } = kit;
    const pos = till();
    const tested = createSyncManager(pos);
    try {
      ok(tested instanceof SyncManager);
      await tested.addToSyncQueue("order", order("a"));
      equal(uuidsOf(await offlineDB.getPendingTransactions()), ["a"]);
      connectionMonitor.forceOffline();
      equal(tested.getSyncStatus().isOnline, false);
      connectionMonitor.forceOnline();
      equal([await tested.forceSyncNow(), await offlineDB.count("transactions")], [true, 0]);
    } finally {
      tested.destroy();
      connectionMonitor.stop();
      await offlineDB.reset();
    }
  },
};
