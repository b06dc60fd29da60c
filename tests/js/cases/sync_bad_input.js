// What makes no sense is refused with a clear error, before anything is done.
import { equal, ok, rejects } from "../assert.js";
import { desk, order, rowsOnDisk, till, transport } from "../desk.js";

/** The error that a call throws; a real one of this library. */
function refused(call, text, code = "InvalidArgument") {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  ok(thrown, `nothing was thrown: ${text}`);
  ok(thrown instanceof Error, "a real Error");
  equal([thrown.name, thrown.code], ["PosOfflineError", code], `${text}: ${thrown.message}`);
  ok(thrown.message.includes(text), `"${thrown.message}" must mention "${text}"`);
}

export default {
  "an option that nobody knows is refused by its name": (kit) =>
    desk(kit, async ({ manager }) => {
      refused(() => manager({ intervall: 5 }), "intervall");
      refused(() => manager({ backoff: { bas: 5 } }), "bas");
      refused(() => manager({ transport: { kind: "odoo", uri: "/x" } }), "uri");
      refused(() => manager({ transport: { kind: "rest", url: "/x", lookups: "/y" } }), "lookups");
    }),

  "an option of the wrong kind is refused by its name": (kit) =>
    desk(kit, async ({ manager }) => {
      for (const bad of [0, -1, NaN, Infinity, "soon", {}, true, 2 ** 31]) {
        refused(() => manager({ interval: bad }), "interval");
        refused(() => manager({ timeout: bad }), "timeout");
        refused(() => manager({ backoff: { base: bad } }), "base");
        refused(() => manager({ backoff: { cap: bad } }), "cap");
      }
      for (const bad of [0, -1, 1.5, NaN, "two", {}, true]) {
        refused(() => manager({ batch: bad }), "batch");
        refused(() => manager({ parallel: bad }), "parallel");
        refused(() => manager({ attempts: bad }), "attempts");
        refused(() => manager({ transport: transport(undefined, { batch: bad }) }), "batch");
      }
      for (const bad of [5, "x", true, [1]]) refused(() => manager({ backoff: bad }), "backoff");
    }),

  "a transport that cannot be one is refused": (kit) =>
    desk(kit, async ({ manager }) => {
      for (const bad of [5, "odoo", true, [1]]) refused(() => manager({ transport: bad }), "transport");
      refused(() => manager({ transport: {} }), "push");
      refused(() => manager({ transport: { push: "later" } }), "push");
      refused(() => manager({ transport: { kind: "soap" } }), "push");
      refused(() => manager({ transport: { kind: "odoo", url: 5 } }), "url");
      refused(() => manager({ transport: { kind: "rest" } }), "url");
      refused(() => manager({ transport: { kind: "rest", url: "/x", lookup: 5 } }), "lookup");
      for (const types of [5, [], [1]]) refused(() => manager({ transport: transport(undefined, { types }) }), "types");
    }),

  "headers and a context that nobody can use are refused and not left out": (kit) =>
    desk(kit, async ({ manager }) => {
      for (const headers of ["x", 5, { "no header": "x" }]) refused(() => manager({ transport: { kind: "rest", url: "/x", headers } }), "headers");
      for (const context of ["nl_NL", 5]) refused(() => manager({ transport: { kind: "odoo", context } }), "context");
    }),

  "a yes or no must be one: \"false\" prunes nobody": (kit) =>
    desk(kit, async ({ manager }) => {
      for (const bad of ["false", "no", 1, {}]) {
        refused(() => manager({ pruneUsers: bad }), "pruneUsers");
        refused(() => manager({ keepSynced: bad }), "keepSynced");
      }
    }),

  "a database and a monitor must be ones of this library": (kit) =>
    desk(kit, async ({ db, monitor }) => {
      const { SyncManager } = kit;
      for (const bad of [{}, "db", 5]) {
        refused(() => new SyncManager({}, { database: bad, monitor: monitor() }), "database");
        refused(() => new SyncManager({}, { database: db, monitor: bad }), "monitor");
      }
    }),

  "what is left out, undefined or null stands for the default": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const none of [undefined, null]) {
        const options = { interval: none, timeout: none, batch: none, parallel: none, attempts: none, backoff: none, transport: none };
        const tested = manager({ pos: till(), ...options, keepSynced: none, pruneUsers: none });
        await tested.addToSyncQueue("order", order("a"), none);
        await tested.addToSyncQueue("order", order("b"), { after: none });
        equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 0, retried: 0 });
      }
      equal(await db.count("transactions"), 0);
    }),

  "a type must be a word and the data must be given": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const tested = manager({ transport: transport() });
      for (const bad of [undefined, null, "", 5, {}, true]) await rejects(tested.addToSyncQueue(bad, order("a")), "InvalidArgument", "type");
      for (const bad of [undefined, null, () => {}]) await rejects(tested.addToSyncQueue("order", bad), "InvalidArgument", "data");
      await rejects(tested.addToSyncQueue("order"), "InvalidArgument", "data");
      for (const bad of [5, "x", true, [1]]) await rejects(tested.addToSyncQueue("order", {}, bad), "InvalidArgument", "options");
      await rejects(tested.addToSyncQueue("order", {}, { afterwards: "a" }), "InvalidArgument", "afterwards");
      for (const bad of [5, {}, true]) await rejects(tested.addToSyncQueue("order", {}, { after: bad }), "InvalidArgument", "after");
      equal([await rowsOnDisk(database, "transactions"), tested.getSyncStatus().pendingCount], [[], 0]);
    }),

  "data that cannot be cloned is refused by name, and nothing of it is kept": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const tested = manager({ transport: transport() });
      for (const bad of [{ done() {} }, { deep: [{ s: Symbol("x") }] }, { w: new WeakMap() }, { p: Promise.resolve() }, Symbol("x")]) {
        const error = await rejects(tested.addToSyncQueue("order", bad), "InvalidRecord", "data");
        equal(error.field.split(".")[0], "data");
      }
      equal([await rowsOnDisk(database, "transactions"), await rowsOnDisk(database, "config")], [[], []]);
      equal((await tested.addToSyncQueue("order", {})).sequence, 1);
    }),

  "data with a field that throws is refused by name": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const tested = manager({ transport: transport() });
      const throwing = {
        get lines() {
          throw new Error("not now");
        },
      };
      await rejects(tested.addToSyncQueue("order", throwing), "InvalidRecord", "not now");
      await rejects(tested.commitSale({ order: throwing }), "InvalidRecord", "not now");
      await rejects(tested.commitSale({ order: {}, lines: [throwing] }), "InvalidRecord", "not now");
      equal([await rowsOnDisk(database, "transactions"), await rowsOnDisk(database, "orders")], [[], []]);
    }),

  "a sale must have an order and lists": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const tested = manager({ transport: transport() });
      for (const bad of [5, "x", true, []]) await rejects(tested.commitSale(bad), "InvalidArgument", "sale");
      for (const bad of [undefined, null, {}, { lines: [] }]) await rejects(tested.commitSale(bad), "InvalidArgument", "order");
      for (const bad of [5, "x", true, []]) await rejects(tested.commitSale({ order: bad }), "InvalidRecord");
      for (const bad of [5, "x", {}, true]) {
        await rejects(tested.commitSale({ order: {}, lines: bad }), "InvalidArgument", "lines");
        await rejects(tested.commitSale({ order: {}, payments: bad }), "InvalidArgument", "payments");
        if (bad !== "x") await rejects(tested.commitSale({ order: {}, after: bad }), "InvalidArgument", "after");
      }
      await rejects(tested.commitSale({ order: {}, line: [] }), "InvalidArgument", "line");
      await rejects(tested.commitSale({ order: { id: true } }), "InvalidArgument");
      equal([await rowsOnDisk(database, "transactions"), await rowsOnDisk(database, "orders")], [[], []]);
    }),

  "a question about errors that makes no sense is refused": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: transport() });
      for (const bad of [5, "x", []]) await rejects(tested.getSyncErrors(bad), "InvalidArgument", "query");
      for (const bad of [-1, 1.5, "two"]) await rejects(tested.getSyncErrors({ limit: bad }), "InvalidArgument", "limit");
      await rejects(tested.getSyncErrors({ error_type: 5 }), "InvalidArgument", "error_type");
      for (const bad of [undefined, null, true, {}]) await rejects(tested.getSyncErrorsByTransaction(bad), "InvalidArgument", "transactionId");
      for (const bad of [5, "x", null, undefined]) await rejects(tested.saveSyncError(bad), "InvalidRecord");
      await rejects(tested.saveSyncError({ timestamp: "soon" }), "InvalidRecord", "timestamp");
    }),

  "a row whose data is not what its type needs is set aside, and says why": (kit) =>
    desk(kit, async ({ manager }) => {
      const pos = till();
      const tested = manager({ pos });
      for (const bad of ["a text", 5, [order("a")], true]) await tested.addToSyncQueue("order", bad);
      for (const bad of [{ id: 7 }, { updates: {} }, { id: null, updates: {} }, 5]) await tested.addToSyncQueue("session_update", bad);
      await tested.addToSyncQueue("order", order("good"));
      equal(await tested.syncOfflineTransactions(), { synced: 1, rejected: 8, retried: 0 });
      equal(pos.calls.filter(([method]) => method !== "searchRead").map(([, , [{ uuid }]]) => uuid), ["good"]);
      ok((await tested.getRejected()).every(({ last_error }) => last_error.length > 10));
    }),

  "a database that is closed says so": (kit) =>
    desk(kit, async ({ manager, another }) => {
      const closed = await another();
      const tested = manager({ transport: transport(), database: closed });
      closed.close();
      await rejects(tested.addToSyncQueue("order", order("a")), "Closed");
      await rejects(tested.commitSale({ order: order("a") }), "Closed");
      await rejects(tested.updatePendingCount(), "Closed");
      await rejects(tested.init(), "Closed");
      await closed.init();
      equal((await tested.addToSyncQueue("order", order("a"))).sequence, 1);
    }),
};
