// This library with the products in a store of their own, one record to a value, as every store but the catalogue's.
import { OfflineDB } from "/pkg/index.js";
import { selling } from "./ours.js";
import { PRODUCT_INDEXES } from "./schema.js";

const STORE = {
  name: "records",
  keyPath: "id",
  indexes: PRODUCT_INDEXES.map((name) => ({ name, keyPath: name })),
  times: ["cached_at"],
  durability: "relaxed",
};

export async function open({ chunkSize } = {}) {
  const db = new OfflineDB({ name: "records", stores: [STORE] });
  await db.init();
  return {
    save: async (products) => (await db.bulkSave("records", products, { chunkSize })).saved,
    all: () => db.getAll("records"),
    byId: (id) => db.get("records", id),
    byBarcode: async (barcode) => (await db.query("records", { index: "barcode", only: barcode, limit: 1 }))[0],
    close: () => db.close(),
    ...selling(db),
  };
}
