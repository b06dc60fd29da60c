// The second copy of every sale: what the database loses comes back from it.
import { equal, ok, promised } from "../assert.js";

const SALE = { uuid: "0b5c1d5e-0000-4000-8000-000000000001", total: 2.5 };

/** A manager that sends nothing by itself. */
const till = (SyncManager, database) => new SyncManager({}, { database });

/** Loses the database behind the library's back, as a browser that finds it damaged does. */
async function wipe(database) {
  await promised(indexedDB.deleteDatabase(database));
}

/** What is told of losses while `work` runs. */
async function told(work) {
  const losses = [];
  const hear = ({ detail }) => losses.push(detail);
  addEventListener("pdc-data-loss", hear);
  try {
    await work();
  } finally {
    removeEventListener("pdc-data-loss", hear);
  }
  return losses;
}

export default {
  "a sale has two copies, and the receipt says so": async ({ db, SyncManager }) => {
    const manager = till(SyncManager, db);
    const receipt = await manager.commitSale({ order: SALE, lines: [{ qty: 1 }], payments: [{ amount: 2.5 }] });
    equal([receipt.copies, receipt.durability, receipt.sequence], [2, "strict", 1]);
    const { journal } = db.status();
    equal([journal.copies, journal.problems.filter((text) => !text.includes("there are no files"))], [2, []]);
    ok(Math.abs(Date.now() - Date.parse(journal.copiedAt)) < 60_000);
    manager.destroy();
  },

  "what the server has not confirmed comes back when the database is lost": async ({ db, database, OfflineDB, SyncManager }) => {
    const manager = till(SyncManager, db);
    const receipt = await manager.commitSale({ order: SALE, lines: [{ qty: 1 }], payments: [{ amount: 2.5 }] });
    const queued = await db.saveTransaction({ type: "order", data: { at: new Date(0), big: 1n, none: undefined, odd: NaN } });
    const offline = await db.saveOfflineOrder({ total: 3 });
    const gone = await db.saveTransaction({ type: "order", data: {} });
    await db.deleteTransaction(gone.id);
    await db.markTransactionSynced((await db.saveTransaction({ type: "order", data: {} })).id);
    manager.destroy();
    db.close();
    await wipe(database);
    const again = new OfflineDB({ name: database });
    const losses = await told(() => again.init());
    equal(losses.map(({ lost, restored }) => [lost, restored.orders, restored.offlineOrders]), [["database", 1, 1]]);
    const rows = await again.getPendingTransactions();
    equal(rows.map(({ id }) => id).sort(), [receipt.id, queued.id].sort());
    ok(rows.every(({ uncertain }) => uncertain === true));
    const row = rows.find(({ id }) => id === queued.id);
    ok(row.data.at instanceof Date && row.data.big === 1n && "none" in row.data && Number.isNaN(row.data.odd));
    equal((await again.getUnsyncedOfflineOrders()).map(({ offline_id }) => offline_id), [offline.offline_id]);
    const next = till(SyncManager, again);
    equal((await next.commitSale({ order: { total: 1 }, lines: [], payments: [] })).sequence, 2);
    next.destroy();
    again.close();
  },

  "a row that the database alone has lost comes back": async ({ db, database, OfflineDB }) => {
    const kept = await db.saveTransaction({ type: "order", data: { total: 1 } });
    const lost = await db.saveTransaction({ type: "order", data: { total: 2 } });
    db.close();
    const native = await promised(indexedDB.open(database));
    const transaction = native.transaction("transactions", "readwrite");
    await promised(transaction.objectStore("transactions").delete(lost.id));
    native.close();
    const again = new OfflineDB({ name: database });
    const losses = await told(async () => {
      await again.init();
      // A write waits for the comparison.
      await again.saveTransaction({ type: "order", data: { total: 3 } });
    });
    equal(losses.map(({ lost, restored }) => [lost, restored.transactions]), [["rows", 1]]);
    const ids = (await again.getPendingTransactions()).map(({ id }) => id);
    ok(ids.includes(kept.id) && ids.includes(lost.id));
    again.close();
  },

  "reset deletes the copy as well": async ({ db, database, OfflineDB }) => {
    await db.saveTransaction({ type: "order", data: { total: 1 } });
    await db.reset();
    const losses = await told(async () => {
      await db.init();
      equal(await db.getPendingTransactionCount(), 0);
      db.close();
      const again = new OfflineDB({ name: database });
      await again.init();
      equal(await again.getPendingTransactionCount(), 0);
      again.close();
    });
    equal(losses, []);
  },
};
