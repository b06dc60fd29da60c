import { equal, ok, promised, rejects, same } from "../assert.js";
import { fill, legacyDatabase } from "../legacy.js";
import { eventually, listen } from "../shelves.js";

const T = (day) => `2026-01-0${day}T00:00:00.000Z`;
const ROWS = {
  sessions: [{ id: 1, user_id: 2, created: T(1), lastAccessed: T(2), odd: new Map([[1, 2]]) }],
  users: [{ id: 2, login: "ann", pin: new Uint8Array([1]) }],
  config: [{ key: "k", value: { a: [undefined, null] }, updated: T(1) }],
  transactions: [
    { id: "b", type: "order", synced: false, created_at: T(2), data: { d: new Date(1) }, attempts: 1, uuid: "u2" },
    { id: "a", type: "order", synced: false, created_at: T(1), data: {}, attempts: 0, uuid: "u1" },
    { id: "c", type: "payment", synced: true, created_at: T(3), data: {}, attempts: 0, uuid: "u3", synced_at: T(4) },
    { id: "d", type: "order", synced: false, data: "no time" },
    { id: "e", type: "order", created_at: new Date(T(5)), data: "no flag" },
  ],
  orders: [
    { id: 1, state: "draft", date_order: "2026-01-02 10:00:00", uiState: {}, JSONuiState: "{}" },
    { id: 2, state: "paid", date_order: T(1) },
  ],
  sync_errors: [
    { error_type: "network", timestamp: T(1), transaction_id: "a", error_message: "one" },
    { error_type: "network", timestamp: T(2), transaction_id: null, error_message: "two" },
  ],
  pos_products: [{ id: 1, name: "Desk", barcode: "590", categ_id: 5, cached_at: T(1) }],
  pos_categories: [{ id: 5, name: "Office", parent_id: false }],
  pos_payment_methods: [{ id: 1, name: "Cash" }],
  pos_taxes: [{ id: 1, name: "15%", amount: 15 }],
  pos_offline_orders: [
    { offline_id: "x", synced: false, created_at: T(1), sync_attempts: 2 },
    { offline_id: "y", synced: true, created_at: T(1), sync_attempts: 0 },
  ],
};
const ids = (rows, key = "id") => rows.map((row) => row[key]);

function opensWithEveryRow(version, composite) {
  return async ({ OfflineDB, database }) => {
    const name = `${database}-legacy`;
    const legacy = await legacyDatabase(name, version, { composite });
    await fill(legacy, ROWS);
    const present = [...legacy.objectStoreNames];
    const before = {};
    for (const store of present) before[store] = await promised(legacy.transaction(store).objectStore(store).getAll());
    legacy.close();

    const db = new OfflineDB({ name });
    await db.init();
    equal(db.status().version, 6);
    const after = await db.readAll();
    equal(Object.keys(after).length, 11);
    for (const store of present) {
      equal(after[store].length, before[store].length, `rows of ${store}`);
      for (const [at, row] of before[store].entries()) {
        for (const [field, value] of Object.entries(row)) {
          const isOwned = (store === "transactions" && field === "created_at") || field === "synced";
          if (!isOwned) ok(same(after[store][at][field], value), `${store}.${field} of row ${at} changed`);
        }
      }
    }
    equal(ids(await db.getPendingTransactions()), ["d", "a", "b", "e"], "also rows without a flag or a time");
    equal(db.status().lastQuery.index, "synced_created");
    equal((await db.getPendingTransactions()).map((row) => row.synced), [false, false, false, false]);
    equal(await db.getPendingTransactionCount(), 4);
    equal((await db.get("transactions", "c")).synced, true);
    equal(ids(await db.getPendingOrders()), [1]);
    if (version >= 3) {
      equal(ids(await db.getSyncErrors({ error_type: "network" }), "error_message"), ["two", "one"]);
      equal(db.status().lastQuery.index, "error_timestamp");
    }
    if (version >= 4) {
      equal(ids(await db.getUnsyncedOfflineOrders(), "offline_id"), ["x"]);
      equal((await db.getProductByBarcode("590")).name, "Desk");
    }
    for (const [store, index] of [["transactions", "synced_created"], ["orders", "state_date"], ["sync_errors", "error_timestamp"]]) {
      equal((await db.explain(store, { index })).index, index);
    }
    // And it still works as a till: a legacy row without a uuid can be saved again, one with a uuid is not overwritten.
    await db.saveTransaction({ ...(await db.get("transactions", "d")), attempts: 1 });
    await rejects(db.saveTransaction({ id: "a", type: "order", data: "another sale" }), "Constraint");
    await db.saveTransaction({ type: "order" });
    equal(await db.getPendingTransactionCount(), 5);
    await db.reset();
  };
}

