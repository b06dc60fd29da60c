// This library, with its defaults unless told otherwise: each product counted and stamped.
import { OfflineDB } from "/pkg/index.js";

/** A sale of its own, in a transaction of its own. */
export const selling = (db) => ({
  sell: (sale, durability) => db.put("transactions", sale, { durability }),
  sales: () => db.getPendingTransactionCount(),
});

export async function open({ chunkSize } = {}) {
  const db = new OfflineDB({ name: "ours" });
  await db.init();
  return {
    save: (products) => db.bulkSaveProducts(products, { chunkSize }),
    all: () => db.getAllProducts(),
    byId: (id) => db.getProduct(id),
    byBarcode: (barcode) => db.getProductByBarcode(barcode),
    byCode: (code) => db.getProductByDefaultCode(code),
    search: (text) => db.searchProducts(text),
    delta: (upserts, deletes) => db.applyDelta({ upserts, deletes }),
    memory: () => db.status().memory,
    close: () => db.close(),
    ...selling(db),
  };
}
