// The second copy of every sale: what the database loses comes back from it.
import { equal, ok, promised } from "../assert.js";

const SALE = { uuid: "0b5c1d5e-0000-4000-8000-000000000001", total: 2.5 };

/** A manager that sends nothing by itself. */
const till = (SyncManager, database) => new SyncManager({}, { database });

/** Loses the database behind the library's back, as a browser that finds it damaged does. */
const wipe = (database) => promised(indexedDB.deleteDatabase(database));

/** Loses the database beside the journal's files too. */
async function wipeMirror(database) {
  const bucket = await navigator.storageBuckets?.open("pos-offline-journal");
  await promised((bucket?.indexedDB ?? indexedDB).deleteDatabase(`${database}-journal`));
}

/** Whether this browser has files for the journal (WebKitGTK has none). */
const hasFiles = "getDirectory" in (globalThis.navigator?.storage ?? {});

/** The folder of the journal's files. */
async function folder(database) {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("pos-offline");
  return root.getDirectoryHandle(database);
}

/** Changes the bytes of a file of the journal, which nobody has open. */
async function damage(database, name, change) {
  const file = await (await folder(database)).getFileHandle(name);
  const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
  const stream = await file.createWritable();
  await stream.write(change(bytes));
  await stream.close();
}

/** The files are free a moment after the till that wrote them was closed. */
async function closed(db, database) {
  db.close();
  if (!hasFiles) return;
  for (let tries = 0; ; tries += 1) {
    try {
      await damage(database, "0a", (bytes) => bytes);
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await pause(10);
    }
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const totals = async (db) => (await db.getPendingTransactions()).map(({ data }) => data.total);
const queue = (db, total) => db.saveTransaction({ type: "order", data: { total } });

/** Opens the database again, after which `check` looks at it. */
async function reopened({ OfflineDB, database }, check) {
  const db = new OfflineDB({ name: database });
  await db.init();
  try {
    await check(db);
  } finally {
    db.close();
  }
}

/** Four sales are in the journal, whose files `change` damages; then the database is lost. What comes back? */
async function afterDamage(kit, change) {
  const { db, database } = kit;
  for (const total of [1, 2, 3, 4]) await queue(db, total);
  await closed(db, database);
  await damage(database, "0a", change);
  await wipeMirror(database);
  await wipe(database);
  const found = {};
  await reopened(kit, async (again) => {
    found.totals = (await totals(again)).sort();
    found.problems = again.status().journal.problems;
    // The till goes on, with two copies.
    found.receipt = await queue(again, 9);
    found.copies = again.status().journal.copies;
  });
  return found;
}

/** Where the frames of a file begin; behind them is room. */
function frames(bytes) {
  const found = [];
  const view = new DataView(bytes.buffer);
  for (let at = 32; view.getUint32(at, true) === 0x464a4f50; at += 12 + view.getUint32(at + 4, true)) found.push(at);
  return found;
}

/** The details of an event that are told while `work` runs, which sees them too. */
async function told(work, event = "pdc-data-loss") {
  const details = [];
  const hear = ({ detail }) => details.push(detail);
  addEventListener(event, hear);
  try {
    await work(details);
  } finally {
    removeEventListener(event, hear);
  }
  return details;
}

/** Runs `work` while the page's workers are of a class that `made` makes of the real one. */
async function withWorkers(made, work) {
  const Native = window.Worker;
  window.Worker = made(Native);
  try {
    return await work();
  } finally {
    window.Worker = Native;
  }
}

export default {
  "a sale has two copies, and the receipt says so": async ({ db, SyncManager }) => {
    const manager = till(SyncManager, db);
    const receipt = await manager.commitSale({ order: SALE, lines: [{ qty: 1 }], payments: [{ amount: 2.5 }] });
    equal([receipt.copies, receipt.durability, receipt.sequence], [2, "strict", 1]);
    const { journal } = db.status();
    equal([journal.copies, journal.problems.filter((text) => !text.includes("has no files for it"))], [2, []]);
    ok(Math.abs(Date.now() - Date.parse(journal.copiedAt)) < 60_000);
    manager.destroy();
  },

  "what the server has not confirmed comes back when the database is lost": async ({ db, database, OfflineDB, SyncManager }) => {
    const manager = till(SyncManager, db);
    const receipt = await manager.commitSale({ order: SALE, lines: [{ qty: 1 }], payments: [{ amount: 2.5 }] });
    const queued = await db.saveTransaction({ type: "order", data: { at: new Date(0), big: 1n, none: undefined, odd: NaN } });
    const offline = await db.saveOfflineOrder({ total: 3 });
    const gone = await db.saveTransaction({ type: "order", data: {} });
    await db.deleteTransaction(gone.id);
    await db.markTransactionSynced((await db.saveTransaction({ type: "order", data: {} })).id);
    manager.destroy();
    db.close();
    await wipe(database);
    const again = new OfflineDB({ name: database });
    const losses = await told(() => again.init());
    equal(losses.map(({ lost, restored }) => [lost, restored.orders, restored.offlineOrders]), [["database", 1, 1]]);
    const rows = await again.getPendingTransactions();
    equal(rows.map(({ id }) => id).sort(), [receipt.id, queued.id].sort());
    ok(rows.every(({ uncertain }) => uncertain === true));
    const row = rows.find(({ id }) => id === queued.id);
    ok(row.data.at instanceof Date && row.data.big === 1n && "none" in row.data && Number.isNaN(row.data.odd));
    equal((await again.getUnsyncedOfflineOrders()).map(({ offline_id }) => offline_id), [offline.offline_id]);
    const next = till(SyncManager, again);
    equal((await next.commitSale({ order: { total: 1 }, lines: [], payments: [] })).sequence, 2);
    next.destroy();
    again.close();
  },

  "a till whose databases the browser no longer opens goes on in a storage bucket of its own, and comes back": async (kit) => {
    const { db, database, OfflineDB, SyncManager } = kit;
    if (!navigator.storageBuckets) return;
    const sell = async (db, uuid) => {
      const manager = till(SyncManager, db);
      const receipt = await manager.commitSale({ order: { uuid } });
      manager.destroy();
      return [receipt.sequence, receipt.copies];
    };
    const uuids = async (db) => (await db.getPendingTransactions()).map(({ uuid }) => uuid).sort();
    for (const uuid of ["a", "b"]) await sell(db, uuid);
    await closed(db, database);
    const { open } = IDBFactory.prototype;
    // What Chromium says at every start when the file is damaged by which its LevelDB finds the others.
    const gone = new DOMException("Internal error opening backing store for indexedDB.open.", "UnknownError");
    IDBFactory.prototype.open = function (name, version) {
      const isGone = this === indexedDB && name === database;
      const request = open.call(this, name, isGone ? 1 : version);
      if (isGone) Object.defineProperty(request, "error", { value: gone });
      return request;
    };
    try {
      const moved = new OfflineDB({ name: database });
      const losses = await told(() => moved.init());
      equal(losses.map(({ lost, restored }) => [lost, restored.transactions]), [["database", 2]]);
      ok(losses[0].reason.includes("backing store"), losses[0].reason);
      equal([await uuids(moved), await sell(moved, "c")], [["a", "b"], [3, 2]]);
      await moved.markTransactionSynced((await moved.getPendingTransactions()).find(({ uuid }) => uuid === "a").id);
      await closed(moved, database);
      const again = new OfflineDB({ name: database });
      equal(await told(() => again.init()), [], "it has lost nothing since");
      equal([await uuids(again), await sell(again, "d")], [["b", "c"], [4, 2]]);
      await closed(again, database);
    } finally {
      IDBFactory.prototype.open = open;
    }
    await reopened(kit, async (db) => {
      equal(await sell(db, "e"), [5, 2]);
      // What it still had of the sale that was sent meanwhile is asked about, as is all that came back.
      const rows = await db.getPendingTransactions();
      equal(rows.filter(({ uncertain }) => uncertain).map(({ uuid }) => uuid).sort(), ["a", "b", "c", "d"]);
      equal(rows.filter(({ uncertain }) => !uncertain).map(({ uuid }) => uuid), ["e"]);
    });
    await promised((await navigator.storageBuckets.open("pos-offline-refuge")).indexedDB.deleteDatabase(database));
  },

  "a row that the database alone has lost comes back": async ({ db, database, OfflineDB }) => {
    const kept = await db.saveTransaction({ type: "order", data: { total: 1 } });
    const lost = await db.saveTransaction({ type: "order", data: { total: 2 } });
    db.close();
    const native = await promised(indexedDB.open(database));
    const transaction = native.transaction("transactions", "readwrite");
    await promised(transaction.objectStore("transactions").delete(lost.id));
    native.close();
    const again = new OfflineDB({ name: database });
    const losses = await told(async () => {
      await again.init();
      // A write waits for the comparison.
      await again.saveTransaction({ type: "order", data: { total: 3 } });
    });
    equal(losses.map(({ lost, restored }) => [lost, restored.transactions]), [["rows", 1]]);
    const ids = (await again.getPendingTransactions()).map(({ id }) => id);
    ok(ids.includes(kept.id) && ids.includes(lost.id));
    again.close();
  },

  "reset deletes the copy as well": async ({ db, database, OfflineDB }) => {
    await db.saveTransaction({ type: "order", data: { total: 1 } });
    await db.reset();
    const losses = await told(async () => {
      await db.init();
      equal(await db.getPendingTransactionCount(), 0);
      db.close();
      const again = new OfflineDB({ name: database });
      await again.init();
      equal(await again.getPendingTransactionCount(), 0);
      again.close();
    });
    equal(losses, []);
  },

  "whatever can be stored comes back as it was": async (kit) => {
    const { db, database } = kit;
    const data = {
      numbers: [0, -0, NaN, Infinity, -Infinity, 1e300, 0.1],
      texts: ["", "a\u0000b", "\ud800", "e\u0301", "\u{1F600}"],
      nothing: [undefined, null],
      big: 2n ** 70n,
      date: new Date(1_700_000_000_123),
      map: new Map([["a", new Map([[1, new Set([1n])]])]]),
      bytes: [new Uint8Array([0, 255, 7]), new Float64Array([0.5, NaN]), new Uint8Array([9]).buffer],
      $: { $: "d", v: 1 },
      ["__proto__x"]: { constructor: "c" },
    };
    const key = ["a", new Date(5), 1];
    await db.put("transactions", { id: key, data });
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => {
      const [row] = await again.getPendingTransactions();
      equal(row.id[1].getTime(), 5);
      const { data: back } = row;
      ok(back.numbers.every((number, at) => Object.is(number, data.numbers[at])));
      equal([back.texts, back.nothing.length, back.nothing[0], back.nothing[1]], [data.texts, 2, undefined, null]);
      ok(back.big === data.big && back.date.getTime() === data.date.getTime());
      ok(back.map.get("a").get(1).has(1n));
      equal([[...back.bytes[0]], back.bytes[1][0], Number.isNaN(back.bytes[1][1]), back.bytes[2].byteLength], [[0, 255, 7], 0.5, true, 1]);
      equal([back.$, back.__proto__x], [data.$, data.__proto__x]);
    });
  },

  "a row that a file cannot hold has its copy beside the files": async (kit) => {
    const { db, database } = kit;
    const cycle = { total: 5 };
    cycle.self = cycle;
    await db.saveTransaction({ type: "order", data: cycle });
    equal(db.status().journal.copies, 2);
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => {
      const [{ data }] = await again.getPendingTransactions();
      ok(data.total === 5 && data.self === data);
    });
  },

  "what is removed, changed or cleared does not come back": async (kit) => {
    const { db, database } = kit;
    const ids = [];
    for (const total of [1, 2, 3]) ids.push((await queue(db, total)).id);
    await db.deleteTransaction(ids[0]);
    await db.put("transactions", { ...(await db.get("transactions", ids[1])), data: { total: 22 } });
    await db.saveOrder({ id: 1, state: "draft" });
    await db.saveOrder({ id: 2, state: "draft" });
    await db.clear("orders");
    await db.saveOrder({ id: 3, state: "draft" });
    await db.bulkSave("pos_offline_orders", [{ offline_id: "a" }, { offline_id: "b" }, { offline_id: {} }]);
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => {
      equal((await totals(again)).sort((a, b) => a - b), [3, 22]);
      equal((await again.getAllOrders()).map(({ id }) => id), [3]);
      equal((await again.getUnsyncedOfflineOrders()).map(({ offline_id }) => offline_id).sort(), ["a", "b"]);
    });
  },

  "what did not commit does not come back": async (kit) => {
    const { db, database } = kit;
    const { abort } = IDBTransaction.prototype;
    const { commit } = IDBTransaction.prototype;
    await queue(db, 1);
    // Aborts at the moment of the commit, when the copy is under way.
    IDBTransaction.prototype.commit = function () {
      IDBTransaction.prototype.commit = commit;
      abort.call(this);
      throw new DOMException("aborted", "InvalidStateError");
    };
    const error = await db.put("orders", { id: 7, state: "draft" }).then(() => null, (error) => error);
    IDBTransaction.prototype.commit = commit;
    // An abort is tried again by the library, and then it commits: the order is there once.
    equal(error, null);
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => equal((await again.getAllOrders()).map(({ id }) => id), [7]));
  },

  "what a native transaction has changed is in the copy": async (kit) => {
    const { db, database } = kit;
    const first = await queue(db, 1);
    const transaction = db.getNewTransaction(["transactions"], "readwrite");
    transaction.objectStore("transactions").put({ id: "native", type: "order", uuid: "n", data: { total: 8 } });
    transaction.objectStore("transactions").delete(first.id);
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    // It is copied right after it has committed.
    await pause(500);
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => equal(await totals(again), [8]));
  },

  "two tills of one database copy side by side, and no number is given twice": async (kit) => {
    const { db, database, OfflineDB, SyncManager } = kit;
    const other = new OfflineDB({ name: database });
    await other.init();
    const tills = [till(SyncManager, db), till(SyncManager, other)];
    const receipts = await Promise.all(Array.from({ length: 20 }, (_, at) => tills[at % 2].commitSale({ order: { total: at } })));
    ok(receipts.every(({ copies }) => copies === 2));
    for (const manager of tills) manager.destroy();
    other.close();
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => {
      const rows = await again.getPendingTransactions();
      equal(rows.map(({ uuid }) => uuid).sort(), receipts.map(({ uuid }) => uuid).sort());
      const next = till(SyncManager, again);
      equal((await next.commitSale({ order: {} })).sequence, 21);
      next.destroy();
    });
  },

  "a fifth till has its copy beside the files": async (kit) => {
    const { db, database, OfflineDB } = kit;
    const others = Array.from({ length: 4 }, () => new OfflineDB({ name: database }));
    for (const other of others) {
      await other.init();
      await queue(other, 1);
      equal(other.status().journal.copies, 2);
    }
    equal(others.at(-1).status().journal.files, false);
    for (const other of others) other.close();
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => equal(await totals(again), [1, 1, 1, 1]));
  },

  "a till without an origin private file system has its copy in a database": async (kit) => {
    const { database } = kit;
    // As the worker sees it where there is none.
    const name = `${database}-none`;
    const { Blob: NativeBlob } = window;
    window.Blob = class extends NativeBlob {
      constructor(parts, options) {
        super(["Object.defineProperty(navigator, 'storage', { value: {} });\n", ...parts], options);
      }
    };
    const db = new kit.OfflineDB({ name });
    try {
      await db.init();
      await queue(db, 1);
    } finally {
      window.Blob = NativeBlob;
    }
    const { files, copies, problems } = db.status().journal;
    equal([files, copies, problems.length], [false, 2, 1]);
    db.close();
    await wipe(name);
    await reopened({ ...kit, database: name }, async (again) => {
      equal(await totals(again), [1]);
      await again.reset();
    });
  },

  "a worker that has died is replaced, and a sale meanwhile has one copy": async ({ database, OfflineDB, SyncManager }) => {
    const name = `${database}-worker`;
    const started = [];
    const noted = (Native) =>
      class extends Native {
        constructor(...given) {
          super(...given);
          started.push(this);
        }
      };
    const sell = async (troubles) => {
      const db = new OfflineDB({ name });
      await db.init();
      const manager = till(SyncManager, db);
      equal((await manager.commitSale({ order: { total: 1 } })).copies, 2);
      started[0].terminate();
      equal((await manager.commitSale({ order: { total: 2 } })).copies, 1);
      ok(troubles.length === 1 && troubles[0].message.includes("does not answer"), JSON.stringify(troubles));
      // It is left alone for a second.
      await pause(1_100);
      await manager.commitSale({ order: { total: 3 } });
      await pause(500);
      equal((await manager.commitSale({ order: { total: 4 } })).copies, 2);
      equal([started.length, db.status().journal.problems], [2, hasFiles ? [] : db.status().journal.problems]);
      manager.destroy();
      db.close();
      await wipe(name);
      await reopened({ OfflineDB, database: name }, async (again) => equal((await totals(again)).length, 4));
    };
    await withWorkers(noted, () => told(sell, "pdc-journal-trouble"));
  },

  "a till that may not have a worker sells with one copy, and says why": async ({ database, OfflineDB, SyncManager }) => {
    const forbidden = () =>
      class {
        constructor() {
          throw new DOMException("the policy of this page has no worker-src blob:", "SecurityError");
        }
      };
    const sell = async (troubles) => {
      const db = new OfflineDB({ name: `${database}-none` });
      await db.init();
      const manager = till(SyncManager, db);
      equal((await manager.commitSale({ order: { total: 1 } })).copies, 1);
      ok(troubles.length === 1 && troubles[0].message.includes("worker-src blob:"), JSON.stringify(troubles));
      equal(db.status().journal.copies, 1);
      manager.destroy();
      await db.reset();
      db.close();
    };
    await withWorkers(forbidden, () => told(sell, "pdc-journal-trouble"));
  },

  "without a journal there is one copy": async ({ database, OfflineDB, SyncManager }) => {
    const db = new OfflineDB({ name: `${database}-one`, journal: false });
    await db.init();
    const manager = till(SyncManager, db);
    equal([(await manager.commitSale({ order: {} })).copies, db.status().journal], [1, null]);
    manager.destroy();
    await db.reset();
    db.close();
  },

  "an end that is torn off takes its own sale along and no other": async (kit) => {
    if (!hasFiles) return;
    const { totals, copies } = await afterDamage(kit, (bytes) => bytes.subarray(0, frames(bytes).at(-1) + 40));
    equal([totals, copies], [[1, 2, 3], 2]);
  },

  "a byte that has changed takes its own sale along and no other": async (kit) => {
    if (!hasFiles) return;
    const { totals, problems } = await afterDamage(kit, (bytes) => {
      bytes[frames(bytes)[1] + 40] ^= 1;
      return bytes;
    });
    equal([totals, problems.length], [[1, 3, 4], 1]);
    ok(problems[0].includes("0a is damaged"));
  },

  "a header that is damaged costs no sale": async (kit) => {
    if (!hasFiles) return;
    const { totals } = await afterDamage(kit, (bytes) => bytes.fill(0, 0, 32));
    equal(totals, [1, 2, 3, 4]);
  },

  "a file of random bytes is named and left as it is, and the till starts": async (kit) => {
    if (!hasFiles) return;
    const noise = crypto.getRandomValues(new Uint8Array(20_000));
    const { totals, problems, copies } = await afterDamage(kit, () => noise);
    equal([totals, copies], [[], 2]);
    ok(problems.some((text) => text.includes("0a holds nothing that can be read")), problems.join());
    const file = await (await (await folder(kit.database)).getFileHandle("0a")).getFile();
    equal(new Uint8Array(await file.arrayBuffer()), noise);
  },

  "a file of a newer version, or of another database, is named and left as it is": async (kit) => {
    if (!hasFiles) return;
    const table = Array.from({ length: 256 }, (_, byte) => Array(8).fill().reduce((crc) => (crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1), byte));
    const crc32 = (bytes) => ~bytes.reduce((crc, byte) => (crc >>> 8) ^ table[(crc ^ byte) & 255], -1) >>> 0;
    const with_ = (at, word) => (bytes) => {
      const view = new DataView(bytes.buffer);
      view.setUint32(at, word, true);
      view.setUint32(24, crc32(bytes.subarray(0, 24)), true);
      return bytes;
    };
    const { db, database } = kit;
    await queue(db, 1);
    await closed(db, database);
    await damage(database, "0a", with_(4, 99));
    await damage(database, "0b", with_(8, 12345));
    await reopened(kit, async (again) => {
      await queue(again, 2);
      const { problems, copies } = again.status().journal;
      ok(problems.some((text) => text.includes("0a was written by a newer version of this library (format 99)")), problems.join());
      ok(problems.some((text) => text.includes("0b belongs to another database")), problems.join());
      equal([copies, await totals(again)], [2, [1, 2]]);
    });
  },

  "the file is begun anew when it has grown long, and nothing is lost by that": async (kit) => {
    const { db, database } = kit;
    const text = "x".repeat(20_000);
    const ids = [];
    for (let at = 0; at < 120; at += 1) ids.push((await db.saveTransaction({ type: "order", data: { total: at, text } })).id);
    for (const id of ids.slice(0, 100)) await db.deleteTransaction(id);
    for (let tries = 0; hasFiles && db.status().journal.bytes > 1_500_000 && tries < 100; tries += 1) await pause(20);
    if (hasFiles) ok(db.status().journal.bytes < 2_600_000, String(db.status().journal.bytes));
    await queue(db, "last");
    await closed(db, database);
    await wipeMirror(database);
    if (!hasFiles) return;
    await wipe(database);
    await reopened(kit, async (again) => equal((await totals(again)).length, 21));
  },

  "a till that opens while another sells brings back nothing that has been sent meanwhile": async (kit) => {
    const { db, database, OfflineDB } = kit;
    // The messages to the second till's worker wait until the first one has done its part.
    const before = { open: () => queue(db, 1), rowsAt: async () => db.deleteTransaction((await db.getPendingTransactions())[0].id) };
    const met = [];
    const held = (Native) =>
      class extends Native {
        #turn = Promise.resolve();
        postMessage(message) {
          this.#turn = this.#turn.then(async () => {
            met.push(message[1]);
            await before[message[1]]?.();
            super.postMessage(message);
          });
        }
      };
    const other = new OfflineDB({ name: database });
    const losses = await withWorkers(held, () =>
      told(async () => {
        await other.init();
        // A write waits for the comparison.
        await other.saveOrder({ id: 1, state: "draft" });
      }),
    );
    equal(losses, []);
    equal(met.slice(0, 2), ["open", "rowsAt"]);
    equal(await other.getPendingTransactionCount(), 0);
    other.close();
  },

  "what an older version has left is copied at the first start, without a change": async (kit) => {
    const { database, OfflineDB } = kit;
    const name = `${database}-older`;
    const old = new OfflineDB({ name, journal: false });
    await old.init();
    await queue(old, 1);
    old.close();
    const first = new OfflineDB({ name });
    await first.init();
    await first.getPendingTransactions();
    // It is copied in the background.
    await pause(500);
    first.close();
    await pause(50);
    await wipe(name);
    const losses = await told(() => reopened({ OfflineDB, database: name }, async (again) => equal(await totals(again), [1])));
    equal(losses.map(({ lost, restored }) => [lost, restored.transactions]), [["database", 1]]);
    await reopened({ OfflineDB, database: name }, (again) => again.reset());
  },

  "a sale that is saved while the till is closed has both its copies": async (kit) => {
    const { db, database } = kit;
    await queue(db, 1);
    let saved;
    const troubles = await told(async () => {
      const saving = queue(db, 2);
      // The write has begun when it is closed.
      while (db.status().lastWrite === null) await pause(1);
      await pause(1);
      db.close();
      saved = await saving.then(() => true, (error) => error.code);
    }, "pdc-journal-trouble");
    equal(troubles, []);
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => equal(await totals(again), saved === true ? [1, 2] : [1]));
  },

  "a till that had saved nothing yet has lost nothing": async (kit) => {
    const { db, database } = kit;
    await closed(db, database);
    await wipe(database);
    await wipeMirror(database);
    equal(await told(() => reopened(kit, async (again) => equal(await totals(again), []))), []);
  },

  "a till that has lost everything says that it starts anew": async (kit) => {
    const { db, database } = kit;
    await queue(db, 1);
    await closed(db, database);
    await wipe(database);
    await wipeMirror(database);
    if (hasFiles) {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("pos-offline");
      await root.removeEntry(database, { recursive: true });
    }
    const losses = await told(() => reopened(kit, async (again) => equal(await totals(again), [])));
    equal(losses.map(({ lost, restored }) => [lost, restored.transactions]), [["everything", 0]]);
    ok(losses[0].message.includes("it starts anew"));
    // Once.
    equal(await told(() => reopened(kit, (again) => totals(again))), []);
  },

  "rows that stay although they were to be deleted are copied again": async (kit) => {
    const { db, database } = kit;
    await db.saveOrder({ id: 1, state: "draft" });
    const { deleteDatabase } = IDBFactory.prototype;
    IDBFactory.prototype.deleteDatabase = function (name) {
      if (name === database) throw new DOMException("the disk does not answer", "UnknownError");
      return deleteDatabase.call(this, name);
    };
    const error = await db.reset().catch((error) => error);
    IDBFactory.prototype.deleteDatabase = deleteDatabase;
    ok(error.message.includes("the disk does not answer"), String(error));
    await reopened(kit, async (again) => {
      equal((await again.getAllOrders()).map(({ id }) => id), [1]);
      // They are copied in the background.
      await pause(500);
    });
    await closed(db, database);
    await wipe(database);
    await reopened(kit, async (again) => equal((await again.getAllOrders()).map(({ id }) => id), [1]));
  },
};
