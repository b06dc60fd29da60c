// The evidence that a start sees the profile of the one before, kept where no library under test keeps anything: a cookie,
// and a file of the origin private file system or, where a page cannot write one, a database of its own.
import { completed, promised } from "/bench/measure.js";

const NAME = "lab-evidence";

/** Finds the origin private file system; undefined where a page cannot write a file of it. */
async function directory() {
  if (globalThis.FileSystemFileHandle?.prototype.createWritable) return navigator.storage.getDirectory();
}

async function database() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(NAME);
  return promised(request);
}

async function kept() {
  const files = await directory();
  if (files) return (await (await files.getFileHandle(NAME)).getFile()).text();
  const db = await database();
  return promised(db.transaction(NAME).objectStore(NAME).get(NAME)).finally(() => db.close());
}

/** Reads the tokens that are found. */
export async function read() {
  const cookie = document.cookie.match(new RegExp(`${NAME}=([\\w-]+)`))?.[1];
  // Twice the same: one that the lab has damaged is none.
  const other = (await kept().catch(() => null))?.match(/^(\S+) \1$/)?.[1];
  return [cookie, other].filter(Boolean);
}

/** Writes the token of this start over those of earlier ones. */
export async function write(token) {
  document.cookie = `${NAME}=${token}; max-age=1000000`;
  const files = await directory();
  if (files) {
    const writable = await (await files.getFileHandle(NAME, { create: true })).createWritable();
    await writable.write(`${token} ${token}`);
    return writable.close();
  }
  const db = await database();
  const transaction = db.transaction(NAME, "readwrite", { durability: "strict" });
  transaction.objectStore(NAME).put(`${token} ${token}`, NAME);
  // WebKit may complete it before an await on the request comes back.
  return completed(transaction).finally(() => db.close());
}
