// Dexie: a table each, written by bulkPut and put.
import Dexie from "/node_modules/dexie/dist/modern/dexie.mjs";
import { PRODUCT_INDEXES, SALE_INDEXES } from "./schema.js";

const indexes = (names) => names.map((name) => (Array.isArray(name) ? `[${name.join("+")}]` : name)).join(",");

export async function open({ durability = "relaxed" } = {}) {
  const db = new Dexie("dexie", { chromeTransactionDurability: durability });
  db.version(1).stores({ products: `id,${indexes(PRODUCT_INDEXES)}`, sales: `id,${indexes(Object.values(SALE_INDEXES))}` });
  await db.open();
  return {
    async save(list) {
      const cached_at = new Date().toISOString();
      await db.products.bulkPut(list.map((product) => ({ ...product, cached_at })));
      return list.length;
    },
    all: () => db.products.toArray(),
    byId: (id) => db.products.get(id),
    byBarcode: (barcode) => db.products.where("barcode").equals(barcode).first(),
    delta: (upserts, deletes) =>
      db.transaction("rw", db.products, async () => {
        await db.products.bulkDelete(deletes);
        await db.products.bulkPut(upserts);
      }),
    close: () => db.close(),
    sell: (sale) => db.sales.put({ ...sale, synced: 0 }),
    sales: () => db.sales.count(),
  };
}
