// What shows that a start sees the profile of the one before, kept where no library under test keeps anything: a file of the
// origin private file system or, where there is none, a database of its own (only there is it in files of its own); a cookie.
const NAME = "lab-evidence";
const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function directory() {
  return navigator.storage?.getDirectory?.();
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

/** The tokens that are found. */
export async function read() {
  const cookie = document.cookie.match(new RegExp(`${NAME}=([\\w-]+)`))?.[1];
  const other = await kept().catch(() => null);
  return [cookie, other].filter(Boolean);
}

export async function write(token) {
  document.cookie = `${NAME}=${token}; max-age=1000000`;
  const files = await directory();
  if (files) {
    const writable = await (await files.getFileHandle(NAME, { create: true })).createWritable();
    await writable.write(token);
    return writable.close();
  }
  const db = await database();
  const transaction = db.transaction(NAME, "readwrite", { durability: "strict" });
  await promised(transaction.objectStore(NAME).put(token, NAME));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  }).finally(() => db.close());
}
