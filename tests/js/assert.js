// Assertions that work in a page.
const show = (value) => {
  try {
    return JSON.stringify(value, (_, item) => (item === undefined ? "undefined" : item)) ?? String(value);
  } catch {
    return String(value);
  }
};

export function ok(value, message = "expected a true value") {
  if (!value) throw new Error(`${message}: got ${show(value)}`);
}

export function equal(actual, expected, message = "values differ") {
  if (!same(actual, expected)) throw new Error(`${message}\n  actual   ${show(actual)}\n  expected ${show(expected)}`);
}

/** Deep equality over everything that a structured clone can hold. */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Map || a instanceof Set) return same([...a], [...b]);
  if (a instanceof ArrayBuffer) return same(new Uint8Array(a), new Uint8Array(b));
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** The error that a promise rejects with; it must be a real Error with this code. */
export async function rejects(promise, code, text = "") {
  let value;
  try {
    value = await promise;
  } catch (error) {
    ok(error instanceof Error, "a rejection must be a real Error");
    equal(error.name, "PosOfflineError");
    equal(error.code, code, `code of "${error.message}"`);
    ok(error.message.includes(text), `"${error.message}" must mention "${text}"`);
    return error;
  }
  throw new Error(`expected code ${code}, but it resolved with ${show(value)}`);
}

/** A row as it is on disk, read with plain IndexedDB. */
export async function onDisk(database, store, key) {
  const connection = await promised(indexedDB.open(database));
  try {
    return await promised(connection.transaction(store).objectStore(store).get(key));
  } finally {
    connection.close();
  }
}

export const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Only Chromium says which unique index has the key that is taken. */
export const namesTheIndex = () => navigator.userAgent.includes("Chrome/");

/** Whether a time below a millisecond is told: Firefox and WebKit round to whole ones, so it may be 0 there. */
export const measuresShortTimes = () => navigator.userAgent.includes("Chrome/");

const DAY = 24 * 60 * 60 * 1000;
/** ISO text of so many days ago. */
export const daysAgo = (days) => new Date(Date.now() - days * DAY).toISOString();
