import { equal, ok, promised, same } from "../assert.js";
import { byKey, eventually, handle, onStore, PAGES, PRODUCTS, random, SEGMENT_ROWS, settled, STORE, tag } from "../shelves.js";

const SEEDS = [1, 20_260_107, 4_141_592];
const STEPS = 24;
const ODD_KEYS = [
  "", "a", "abc", "10", "ü", "\u{1f600}", -1, -7.25, 0.5, 2.5, Infinity, -Infinity, 1e300, new Date(0), new Date(-5), new Date(1e12), [], [1],
  [1, "a"], ["1"], [[2]], [new Date(7), 1], new Uint8Array([1, 2]), new Uint8Array([]), 2_261_634.5098039214, "AAAAAAAA",
];
const CATEGORIES = [5, [5, "Drinks"], [5, "Aqua"], [5], "5", [6, "Food"], 6, false, undefined, null, [5, null], new Date(5), [[5], 1]];
const PRICES = [1, 2.5, 10, 1_000_000, -3, 0, "5", undefined, NaN, false, Infinity];
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Stands in the model for the time of saving. */
const NOW = "*";

const isKey = (value) => {
  try {
    indexedDB.cmp(value, 0);
    return true;
  } catch {
    return false;
  }
};

/** What the store must hold, in a plain Map. */
class Model {
  rows = new Map();
  put(records, extra) {
    for (const record of records) this.rows.set(tag(record.id), { ...record, ...extra });
  }
  delete(keys) {
    for (const key of keys) this.rows.delete(tag(key));
  }
  all() {
    return [...this.rows.values()].sort(byKey);
  }
  firstBy(field, value) {
    return this.all().find((row) => row[field] === value) ?? null;
  }
  category(id) {
    const plain = this.all().filter(({ categ_id }) => isKey(categ_id) && indexedDB.cmp(categ_id, id) === 0);
    const pairs = this.all().filter(({ categ_id: pair }) => Array.isArray(pair) && isKey(pair) && pair.length > 0 && indexedDB.cmp(pair[0], id) === 0);
    return [...plain, ...pairs.sort((a, b) => indexedDB.cmp(a.categ_id, b.categ_id) || byKey(a, b))];
  }
  price(from, to) {
    const within = ({ list_price: price }) => typeof price === "number" && price >= from && price <= to;
    return this.all().filter(within).sort((a, b) => a.list_price - b.list_price || byKey(a, b));
  }
}

/** Whether a record is the expected one, with a time of saving where the model has one. */
function alike(actual, expected) {
  if (!actual || !expected) return (actual ?? null) === (expected ?? null);
  if (expected.cached_at !== NOW) return same(actual, expected);
  return ISO.test(actual.cached_at) && same({ ...actual, cached_at: NOW }, expected);
}

