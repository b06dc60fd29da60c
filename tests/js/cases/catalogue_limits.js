// What the catalogue takes at once: time of the main thread, and memory for what was looked up.
import { equal } from "../assert.js";
import { PAGES, PRODUCTS, SEGMENT_ROWS, STORE } from "../shelves.js";

/** Where in its key stands what a record in the store of the catalogue is. */
const PART = 1;

/** Calls `seen` with the key of each request of this kind for a page while `body` runs. */
async function watching(method, seen, body) {
  const { [method]: native } = IDBObjectStore.prototype;
  const keyOf = method === "put" ? ([, key]) => key : ([key]) => key;
  IDBObjectStore.prototype[method] = function (...given) {
    const key = keyOf(given);
    if (this.name === STORE && key[PART] === PAGES) seen(key);
    return native.apply(this, given);
  };
  try {
    await body();
  } finally {
    IDBObjectStore.prototype[method] = native;
  }
}

/** Runs `body` with a clock of which each look is so many milliseconds after the one before. */
async function ticking(ms, body) {
  const { now } = performance;
  const begun = now.call(performance);
  let looks = 0;
  performance.now = () => begun + ms * looks++;
  try {
    await body();
  } finally {
    delete performance.now;
  }
}

/** Counts how often `note` is called in each task of the browser. */
function byTask() {
  const tasks = [];
  let isSame = false;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (isSame = false);
  const note = () => {
    if (isSame) tasks[tasks.length - 1] += 1;
    else tasks.push(1);
    isSame = true;
    port2.postMessage(null);
  };
  return { tasks, note };
}

export default {
  "a load stops whenever it has taken its time, so that a sale gets through": async ({ db }) => {
    // In two chunks, each of which is read in four parts and put in four pages.
    const load = async () => {
      const [read, put] = [byTask(), byTask()];
      const named = (at) => (at % 512 ? { id: at + 1, name: "Product" } : { id: at + 1, get name() { return read.note() ?? "Product"; } });
      await watching("put", put.note, () => db.bulkSave(PRODUCTS, Array.from({ length: 2 * SEGMENT_ROWS }, (_, at) => named(at)), { chunkSize: SEGMENT_ROWS }));
      await db.clear(PRODUCTS);
      return { read: read.tasks, put: put.tasks };
    };
    await ticking(0, async () => equal(await load(), { read: [4, 4], put: [4, 4] }, "when no time passes, nothing stops it"));
    await ticking(5, async () => equal(await load(), { read: Array(8).fill(1), put: Array(8).fill(1) }, "when time passes, each part is a task"));
  },

  "pages that were looked up are kept in memory, but not more than 128 MB of them": async ({ db }) => {
    // A record with 128 times the same object is small on disk and weighs a megabyte when it is read.
    const shared = { text: "x".repeat(8_192) };
    const records = Array.from({ length: 160 }, (_, at) => ({ id: at + 1, name: `Heavy ${at}`, parts: Array(128).fill(shared) }));
    await db.bulkSave(PRODUCTS, records);
    let read = [];
    await watching("get", (key) => read.push(key.at(-1)), async () => {
      for (const { id } of records) equal((await db.getProduct(id)).parts.length, 128);
      equal(read.length, 160, "a page each");
      read = [];
      for (let id = 160; id > 40; id -= 40) await db.getProduct(id);
      await db.getProduct(45);
      equal(read, [], "the last 127 are kept");
      for (let id = 1; id <= 20; id += 1) await db.getProduct(id);
      equal(read.length, 20, "the first are read again");
      await db.getProduct(45);
      equal(read.length, 20, "and are kept in place of those that were not asked for the longest");
      await db.getProduct(46);
      equal(read.length, 21);
    });
  },
};
