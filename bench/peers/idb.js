// idb: IndexedDB with promises; every put issued at once, the end awaited once.
import { openDB } from "/node_modules/idb/build/index.js";
import { PRODUCT_INDEXES, SALE_INDEXES } from "./schema.js";

export async function open() {
  const db = await openDB("idb", 1, {
    upgrade(db) {
      const products = db.createObjectStore("products", { keyPath: "id" });
      for (const index of PRODUCT_INDEXES) products.createIndex(index, index);
      const sales = db.createObjectStore("sales", { keyPath: "id" });
      for (const [name, path] of Object.entries(SALE_INDEXES)) sales.createIndex(name, path);
    },
  });
  return {
    async save(list) {
      const cached_at = new Date().toISOString();
      const transaction = db.transaction("products", "readwrite", { durability: "relaxed" });
      await Promise.all([...list.map((product) => transaction.store.put({ ...product, cached_at })), transaction.done]);
      return list.length;
    },
    all: () => db.getAll("products"),
    byId: (id) => db.get("products", id),
    byBarcode: (barcode) => db.getFromIndex("products", "barcode", barcode),
    async sell(sale, durability) {
      const transaction = db.transaction("sales", "readwrite", { durability });
      await Promise.all([transaction.store.put({ ...sale, synced: 0 }), transaction.done]);
    },
    sales: () => db.count("sales"),
    close: () => db.close(),
  };
}