function compare(actual, expected, what) {
  const brief = (rows) => JSON.stringify(rows.slice(0, 5)) + (rows.length > 5 ? ` and ${rows.length - 5} more` : "");
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} records instead of ${expected.length}: ${brief(actual)} instead of ${brief(expected)}`);
  actual.forEach((row, at) => alike(row, expected[at]) || ok(false, `${what}: at ${at} ${brief([row])} instead of ${brief([expected[at]])}`));
}

/** Makes the `nth` put into the catalogue fail once; `undo` says whether it came to that. */
function failing(mode, nth) {
  const { put } = IDBObjectStore.prototype;
  let left = nth;
  IDBObjectStore.prototype.put = function (...args) {
    if (this.name !== STORE || (left -= 1) !== 0) return put.apply(this, args);
    if (mode === "throw") throw new DOMException("injected", "UnknownError");
    if (mode === "refuse") throw new DOMException("injected", "DataCloneError");
    const request = put.apply(this, args);
    // An abort after the commit was asked for comes too late, and throws.
    const abort = () => {
      try {
        this.transaction.abort();
      } catch {}
    };
    if (mode === "abort") abort();
    else request.addEventListener("success", abort);
    return request;
  };
  return () => ((IDBObjectStore.prototype.put = put), left <= 0);
}

class Run {
  constructor(context, seed, store) {
    Object.assign(this, { context, seed, store, random: random(seed), model: new Model(), db: context.db, made: 0 });
  }

  key() {
    const { below, pick, chance } = this.random;
    return chance(0.05) ? pick(ODD_KEYS) : below(5_000) + 1;
  }

  record() {
    const { below, pick, chance } = this.random;
    this.made += 1;
    const record = { id: this.key(), name: `Item ${this.made}`, version: this.made };
    if (chance(0.7)) record.barcode = chance(0.9) ? String(4_000_000 + below(3_000)) : pick([4_000_001, false, "x\0y", "é"]);
    if (chance(0.5)) record.default_code = `C-${below(500)}`;
    if (chance(0.9)) record.categ_id = pick(CATEGORIES);
    if (chance(0.9)) record.list_price = chance(0.7) ? below(10_000) / 100 : pick(PRICES);
    if (chance(0.1)) record.lines = [{ tax: below(9) }, below(9)];
    return record;
  }

  records(count) {
    return Array.from({ length: count }, () => this.record());
  }

  size() {
    const border = this.random.pick([1, 2, 511, 512, 513, 2047, 2048, 2049, 4097]);
    return this.random.chance(0.4) ? border : this.random.chance(0.7) ? 1 + this.random.below(300) : 1 + this.random.below(3_000);
  }

  someKeys(count) {
    const known = [...this.model.rows.values()];
    return Array.from({ length: count }, () => (known.length && this.random.chance(0.8) ? this.random.pick(known).id : this.key()));
  }

  /** Runs an operation, perhaps with a fault in it; `done` and `failed` say what becomes of the model. */
  async run(operation, done, failed = () => {}) {
    const { chance, pick, below } = this.random;
    const mode = chance(0.35) && pick(["throw", "refuse", "abort", "abort later"]);
    const nth = 1 + below(pick([2, 6, 20]));
    this.said += mode ? ` with "${mode}" at put ${nth}` : "";
    const undo = mode ? failing(mode, nth) : () => false;
    try {
      const report = await settled(operation(), this.said);
      // All-or-nothing tells of bad records in its report.
      if (report?.failures?.length) ok(undo() && report.saved === 0, `a fault is the reason of ${JSON.stringify(report.failures[0])}`);
      else done();
    } catch (error) {
      if (!undo() || error.name !== "PosOfflineError") throw error;
      failed(error);
    } finally {
      undo();
    }
  }

  steps = {
    put: async () => {
      const record = this.record();
      await this.run(() => this.db.put(this.store, record), () => this.model.put([record]));
    },
    bulkSave: async () => {
      const records = this.records(this.size());
      const save = () => this.db.bulkSave(this.store, records, this.random.chance(0.3) ? { chunkSize: 1 + this.random.below(700) } : {});
      await this.run(save, () => this.model.put(records), ({ saved }) => this.model.put(records.slice(0, saved)));
    },
    allOrNothing: async () => {
      const records = this.records(this.size());
      await this.run(() => this.db.bulkSave(this.store, records, { mode: "all-or-nothing" }), () => this.model.put(records));
    },
    bulkSaveProducts: async () => {
      if (this.store !== PRODUCTS) return;
      const records = this.records(this.size());
      const saved = (count) => this.model.put(records.slice(0, count), { cached_at: NOW });
      await this.run(() => this.db.bulkSaveProducts(records), () => saved(records.length), (error) => saved(error.saved));
    },
    applyDelta: async () => {
      const [upserts, deletes] = [this.records(this.size()), this.someKeys(this.random.below(200))];
      await this.run(
        () => this.db.applyDelta({ store: this.store, upserts, deletes, watermark: this.said }),
        () => (this.model.delete(deletes), this.model.put(upserts, { cached_at: NOW })),
      );
    },
    delete: async () => {
      const [key] = this.someKeys(1);
      await this.run(() => this.db.delete(this.store, key), () => this.model.delete([key]));
    },
    bulkDelete: async () => {
      const keys = this.someKeys(this.random.below(this.random.pick([10, 2_000])));
      await this.run(() => this.db.bulkDelete(this.store, keys), () => this.model.delete(keys));
    },
    deleteMost: async () => {
      const keys = [...this.model.rows.values()].filter(() => this.random.chance(0.7)).map((row) => row.id);
      await this.run(() => this.db.bulkDelete(this.store, keys), () => this.model.delete(keys));
    },
    clear: async () => {
      if (this.random.chance(0.6)) return;
      await this.run(() => this.db.clear(this.store), () => this.model.rows.clear());
    },
    atOnce: async () => {
      // Of different keys: which of two calls comes first is not promised.
      const records = [...new Map(this.records(60).map((record) => [tag(record.id), record])).values()];
      const calls = records.slice(0, 12).map((record) => this.db.put(this.store, record));
      await Promise.all([...calls, this.db.bulkSave(this.store, records.slice(12)), this.db.getAll(this.store)]);
      this.model.put(records);
    },
    reopen: async () => {
      this.db.close();
      this.db = await handle(this.context);
    },
  };

  async check(db) {
    const { model, store } = this;
    compare(await db.getAll(store), model.all(), "all");
    equal(await db.count(store), model.rows.size, "count");
    for (const key of this.someKeys(12)) compare([await db.get(store, key)], [model.rows.get(tag(key))], `get ${tag(key)}`);
    if (store !== PRODUCTS) return;
    const { below, pick } = this.random;
    for (let at = 0; at < 4; at += 1) {
      const [barcode, code] = [String(4_000_000 + below(3_000)), `C-${below(500)}`];
      compare([await db.getProductByBarcode(barcode)], [model.firstBy("barcode", barcode)], `barcode ${barcode}`);
      compare([await db.getProductByDefaultCode(code)], [model.firstBy("default_code", code)], `code ${code}`);
      compare(await db.query(store, { index: "default_code", only: code }), model.all().filter((row) => row.default_code === code), `query ${code}`);
    }
    const category = pick([5, 6, "5", new Date(5), 7]);
    compare(await db.getProductsByCategory(category), model.category(category), `category ${tag(category)}`);
    const [from, to] = [below(100) - 5, below(120)];
    compare(await db.getProductsByPrice(from, to), model.price(from, to), `price ${from} to ${to}`);
  }

  async all() {
    const watcher = await handle(this.context);
    const names = Object.keys(this.steps);
    try {
      for (let step = 0; step < STEPS; step += 1) {
        const name = this.random.pick(names);
        this.said = `step ${step}, ${name}`;
        await this.steps[name]();
        await settled(this.check(this.db), `the check after ${this.said}`);
      }
      // What another handle has known from the beginning, or learnt on the way, has to become the same.
      await eventually(async () => (await watcher.count(this.store)) === this.model.rows.size, "the other handle sees it");
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await this.check(watcher);
      this.db.close();
      this.db = await handle(this.context);
      await this.check(this.db);
    } catch (error) {
      throw new Error(`seed ${this.seed}, ${this.said}: ${error.message}`, { cause: error });
    } finally {
      watcher.close();
      this.db.close();
    }
  }
}

const runs = [...SEEDS, "random"].map((seed) => [
  `whatever is done to the products, they are those of a plain map (seed ${seed})`,
  (context) => new Run(context, seed === "random" ? crypto.getRandomValues(new Uint32Array(1))[0] : seed, PRODUCTS).all(),
]);

export default {
  ...Object.fromEntries(runs),
  "the small lists are kept the same way": (context) => new Run(context, 77, "pos_taxes").all(),
  "pages of heavy records are short, and a light list goes on as before": async (context) => {
    const { db, database } = context;
    const light = (from, count) => Array.from({ length: count }, (_, at) => ({ id: from + at, name: `Light ${from + at}` }));
    const heavy = (from, count) => light(from, count).map((row) => ({ ...row, image: "x".repeat(100_000), bytes: new Uint8Array(5) }));
    await db.bulkSave(PRODUCTS, light(0, 700));
    await db.bulkSave(PRODUCTS, heavy(1_000, 30));
    await db.bulkSave(PRODUCTS, light(2_000, 20));
    await db.bulkSave(PRODUCTS, heavy(2_500, 3));
    const counts = await onStore(database, async (store) => {
      const pages = await promised(store.getAll(IDBKeyRange.bound([PRODUCTS, PAGES], [PRODUCTS, PAGES, []])));
      return pages.map((page) => page.count);
    });
    equal(counts, [512, 188, ...Array(13).fill(4), 1], "512 KB hold five pictures, and pages have a power of two");
    const again = await handle(context);
    const all = [...light(0, 700), ...heavy(1_000, 30), ...light(2_000, 20), ...heavy(2_500, 3)];
    equal((await again.getAllProducts()).map(({ id, image }) => [id, image?.length]), all.map(({ id, image }) => [id, image?.length]));
    for (const { id, name } of all) equal((await again.getProduct(id)).name, name);
    await again.bulkSave(PRODUCTS, [{ id: 1_010, name: "lighter" }]);
    await again.bulkDelete(PRODUCTS, [1_011, 2_001]);
    equal([await again.getProductCount(), (await again.getProduct(1_010)).name, await again.getProduct(1_011)], [all.length - 2, "lighter", null]);
    again.close();
  },
  "what is deleted does not stay on disk": async ({ db, database }) => {
    const rows = (from, count) => Array.from({ length: count }, (_, at) => ({ id: from + at, name: "x".repeat(50) }));
    for (let round = 0; round < 4; round += 1) {
      await db.bulkSave(PRODUCTS, rows(round * 3_000, 3 * SEGMENT_ROWS));
      const keys = rows(round * 3_000, 3 * SEGMENT_ROWS).map((row) => row.id);
      await db.bulkDelete(PRODUCTS, keys.slice(0, -10));
      await db.bulkDelete(PRODUCTS, keys.slice(-10));
    }
    await db.put(PRODUCTS, { id: 1 });
    equal(await db.count(PRODUCTS), 1);
    const records = await onStore(database, (store) => new Promise((resolve) => (store.getAllKeys().onsuccess = ({ target }) => resolve(target.result))));
    ok(records.length <= 4, `one row needs a manifest, columns, texts and a page: ${JSON.stringify(records)}`);
  },
};
