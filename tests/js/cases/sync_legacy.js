// SyncManager as the module before it was used: through `pos.env.services.orm`, with the same calls and events.
import { daysAgo, equal, ok, rejects } from "../assert.js";
import { until } from "../clock.js";
import { desk, hearing, latch, logged, order, sorted, timed, till, transport, uuidsOf } from "../desk.js";
import { endpoint, next } from "../ping.js";

const idle = (manager) => until(() => !manager.getSyncStatus().isSyncing, "the end of the round");
const usersAsked = (pos) => pos.calls.filter(([method]) => method === "searchRead").length;
const pushes = (pos) => pos.calls.filter(([method]) => method !== "searchRead");

/** What the browser's database refuses while `body` runs. */
async function refusing(refuses, body) {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
    if (refuses([stores].flat(), mode)) throw new Error("the disk is on fire");
    return transaction.call(this, stores, mode, ...rest);
  };
  try {
    await body();
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
}
const failedPhases = async (manager) => {
  const errors = await manager.getSyncErrors({ error_type: "sync_phase" });
  return sorted(errors.map(({ error_message }) => error_message));
};

export default {
  "init() reads the count, watches the connection, and syncs as soon as the server can be reached": (kit) =>
    desk(kit, async ({ manager, monitor, db }) => {
      const server = await endpoint("missing");
      const connection = monitor({ urls: [server.url] });
      connection.start();
      await next(connection, "server-unreachable");
      for (const uuid of ["a", "b"]) await db.saveTransaction({ type: "order", uuid, data: order(uuid) });
      const pos = till();
      const tested = manager({ pos, monitor: connection });
      await logged(async (lines) => {
        await tested.init();
        ok(lines.includes("pos-offline: 2 transactions pending, by index synced_created"), lines.join("\n"));
      });
      equal([tested.getSyncStatus().pendingCount, tested.getSyncStatus().isOnline, pos.calls], [2, false, []]);
      await server.answer("ok");
      await connection.checkNow();
      await until(() => pushes(pos).length === 2 && !tested.getSyncStatus().isSyncing, "both to be sent");
      equal([tested.getSyncStatus().pendingCount, usersAsked(pos), await db.count("transactions")], [0, 1, 0]);
    }),

  "init() starts a monitor that nobody has started, and destroy() stops it; one that ran before goes on": (kit) =>
    desk(kit, async ({ manager, monitor }) => {
      for (const before of [false, true]) {
        const connection = monitor();
        if (before) connection.start();
        const tested = manager({ pos: till(), monitor: connection });
        equal(connection.getStatus().running, before);
        await tested.init();
        equal(connection.getStatus().running, true);
        tested.stopSync();
        equal(connection.getStatus().running, true, "stopSync() leaves the monitor to others");
        tested.destroy();
        equal(connection.getStatus().running, before);
      }
    }),

  "after destroy() nothing that happens makes it send": (kit) =>
    desk(kit, async ({ manager, monitor, db }) => {
      const connection = monitor();
      const pos = till();
      const tested = manager({ pos, monitor: connection });
      await tested.init();
      await idle(tested);
      tested.destroy();
      const before = pos.calls.length;
      await tested.addToSyncQueue("order", order("a"));
      connection.start();
      await next(connection, "server-reachable");
      for (const name of ["online", "focus", "pageshow"]) window.dispatchEvent(new Event(name));
      document.dispatchEvent(new Event("visibilitychange"));
      connection.setAccepting("maintenance");
      connection.setAccepting(null);
      await db.getPendingTransactions();
      equal([pos.calls.length, tested.getSyncStatus().isSyncing, await db.getPendingTransactionCount()], [before, false, 1]);
    }),

  "order, payment and session_update reach orm.create and orm.write with exactly these arguments": (kit) =>
    desk(kit, async ({ manager }) => {
      const pos = till();
      const tested = manager({ pos });
      const paid = { amount: 3, payment_method_id: 1, session_id: 7 };
      await tested.addToSyncQueue("order", order("a"));
      const { uuid } = await tested.addToSyncQueue("payment", paid);
      await tested.addToSyncQueue("session_update", { id: 7, updates: { state: "closing_control" } });
      equal(await tested.syncOfflineTransactions(), { synced: 3, rejected: 0, retried: 0 });
      equal(pos.calls, [
        ["create", "pos.order", [order("a")]],
        ["create", "pos.payment", [{ ...paid, uuid }]],
        ["write", "pos.session", [7], { state: "closing_control" }],
      ]);
      equal(paid.uuid, undefined, "the caller's object is left alone");
    }),

  "success deletes the row and is told on the bus and on window": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const pos = till();
      const tested = manager({ pos, parallel: 1 });
      const first = await tested.addToSyncQueue("order", order("a"));
      const second = await tested.addToSyncQueue("payment", { uuid: "p", amount: 1 });
      await hearing("pos-sync-progress", async (heard) => {
        await tested.syncOfflineTransactions();
        equal(heard, [
          { synced: 1, transactionId: first.id, uuid: "a", type: "order" },
          { synced: 2, transactionId: second.id, uuid: "p", type: "payment" },
        ]);
        equal(pos.events, heard.map((detail) => ["pos-sync-progress", detail]));
      });
      equal(await db.getAll("transactions"), []);
    }),

  "a page without a bus, and a bus that throws, stop nothing": (kit) =>
    desk(kit, async ({ manager }) => {
      const [without, throwing] = [till(), till()];
      delete without.env.services.bus_service;
      throwing.env.services.bus_service.trigger = () => {
        throw new Error("the bus is full");
      };
      for (const pos of [without, throwing]) {
        const tested = manager({ pos });
        await Promise.all(["a", "b"].map((uuid) => tested.addToSyncQueue("order", order(uuid))));
        equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 0, retried: 0 });
      }
    }),

  "startSync() syncs now and every five minutes, with one timer however often it is called": (kit) =>
    timed(kit, async ({ manager, clock }) => {
      const others = new Set(clock.timers.keys());
      const own = () => [...clock.timers].filter(([id]) => !others.has(id)).map(([, { at }]) => at - clock.time);
      const pos = till();
      const tested = manager({ pos, interval: undefined });
      for (let count = 0; count < 5; count += 1) tested.startSync();
      await idle(tested);
      equal([usersAsked(pos), own()], [1, [300_000]]);
      for (const round of [2, 3]) {
        clock.advance(299_999);
        equal(usersAsked(pos), round - 1);
        clock.advance(1);
        await until(() => usersAsked(pos) === round, "the next round");
        await idle(tested);
        equal([usersAsked(pos), own()], [round, [300_000]]);
      }
      tested.stopSync();
      equal(own(), []);
      clock.advance(600_000);
      equal([usersAsked(pos), tested.getSyncStatus().isSyncing], [3, false]);
    }),

  "forceSyncNow() resolves false while offline and sends nothing; true when it has synced": (kit) =>
    desk(kit, async ({ manager, monitor }) => {
      const connection = monitor();
      const pos = till();
      const tested = manager({ pos, monitor: connection });
      connection.forceOffline();
      await tested.addToSyncQueue("order", order("a"));
      equal([await tested.forceSyncNow(), pos.calls, tested.getSyncStatus().pendingCount], [false, [], 1]);
      connection.forceOnline();
      equal([await tested.forceSyncNow(), pushes(pos).length, tested.getSyncStatus().pendingCount], [true, 1, 0]);
    }),

  "forceSyncNow() waits for what it sends, also when a round is further on": (kit) =>
    desk(kit, async ({ manager }) => {
      const [users, gate] = [latch(), latch()];
      const sending = transport(() => gate.promise.then(() => "ok"));
      const tested = manager({ pos: till(), transport: sending });
      let asked = false;
      sending.users = () => ((asked = true), users.promise);
      const round = tested.syncAll();
      await until(() => asked, "the users to be asked for");
      await tested.addToSyncQueue("order", order("a"));
      let forced = null;
      tested.forceSyncNow().then((told) => (forced = told));
      await until(() => sending.items.length === 1, "the request");
      users.open([]);
      await round;
      // Time for a promise that does not wait.
      for (let count = 0; count < 20; count += 1) await tested.getSyncErrorCount();
      equal([forced, tested.getSyncStatus().isSyncing], [null, true]);
      gate.open();
      await until(() => forced !== null, "the end");
      equal([forced, await tested.updatePendingCount()], [true, 0]);
    }),

  "syncAll() never runs twice at once: whoever calls it meanwhile gets the same result": (kit) =>
    desk(kit, async ({ manager }) => {
      const gate = latch();
      let [rounds, most, open] = [0, 0, 0];
      const sending = transport(
        async () => {
          most = Math.max(most, (open += 1));
          await gate.promise;
          open -= 1;
          return "ok";
        },
        { users: () => ((rounds += 1), []) },
      );
      const tested = manager({ pos: till(), transport: sending });
      await tested.addToSyncQueue("order", order("a"));
      const all = [tested.syncAll(), tested.syncAll(), tested.syncAll(), tested.syncOfflineTransactions()];
      await until(() => open === 1, "the request");
      all.push(tested.syncAll());
      const forced = tested.forceSyncNow();
      equal(tested.getSyncStatus().isSyncing, true);
      gate.open();
      equal(await Promise.all(all), Array(5).fill({ synced: 1, rejected: 0, retried: 0 }));
      equal([await forced, rounds, most, sending.items.length, tested.getSyncStatus().isSyncing], [true, 1, 1, 1, false]);
    }),

  "a phase that fails is logged as sync_phase, and the next ones run": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const sending = transport(undefined, { users: () => Promise.reject(new Error("no users today")) });
      const tested = manager({ pos: till(), transport: sending });
      await db.saveTransaction({ id: "old", synced: true, created_at: daysAgo(40) });
      await tested.addToSyncQueue("order", order("a"));
      equal(await tested.syncAll(), { synced: 1, rejected: 0, retried: 0 });
      equal(await failedPhases(tested), ["updateCachedData: unknown: no users today"]);
      equal([await db.getAll("transactions"), await db.getConfig("last_sync")], [[], undefined]);
      equal([tested.getNetworkState().lastSync, tested.getSyncStatus().lastError], [null, "unknown: no users today"]);
      await rejects(tested.updateCachedData(), "Other", "no users today");
    }),

  "each phase fails alone": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const pos = till({ users: [{ id: 2, name: "Ann", login: "ann" }] });
      const tested = manager({ pos });
      await tested.addToSyncQueue("order", order("a"));
      await refusing((stores, mode) => stores.includes("transactions") && mode === "readwrite", () => tested.syncAll());
      const phases = (await failedPhases(tested)).map((message) => message.split(":")[0]);
      equal([phases, uuidsOf(await db.getPendingTransactions())], [["cleanupOldData", "syncOfflineTransactions"], ["a"]]);
      equal((await db.getAllUsers()).length, 1, "the users are saved all the same");
      await tested.clearSyncErrors();
      await refusing((stores) => stores.includes("sessions"), () => tested.syncAll());
      const others = (await failedPhases(tested)).map((message) => message.split(":")[0]);
      equal([others, pushes(pos).length], [["cleanupOldData", "syncSessionData"], 1]);
    }),

  "the session that is open is touched, and what was confirmed a month ago is cleaned up": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.put("sessions", { id: 7, user_id: 2, created: daysAgo(1), lastAccessed: daysAgo(1) });
      await db.put("sessions", { id: 6, user_id: 2, created: daysAgo(9), lastAccessed: daysAgo(9) });
      await db.saveTransaction({ id: "old", synced: true, created_at: daysAgo(31) });
      await db.saveTransaction({ id: "new", synced: true, created_at: daysAgo(29) });
      await db.saveTransaction({ id: "waiting", type: "strange", created_at: daysAgo(900) });
      const tested = manager({ pos: till() });
      await tested.syncAll();
      const sessions = await db.getAll("sessions");
      equal(sessions.map(({ id }) => id), [7]);
      ok(Date.now() - Date.parse(sessions[0].lastAccessed) < 60_000);
      equal((await db.getAll("transactions")).map(({ id }) => id), ["new", "waiting"]);
    }),

  "when all phases are through, the time is kept as last_sync": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const tested = manager({ pos: till() });
      equal([await db.getConfig("last_sync"), tested.getNetworkState().lastSync], [undefined, null]);
      const before = Date.now();
      await tested.syncAll();
      for (const time of [await db.getConfig("last_sync"), tested.getNetworkState().lastSync]) {
        ok(Date.parse(time) >= before && Date.parse(time) <= Date.now() && time.endsWith("Z"), time);
      }
    }),
};
