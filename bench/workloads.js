// What is measured. Each function runs in a page with a fresh profile and resolves with milliseconds by name.
import { generate } from "../www/products.js";

const INDEXES = ["barcode", "default_code", "categ_id", "name", "cached_at"];
const PENDING = 100;

const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

function openRaw(version, upgrade) {
  const request = indexedDB.open("raw", version);
  request.onupgradeneeded = () => upgrade(request.result);
  return promised(request);
}

async function timed(body) {
  const started = performance.now();
  const result = await body();
  return [performance.now() - started, result];
}

function check(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

async function ours() {
  const { OfflineDB } = await import("/pkg/index.js");
  const db = new OfflineDB({ name: "ours" });
  await db.init();
  return db;
}

/** 10,000 products, one record each, five indexes: a plain loop on raw IndexedDB. */
export async function saveRaw(count) {
  const cached_at = new Date().toISOString();
  const products = generate(count).map((product) => ({ ...product, cached_at }));
  const db = await openRaw(1, (db) => {
    const store = db.createObjectStore("pos_products", { keyPath: "id" });
    for (const index of INDEXES) store.createIndex(index, index);
  });
  const [save] = await timed(async () => {
    const transaction = db.transaction("pos_products", "readwrite", { durability: "relaxed" });
    const store = transaction.objectStore("pos_products");
    for (const product of products) store.put(product);
    await completed(transaction);
  });
  const [read, rows] = await timed(() => promised(db.transaction("pos_products").objectStore("pos_products").getAll()));
  check(rows.length, count, "raw rows");
  return { save, read };
}

/** The same with this library: each put counted, a copy of each product stamped. */
export async function saveOurs(count) {
  const products = generate(count);
  const db = await ours();
  const [save, saved] = await timed(() => db.bulkSaveProducts(products, { chunkSize: count }));
  check(saved, count, "saved");
  const [read, rows] = await timed(() => db.getAllProducts());
  check(rows.length, count, "our rows");
  return { save, read };
}

/** 100 pending of `count` transactions: raw index, this library, and the legacy full scan, side by side in one page. */
export async function pending(count) {
  const db = await ours();
  const rows = Array.from({ length: count }, (_, at) => ({
    id: `order_${at}`,
    type: "order",
    synced: at % (count / PENDING) !== 0,
    created_at: new Date(1.7e12 + at * 1000).toISOString(),
    data: { amount_total: at / 100, lines: [{ product_id: at % 500, qty: 1, price: 2.5, name: `Product ${at % 500}` }] },
  }));
  await db.bulkSave("transactions", rows, { durability: "relaxed" });
  db.close();
  const [open] = await timed(() => db.init());

  const raw = await promised(indexedDB.open("ours"));
  const range = IDBKeyRange.bound([0], [0, []], false, true);
  const index = () => raw.transaction("transactions").objectStore("transactions").index("synced_created");
  const contenders = {
    rawQuery: async () => (await promised(index().getAll(range))).length,
    query: async () => (await db.getPendingTransactions()).length,
    rawCount: () => promised(index().count(range)),
    count: () => db.getPendingTransactionCount(),
    scan: async () => {
      const all = await promised(raw.transaction("transactions").objectStore("transactions").getAll());
      return all.filter((row) => !row.synced).sort((a, b) => (a.created_at < b.created_at ? -1 : 1)).length;
    },
  };
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < 20; round++) {
    const names = Object.keys(contenders);
    if (round % 2) names.reverse();
    for (const name of names) {
      // The scan is slow and steady; a few rounds are enough.
      if (name === "scan" && round % 5) continue;
      const [time, found] = await timed(contenders[name]);
      check(found, PENDING, name);
      times[name].push(time);
    }
  }
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return { open, ...Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])) };
}

