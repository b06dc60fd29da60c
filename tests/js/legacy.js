// Databases as the legacy JavaScript module left them on tills in the field, made with plain IndexedDB.
import { promised } from "./assert.js";

const STORES = {
  1: {
    sessions: ["id", ["user_id", "created"]],
    users: ["id", ["login"]],
    config: ["key", []],
    transactions: ["id", ["synced", "type", "created_at"]],
    orders: ["id", ["state", "date_order"]],
  },
  3: { sync_errors: ["id", ["transaction_id", "timestamp", "error_type"]] },
  4: {
    pos_products: ["id", ["barcode", "default_code", "categ_id", "name", "cached_at"]],
    pos_categories: ["id", ["parent_id", "name"]],
    pos_payment_methods: ["id", ["name"]],
    pos_taxes: ["id", ["name"]],
    pos_offline_orders: ["offline_id", ["created_at", "synced", "pos_session_id"]],
  },
};
const COMPOSITE = {
  transactions: ["synced_created", ["synced", "created_at"]],
  orders: ["state_date", ["state", "date_order"]],
  sync_errors: ["error_timestamp", ["error_type", "timestamp"]],
};

/** Creates a database of a legacy version and leaves it closed. `change(database, transaction)` runs in its upgrade. */
export async function legacyDatabase(name, version, { composite = false, change } = {}) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    const database = request.result;
    for (const [since, stores] of Object.entries(STORES)) {
      if (since > version) continue;
      for (const [store, [keyPath, indexes]] of Object.entries(stores)) {
        const made = database.createObjectStore(store, { keyPath, autoIncrement: store === "sync_errors" });
        for (const index of indexes) made.createIndex(index, index, { unique: index === "login" });
        if (composite && COMPOSITE[store]) made.createIndex(...COMPOSITE[store]);
      }
    }
    change?.(database, request.transaction);
  };
  const database = await promised(request);
  return database;
}

/** Rows of every store that the version has. */
export async function fill(database, rows) {
  const names = Object.keys(rows).filter((name) => database.objectStoreNames.contains(name));
  const transaction = database.transaction(names, "readwrite");
  for (const name of names) for (const row of rows[name]) transaction.objectStore(name).put(row);
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}
