import { difference } from "../alike.js";
import { equal, ok, promised, rejects } from "../assert.js";
import { handle, listen, PRODUCTS, random } from "../shelves.js";

const ids = (rows) => rows.map((row) => row.id);
const INDEXES = ["barcode", "default_code", "categ_id", "name", "cached_at"];

/** A plain store with the indexes that the products had, and the same rows. */
async function plainStore(database, rows) {
  const request = indexedDB.open(`${database}-plain`);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore("rows", { keyPath: "id" });
    for (const index of INDEXES) store.createIndex(index, index);
    for (const row of rows) store.put(row);
  };
  const connection = await promised(request);
  const source = (index) => {
    const store = connection.transaction("rows").objectStore("rows");
    return index ? store.index(index) : store;
  };
  return {
    all: (index, range) => promised(source(index).getAll(range)),
    async query({ index, only, prefix, from, to, order, limit }) {
      const [lower, upper] = only !== undefined ? [only, only] : prefix !== undefined ? [prefix, `${prefix}\uffff`] : [from, to];
      if (lower !== undefined && upper !== undefined && indexedDB.cmp(lower, upper) > 0) return [];
      const range = lower !== undefined && upper !== undefined ? IDBKeyRange.bound(lower, upper) : lower !== undefined ? IDBKeyRange.lowerBound(lower) : upper !== undefined ? IDBKeyRange.upperBound(upper) : undefined;
      const rows = await this.all(index, range);
      if (order === "desc") rows.reverse();
      return rows.slice(0, limit);
    },
    close() {
      connection.close();
      indexedDB.deleteDatabase(`${database}-plain`);
    },
  };
}

const BARCODES = ["590", "5901", "59", "", "A", "a", "ä", "\u{1f600}", "\uff5e", 590, -1, false, undefined, null, ["590"], "5\0", "5", "\u0001", new Date(5)];
const NAMES = ["Desk", "Desk lamp", "desk", "Écran", "Ecran", "", "Žebra", "茶", "\u{1f600}", false, undefined, 7, ["x"]];
const CATEGORIES = [5, [5, "Drinks"], [5, "Aqua"], [5], [5, "Drinks", 1], "5", ["5", "x"], 6, [6, "Food"], [6, 7], false, null, undefined, [5, null], [5, new Date(1)], [5, "drinks"], [[5], "x"], -0, 0, [0, "Zero"], 50, [50, "Other"]];

function sample(seed, count) {
  const { below, pick, chance } = random(seed);
  const id = () => (chance(0.9) ? below(100_000) : pick([below(1e6) / 7, `k${below(1e6)}`, new Date(below(1e6)), [below(1e6), "x"]]));
  return Array.from({ length: count }, () => ({
    id: id(), barcode: pick(BARCODES), name: pick(NAMES), categ_id: pick(CATEGORIES), default_code: chance(0.5) ? `D-${below(40)}` : pick(BARCODES),
    cached_at: `2026-01-0${1 + below(9)}T00:00:00.000Z`,
  })).map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [field, structuredClone(value)])));
}

