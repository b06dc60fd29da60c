import { equal, ok, rejects } from "../assert.js";
import { handle, PRODUCTS, SEGMENT_ROWS, settled } from "../shelves.js";

const ids = (rows) => rows.map((row) => row.id);
const rows = (from, until, more) => Array.from({ length: until - from }, (_, at) => ({ id: from + at, ...more }));
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** How many transactions begin to write while `action` runs. */
async function writesOf(action) {
  const { transaction } = IDBDatabase.prototype;
  let count = 0;
  IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
    count += mode === "readwrite";
    return transaction.call(this, stores, mode, ...more);
  };
  try {
    await action();
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  return count;
}

export default {
  "long changes that are under way at once lose nothing of each other": async (context) => {
    const { db } = context;
    // Whole segments: such a change begins from what is known, without a look at the disk.
    const COUNT = 2 * SEGMENT_ROWS;
    const list = (from) => Array.from({ length: COUNT }, (_, at) => ({ id: from + at, name: `Product ${from + at}`, barcode: `b${from + at}` }));
    equal(await db.getProductCount(), 0);
    for (let round = 0; round < 3; round += 1) {
      const from = round * 100_000;
      await Promise.all([
        db.applyDelta({ upserts: list(from) }),
        db.bulkSave(PRODUCTS, list(from + 10_000), { mode: "all-or-nothing" }),
        db.bulkSave(PRODUCTS, list(from + 30_000)),
        db.applyDelta({ upserts: list(from + 40_000), watermark: String(round) }),
      ]);
      const again = await handle(context);
      equal([await db.getProductCount(), await again.getProductCount()], [4 * COUNT * (round + 1), 4 * COUNT * (round + 1)], `round ${round}`);
      equal(await again.getWatermark(), String(round));
      for (const at of [0, 10_000, 30_000, 40_000]) {
        for (const row of [0, COUNT - 1]) equal((await again.getProduct(from + at + row))?.id, from + at + row);
      }
      again.close();
    }
  },
  "a delta deletes, inserts, replaces and keeps its watermark in one transaction": async (context) => {
    const { db } = context;
    await db.bulkSaveProducts(rows(0, 3_000, { name: "old" }));
    let report;
    const delta = { store: PRODUCTS, upserts: rows(1_000, 4_000, { name: "new" }), deletes: [0, 1, 500, 99_999], watermark: "2026-01-07 10:00:00" };
    equal(await writesOf(async () => (report = await db.applyDelta(delta))), 1);
    equal(report, { saved: 3_000, deleted: 4 });
    for (const way of [db, await handle(context)]) {
      equal(await way.getProductCount(), 3_997);
      const all = await way.getAllProducts();
      equal(all.filter((row) => row.name === "old").length, 997);
      ok(all.every((row) => ISO.test(row.cached_at)), "each says when it was loaded");
      equal([await way.getProduct(1), (await way.getProduct(3_999)).name], [null, "new"]);
      equal(await way.getWatermark(), "2026-01-07 10:00:00");
      if (way !== db) way.close();
    }
    equal(db.status().lastWrite, { stores: ["pos_catalog"], durability: "relaxed" });
  },
  "what is deleted and inserted in one delta is inserted, and of two with one key the last counts": async ({ db }) => {
    await db.put(PRODUCTS, { id: 1, name: "old", note: 1 });
    equal(await db.applyDelta({ upserts: [{ id: 1, name: "first" }, { id: 2 }, { id: 1, name: "last" }], deletes: [1, 2] }), { saved: 3, deleted: 2 });
    const [first, second] = await db.getAllProducts();
    equal([first.name, first.note, second.id], ["last", undefined, 2]);
    equal(await db.getProductCount(), 2);
  },
  "one bad record rejects it all: its position, nothing changed, the watermark as before": async (context) => {
    const { db } = context;
    await db.applyDelta({ upserts: rows(0, 5, { name: "old" }), watermark: "before" });
    const throwing = { id: 9, get name() { throw new Error("no name"); } };
    for (const bad of [null, {}, { id: NaN }, { id: 9, f() {} }, throwing, "text", { id: 9, deep: { s: Symbol("s") } }]) {
      const upserts = [...rows(0, 1_500, { name: "new" }), bad, ...rows(1_500, 2_000), { id: null }];
      const error = await rejects(settled(db.applyDelta({ upserts, deletes: [4], watermark: "after" }), "the delta"), "InvalidRecord");
      equal(error.position, 1_500, error.message);
      ok(error.message.includes("1500"), error.message);
      for (const way of [db, await handle(context)]) {
        equal((await way.getAllProducts()).map((row) => row.name), Array(5).fill("old"));
        equal(await way.getWatermark(), "before");
        if (way !== db) way.close();
      }
    }
    const error = await rejects(db.applyDelta({ upserts: [{ id: 1 }, { id: 9, f() {} }] }), "InvalidRecord", "f");
    equal([error.field, error.position, error.cause?.name], ["f", 1, "DataCloneError"]);
  },
  "the watermark stays unless given, is forgotten when null, and is one per list": async (context) => {
    const { db } = context;
    const lists = ["pos_products", "pos_categories", "pos_payment_methods", "pos_taxes"];
    for (const store of lists) equal(await db.getWatermark(store), null);
    for (const store of lists) await db.applyDelta({ store, upserts: [{ id: 1 }], watermark: `of ${store}` });
    const areAll = async (way) => {
      for (const store of lists) equal(await way.getWatermark(store), `of ${store}`);
      equal([await way.getWatermark(), await way.getWatermark(undefined), await way.getWatermark(null)], Array(3).fill("of pos_products"));
    };
    await areAll(db);
    await db.applyDelta({ upserts: [{ id: 2 }] });
    await db.applyDelta({ upserts: [{ id: 2 }], watermark: undefined });
    await db.applyDelta({ deletes: [2] });
    await db.applyDelta({});
    await db.bulkSaveProducts(rows(0, 2_000));
    await db.put(PRODUCTS, { id: 1 });
    await db.bulkDelete(PRODUCTS, ids(rows(0, 1_999)));
    await areAll(db);
    const again = await handle(context);
    await areAll(again);
    again.close();
    await db.applyDelta({ store: "pos_taxes", watermark: null });
    equal([await db.getWatermark("pos_taxes"), await db.getWatermark()], [null, "of pos_products"]);
    await db.applyDelta({ store: "pos_taxes", watermark: "" });
    equal(await db.getWatermark("pos_taxes"), "");
    await db.clearAllTaxes();
    equal([await db.getWatermark("pos_taxes"), await db.getWatermark("pos_categories")], [null, "of pos_categories"]);
    await db.clear(PRODUCTS);
    equal([await db.getWatermark(), await db.getWatermark("pos_categories")], [null, "of pos_categories"]);
    await db.applyDelta({ watermark: "again" });
    await db.clearAllPOSData();
    for (const store of lists) equal(await db.getWatermark(store), null);
  },
  "a delta that makes no sense is refused, and says which argument": async ({ db }) => {
    for (const [delta, text] of [
      [undefined, "delta"], [null, "delta"], [5, "delta"], ["pos_products", "delta"],
      [{ store: "orders" }, "store"], [{ store: 5 }, "store"], [{ store: "" }, "store"],
      [{ upserts: {} }, "upserts"], [{ upserts: "x" }, "upserts"], [{ deletes: 5 }, "deletes"], [{ deletes: [1, null] }, "deletes"], [{ deletes: [true] }, "deletes"],
      [{ watermark: 5 }, "watermark"], [{ watermark: new Date() }, "watermark"], [{ upsert: [] }, "upsert"],
    ]) {
      const error = await rejects(settled(Promise.resolve().then(() => db.applyDelta(delta)), JSON.stringify(delta)), "InvalidArgument", text);
      equal(error.position, undefined);
    }
    for (const store of ["orders", 5, {}, "pos_catalog"]) await rejects(db.getWatermark(store), "InvalidArgument", "store");
    equal([await db.getProductCount(), await db.getWatermark()], [0, null]);
    equal(await db.applyDelta({ store: null, upserts: null, deletes: null }), { saved: 0, deleted: 0 });
  },
  "the products of a category and of all below it, in a tree with a ring, Odoo's pairs and strangers": async ({ db }) => {
    equal(await db.getProductsByCategory(1, { subcategories: true }), [], "with no categories at all");
    await db.saveCategories([
      { id: 1, parent_id: false }, { id: 2, parent_id: 1 }, { id: 3, parent_id: [1, "One"] }, { id: 4, parent_id: [3, "Three"] }, { id: 5, parent_id: 4 },
      { id: 10, parent_id: 12 }, { id: 11, parent_id: [10, "Ten"] }, { id: 12, parent_id: 11 }, { id: 20, parent_id: 20 }, { id: "text", parent_id: 5 }, { id: 30, parent_id: 99 }, { id: 31 },
      { id: 32, parent_id: null },
    ]);
    const places = [1, 2, [2, "b"], 3, [3, "c"], 4, [5, "e"], 10, 11, [12, "l"], 20, "text", ["text", "t"], 30, 99, false, undefined, [1, "a"]];
    await db.bulkSave(PRODUCTS, places.map((categ_id, at) => ({ id: 100 - at, categ_id })));
    const below = async (id) => ids(await db.getProductsByCategory(id, { subcategories: true })).sort((a, b) => b - a);
    const of = (...categories) => places.flatMap((place, at) => (categories.includes(Array.isArray(place) ? place[0] : place) ? [100 - at] : []));
    equal(await below(1), of(1, 2, 3, 4, 5, "text"));
    equal(await below(3), of(3, 4, 5, "text"));
    equal(await below(2), of(2));
    for (const id of [10, 11, 12]) equal(await below(id), of(10, 11, 12), "a ring");
    equal(await below(20), of(20));
    equal(await below(99), of(99, 30), "a category that is not there");
    equal(await below(7), []);
    equal(ids(await db.getProductsByCategory(1)).sort((a, b) => b - a), of(1));
    equal(ids(await db.getProductsByCategory(1, { subcategories: false })), ids(await db.getProductsByCategory(1)));
    equal(new Set(await below(1)).size, (await below(1)).length, "each once");
    await db.clearAllCategories();
    equal(await below(1), of(1), "nothing is remembered of the tree");
    await rejects(settled(db.getProductsByCategory(null), "it"), "InvalidArgument", "categoryId");
    await rejects(settled(db.getProductsByCategory(1, { subcategory: true }), "it"), "InvalidArgument", "subcategory");
    await rejects(settled(db.getProductsByCategory(1, 5), "it"), "InvalidArgument", "options");
  },
  "prices between bounds, the cheapest first": async ({ db }) => {
    const prices = [5, 1, 2.5, 10, -3, 0, 2.5, Infinity, -Infinity, "4", null, false, NaN, undefined, 1e-9, 2.500001];
    await db.bulkSave(PRODUCTS, prices.map((list_price, id) => ({ id, list_price })));
    const between = async (...bounds) => ids(await db.getProductsByPrice(...bounds));
    equal(await between(), [8, 4, 5, 14, 1, 2, 6, 15, 0, 3, 7], "what has no price is left out");
    equal(await between(null, undefined), await between());
    equal(await between(2.5, 2.5), [2, 6], "both bounds are part of it, and of one price the smaller key comes first");
    equal(await between(0), [5, 14, 1, 2, 6, 15, 0, 3, 7]);
    equal(await between(null, 1), [8, 4, 5, 14, 1]);
    equal(await between(3, 2), []);
    equal(await between(-0, 0), [5]);
    equal(await between(Infinity, Infinity), [7]);
    await db.put(PRODUCTS, { id: 2, list_price: 100 });
    await db.delete(PRODUCTS, 6);
    equal(await between(2, 3), [15]);
    for (const [bounds, text] of [[["5"], "from"], [[NaN], "from"], [[0, "x"], "to"], [[0, NaN], "to"], [[{}], "from"], [[0, true], "to"]]) {
      await rejects(settled(Promise.resolve().then(() => db.getProductsByPrice(...bounds)), "it"), "InvalidArgument", text);
    }
  },
  "explain and status say what serves": async ({ db }) => {
    await db.bulkSave(PRODUCTS, rows(0, 10, { barcode: "b", list_price: 1, categ_id: 1 }));
    const last = async (asking) => (await asking, db.status().lastQuery.index);
    equal(await last(db.getProduct(1)), "primary key");
    equal(await last(db.getAllProducts()), "primary key");
    equal(await last(db.getProductByBarcode("b")), "barcode");
    equal(await last(db.getProductByDefaultCode("b")), "default_code");
    equal(await last(db.getProductsByCategory(1)), "categ_id");
    equal(await last(db.getProductsByPrice(0, 1)), "list_price");
    equal(await last(db.searchProducts("b")), "search");
    equal(await last(db.query(PRODUCTS, { index: "barcode", only: "b" })), "barcode");
    equal(db.status().lastQuery, { store: PRODUCTS, index: "barcode", missingIndex: null });
    equal(await last(db.query(PRODUCTS, { index: "name", prefix: "b" })), "scan");
    equal(db.status().lastQuery.missingIndex, "name");
    equal(await db.explain(PRODUCTS), { store: PRODUCTS, index: "primary key", missingIndex: null, durability: "relaxed" });
    equal((await db.explain(PRODUCTS, { index: "default_code", only: "x" })).index, "default_code");
    equal((await db.explain(PRODUCTS, { index: "default_code", prefix: "x" })).index, "scan");
    await rejects(db.query(PRODUCTS, { index: "list_price" }), "InvalidArgument", "barcode");
    await rejects(db.explain(PRODUCTS, { index: "x" }), "InvalidArgument", "barcode");
  },
  "the store of the pages is none that a caller can ask or change": async ({ db }) => {
    await db.put(PRODUCTS, { id: 1 });
    for (const call of [() => db.query("pos_catalog"), () => db.count("pos_catalog"), () => db.put("pos_catalog", { id: 1 }), () => db.clear("pos_catalog")]) {
      await rejects(settled(call(), String(call)), "InvalidArgument", "pos_catalog");
    }
    equal(await db.getProductCount(), 1);
  },
  "reports and progress of a save are as in every other store": async ({ db }) => {
    const list = rows(0, 2 * SEGMENT_ROWS + 10);
    list[5] = { name: "no key" };
    list[SEGMENT_ROWS] = { id: 3, f() {} };
    const progress = [];
    const report = await db.bulkSave(PRODUCTS, list, { chunkSize: SEGMENT_ROWS, onProgress: (value) => progress.push(value) });
    equal([report.requested, report.saved], [list.length, list.length - 2]);
    equal(report.failures.map(({ position, key, code, field }) => [position, key, code, field]), [[5, undefined, "InvalidRecord", "id"], [SEGMENT_ROWS, 3, "InvalidRecord", "f"]]);
    equal(progress.map(({ done, saved }) => [done, saved]), [[2_048, 2_047], [4_096, 4_094], [4_106, 4_104]]);
    equal(await db.getProductCount(), list.length - 2);
    const nothing = await db.bulkSave(PRODUCTS, [{ id: 9_999 }, null, { id: {} }], { mode: "all-or-nothing" });
    equal([nothing.saved, nothing.failures.map((failure) => failure.position)], [0, [1, 2]]);
    equal(await db.getProduct(9_999), null);
    equal(await db.put("pos_taxes", { id: ["a", 1] }), ["a", 1], "the key is given back");
    equal((await db.bulkDelete(PRODUCTS, [1, 1, 77_777])), 3);
    await rejects(db.bulkDelete(PRODUCTS, [2, null]), "InvalidArgument", "keys[1]");
    ok(await db.getProduct(2), "nothing is deleted when one is no key");
  },
};
