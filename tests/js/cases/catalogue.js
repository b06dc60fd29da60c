import { equal, ok, rejects } from "../assert.js";

const PRODUCTS = [
  { id: 1, name: "Desk", barcode: "590", default_code: "D-1", categ_id: 5, image: new Uint8Array([1, 2, 3]) },
  { id: 2, name: "Lamp", barcode: "591", default_code: false, categ_id: [5, "Office"], tags: new Map([["a", 1]]) },
  { id: 3, name: "Pen", barcode: false, default_code: "P-1", categ_id: [50, "Other"] },
];

export default {
  "products are saved, counted and found": async ({ db }) => {
    equal(await db.hasCachedPOSData(), false);
    equal(await db.bulkSaveProducts(PRODUCTS), 3);
    equal(PRODUCTS[0].cached_at, undefined, "the caller's objects are left alone");
    const [first] = await db.getAllProducts();
    ok(first.cached_at);
    equal({ ...first, cached_at: undefined }, { ...PRODUCTS[0], cached_at: undefined });
    equal((await db.getProduct(2)).tags, new Map([["a", 1]]));
    equal((await db.getProductByBarcode("591")).id, 2);
    equal(db.status().lastQuery.index, "barcode");
    equal((await db.getProductByDefaultCode("P-1")).id, 3);
    equal((await db.getProductsByCategory(5)).map((row) => row.id), [1, 2], "as a number and as Odoo's pair");
    equal(await db.getProductCount(), 3);
    equal([await db.getProduct(9), await db.getProductByBarcode("0"), await db.getProductByDefaultCode("0")], [null, null, null]);
    equal(await db.hasCachedPOSData(), true);
    equal(await db.bulkSaveProducts([{ id: 1, name: "Table" }]), 1);
    equal((await db.getProduct(1)).name, "Table");
    equal(await db.clearAllProducts(), true);
    equal(await db.getProductCount(), 0);
  },
  "an empty list is 0 and what is no list is refused": async ({ db }) => {
    equal(await db.bulkSaveProducts([]), 0);
    for (const bad of [undefined, null, {}, "x", 5]) await rejects(db.bulkSaveProducts(bad), "InvalidArgument", "array");
  },
  "a bad product is named by its position and the others are saved": async ({ db }) => {
    let report;
    const list = [PRODUCTS[0], null, { name: "no id" }, { id: 4, on: () => 1 }, { id: NaN }, { id: true }, PRODUCTS[2]];
    equal(await db.bulkSaveProducts(list, { onReport: (value) => (report = value) }), 2);
    equal(report.failures.map((failure) => [failure.position, failure.field]), [[1, undefined], [2, "id"], [3, "on"], [4, "id"], [5, "id"]]);
    equal((await db.getAllProducts()).map((row) => row.id), [1, 3]);
  },
  "the small lists follow the same rule": async ({ db }) => {
    equal(await db.saveCategories([{ id: 1, name: "A", parent_id: false }, { id: 2, name: "B", parent_id: [1, "A"] }]), 2);
    equal((await db.getAllCategories()).length, 2);
    equal((await db.getCategory(2)).name, "B");
    equal(await db.getCategory(3), null);
    equal(await db.savePaymentMethods([{ id: 1, name: "Cash" }, {}]), 1);
    equal((await db.getAllPaymentMethods()).map((row) => row.name), ["Cash"]);
    equal(await db.saveTaxes([{ id: 1, name: "15%", amount: 15 }]), 1);
    equal([(await db.getTax(1)).amount, await db.getTax(2)], [15, null]);
    equal((await db.getAllTaxes()).length, 1);
    equal([await db.clearAllCategories(), await db.clearAllPaymentMethods(), await db.clearAllTaxes()], [true, true, true]);
    equal([await db.getAllCategories(), await db.getAllPaymentMethods(), await db.getAllTaxes()], [[], [], []]);
  },
  "everything is cached, read and cleared at once": async ({ db }) => {
    const data = { products: PRODUCTS, categories: [{ id: 1 }], paymentMethods: [{ id: 1 }, { id: 2 }] };
    equal(await db.cacheAllPOSData(data), { products: 3, categories: 1, paymentMethods: 2, taxes: 0 });
    const all = await db.getAllPOSData();
    equal([all.products.length, all.categories.length, all.paymentMethods.length, all.taxes.length], [3, 1, 2, 0]);
    await db.saveTransaction({ id: "t" });
    const everything = await db.readAll();
    equal(Object.keys(everything).length, 11);
    equal(everything.transactions[0].synced, false);
    equal((await db.counts()).pos_products, 3);
    equal(await db.clearAllPOSData(), true);
    equal((await db.counts()).pos_products, 0);
    equal(await db.getPendingTransactionCount(), 1, "sales stay");
    equal(await db.cacheAllPOSData({}), { products: 0, categories: 0, paymentMethods: 0, taxes: 0 });
  },
};
