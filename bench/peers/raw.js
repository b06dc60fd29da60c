// Plain IndexedDB, as the specification's examples use it: the floor under every library.
import { completed, promised } from "../measure.js";
import { PRODUCT_INDEXES, SALE_INDEXES } from "./schema.js";

function upgrade(db) {
  const products = db.createObjectStore("products", { keyPath: "id" });
  for (const index of PRODUCT_INDEXES) products.createIndex(index, index);
  const sales = db.createObjectStore("sales", { keyPath: "id" });
  for (const [name, path] of Object.entries(SALE_INDEXES)) sales.createIndex(name, path);
}

export async function open() {
  const request = indexedDB.open("raw", 1);
  request.onupgradeneeded = () => upgrade(request.result);
  const db = await promised(request);
  const products = () => db.transaction("products").objectStore("products");
  return {
    async save(list) {
      const cached_at = new Date().toISOString();
      const transaction = db.transaction("products", "readwrite", { durability: "relaxed" });
      const store = transaction.objectStore("products");
      for (const product of list) store.put({ ...product, cached_at });
      await completed(transaction);
      return list.length;
    },
    all: () => promised(products().getAll()),
    byId: (id) => promised(products().get(id)),
    byBarcode: (barcode) => promised(products().index("barcode").get(barcode)),
    async sell(sale, durability) {
      const transaction = db.transaction("sales", "readwrite", { durability });
      transaction.objectStore("sales").put({ ...sale, synced: 0 });
      transaction.commit();
      await completed(transaction);
    },
    sales: () => promised(db.transaction("sales").objectStore("sales").count()),
    close: () => db.close(),
  };
}
