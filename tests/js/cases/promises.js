// Promises of the design that need a look behind the curtain: calls of the real IndexedDB are watched, never replaced.
import { equal } from "../assert.js";

/** The journal's own database, which is copied into at the same time. */
const isJournal = (name) => name.endsWith("-journal");

/** Watches every transaction of the till's database that is begun while `body` runs. */
async function watched(body) {
  const begun = [];
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...args) {
    const native = transaction.apply(this, args);
    if (isJournal(this.name)) return native;
    const seen = { stores: [...native.objectStoreNames], mode: native.mode, durability: native.durability, ended: null };
    for (const type of ["complete", "abort"]) native.addEventListener(type, () => (seen.ended = type));
    begun.push(seen);
    return native;
  };
  try {
    await body(begun);
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
}

const WRITES = {
  saveTransaction: [{ id: "t" }, "strict"],
  saveOrder: [{ id: 1 }, "strict"],
  saveOfflineOrder: [{ offline_id: 1 }, "strict"],
  saveSyncError: [{}, "strict"],
  saveSession: [{ id: 1 }, "relaxed"],
  saveUser: [{ login: "ann" }, "relaxed"],
  bulkSaveProducts: [[{ id: 1 }, { id: 2 }], "relaxed"],
  saveCategories: [[{ id: 1 }], "relaxed"],
};

export default {
  "a write resolves when its transaction is complete, money strict and caches relaxed": async ({ db }) => {
    // The first call looks for rows of the catalogue that are to be moved.
    await db.getAllPOSData();
    for (const [method, [argument, durability]] of Object.entries(WRITES)) {
      await watched(async (begun) => {
        await db[method](argument);
        const last = begun.at(-1);
        equal([method, last.mode, last.durability, last.ended], [method, "readwrite", durability, "complete"]);
        equal(begun.length, 1, `${method} is one transaction`);
      });
    }
  },
  "a read does not take the lock of a write": async ({ db }) => {
    await db.getAllPOSData();
    await watched(async (begun) => {
      await db.getPendingTransactions();
      await db.getAllProducts();
      await db.readAll();
      // The last one reads two databases.
      equal(begun.map((seen) => seen.mode), Array(4).fill("readonly"));
    });
  },
  "read and write of an update are one transaction": async ({ db }) => {
    await db.saveSession({ id: 1 });
    await db.saveTransaction({ id: "t" });
    for (const call of [() => db.updateSessionAccess(1), () => db.incrementTransactionAttempt("t"), () => db.markTransactionSynced("t")]) {
      await watched(async (begun) => {
        await call();
        equal(begun.map((seen) => [seen.mode, seen.ended]), [["readwrite", "complete"]]);
      });
    }
  },
  "the pending count reads no record": async ({ db }) => {
    await db.saveTransaction({});
    const { getAll, openCursor } = IDBIndex.prototype;
    const forbidden = () => {
      throw new Error("a record was read");
    };
    IDBIndex.prototype.getAll = IDBIndex.prototype.openCursor = forbidden;
    try {
      equal(await db.getPendingTransactionCount(), 1);
    } finally {
      Object.assign(IDBIndex.prototype, { getAll, openCursor });
    }
  },
  "many init() at once open once": async ({ OfflineDB, database }) => {
    const { open } = IDBFactory.prototype;
    let opened = 0;
    IDBFactory.prototype.open = function (...args) {
      opened += Number(!isJournal(args[0]));
      return open.apply(this, args);
    };
    try {
      const db = new OfflineDB({ name: `${database}-once` });
      await Promise.all([db.init(), db.init(), db.getAllOrders(), db.init()]);
      await db.init();
      equal(opened, 1);
      await db.reset();
    } finally {
      IDBFactory.prototype.open = open;
    }
  },
  "close leaves no listener behind": async ({ OfflineDB, database }) => {
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    const live = new Map();
    const count = (target, type, by) => target === document && live.set(type, (live.get(type) ?? 0) + by);
    EventTarget.prototype.addEventListener = function (type, ...rest) {
      count(this, type, 1);
      return addEventListener.call(this, type, ...rest);
    };
    EventTarget.prototype.removeEventListener = function (type, ...rest) {
      count(this, type, -1);
      return removeEventListener.call(this, type, ...rest);
    };
    try {
      const db = new OfflineDB({ name: `${database}-listeners` });
      for (let at = 0; at < 3; at++) {
        await db.init();
        await db.init();
        equal([...live], [["visibilitychange", 1]]);
        db.close();
        equal([...live], [["visibilitychange", 0]]);
      }
      await db.init();
      await db.reset();
      equal([...live], [["visibilitychange", 0]]);
    } finally {
      Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
    }
  },
};