export default {
  "a database of version 1 keeps every row": opensWithEveryRow(1),
  "a database of version 2 keeps every row": opensWithEveryRow(2),
  "a database of version 3 keeps every row": opensWithEveryRow(3),
  "a database of version 4 without the composite indexes keeps every row": opensWithEveryRow(4),
  "a database of version 4 with the composite indexes keeps every row": opensWithEveryRow(4, true),

  "stores that the schema does not name are left alone": async ({ OfflineDB, database }) => {
    const name = `${database}-legacy`;
    const change = (db) => db.createObjectStore("mine", { keyPath: "id" }).createIndex("by", "by");
    const legacy = await legacyDatabase(name, 4, { change });
    await fill(legacy, { mine: [{ id: 1, by: 2 }] });
    legacy.close();
    const db = new OfflineDB({ name });
    await db.init();
    db.close();
    const raw = await promised(indexedDB.open(name));
    const mine = raw.transaction("mine").objectStore("mine");
    equal(await promised(mine.get(1)), { id: 1, by: 2 });
    equal([...mine.indexNames], ["by"]);
    raw.close();
    await db.init();
    await db.reset();
  },

  "a product whose key is half a letter is told and left behind, and none is taken for it": async ({ OfflineDB, database }) => {
    const name = `${database}-half`;
    const legacy = await legacyDatabase(name, 4);
    const keys = [1, "a", "a\ud800", "a\ufffd", "b"];
    await fill(legacy, { pos_products: keys.map((id, at) => ({ id, name: `Product ${at}` })) });
    legacy.close();
    const told = listen(name);
    const db = new OfflineDB({ name });
    equal((await db.getAllProducts()).map(({ id, name }) => [id, name]), [[1, "Product 0"], ["a", "Product 1"], ["a\ufffd", "Product 3"], ["b", "Product 4"]]);
    await eventually(() => told.length > 0, "it is told");
    equal(told.flatMap((detail) => detail.keys), ["a\ud800"]);
    db.close();
  },
  "rows that break a missing unique index do not stop the till": async ({ OfflineDB, database }) => {
    const name = `${database}-legacy`;
    const change = (db, transaction) => transaction.objectStore("users").deleteIndex("login");
    const legacy = await legacyDatabase(name, 4, { change });
    await fill(legacy, { users: [{ id: 1, login: "ann" }, { id: 2, login: "ann" }, { id: 3, login: "bob" }] });
    legacy.close();
    const db = new OfflineDB({ name });
    await db.init();
    equal(ids(await db.getAllUsers()), [1, 2, 3]);
    equal((await db.getUserByLogin("ann")).id, 1);
    equal(db.status().lastQuery.index, "login");
    await db.reset();
  },

  "an index of the right name over the wrong fields is made anew": async ({ OfflineDB, database }) => {
    const name = `${database}-legacy`;
    const change = (db, transaction) => transaction.objectStore("transactions").createIndex("synced_created", ["created_at", "synced"]);
    (await legacyDatabase(name, 4, { change })).close();
    const db = new OfflineDB({ name });
    await db.saveTransaction({ id: "t" });
    equal(ids(await db.getPendingTransactions()), ["t"]);
    equal(db.status().lastQuery.index, "synced_created");
    await db.reset();
  },

  "a store that is missing at the current version is made, and only then the version rises": async ({ OfflineDB, database, db }) => {
    db.close();
    await promised(indexedDB.deleteDatabase(database));
    const request = indexedDB.open(database, 6);
    request.onupgradeneeded = () => request.result.createObjectStore("transactions", { keyPath: "id" });
    (await promised(request)).close();
    const healed = new OfflineDB({ name: database });
    await healed.init();
    equal(healed.status().version, 7);
    equal(await healed.getAllUsers(), []);
    healed.close();
    await healed.init();
    equal(healed.status().version, 7, "once");
    healed.close();
  },

  "an index that is missing on disk is answered by a scan that says so": async ({ OfflineDB, database, db }) => {
    const fresh = await db.readAll();
    db.close();
    await promised(indexedDB.deleteDatabase(database));
    const request = indexedDB.open(database, 6);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("pos_catalog");
      for (const store of Object.keys(fresh)) {
        const keyPath = { config: "key", pos_offline_orders: "offline_id" }[store] ?? "id";
        request.result.createObjectStore(store, { keyPath, autoIncrement: store === "sync_errors" });
      }
    };
    (await promised(request)).close();
    const bare = new OfflineDB({ name: database });
    await bare.init();
    equal(bare.status().version, 6);
    for (const [id, day, synced] of [["a", 2, false], ["c", 3, true], ["b", 1, false], ["d", 4, false]]) {
      await bare.saveTransaction({ id, created_at: T(day), synced });
    }
    equal(ids(await bare.getPendingTransactions()), ["b", "a", "d"], "by time, not by key");
    equal(bare.status().lastQuery, { store: "transactions", index: "scan", missingIndex: "synced_created" });
    equal(await bare.getPendingTransactionCount(), 3);
    const query = { index: "synced_created", prefix: [false], order: "desc", limit: 2 };
    equal(ids(await bare.query("transactions", query)), ["d", "a"]);
    equal(await bare.explain("transactions", query), { store: "transactions", index: "scan", missingIndex: "synced_created", durability: "strict" });
    await bare.saveUser({ id: 1, login: "ann" });
    equal((await bare.saveUser({ id: 2, login: "ann" })).id, 1);
    await bare.saveOrder({ id: 1, state: "draft", date_order: T(2) });
    equal(ids(await bare.getPendingOrders()), [1]);
    await rejects(bare.query("transactions", { index: "never was" }), "InvalidArgument", "synced_created");
    bare.close();
  },

  "an open that waits for a stalled upgrade of another tab ends in Timeout": async ({ OfflineDB, database }) => {
    const name = `${database}-stalled`;
    let stalled = true;
    const request = indexedDB.open(name, 1);
    const other = new Promise((resolve) => {
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore("s");
        const again = () => stalled && (store.get(1).onsuccess = again);
        again();
        resolve();
      };
    });
    await other;
    const db = new OfflineDB({ name, timeouts: { open: 50 } });
    const error = await rejects(db.init(), "Timeout", "Connection timeout");
    ok(error.message.includes(name));
    stalled = false;
    (await promised(request)).close();
    await new OfflineDB({ name }).init();
  },

  "an upgrade that takes too long ends in Timeout and loses nothing": async ({ OfflineDB, database }) => {
    const name = `${database}-slow`;
    const legacy = await legacyDatabase(name, 4);
    await fill(legacy, { transactions: Array.from({ length: 5_000 }, (_, id) => ({ id, synced: false, created_at: T(1) })) });
    legacy.close();
    const hurried = new OfflineDB({ name, timeouts: { open: 1, upgrade: 2 } });
    const error = await rejects(hurried.init(), "Timeout");
    ok(error.message.includes(name));
    const patient = new OfflineDB({ name });
    await patient.init();
    equal(await patient.getPendingTransactionCount(), 5_000);
    await patient.reset();
  },
};
