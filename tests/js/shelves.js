// The catalogue as the tests see it from outside: its records on disk, what it reports, and values to fill it with.
import { ok, promised } from "./assert.js";

export const STORE = "pos_catalog";
export const PRODUCTS = "pos_products";
/** Parts of a key: `[store, part, segment, page]`. */
export const [MANIFEST, COLUMNS, TEXTS, PAGES] = [0, 1, 2, 3];
/** Rows of a page of light records. */
export const PAGE_ROWS = 512;
export const SEGMENT_ROWS = 2048;

/** Numbers from 0 up to 1 that follow from a seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { next, below, pick: (list) => list[below(list.length)], chance: (part) => next() < part };
}

/** Fails in words when a promise is never settled, instead of taking the whole run with it. */
export function settled(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} is still not settled after 20 seconds`)), 20_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until the answer is true; fails after `seconds`. */
export async function eventually(ask, what, seconds = 20) {
  const end = performance.now() + seconds * 1000;
  while (!(await ask())) {
    ok(performance.now() < end, `${what}, within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Kept, because Chromium 156 no longer answers once the object of a bucket has been collected. */
let bucket;

/** The IndexedDB in which the catalogue is. */
export async function bulk() {
  bucket ??= await navigator.storageBuckets?.open("pos-offline-bulk");
  return bucket?.indexedDB ?? indexedDB;
}

/** A plain connection to the database in which the catalogue of a till is. */
export const catalogue = async (database) => promised((await bulk()).open(`${database}-catalog`));

/** Runs `change(store, transaction)` over a store with plain IndexedDB, and waits for the commit. */
export async function onStore(database, change, name = STORE) {
  const connection = name === STORE ? await catalogue(database) : await promised(indexedDB.open(database));
  try {
    const transaction = connection.transaction(name, "readwrite");
    const end = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await change(transaction.objectStore(name), transaction);
    await end;
    return result;
  } finally {
    connection.close();
  }
}

/** The keys on disk that begin with these parts. */
export async function keysOnDisk(database, ...parts) {
  const range = IDBKeyRange.bound(parts, [...parts, []]);
  return onStore(database, (store) => promised(store.getAllKeys(range)));
}

/** Replaces the record under a key by what `change` makes of it; it must be there. */
export async function damage(database, key, change) {
  await onStore(database, async (store) => {
    const record = await promised(store.get(key));
    ok(record, `there is no record ${JSON.stringify(key)}`);
    const changed = change(record) ?? record;
    if (changed === "gone") store.delete(key);
    else store.put(changed, key);
  });
}

/** Collects what is told of damage to a database. */
export function listen(database) {
  const told = [];
  addEventListener("pdc-catalog-damaged", ({ detail }) => detail.database === database && told.push(detail));
  return told;
}

/** A handle of a database, opened. */
export async function handle({ OfflineDB, database }) {
  const db = new OfflineDB({ name: database });
  await db.init();
  return db;
}

/** A text that is the same for the same key only. */
export function tag(key) {
  if (key instanceof Date) return `d${key.getTime()}`;
  if (Array.isArray(key)) return `[${key.map(tag).join(",")}]`;
  if (typeof key === "number") return `n${key + 0}`;
  if (typeof key === "string") return `t${JSON.stringify(key)}`;
  return `b${new Uint8Array(key.buffer ?? key)}`;
}

export const byKey = (a, b) => indexedDB.cmp(a.id, b.id);
