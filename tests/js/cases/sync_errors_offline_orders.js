import { daysAgo, equal, ok, onDisk, rejects } from "../assert.js";

const messages = (rows) => rows.map((row) => row.error_message);

async function fill(db) {
  for (let at = 0; at < 10; at++) {
    await db.saveSyncError({
      error_message: `e${at}`,
      error_type: at % 2 ? "network" : "validation",
      transaction_id: at < 3 ? "t1" : at,
      timestamp: daysAgo(9.5 - at),
    });
  }
}

export default {
  "a failure gets what it lacks and an id": async ({ db }) => {
    const saved = await db.saveSyncError({ error_message: "no route" });
    equal(typeof saved.id, "number");
    equal([saved.transaction_id, saved.attempts, saved.context, saved.error_type], [null, 0, {}, "unknown"]);
    equal(await db.getSyncError(saved.id), saved);
    equal(await db.getSyncError(999), undefined);
    equal((await db.saveSyncError({})).id, saved.id + 1);
  },
  "failures come newest first, limited in the index": async ({ db }) => {
    await fill(db);
    equal(messages(await db.getSyncErrors()), ["e9", "e8", "e7", "e6", "e5", "e4", "e3", "e2", "e1", "e0"]);
    equal(messages(await db.getSyncErrors({ limit: 2 })), ["e9", "e8"]);
    equal(db.status().lastQuery.index, "timestamp");
    equal(messages(await db.getSyncErrors({ limit: 2, error_type: "validation" })), ["e8", "e6"]);
    equal(db.status().lastQuery.index, "error_timestamp");
    equal(messages(await db.getSyncErrors({ error_type: "network", limit: undefined })), ["e9", "e7", "e5", "e3", "e1"]);
    equal(await db.getSyncErrors({ limit: 0 }), []);
    equal(await db.getSyncErrors({ error_type: "none" }), []);
    for (const limit of [-1, 1.5, NaN, "2"]) await rejects(db.getSyncErrors({ limit }), "InvalidArgument", "limit");
  },
  "failures are found by transaction, counted and cleared": async ({ db }) => {
    await fill(db);
    equal(messages(await db.getSyncErrorsByTransaction("t1")), ["e0", "e1", "e2"]);
    equal(await db.getSyncErrorCount(), 10);
    equal(await db.clearOldSyncErrors(), 3);
    equal(await db.clearOldSyncErrors(Date.now() - 5 * 86_400_000), 2, "a number above 365 is a time");
    const [newest] = await db.getSyncErrors({ limit: 1 });
    equal(await db.deleteSyncError(newest.id), true);
    equal(await db.getSyncErrorCount(), 4);
    equal(await db.clearAllSyncErrors(), true);
    equal(await db.getSyncErrorCount(), 0);
  },
  "an offline order gets what it lacks": async ({ db, database }) => {
    const saved = await db.saveOfflineOrder({ pos_session_id: 3, lines: [new Date(1)] });
    equal([saved.synced, saved.sync_attempts], [false, 0]);
    ok(saved.created_at && saved.offline_id);
    equal(await db.get("pos_offline_orders", saved.offline_id), saved);
    equal((await onDisk(database, "pos_offline_orders", saved.offline_id)).synced, 0);
    await db.saveOfflineOrder({ offline_id: "mine", uuid: "a" });
    await rejects(db.saveOfflineOrder({ offline_id: "mine", uuid: "b" }), "Constraint");
  },
  "unsynced offline orders come by the index, oldest first, and only synced ones are cleared": async ({ db }) => {
    await db.saveOfflineOrder({ offline_id: "a", created_at: daysAgo(20) });
    await db.saveOfflineOrder({ offline_id: "b", created_at: daysAgo(30) });
    await db.saveOfflineOrder({ offline_id: "c", created_at: daysAgo(30) });
    equal(await db.markOfflineOrderSynced("c"), true);
    equal(await db.markOfflineOrderSynced("x"), false);
    equal((await db.getUnsyncedOfflineOrders()).map((row) => [row.offline_id, row.synced]), [["b", false], ["a", false]]);
    equal(db.status().lastQuery.index, "synced");
    equal(await db.getUnsyncedOfflineOrderCount(), 2);
    equal(await db.incrementOfflineOrderAttempt("a"), 1);
    equal(await db.incrementOfflineOrderAttempt("x"), 0);
    equal(await db.clearOldOfflineOrders(), 1);
    equal(await db.clearOldOfflineOrders(0), 0);
    equal(await db.deleteOfflineOrder("a"), true);
    equal((await db.getAll("pos_offline_orders")).map((row) => row.offline_id), ["b"]);
  },
};
