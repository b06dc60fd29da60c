import { equal, ok, promised, rejects } from "../assert.js";

const next = (event) => new Promise((resolve) => window.addEventListener(event, resolve, { once: true }));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A connection that keeps others waiting. */
async function stubborn(database, version) {
  return promised(indexedDB.open(database, version));
}

/** Real requests that fail, with the words of Chromium. */
function opensAgainAfter(gone) {
  return async ({ OfflineDB, database }) => {
    const { open } = IDBFactory.prototype;
    let failing = 2;
    IDBFactory.prototype.open = function (name, version) {
      if (failing-- <= 0) return open.call(this, name, version);
      const request = open.call(this, name, 1);
      Object.defineProperty(request, "error", { value: gone });
      return request;
    };
    try {
      const db = new OfflineDB({ name: database });
      equal(await db.getAllOrders(), []);
      db.close();
      failing = 3;
      await db.init();
      db.close();
      failing = Infinity;
      const error = await rejects(new OfflineDB({ name: database }).getAllOrders(), "ConnectionLost", "reload");
      ok(error.cause === gone);
    } finally {
      IDBFactory.prototype.open = open;
    }
  };
}

export default {
  "close during an operation gives Closed, and init opens again": async ({ db }) => {
    const saving = db.saveTransaction({ id: 1 });
    db.close();
    await rejects(saving, "Closed");
    ok(!db.isReady());
    await rejects(db.getAllOrders(), "Closed", "init()");
    db.close();
    await db.init();
    ok(db.isReady());
    equal(await db.getAllOrders(), []);
  },
  "close in the middle of a bulk save keeps what is committed and ends the rest": async ({ db, database, OfflineDB }) => {
    const list = Array.from({ length: 50 }, (_, id) => ({ id }));
    const error = await rejects(db.bulkSave("pos_products", list, { chunkSize: 10, onProgress: ({ done }) => done === 20 && db.close() }), "Closed");
    equal(error.saved, 20);
    const again = new OfflineDB({ name: database });
    equal(await again.count("pos_products"), 20);
    again.close();
  },
  "a call before init opens the database": async ({ OfflineDB, database }) => {
    const db = new OfflineDB({ name: database });
    equal(await db.getPendingTransactionCount(), 0);
    ok(db.isReady());
    db.close();
  },
  "a dead connection is replaced and the operation runs again": async ({ db }) => {
    await db.saveTransaction({ id: "before" });
    // What the browser does when its backend is gone: the handle is dead and nobody is told.
    db.getNewTransaction("orders").db.close();
    await db.saveTransaction({ id: "after" });
    equal(await db.getPendingTransactionCount(), 2);
    equal(db.status().reopened, 1);
  },
  "a backing store that is gone for a moment is opened again": opensAgainAfter(
    new DOMException("Internal error opening backing store for indexedDB.open.", "UnknownError"),
  ),
  "an open that the browser aborts while it clears the storage is tried again": opensAgainAfter(
    new DOMException("The connection was closed.", "AbortError"),
  ),
  "another tab that upgrades is let through at once and listeners are told": async ({ db, database }) => {
    const told = next("pdc-db-versionchange");
    const other = await stubborn(database, 50);
    const { detail } = await told;
    equal(detail.database, database);
    ok(detail.message.includes("upgrades"));
    ok(!db.isReady());
    other.close();
    const error = await rejects(db.getAllOrders(), "SchemaTooNew", "reload");
    equal([error.onDisk, error.supported], [50, 6]);
  },
  "another tab that deletes is let through and the next call starts anew": async ({ db, database }) => {
    await db.saveOrder({ id: 1 });
    const told = next("pdc-db-versionchange");
    await promised(indexedDB.deleteDatabase(database));
    ok((await told).detail.message.includes("deletes"));
    // It was not deleted by `reset()`: what the server may not have comes back.
    equal((await db.getAllOrders()).map(({ id }) => id), [1]);
  },
  "another tab's reset is one for all": async ({ db, database, OfflineDB }) => {
    await db.saveOrder({ id: 1 });
    const other = new OfflineDB({ name: database });
    await other.init();
    await db.saveOrder({ id: 2 });
    await other.reset();
    equal(await db.getAllOrders(), []);
    await db.saveOrder({ id: 3 });
    equal((await other.getAllOrders()).map(({ id }) => id), [3]);
    other.close();
  },
  "a blocked open is reported and ends in Blocked": async ({ OfflineDB, database, db }) => {
    db.close();
    await promised(indexedDB.deleteDatabase(database));
    const other = await stubborn(database, 1);
    const told = next("pdc-db-blocked");
    const late = new OfflineDB({ name: database, timeouts: { open: 50 } });
    await rejects(late.init(), "Blocked", "close the other tabs");
    ok((await told).detail.message.includes("another tab"));
    other.close();
    // The request that was given up arrives late and must not stay open, or this would be blocked.
    await pause(50);
    await promised(indexedDB.deleteDatabase(database));
    await late.init();
    late.close();
  },
  "a blocked reset ends in Blocked and does not hang": async ({ OfflineDB, database }) => {
    const db = new OfflineDB({ name: database, timeouts: { delete: 50 } });
    await db.init();
    const other = await stubborn(database);
    await rejects(db.reset(), "Blocked");
    other.close();
    await db.init();
    equal(await db.reset(), true);
    await db.saveOrder({ id: 1 });
    equal(await db.reset(), true);
    equal(await db.getAllOrders(), [], "reset leaves nothing");
    db.close();
  },
  "a reset and an init at once end with an open, empty database": async ({ db }) => {
    await db.saveOrder({ id: 1 });
    const reset = db.reset();
    await pause(0);
    await Promise.all([reset, db.init(), db.saveOrder({ id: 2 }).catch((error) => equal(error.code, "Closed"))]);
    await db.saveOrder({ id: 3 });
    equal((await db.getAllOrders()).some((order) => order.id === 1), false);
    ok(db.isReady());
  },
  "handles that are used and dropped leave nothing open": async ({ OfflineDB, database }) => {
    for (let at = 0; at < 20; at++) {
      const db = new OfflineDB({ name: database });
      await db.saveOrder({ id: at });
      db.free();
    }
    // Would be blocked by any connection that is still open and deaf; those of this library close at once.
    const heard = [];
    const listen = (event) => heard.push(event);
    window.addEventListener("pdc-db-versionchange", listen);
    await promised(indexedDB.deleteDatabase(database));
    window.removeEventListener("pdc-db-versionchange", listen);
    equal(heard.length, 1, "only the case's own handle was still open");
  },
  "quota is told and a full store is a clear error": async ({ db }) => {
    const quota = await db.checkQuota();
    ok(quota.quota > 0 && quota.percentUsed < 1 && quota.ok === true, JSON.stringify(quota));
    equal(await db.saveWithQuotaCheck("orders", { id: 1 }, async (data, store) => db.put(store, data)), 1);
    await rejects(db.saveWithQuotaCheck("orders", {}, 5), "InvalidArgument", "function");
    const mine = new TypeError("mine");
    const thrown = await db.saveWithQuotaCheck("orders", {}, () => { throw mine; }).catch((error) => error);
    ok(thrown === mine, "what saveFn throws comes back as it was");
  },
  "a quota that is nearly used up is cleaned first, and saveFn is not called when that does not help": async ({ db }) => {
    await db.saveTransaction({ id: "pending", created_at: "2020-01-01T00:00:00.000Z" });
    await db.saveTransaction({ id: "synced", created_at: "2020-01-01T00:00:00.000Z", synced: true });
    let usage = 95;
    const said = navigator.storage.estimate;
    StorageManager.prototype.estimate = async () => ({ usage, quota: 100 });
    try {
      const { salesLeft, ...rest } = await db.checkQuota();
      equal([rest, salesLeft ?? 0], [{ ok: false, usage: 95, quota: 100, percentUsed: 0.95 }, 0]);
      const save = () => { throw new Error("must not be called"); };
      await rejects(db.saveWithQuotaCheck("orders", {}, save), "QuotaExceeded", "QUOTA_EXCEEDED");
      equal((await db.getAll("transactions")).map((row) => row.id), ["pending"]);
      usage = 50;
      equal(await db.saveWithQuotaCheck("orders", 5, (data) => data + 1), 6);
    } finally {
      StorageManager.prototype.estimate = said;
    }
  },
  "the forecast says how many more sales fit, by the size of the last ones": async ({ db }) => {
    const said = navigator.storage.estimate;
    let free = 10_000_000;
    StorageManager.prototype.estimate = async () => ({ usage: 5, quota: 5 + free });
    const left = async (text) => {
      for (let at = 0; at < 40; at += 1) await db.saveTransaction({ type: "order", data: { text } });
      return (await db.checkQuota()).salesLeft;
    };
    try {
      equal((await db.checkQuota()).salesLeft, null, "before the first sale");
      // WebKitGTK has no files in which a sale would be weighed.
      if (!navigator.storage.getDirectory) return equal(await left("x"), null);
      const small = await left("x".repeat(100));
      const large = await left("x".repeat(20_000));
      ok(small > 1_000 && small < 5_000, `about 3 KB each: ${small}`);
      ok(large > 200 && large < 400, `about 35 KB each: ${large}`);
      free = 0;
      equal((await db.checkQuota()).salesLeft, 0);
    } finally {
      StorageManager.prototype.estimate = said;
    }
  },
  "hiding the page removes only what is confirmed and old": async ({ db }) => {
    const old = "2020-01-01T00:00:00.000Z";
    await db.saveTransaction({ id: "pending", created_at: old });
    await db.saveTransaction({ id: "synced", created_at: old, synced: true });
    await db.saveOfflineOrder({ offline_id: "pending", created_at: old });
    await db.saveOfflineOrder({ offline_id: "synced", created_at: old, synced: true });
    await db.saveSyncError({ timestamp: old });
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    delete document.visibilityState;
    while ((await db.getSyncErrorCount()) > 0) await pause(5);
    equal((await db.getAll("transactions")).map((row) => row.id), ["pending"]);
    equal((await db.getAll("pos_offline_orders")).map((row) => row.offline_id), ["pending"]);
  },
  "everything works in a worker, where there is no window": async ({ database }) => {
    const code = `
      import("${location.origin}/pkg/index.js").then(async ({ OfflineDB }) => {
        const db = new OfflineDB({ name: "${database}" });
        await db.init();
        await db.saveTransaction({ id: "from the worker" });
        const rows = await db.getPendingTransactions();
        const quota = await db.checkQuota();
        db.close();
        postMessage({ ids: rows.map((row) => row.id), ok: quota.ok });
      }).catch((error) => postMessage({ error: String(error) }));`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
    const answer = await new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    worker.terminate();
    equal(answer, { ids: ["from the worker"], ok: true });
  },
};
