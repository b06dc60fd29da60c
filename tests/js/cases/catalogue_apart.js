// The catalogue in a database of its own: what was in the till's database is taken over, and nothing else touches it.
import { equal, ok, promised } from "../assert.js";
import { bulk, catalogue, onStore, PRODUCTS, STORE } from "../shelves.js";

const products = (from, count, name = "Product") => Array.from({ length: count }, (_, at) => ({ id: from + at, name: `${name} ${from + at}`, barcode: `b${from + at}` }));

/** Every record of the store of pages: [[key, record]]. */
const pagesOf = (database) =>
  onStore(database, async (store) => {
    const [keys, records] = await Promise.all([promised(store.getAllKeys()), promised(store.getAll())]);
    return keys.map((key, at) => [key, records[at]]);
  });

/** How many records the till's database has in the store of pages, and in the old store of products. */
async function left(database) {
  const native = await promised(indexedDB.open(database));
  const transaction = native.transaction([STORE, PRODUCTS]);
  const counts = await Promise.all([STORE, PRODUCTS].map((name) => promised(transaction.objectStore(name).count())));
  native.close();
  return counts;
}

/** Puts pages where version 6 had them: into the till's database. */
async function asVersion6(database, pages) {
  const native = await promised(indexedDB.open(database));
  const transaction = native.transaction(STORE, "readwrite");
  for (const [key, record] of pages) transaction.objectStore(STORE).put(record, key);
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  native.close();
}

const forget = async (database) => promised((await bulk()).deleteDatabase(`${database}-catalog`));

async function reopened({ OfflineDB, database }, check) {
  const db = new OfflineDB({ name: database });
  try {
    await check(db);
  } finally {
    db.close();
  }
}

/** The pages of a catalogue, as version 6 would have written them. */
async function made({ db, database }, records, watermark) {
  await db.init();
  await db.applyDelta({ upserts: records, deletes: [], watermark });
  const pages = await pagesOf(database);
  db.close();
  return pages;
}

export default {
  "the pages of version 6 are taken over as they are, with their watermark": async (kit) => {
    const { database } = kit;
    const pages = await made(kit, products(0, 3_000), "yesterday");
    await forget(database);
    await asVersion6(database, pages);
    await reopened(kit, async (db) => {
      equal([await db.getProductCount(), (await db.getProduct(2_999)).name, await db.getWatermark()], [3_000, "Product 2999", "yesterday"]);
      equal((await db.getProductByBarcode("b7")).id, 7);
      equal(await left(database), [0, 0]);
    });
    equal((await pagesOf(database)).map(([key]) => key), pages.map(([key]) => key));
  },

  "what was copied and not yet removed is not taken over twice": async (kit) => {
    const { database } = kit;
    const pages = await made(kit, products(0, 100), "yesterday");
    // Killed between the copy and the removal: both have it.
    await asVersion6(database, pages);
    await reopened(kit, async (db) => {
      equal([await db.getProductCount(), await db.getWatermark(), await left(database)], [100, "yesterday", [0, 0]]);
      await db.applyDelta({ upserts: [{ id: 1, name: "new" }], deletes: [2], watermark: "today" });
    });
    await reopened(kit, async (db) => equal([await db.getProductCount(), (await db.getProduct(1)).name, await db.getWatermark()], [99, "new", "today"]));
  },

  "what an older version has loaded since is newer": async (kit) => {
    const { database } = kit;
    const newer = await made(kit, products(0, 50, "Newer"), "today");
    await kit.db.init();
    await kit.db.clearAllProducts();
    await made(kit, products(0, 80, "Older"), "yesterday");
    await asVersion6(database, newer);
    await reopened(kit, async (db) => {
      equal([await db.getProductCount(), (await db.getProduct(3)).name, await db.getWatermark()], [50, "Newer 3", "today"]);
    });
  },

  "pages without their list are removed and do no harm": async (kit) => {
    const { database } = kit;
    const pages = await made(kit, products(0, 10), "today");
    await asVersion6(database, pages.filter(([key]) => key[1] !== 0));
    await reopened(kit, async (db) => {
      await db.bulkSaveProducts(products(0, 5));
      equal([await db.getProductCount(), await left(database)], [10, [0, 0]]);
    });
  },

  "reset deletes both, close closes both": async (kit) => {
    const { db, database } = kit;
    await db.bulkSaveProducts(products(0, 10));
    await db.saveTransaction({ type: "order", data: {} });
    await db.reset();
    await db.init();
    equal([await db.getProductCount(), await db.getPendingTransactionCount()], [0, 0]);
    await db.bulkSaveProducts(products(0, 10));
    db.close();
    // Nobody holds it: it can be deleted without being blocked.
    await forget(database);
    await promised(indexedDB.deleteDatabase(database));
  },

  "a load begins no transaction that writes to the till's database": async (kit) => {
    const { db, database } = kit;
    await db.getProductCount();
    const { transaction } = IDBDatabase.prototype;
    const begun = [];
    IDBDatabase.prototype.transaction = function (...given) {
      if (this.name === database) begun.push(given[1]);
      return transaction.apply(this, given);
    };
    try {
      await db.bulkSaveProducts(products(0, 5_000));
      await db.applyDelta({ upserts: products(0, 5), deletes: [9], watermark: "w" });
      await db.clearAllProducts();
    } finally {
      IDBDatabase.prototype.transaction = transaction;
    }
    equal(begun.filter((mode) => mode === "readwrite").length, 1, "what is left of old rows is removed by clearing");
  },

  "the host gets the same storage": async ({ db, database }) => {
    await db.bulkSaveProducts(products(0, 1));
    const storage = await db.bulkStorage();
    ok(storage instanceof IDBFactory);
    const names = (await storage.databases()).map(({ name }) => name);
    ok(names.includes(`${database}-catalog`), names.join());
    const native = await catalogue(database);
    equal([...native.objectStoreNames], [STORE]);
    native.close();
  },
};
