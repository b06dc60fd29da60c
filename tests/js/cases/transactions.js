import { daysAgo, equal, ok, onDisk, rejects } from "../assert.js";

const ids = (rows) => rows.map((row) => row.id);

export default {
  "a transaction gets what it lacks and the caller's object is left alone": async ({ db, database }) => {
    const given = { type: "order", data: { lines: [{ qty: 1 }], at: new Date(5), raw: new Uint8Array([7]) }, note: undefined };
    const saved = await db.saveTransaction(given);
    equal(Object.keys(given), ["type", "data", "note"]);
    ok(saved.id.startsWith("order_"));
    ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(saved.uuid), saved.uuid);
    equal([saved.synced, saved.attempts, saved.args], [false, 0, []]);
    ok(Math.abs(Date.now() - Date.parse(saved.created_at)) < 60_000);
    equal(await db.get("transactions", saved.id), saved);
    const row = await onDisk(database, "transactions", saved.id);
    equal(row.synced, 0, "the flag is a number on disk");
    equal(row.data, given.data);
  },
  "two sales of the same millisecond are two rows": async ({ db }) => {
    const saved = await Promise.all(Array.from({ length: 200 }, (_, at) => db.saveTransaction({ type: "order", data: at })));
    equal(new Set(ids(saved)).size, 200);
    equal(new Set(saved.map((row) => row.uuid)).size, 200);
    equal(await db.getPendingTransactionCount(), 200);
  },
  "an id that is taken is refused unless it is the same sale": async ({ db }) => {
    const first = await db.saveTransaction({ id: "order_1", type: "order", data: "first" });
    equal((await rejects(db.saveTransaction({ id: "order_1", type: "order", data: "second" }), "Constraint")).index, "id");
    equal((await db.get("transactions", "order_1")).data, "first");
    await db.saveTransaction({ ...first, data: "corrected" });
    equal((await db.get("transactions", "order_1")).data, "corrected");
  },
  "pending transactions come oldest first and by the composite index": async ({ db }) => {
    await db.saveTransaction({ id: "b", created_at: "2026-01-02T00:00:00.000Z" });
    await db.saveTransaction({ id: "c", created_at: new Date("2026-01-03T00:00:00Z") });
    await db.saveTransaction({ id: "a", created_at: "2026-01-01 12:00:00" });
    await db.saveTransaction({ id: "d", created_at: Date.parse("2026-01-04T00:00:00Z") });
    await db.saveTransaction({ id: "done", created_at: "2026-01-01T00:00:00.000Z", synced: true });
    equal(ids(await db.getPendingTransactions()), ["a", "b", "c", "d"]);
    equal(db.status().lastQuery, { store: "transactions", index: "synced_created", missingIndex: null });
    equal(await db.getPendingTransactionCount(), 4);
    equal(db.status().lastQuery.index, "synced_created");
    equal((await db.getPendingTransactions()).every((row) => row.synced === false), true);
  },
  "a transaction is marked, counted and deleted": async ({ db, database }) => {
    const { id } = await db.saveTransaction({ type: "payment" });
    equal(await db.incrementTransactionAttempt(id), 1);
    equal(await db.incrementTransactionAttempt(id), 2);
    equal(await db.incrementTransactionAttempt("absent"), 0);
    equal(await db.markTransactionSynced("absent"), false);
    equal(await db.markTransactionSynced(id), true);
    const row = await db.get("transactions", id);
    equal([row.synced, row.attempts], [true, 2]);
    ok(row.synced_at && row.last_attempt);
    equal((await onDisk(database, "transactions", id)).synced, 1);
    equal(await db.getPendingTransactions(), []);
    equal(await db.deleteTransaction(id), true);
    equal(await db.get("transactions", id), undefined);
  },
  "attempts counted at once are all counted": async ({ db }) => {
    const { id } = await db.saveTransaction({});
    const numbers = await Promise.all(Array.from({ length: 20 }, () => db.incrementTransactionAttempt(id)));
    equal([...numbers].sort((a, b) => a - b), Array.from({ length: 20 }, (_, at) => at + 1));
  },
  "only confirmed transactions are ever cleared": async ({ db }) => {
    await db.saveTransaction({ id: "old pending", created_at: daysAgo(900) });
    await db.saveTransaction({ id: "old synced", created_at: daysAgo(31), synced: true });
    await db.saveTransaction({ id: "new synced", created_at: daysAgo(1), synced: true });
    equal(await db.clearOldTransactions(), 1);
    equal(ids(await db.getAll("transactions")), ["new synced", "old pending"]);
    equal(await db.clearOldTransactions(Date.now()), 1, "a number above 365 is a time");
    equal(await db.clearOldTransactions(0), 0);
    equal(ids(await db.getAll("transactions")), ["old pending"]);
    for (const bad of [-1, NaN, "soon", null, {}]) await rejects(db.clearOldTransactions(bad), "InvalidArgument");
  },
  "a time that is no date is refused and nothing is saved": async ({ db }) => {
    for (const created_at of ["yesterday", "order 1", "2026-13-45T00:00:00Z", NaN, new Date(NaN), {}, true, []]) {
      equal((await rejects(db.saveTransaction({ created_at }), "InvalidRecord")).field, "created_at");
    }
    equal(await db.count("transactions"), 0);
  },
  "an uncloneable field is named": async ({ db }) => {
    const error = await rejects(db.saveTransaction({ type: "order", data: { done() {} } }), "InvalidRecord", "data");
    equal(error.field, "data.done");
    ok(error.cause instanceof DOMException, "the browser's exception is the cause");
    await rejects(db.saveTransaction({ get data() { throw new Error("no"); } }), "InvalidRecord");
  },
  "rows of a native transaction are as visible as any other": async ({ db, database }) => {
    const native = db.getNewTransaction(["transactions", "orders"], "readwrite");
    ok(native instanceof IDBTransaction);
    equal(native.durability, "strict");
    const given = { id: "raw", synced: false, created_at: daysAgo(1) };
    native.objectStore("transactions").put(given);
    native.objectStore("transactions").add({ id: "no flag and no time" });
    native.objectStore("orders").put({ id: 1, state: "draft", date_order: daysAgo(0) });
    let refused;
    try {
      native.objectStore("transactions").put({ id: "bad", created_at: "soon" });
    } catch (error) {
      refused = error.code;
    }
    await new Promise((resolve) => (native.oncomplete = resolve));
    equal(refused, "InvalidRecord");
    equal(given.synced, false, "the caller's object is left alone");
    equal(ids(await db.getPendingTransactions()), ["raw", "no flag and no time"]);
    equal((await onDisk(database, "transactions", "raw")).synced, 0);
    equal(ids(await db.getPendingOrders()), [1]);
  },
  "the escape hatch refuses what makes no sense": async ({ db }) => {
    const refused = (...args) => {
      try {
        db.getNewTransaction(...args);
      } catch (error) {
        return error.code;
      }
    };
    equal(refused("nowhere"), "InvalidArgument");
    equal(refused([], "readonly"), "InvalidArgument");
    equal(refused("orders", "versionchange"), "InvalidArgument");
    equal(db.getNewTransaction("orders").mode, "readonly");
    db.close();
    equal(refused("orders"), "Closed");
  },
};