/** One sale after the other, each a strict commit of its own; beside it the same put on raw IndexedDB. */
export async function sales(count) {
  const db = await ours();
  const sale = { type: "order", data: { amount_total: 2.07, lines: [{ product_id: 1, qty: 1 }] } };
  const raw = await openRaw(1, (db) => {
    const store = db.createObjectStore("transactions", { keyPath: "id" });
    for (const index of ["synced", "type", "created_at"]) store.createIndex(index, index);
    store.createIndex("synced_created", ["synced", "created_at"]);
  });
  const contenders = {
    raw: async (at) => {
      const transaction = raw.transaction("transactions", "readwrite", { durability: "strict" });
      const created_at = new Date().toISOString();
      transaction.objectStore("transactions").put({ ...sale, id: `order_${at}`, created_at, synced: 0, attempts: 0, args: [], uuid: crypto.randomUUID() });
      transaction.commit();
      await completed(transaction);
    },
    ours: () => db.saveTransaction(sale),
  };
  const times = { raw: [], ours: [] };
  for (let at = 0; at < count; at++) {
    for (const name of at % 2 ? ["ours", "raw"] : ["raw", "ours"]) {
      const [time] = await timed(() => contenders[name](at));
      times[name].push(time);
    }
  }
  check(await db.getPendingTransactionCount(), count, "sales");
  const at = (values, share) => values.sort((a, b) => a - b)[Math.floor(values.length * share)];
  return { rawP50: at(times.raw, 0.5), oursP50: at(times.ours, 0.5), rawP99: at(times.raw, 0.99), oursP99: at(times.ours, 0.99) };
}

/** A list of users from the server: all in one transaction, and the old way, one transaction after the other. */
export async function users(count) {
  const { ConnectionMonitor, SyncManager } = await import("/pkg/index.js");
  const database = await ours();
  const list = Array.from({ length: count }, (_, at) => ({ id: at + 1, name: `User ${at}`, login: `user${at}`, pos_offline_pin_hash: "9f86d081884c7d65" }));
  const transport = { push: () => "ok", users: () => list };
  const monitor = new ConnectionMonitor();
  const manager = new SyncManager({ user: { id: 1 } }, { database, monitor, transport });
  const times = { together: [], sequence: [] };
  for (let round = 0; round < 20; round++) {
    for (const name of round % 2 ? ["together", "sequence"] : ["sequence", "together"]) {
      const [time] = await timed(async () => {
        if (name === "together") return void check((await manager.updateCachedData()).saved, count, "users");
        for (const user of list) await database.saveUser(user);
      });
      times[name].push(time);
    }
  }
  check((await database.getAllUsers()).length, count, "users on disk");
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return { together: median(times.together), sequence: median(times.sequence) };
}

/** A till that was offline has `count` orders: to the loopback server in batches side by side, and one request after the other. */
export async function drain([count, latency]) {
  const { ConnectionMonitor, SyncManager } = await import("/pkg/index.js");
  const { shop } = await import("/tests/js/shop.js");
  const database = await ours();
  const order = (at) => ({ name: `Order ${at}`, amount_total: 2.07, state: "paid", session_id: 1, lines: [[0, 0, { product_id: 1, qty: 1 }]], payment_ids: [] });
  const time = async (options) => {
    const { url, control, state } = await shop({ latency });
    const monitor = new ConnectionMonitor({ urls: [`${url}/ping`] });
    const manager = new SyncManager(null, { database, monitor, transport: { kind: "odoo", url }, ...options });
    for (let at = 0; at < count; at++) await manager.addToSyncQueue("order", order(at));
    await control({ latency });
    await monitor.checkNow();
    const [drained] = await timed(() => manager.syncOfflineTransactions());
    check((await state()).orders.length, count, "orders at the server");
    manager.destroy();
    monitor.stop();
    return drained;
  };
  return { batches: await time({}), oneByOne: await time({ batch: 1, parallel: 1 }) };
}

/** From bytes in memory to a module that can be called, and from the import of the package, fetches included. */
export async function instantiate([glue, wasm]) {
  const [imported] = await timed(() => import("/pkg/index.js"));
  const bytes = await (await fetch(`/pkg/${wasm}`)).arrayBuffer();
  // Another URL is another instance of the script, so that it instantiates again.
  const bindings = await import(`/pkg/${glue}?again`);
  const [instantiated] = await timed(() => bindings.default({ module_or_path: bytes }));
  return { imported, instantiated };
}
