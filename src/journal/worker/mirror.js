// The mirror: a small database of its own, in which each row is what it last was, with the number of the change that made
// it so. It holds the copy where there are no files, and beside them while they are too young to count.
const MIRROR_BUCKET = "pos-offline-journal";
const MIRROR_STORE = "journal";
/** What it is called in what is told of trouble. */
const MIRROR = "the database beside the files";
/** Under this key is the number up to which everything was deleted on purpose. */
const ERASED_KEY = 0;
const PATIENCE_MS = 2_000;
const REST_MS = 60_000;

let mirrorName = "";
let mirror;
/** Kept: Chromium 156 leaves every transaction of a bucket undecided once its object has been collected. */
const buckets = new Map();
/** Whether something is in it. */
let isMirrored = false;
/** When it may be asked again after it has failed, by performance.now(). */
let nextMirroring = 0;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });

/** The IndexedDB of a storage bucket; the origin's without a name, and where the browser has no buckets. */
async function factoryOf(name) {
  if (name === undefined || !navigator.storageBuckets) return indexedDB;
  if (!buckets.has(name)) buckets.set(name, await navigator.storageBuckets.open(name, { durability: "strict", persisted: true }));
  return buckets.get(name).indexedDB;
}

async function openMirror() {
  if (mirror) return mirror;
  const request = (await factoryOf(MIRROR_BUCKET)).open(mirrorName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(MIRROR_STORE);
  mirror = await done(request);
  const forget = () => (mirror = undefined);
  mirror.onversionchange = () => forget(mirror.close());
  mirror.onclose = forget;
  return mirror;
}

const silent = () => new Error(`${MIRROR} does not answer`);

/** Uses the mirror's store, unless it has failed just now, and not for ever: a sale waits for it. */
async function withMirror(use, mode = "readwrite") {
  if (performance.now() < nextMirroring) throw silent();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(silent()), PATIENCE_MS);
  });
  const work = async () => {
    const transaction = (await openMirror()).transaction(MIRROR_STORE, mode, { durability: "strict" });
    const ended = completed(transaction);
    const used = use(transaction.objectStore(MIRROR_STORE)).catch((error) => {
      transaction.abort();
      throw error;
    });
    const [result] = await Promise.all([used, ended]);
    return result;
  };
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    nextMirroring = performance.now() + REST_MS;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps changes; what they have replaced. */
function appendToMirror(number, changes) {
  isMirrored = true;
  return withMirror(async (rows) => {
    const replaced = [];
    for (const [store, key, row] of changes) {
      const id = [store, key];
      const stored = await done(rows.get(id));
      // Another tab's change may come earlier although it was made later.
      if (stored?.number > number) continue;
      rows.put({ number, row }, id);
      replaced.push([id, stored]);
    }
    return replaced;
  });
}

/** Puts back what a change has replaced. */
const cancelInMirror = (number, replaced) =>
  withMirror(async (rows) => {
    for (const [id, stored] of replaced) {
      if ((await done(rows.get(id)))?.number !== number) continue;
      if (stored) rows.put(stored, id);
      else rows.delete(id);
    }
  });

/** What it knows, as the files know it; the place of a row is the row. */
const factsOfMirror = () =>
  withMirror(async (rows) => {
    const [keys, entries] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
    isMirrored = keys.length > 0;
    const changes = [];
    const checkpoints = [];
    keys.forEach((key, at) => {
      const { number, row, isOpen } = entries[at];
      if (key === ERASED_KEY) checkpoints.push([number, true]);
      else changes.push([number, ...key, row === undefined ? undefined : { row }, isOpen]);
    });
    return { changes, checkpoints };
  }, "readonly");

/** Deletes what is not newer, and has these rows instead. */
const checkpointInMirror = (number, open, erased) =>
  withMirror(async (rows) => {
    const newer = new Set();
    const [keys, entries] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
    keys.forEach((key, at) => {
      if (entries[at].number > number) newer.add(JSON.stringify(key));
      else rows.delete(key);
    });
    for (const [store, key, row] of open) {
      if (!newer.has(JSON.stringify([store, key]))) rows.put({ number, row, isOpen: true }, [store, key]);
    }
    if (erased) rows.put({ number }, ERASED_KEY);
  });
