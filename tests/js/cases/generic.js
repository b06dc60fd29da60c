import { equal, namesTheIndex, ok, onDisk, rejects } from "../assert.js";

const ids = (rows) => rows.map((row) => row.id);
const STORE = {
  name: "loyalty",
  keyPath: "id",
  indexes: [
    { name: "paid_points", keyPath: ["paid", "points"] },
    { name: "name", keyPath: "name" },
    { name: "tags", keyPath: "tags", multiEntry: true },
    { name: "card", keyPath: "card", unique: true },
  ],
  flags: ["paid"],
  durability: "relaxed",
};

async function loyalty({ OfflineDB, database }) {
  const db = new OfflineDB({ name: database, stores: [STORE] });
  await db.init();
  await db.bulkSave("loyalty", [
    { id: 1, name: "ann", points: 5, paid: true, tags: ["x", "y"], card: "c1" },
    { id: 2, name: "anna", points: 7, paid: false, tags: ["y"], card: "c2" },
    { id: 3, name: "bob", points: 6, paid: false, tags: [] },
    { id: 4, name: "ann\uFFFD", points: 1, paid: true },
  ]);
  return db;
}

export default {
  "a store of the caller's joins an existing database, and a second one later": async (context) => {
    const { database, OfflineDB, db: first } = context;
    await first.saveTransaction({ id: "kept" });
    const db = await loyalty(context);
    equal(ids(await db.getPendingTransactions()), ["kept"]);
    equal((await onDisk(database, "loyalty", 1)).paid, 1);
    equal((await db.get("loyalty", 1)).paid, true);
    const more = new OfflineDB({ name: database, stores: [STORE, { name: "notes", keyPath: ["shop", "no"] }] });
    await more.init();
    equal(await more.put("notes", { shop: "s", no: 1, text: "t" }), ["s", 1]);
    equal(await more.get("notes", ["s", 1]), { shop: "s", no: 1, text: "t" });
    equal(await more.count("loyalty"), 4);
    // The first handle knows nothing of the new stores and still works.
    await first.init();
    equal(ids(await first.getPendingTransactions()), ["kept"]);
    more.close();
    db.close();
  },
  "tabs that bring different stores at once agree": async ({ OfflineDB, database }) => {
    const tabs = ["a", "b", "c", "d"].map((name) => new OfflineDB({ name: database, stores: [{ name, keyPath: "id" }] }));
    await Promise.all(tabs.map((db, at) => db.put("abcd"[at], { id: at })));
    for (const [at, db] of tabs.entries()) {
      equal(await db.getAll("abcd"[at]), [{ id: at }]);
      await db.saveTransaction({ type: "order" });
    }
    equal(await tabs[0].getPendingTransactionCount(), 4);
    tabs.forEach((db) => db.close());
  },
  "queries by prefix, range, order and limit": async (context) => {
    const db = await loyalty(context);
    const query = async (options) => ids(await db.query("loyalty", options));
    equal(await query({ index: "paid_points", prefix: [false] }), [3, 2]);
    equal(await query({ index: "paid_points", prefix: true }), [4, 1]);
    equal(await query({ index: "paid_points", prefix: [false], order: "desc" }), [2, 3]);
    equal(await query({ index: "paid_points", prefix: [false], order: "desc", limit: 1 }), [2]);
    equal(await query({ index: "paid_points", from: [false, 7], to: [true, 1] }), [2, 4]);
    equal(await query({ index: "paid_points", only: [true, 5] }), [1]);
    equal(await query({ index: "name", prefix: "ann" }), [1, 2, 4]);
    equal(await query({ index: "name", from: "anna" }), [2, 4, 3]);
    equal(await query({ index: "name", to: "ann" }), [1]);
    equal(await query({ index: "tags", only: "y" }), [1, 2]);
    equal(await query({ from: 2, to: 3 }), [2, 3]);
    equal(await query({ limit: 2 }), [1, 2]);
    equal(await query({ order: "desc", limit: 2 }), [4, 3]);
    equal(await query({ limit: 0 }), []);
    equal(await query({ limit: Infinity }), [1, 2, 3, 4]);
    equal(await query({ from: 3, to: 2 }), [], "an inverted range is empty");
    equal(ids(await db.getAll("loyalty", { order: "desc" })), [4, 3, 2, 1]);
    equal(await db.count("loyalty", { index: "paid_points", prefix: [false] }), 2);
    equal(await db.count("loyalty", { from: 5, to: 1 }), 0);
    equal(await db.explain("loyalty", { index: "name" }), { store: "loyalty", index: "name", missingIndex: null, durability: "relaxed" });
    equal((await db.explain("orders")).index, "primary key");
    equal((await db.explain("orders")).durability, "strict");
    db.close();
  },
  "a query that makes no sense is refused in words": async (context) => {
    const db = await loyalty(context);
    for (const [query, text] of [
      [{ index: "nmae" }, "paid_points, name"],
      [{ indx: "name" }, "unknown option"],
      [{ index: "name", prefix: "a", from: "b" }, "prefix"],
      [{ limit: -1 }, "whole number"],
      [{ limit: 1.5 }, "whole number"],
      [{ order: "down" }, "asc, desc"],
      [{ only: true }, "boolean"],
      [{ only: NaN }, "NaN"],
      [{ only: {} }, "an object"],
      [{ only: [[null]] }, "an array"],
      [{ from: new Date(NaN) }, "invalid Date"],
      ["name", "must be an object"],
    ]) {
      await rejects(db.query("loyalty", query), "InvalidArgument", text);
    }
    await rejects(db.query("loyality"), "InvalidArgument", "loyalty");
    await rejects(db.get("loyalty", undefined), "InvalidArgument", "undefined");
    await rejects(db.get(5, 5), "InvalidArgument", "store");
    await rejects(db.delete("loyalty", null), "InvalidArgument", "null");
    db.close();
  },
  "put, get, delete, bulkDelete and clear": async (context) => {
    const { db } = context;
    equal(await db.put("orders", { id: "o", any: new Set([1]) }), "o");
    equal(await db.get("orders", "o"), { id: "o", any: new Set([1]) });
    equal(db.status().lastWrite, { stores: ["orders"], durability: "strict" });
    await db.put("orders", { id: "p" }, { durability: "relaxed" });
    equal(db.status().lastWrite.durability, "relaxed");
    await db.put("config", { key: "k" });
    equal(db.status().lastWrite.durability, "relaxed");
    await db.put("config", { key: "k" }, { durability: "strict" });
    equal(db.status().lastWrite.durability, "strict");
    await rejects(db.put("config", { key: "k" }, { durability: "sure" }), "InvalidArgument");
    equal(await db.delete("orders", "o"), true);
    equal(await db.delete("orders", "o"), true);
    equal(await db.bulkDelete("orders", ["p", "q"]), 2);
    equal(await db.count("orders"), 0);
    await rejects(db.bulkDelete("orders", ["a", null]), "InvalidArgument", "keys[1]");
    await rejects(db.bulkDelete("orders", "a"), "InvalidArgument", "array");
    await db.put("orders", { id: 1 });
    equal(await db.clear("orders"), true);
    equal(await db.count("orders"), 0);
  },
  "a record that cannot be stored is refused and nothing else is lost": async (context) => {
    const db = await loyalty(context);
    await rejects(db.put("loyalty", { name: "no key" }), "InvalidRecord", "id");
    await rejects(db.put("loyalty", { id: NaN }), "InvalidRecord", "NaN");
    await rejects(db.put("loyalty", { id: 9, f: Symbol("s") }), "InvalidRecord", "f");
    const clash = await rejects(db.put("loyalty", { id: 9, card: "c1" }), "Constraint");
    equal(clash.index, namesTheIndex() ? "card" : undefined);
    ok(clash.cause instanceof DOMException);
    equal(await db.count("loyalty"), 4);
    equal(await db.put("loyalty", { id: 9, big: "x".repeat(1_000_000) }), 9, "a text of 1 MB");
    equal((await db.get("loyalty", 9)).big.length, 1_000_000);
    db.close();
  },
  "options that make no sense are refused at once": ({ OfflineDB }) => {
    for (const [options, text] of [
      [{ nmae: "x" }, "unknown option"],
      [{ name: 5 }, "name"],
      [{ stores: {} }, "array"],
      [{ stores: [{ name: "orders", keyPath: "id" }] }, "taken"],
      [{ stores: [{ name: "x" }] }, "keyPath"],
      [{ stores: [{ name: "x", keyPath: "" }] }, "key path"],
      [{ timeouts: { open: -1 } }, "milliseconds"],
      [{ timeouts: { open: NaN } }, "milliseconds"],
    ]) {
      try {
        new OfflineDB(options);
      } catch (error) {
        equal(error.code, "InvalidArgument");
        ok(error.message.includes(text), error.message);
        continue;
      }
      throw new Error(`accepted ${JSON.stringify(options)}`);
    }
  },
};