export default {
  "every query answers as an index of IndexedDB over the same rows": async ({ db, database }) => {
    const rows = sample(7, 300);
    const plain = await plainStore(database, rows);
    await db.bulkSave(PRODUCTS, rows);
    const queries = [{}];
    for (const index of [undefined, ...INDEXES]) {
      queries.push({ index });
      for (const key of [...BARCODES, ...NAMES, ...CATEGORIES, "D-7", "D-1", rows[3].id, rows[250].id, rows[9].cached_at]) {
        if (key === false || key === undefined || key === null || (Array.isArray(key) && key.includes(null))) continue;
        queries.push({ index, only: key }, { index, from: key }, { index, to: key });
        if (typeof key === "string") queries.push({ index, prefix: key });
      }
      queries.push({ index, from: "5", to: "A" }, { index, from: 9, to: 3 }, { index, from: 100, to: 50_000 }, { index, prefix: "D-1" });
    }
    let at = 0;
    for (const base of queries) {
      for (const more of [{}, { order: "desc" }, { limit: 3 }, { order: "desc", limit: 2 }, { limit: 0 }]) {
        // Not every combination of every query: they would be some thousands.
        if (Object.keys(more).length > 0 && (at += 1) % 5 > 0) continue;
        const query = { ...base, ...more };
        const [actual, expected] = [await db.query(PRODUCTS, query), await plain.query(query)];
        equal(ids(actual), ids(expected), `query ${JSON.stringify(query)}`);
        for (const [place, row] of actual.entries()) equal(difference(row, expected[place]), undefined, `query ${JSON.stringify(query)}`);
        if (Object.keys(more).length > 0) continue;
        const { length } = await plain.query({ ...query, limit: undefined });
        equal(await db.count(PRODUCTS, query), length, `count ${JSON.stringify(query)}`);
      }
    }
    plain.close();
  },
  "a product is found by barcode and reference as an index found it": async ({ db, database }) => {
    const rows = sample(8, 700);
    const plain = await plainStore(database, rows);
    await db.bulkSave(PRODUCTS, rows);
    for (const text of [...BARCODES, ...NAMES, "D-1", "D-39", "590\0"].filter((value) => typeof value === "string")) {
      equal((await db.getProductByBarcode(text))?.id, (await plain.all("barcode", text))[0]?.id, `barcode ${JSON.stringify(text)}`);
      equal((await db.getProductByDefaultCode(text))?.id, (await plain.all("default_code", text))[0]?.id, `code ${JSON.stringify(text)}`);
    }
    plain.close();
  },
  "the products of a category come in the order of the index: the id, then Odoo's pairs": async ({ db, database }) => {
    const rows = sample(9, 1_200);
    const plain = await plainStore(database, rows);
    await db.bulkSave(PRODUCTS, rows);
    for (const id of [5, "5", 6, 0, -0, 50, 7, "x", [5], [5, "Drinks"], new Date(5)]) {
      const pairs = IDBKeyRange.bound([id], [id, []], false, true);
      const expected = [...(await plain.all("categ_id", id)), ...(await plain.all("categ_id", pairs))];
      equal(ids(await db.getProductsByCategory(id)), ids(expected), `category ${JSON.stringify(id)}`);
    }
    plain.close();
  },
  "a barcode or a reference that is a number is found by the number and by its digits": async (context) => {
    const rows = [
      { id: 1, barcode: 12345, default_code: 7, name: "Tea" },
      { id: 2, barcode: "12345", default_code: "7", name: "Milk" },
      { id: 3, barcode: 5901234123457, default_code: 0, name: "Salt" },
      { id: 4, barcode: "007", default_code: 1.5, name: "Oil" },
      { id: 5, barcode: Number.MAX_SAFE_INTEGER, default_code: -3, name: "Rice" },
    ];
    await context.db.bulkSave(PRODUCTS, rows);
    const again = await handle(context);
    // Before the page is read, and from what is kept.
    for (const db of [context.db, again, again]) {
      const found = async (method, value) => (await db[method](value))?.id;
      const barcodes = [["12345", 1], [12345, 1], ["5901234123457", 3], [5901234123457, 3], ["007", 4], [String(Number.MAX_SAFE_INTEGER), 5], [Number.MAX_SAFE_INTEGER, 5]];
      for (const [value, id] of barcodes) equal(await found("getProductByBarcode", value), id, `barcode ${JSON.stringify(value)}`);
      for (const value of [7, "7"]) equal(await found("getProductByDefaultCode", value), 1);
      for (const value of [0, "0"]) equal(await found("getProductByDefaultCode", value), 3);
      equal([await found("getProductByDefaultCode", 1.5), await found("getProductByDefaultCode", -3)], [4, 5]);
      for (const value of ["7", "0012345", "12345.0", "+12345", " 12345", "", 1e21, 0.1]) equal(await found("getProductByBarcode", value), undefined, `barcode ${JSON.stringify(value)}`);
      for (const bad of [NaN, null, undefined, true, [12345], {}]) await rejects(Promise.resolve().then(() => db.getProductByBarcode(bad)), "InvalidArgument", "barcode");
      const [hit] = await db.searchProducts("5901234123457");
      equal([hit.product.id, hit.rank, hit.highlights], [3, "barcode", { barcode: [[0, 13]] }]);
    }
    again.close();
  },
  "texts with zeros and the marks of the format are found, with what stands beside them": async (context) => {
    const texts = ["\0", "\0\0", "a\0b", "\u0001", "\u0001\0", "a\u0001", "\0a", "a\0", "a", " a", "", "\ufeff"];
    const rows = texts.map((text, id) => ({ id, name: text, barcode: text, default_code: text }));
    await context.db.bulkSave(PRODUCTS, [...rows, { id: 99, name: "after", barcode: "after", default_code: "after" }]);
    const again = await handle(context);
    for (const db of [context.db, again, again]) {
      for (const { id, barcode } of rows) {
        equal((await db.getProductByBarcode(barcode))?.id, id, `barcode ${JSON.stringify(barcode)}`);
        equal((await db.getProductByDefaultCode(barcode))?.id, id, `code ${JSON.stringify(barcode)}`);
        equal(await db.get(PRODUCTS, id), rows[id]);
      }
      equal((await db.getProductByBarcode("after"))?.id, 99);
      equal(ids((await db.searchProducts("after")).map((hit) => hit.product)), [99]);
      equal(await db.getProductByBarcode("a\0b\0"), null);
    }
    again.close();
  },
  "keys of every kind, the empty text among them, are kept apart": async (context) => {
    const keys = [0, 1, -1, 0.5, Infinity, -Infinity, 1e-300, "", "0", "1", "\0", "é", "e\u0301", "\ufffd", new Date(0), new Date(1), [], [0], [[0]], ["", 0], new Uint8Array([]).buffer, new Uint8Array([0]).buffer];
    await context.db.bulkSave(PRODUCTS, keys.map((id, at) => ({ id, at })));
    const again = await handle(context);
    for (const db of [context.db, again]) {
      for (const [at, id] of keys.entries()) equal((await db.get(PRODUCTS, id))?.at, at, `key ${JSON.stringify(id)} (${at})`);
      const inOrder = [...keys.keys()].sort((a, b) => indexedDB.cmp(keys[a], keys[b]));
      equal((await db.getAllProducts()).map((row) => row.at), inOrder);
    }
    equal((await again.get(PRODUCTS, -0)).at, 0, "-0 is the key 0");
    equal((await again.get(PRODUCTS, new Uint16Array(new Uint8Array([9, 9, 0, 0]).buffer, 4, 0))).at, 20, "a view is its bytes");
    await again.put(PRODUCTS, { id: -0, at: -1 });
    equal(await again.count(PRODUCTS), keys.length, "and replaces it");
    again.close();
  },
  "barcodes of half a letter are kept apart, and a key of one is refused": async (context) => {
    const texts = ["\ud800", "\ud801", "\udc00", "\ufffd", "a\ud800"];
    await context.db.bulkSave(PRODUCTS, texts.map((text, id) => ({ id, barcode: text, default_code: text })));
    const again = await handle(context);
    for (const db of [context.db, again]) {
      for (const [id, text] of texts.entries()) equal([await db.getProductByBarcode(text), await db.getProductByDefaultCode(text)].map((row) => row?.id), [id, id]);
    }
    const { saved, failures } = await again.bulkSave(PRODUCTS, texts.map((id) => ({ id })));
    equal([saved, failures.map(({ position, field }) => [position, field])], [1, [[0, "id"], [1, "id"], [2, "id"], [4, "id"]]]);
    equal(await again.getProductCount(), texts.length + 1);
    again.close();
  },
  "a barcode that is a number is another key than its digits to a query, as to an index, and the same to a scanner": async ({ db }) => {
    await db.bulkSave(PRODUCTS, [{ id: 1, barcode: 590 }, { id: 2, barcode: "590" }, { id: 3, barcode: 0 }, { id: 4, barcode: NaN }, { id: 5, barcode: -0 }]);
    equal((await db.getProductByBarcode("590")).id, 1);
    equal((await db.getProductByBarcode("0")).id, 3);
    equal(await db.getProductByBarcode("NaN"), null);
    equal(ids(await db.query(PRODUCTS, { index: "barcode", only: 590 })), [1]);
    equal(ids(await db.query(PRODUCTS, { index: "barcode", only: 0 })), [3, 5]);
    equal(ids(await db.query(PRODUCTS, { index: "barcode", from: 1 })), [1, 2]);
    equal(ids((await db.searchProducts("590")).map((hit) => hit.product)), [1, 2], "a search looks at both");
  },
  "of two products with one barcode the one with the smaller key is given": async ({ db }) => {
    await db.put(PRODUCTS, { id: 7, barcode: "590" });
    await db.put(PRODUCTS, { id: 3, barcode: "590" });
    await db.put(PRODUCTS, { id: "a", barcode: "590" });
    equal((await db.getProductByBarcode("590")).id, 3);
    await db.put(PRODUCTS, { id: -2, barcode: "590" });
    equal((await db.getProductByBarcode("590")).id, -2);
    await db.bulkDelete(PRODUCTS, [-2, 3]);
    equal((await db.getProductByBarcode("590")).id, 7);
    await db.put(PRODUCTS, { id: 7, barcode: "591" });
    equal((await db.getProductByBarcode("590")).id, "a");
    await db.delete(PRODUCTS, "a");
    equal([await db.getProductByBarcode("590"), (await db.getProductByBarcode("591")).id], [null, 7]);
  },
  "what has the same hash is not taken for the same": async (context) => {
    // Each pair has one hash in the columns (src/catalog/columns.rs).
    const same = [["4000000132789", "4000000729192"], ["4000000132788", "4000000729193"], ["P329599", "P532382"], ["P329598", "P532383"]];
    const [first, second] = [0, 1].map((place) => same.map((pair) => pair[place]));
    const rows = (texts) => texts.map((text) => ({ id: text, barcode: text, default_code: text, categ_id: [text, "x"] }));
    const told = listen(context.database);
    await context.db.bulkSave(PRODUCTS, rows(first));
    const again = await handle(context);
    for (const db of [context.db, again]) {
      for (const text of second) {
        equal([await db.getProduct(text), await db.getProductByBarcode(text), await db.getProductByDefaultCode(text)], [null, null, null]);
        equal(await db.getProductsByCategory(text), []);
        for (const index of ["barcode", "default_code"]) equal(await db.query(PRODUCTS, { index, only: text }), []);
        equal(await db.searchProducts(text), []);
        equal(await db.delete(PRODUCTS, text), true);
      }
    }
    equal(await again.getProductCount(), first.length, "nothing was deleted");
    await again.bulkSave(PRODUCTS, rows(second));
    for (const text of [...first, ...second]) {
      equal([(await again.getProduct(text)).id, (await again.getProductByBarcode(text)).id, (await again.getProductByDefaultCode(text)).id], [text, text, text]);
      equal(ids(await again.getProductsByCategory(text)), [text]);
      equal((await again.searchProducts(text)).map(({ rank, product }) => [rank, product.id]), [["barcode", text]]);
    }
    // A number and the text of its eight bytes.
    await again.bulkSave(PRODUCTS, [{ id: 2_261_634.5098039214, n: 1 }, { id: "AAAAAAAA", n: 2 }]);
    equal([(await again.getProduct(2_261_634.5098039214)).n, (await again.getProduct("AAAAAAAA")).n], [1, 2]);
    ok((await again.getAllProducts()).length === 10);
    equal(told, []);
    again.close();
  },
};
