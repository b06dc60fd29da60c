// This library, with its defaults unless told otherwise: each put counted, a copy of each product stamped.
import { OfflineDB } from "/pkg/index.js";

export async function open({ chunkSize } = {}) {
  const db = new OfflineDB({ name: "ours" });
  await db.init();
  return {
    save: (products) => db.bulkSaveProducts(products, { chunkSize }),
    all: () => db.getAllProducts(),
    byId: (id) => db.getProduct(id),
    byBarcode: (barcode) => db.getProductByBarcode(barcode),
    /** A sale of its own, in a transaction of its own. */
    sell: (sale, durability) => db.put("transactions", sale, { durability }),
    sales: () => db.getPendingTransactionCount(),
  };
}
