// This library, with its defaults unless told otherwise: each product counted and stamped.
import { pause } from "../measure.js";
import { OfflineDB } from "/pkg/index.js";

/** A sale of its own, in a transaction of its own. */
export const selling = (db) => ({
  sell: (sale, durability) => db.put("transactions", sale, { durability }),
  sales: () => db.getPendingTransactionCount(),
});

/** Opens the database; a `settled` one only resolves when the journal's files have been there for long enough to count as a copy. */
export async function open({ chunkSize, journal = true, settled = false } = {}) {
  const db = new OfflineDB({ name: "ours", journal });
  await db.init();
  const { files } = db.status().journal ?? {};
  while (settled && files && !db.status().journal.settled) await pause();
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
