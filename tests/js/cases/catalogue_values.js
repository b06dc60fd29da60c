import { difference } from "../alike.js";
import { equal, ok, rejects } from "../assert.js";
import { handle, listen, PRODUCTS, random, SEGMENT_ROWS, settled } from "../shelves.js";

const fillers = (count, from) => Array.from({ length: count }, (_, at) => ({ id: from + at, name: `filler ${at}`, list_price: at }));
const ids = (rows) => rows.map((row) => row.id);

/** Computed, so that its bits are those of the processor and not of the constant. */
const computedNaN = () => new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)[0];

const VALUES = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  "NaN with other bits": computedNaN,
  "-0": () => -0,
  Infinity: () => [Infinity, -Infinity],
  booleans: () => [true, false],
  "a BigInt": () => -123_456_789_012_345_678_901n,
  "a Date": () => new Date(1.7e12),
  "an invalid Date": () => new Date(NaN),
  "a RegExp": () => /a\/b[\u{1f600}]/giu,
  "a Map": () => new Map([["a", new Map([[{ k: 1 }, [1]]])], [NaN, undefined]]),
  "a Set": () => new Set([1, "1", { x: 1 }]),
  "an ArrayBuffer": () => new Uint8Array([1, 2, 3]).buffer,
  "typed arrays": () => [new Uint8Array([1]), new Float64Array([0.1, -0, Infinity]), new BigInt64Array([-1n]), new Uint8ClampedArray([300])],
  "a part of a buffer": () => new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2),
  "a DataView": () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  "a Blob": () => new Blob(["text"], { type: "text/plain" }),
  "an Error": () => new RangeError("too far"),
  "objects of plain values": () => [new Boolean(false), new Number(-0), new String("s"), Object(5n)],
  "a sparse array": () => Object.assign([1, , 3], { length: 7 }),
  "an array with other fields": () => Object.assign([1, 2], { note: "n" }),
  "an empty array and object": () => [[], {}],
  "deep nesting": () => ({ a: [{ b: new Map([["c", [{ d: new Set([[1]]) }]]]) }] }),
  "itself": () => {
    const ring = { list: [] };
    ring.list.push(ring, ring.list);
    return ring;
  },
  "one object twice": () => {
    const shared = { tax: 15 };
    return { a: shared, b: [shared] };
  },
  "lone surrogates": () => ["\ud800", "a\udc00b", "\udbff\ud800"],
  "texts with zeros": () => ["\0", "a\0b", "\u0001", "\u0001x"],
  "a long text": () => "é".repeat(100_000),
  "fields with odd names": () => ({ "": 1, constructor: 2, toString: 3, "a.b": 4, "\0": 5, 7: 6, hasOwnProperty: 7 }),
  "a field called __proto__ below": () => JSON.parse('{"__proto__": {"x": 1}, "y": 2}'),
};

/** Every way to a product, and a second time where it is kept. */
async function eachWay(context, record) {
  const { id, barcode, default_code: code } = record;
  const { db } = context;
  const one = async (rows) => (await rows)[0];
  const found = {
    "by key, from disk": await db.get(PRODUCTS, id),
    "by key": await db.getProduct(id),
    "by barcode": await db.getProductByBarcode(barcode),
    "by code": await db.getProductByDefaultCode(code),
    "by category": await one(db.getProductsByCategory(record.categ_id)),
    "by price": await one(db.getProductsByPrice(record.list_price, record.list_price)),
    "by search": (await db.searchProducts(barcode))[0]?.product,
    "by query": await one(db.query(PRODUCTS, { index: "barcode", only: barcode })),
    "by key query": await one(db.query(PRODUCTS, { from: id, to: id })),
    "of all": (await db.getAllProducts()).find((row) => row.id === id),
    "of all stores": (await db.readAll()).pos_products.find((row) => row.id === id),
  };
  const again = await handle(context);
  found["by another handle"] = await again.getProductByBarcode(barcode);
  again.close();
  return Object.entries(found);
}

export default {
  "every value that a structured clone can hold comes back, whichever way": async (context) => {
    const { db, database } = context;
    const told = listen(database);
    const make = ([, value], at) => ({ id: at + 1, name: `Thing ${at}`, barcode: `b${at}`, default_code: `c${at}`, categ_id: at + 100, list_price: at + 0.5, x: value() });
    const entries = Object.entries(VALUES);
    await db.bulkSave(PRODUCTS, entries.map(make));
    for (const [at, entry] of entries.entries()) {
      const expected = make(entry, at);
      for (const [way, found] of await eachWay(context, expected)) {
        equal(difference(found, expected), undefined, `${entry[0]}, ${way}`);
        if (found.x instanceof Blob) equal(await found.x.text(), "text");
      }
    }
    equal(told, []);
  },
  "a save that counts as done is there, also where the browser fails to store a Blob": async ({ db }) => {
    const records = [{ id: 1 }, { id: 2, x: new Blob(["text"]) }];
    const saved = await db.bulkSave(PRODUCTS, records).then((report) => report.saved, (error) => error.saved);
    equal((await db.getAllProducts()).length, saved);
  },
  "any value in a field that has a column is kept, and loses no neighbour": async (context) => {
    const { db, database } = context;
    const told = listen(database);
    for (const field of ["name", "barcode", "default_code", "categ_id", "list_price", "cached_at"]) {
      await db.clear(PRODUCTS);
      const make = ([, value], at) => ({ id: at, [field]: value() });
      await db.bulkSave(PRODUCTS, [...Object.entries(VALUES).map(make), ...fillers(100, 1_000)]);
      const again = await handle(context);
      for (const [at, entry] of Object.entries(VALUES).entries()) {
        equal(difference(await again.get(PRODUCTS, at), make(entry, at)), undefined, `${field} is ${entry[0]}`);
      }
      equal((await again.getAllProducts()).length, Object.keys(VALUES).length + 100, field);
      equal((await again.searchProducts("filler 7", { limit: 1 }))[0]?.product.id, 1_007, field);
      again.close();
    }
    equal(told, []);
  },
  "a field called __proto__ or constructor of a product itself": async (context) => {
    const { db } = context;
    const make = () => JSON.parse('{"id": 1, "barcode": "1", "default_code": "c", "categ_id": 2, "list_price": 3, "constructor": "x"}');
    await db.put(PRODUCTS, make());
    for (const [way, found] of await eachWay(context, make())) equal(difference(found, make()), undefined, way);
    // Whatever becomes of such a field: the same every way, and nobody's prototype.
    await db.put(PRODUCTS, JSON.parse('{"id": 1, "barcode": "1", "default_code": "c", "categ_id": 2, "list_price": 3, "__proto__": {"tainted": true}}'));
    const ways = await eachWay(context, make());
    for (const [way, found] of ways) {
      equal([Object.getPrototypeOf(found) === Object.prototype, found.tainted], [true, undefined], way);
      equal(Object.getOwnPropertyNames(found), Object.getOwnPropertyNames(ways[0][1]), way);
    }
  },
  "an object that holds itself, and one in two fields of a record": async (context) => {
    const { db } = context;
    const make = () => {
      const [shared, ring] = [{ tax: 15 }, {}];
      ring.next = ring;
      return { id: 1, barcode: "1", default_code: "c", categ_id: 2, list_price: 3, first: shared, second: shared, ring, list: [ring, shared] };
    };
    await db.put(PRODUCTS, make());
    for (const [way, found] of await eachWay(context, make())) equal(difference(found, make()), undefined, way);
  },
  "what was handed out is the caller's: the next answer is as before": async (context) => {
    const { db } = context;
    const make = () => ({
      id: 1, name: "Desk", barcode: "590", default_code: "D", categ_id: [5, "Office"], list_price: 2, taxes: [1, 2], nested: { a: [{ b: 1 }] },
      map: new Map([["a", [1]]]), set: new Set([1]), date: new Date(5), bytes: new Uint8Array([1, 2]), buffer: new Uint8Array([3]).buffer,
    });
    const original = { ...make(), categ_id: 5 };
    await db.put(PRODUCTS, original);
    for (let round = 0; round < 2; round += 1) {
      for (const [way, found] of await eachWay(context, original)) {
        equal(difference(found, original), undefined, `${way}, round ${round}`);
        found.name = "changed";
        found.list_price = found.barcode = found.categ_id = null;
        found.taxes.push(3);
        found.nested.a[0].b = 2;
        found.map.get("a").push(2);
        found.set.add(2);
        found.date.setTime(0);
        found.bytes[0] = 9;
        new Uint8Array(found.buffer)[0] = 9;
        found.more = 1;
      }
    }
  },
  "a list that only some records have is the caller's too": async (context) => {
    const { db } = context;
    const make = () => ({ id: 1, name: "Desk", barcode: "590", default_code: "D", categ_id: 5, list_price: 2, taxes: [1, 2], uom: [1, "Units"] });
    const without = { ...make(), id: 2, barcode: "591", default_code: "E", categ_id: 6, list_price: 3, taxes: false };
    await db.bulkSave(PRODUCTS, [make(), without]);
    for (let round = 0; round < 2; round += 1) {
      for (const [way, found] of await eachWay(context, make())) {
        equal(found, make(), `${way}, round ${round}`);
        found.taxes.push(3);
        found.uom[0] = 2;
      }
    }
  },
  "records of every shape stand beside each other in a page, and each comes back as it was": async (context) => {
    const told = listen(context.database);
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    const { below, pick, chance } = random(seed);
    const list = (length, item) => Array.from({ length }, item);
    const FIELDS = {
      name: () => pick(["", "Desk", "Café", "\u0001", "a\0b", false, null]),
      barcode: () => pick([false, `b${below(50)}`, below(50), undefined]),
      list_price: () => pick([0, -0, NaN, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53, 7n, "7", false]),
      count: () => below(3),
      zero: () => pick([0, -0]),
      same: () => "always",
      categ_id: () => pick([5, [5, "All"], [6, "All / 6"], [], false]),
      pair: () => [below(9), "Units"],
      tags: () => list(below(4), () => below(3)),
      more: () => list(2, () => below(3)),
      mixed: () => list(below(3), () => pick(["x", 1, null, undefined, -0, true, 2n])),
      nested: () => pick([[[1], 2], { a: [1] }, new Date(below(9)), new Map([[1, [2]]]), new Uint8Array([1, 2]), [, 1], Object.assign([1], { note: 2 })]),
      7: () => below(9),
      cached_at: () => "mine",
    };
    const plain = Object.keys(FIELDS).filter((field) => field !== "nested");
    const make = (id) => {
      const record = { id };
      // Most are like the others.
      let fields = chance(0.7) ? plain : Object.keys(FIELDS).concat("__proto__").filter(() => chance(0.6));
      if (chance(0.05)) fields = [...fields].reverse();
      for (const field of fields) Object.defineProperty(record, field, { value: Object.hasOwn(FIELDS, field) ? FIELDS[field]() : below(9), enumerable: true, writable: true, configurable: true });
      if (chance(0.05) && "more" in record) record.more = record.tags;
      return record;
    };
    const expected = new Map();
    for (const [at, save] of ["bulkSave", "bulkSaveProducts", "bulkSave"].entries()) {
      const records = list(700, (_, place) => make(at * 500 + place));
      await context.db[save](...(save === "bulkSave" ? [PRODUCTS, records] : [records]));
      for (const record of records) expected.set(record.id, [record, save === "bulkSaveProducts"]);
    }
    const stamped = (row, record) => {
      const { cached_at: at, ...rest } = row;
      ok(typeof at === "string" && at !== "mine", `seed ${seed}: the time of ${row.id}`);
      const { cached_at: _, ...others } = record;
      return [rest, others, Object.keys(row).indexOf("cached_at"), Object.hasOwn(record, "cached_at") ? Object.keys(record).indexOf("cached_at") : Object.keys(record).length];
    };
    const compare = (row, id, way) => {
      const [record, isStamped] = expected.get(id);
      const [actual, wanted, place, right] = isStamped ? stamped(row, record) : [row, record, 0, 0];
      equal([difference(actual, wanted), place], [undefined, right], `seed ${seed}: record ${id} by ${way}`);
    };
    const again = await handle(context);
    const all = await again.getAllProducts();
    equal(ids(all), [...expected.keys()].sort((a, b) => a - b), `seed ${seed}`);
    for (const row of all) compare(row, row.id, "all");
    for (let round = 0; round < 300; round += 1) {
      const id = pick([...expected.keys()]);
      compare(await again.getProduct(id), id, "key");
      const [{ barcode }] = expected.get(id);
      if (typeof barcode !== "string") continue;
      const found = await again.getProductByBarcode(barcode);
      const first = [...expected.values()].filter(([record]) => record.barcode === barcode).map(([record]) => record.id);
      compare(found, Math.min(...first), "barcode");
    }
    equal(told, []);
    again.close();
  },
  "records of one list do not share what they were saved with": async ({ db }) => {
    const taxes = [1];
    await db.bulkSave(PRODUCTS, [{ id: 1, taxes }, { id: 2, taxes }]);
    const [first, second] = await db.getAllProducts();
    first.taxes.push(2);
    equal(second.taxes, [1]);
  },
  "the caller's objects are never changed, and may be frozen": async ({ db }) => {
    const records = [Object.freeze({ id: 1, taxes: Object.freeze([1]) }), Object.freeze({ id: 2, cached_at: "mine" })];
    await db.bulkSaveProducts(records);
    await db.applyDelta({ upserts: records });
    equal(records, [{ id: 1, taxes: [1] }, { id: 2, cached_at: "mine" }]);
    const [first, second] = await db.getAllProducts();
    ok(first.cached_at && second.cached_at !== "mine");
    equal(await db.getProduct(1), first, "the time is there whichever way");
  },
  "a record that the caller changes while it is being saved is saved as it was at one moment": async (context) => {
    const { db, database } = context;
    const told = listen(database);
    for (const save of ["bulkSave", "allOrNothing", "applyDelta", "put"]) {
      await db.clear(PRODUCTS);
      // Of more than two chunks: some are read while others are written.
      const records = fillers(save === "put" ? 1 : 5_000, 0).map((record) => ({ ...record, categ_id: [-1, "Old"] }));
      const calls = {
        bulkSave: () => db.bulkSave(PRODUCTS, records, { chunkSize: SEGMENT_ROWS }),
        allOrNothing: () => db.bulkSave(PRODUCTS, records, { mode: "all-or-nothing" }),
        applyDelta: () => db.applyDelta({ upserts: records }),
        put: () => db.put(PRODUCTS, records[0]),
      };
      let isDone = false;
      const saving = calls[save]().finally(() => (isDone = true));
      for (let round = 0; !isDone; round += 1) {
        for (const record of records) {
          Object.assign(record, { name: `changed ${round}`, barcode: `b${round}`, list_price: -round });
          record.categ_id[0] = round;
        }
        await new Promise((resolve) => (round % 2 ? setTimeout(resolve) : queueMicrotask(resolve)));
      }
      await saving;
      const again = await handle(context);
      for (let id = 0; id < records.length; id += 100) {
        const found = await again.getProduct(id);
        ok(found, `${save}: product ${id} is there`);
        equal((await again.getProductsByPrice(found.list_price, found.list_price)).some((row) => row.id === id), true, `${save}: its column says the same`);
        equal((await again.getProductsByCategory(found.categ_id[0])).some((row) => row.id === id), true, `${save}: its column of categories says the same`);
      }
      again.close();
    }
    equal(told, []);
  },
  "a getter that answers differently each time, and fields that a clone leaves out, cost no neighbour": async (context) => {
    const { db, database } = context;
    const told = listen(database);
    let asked = 0;
    const restless = { id: 1_000, get name() { return `name ${(asked += 1)}`; }, get list_price() { return (asked += 1); } };
    const hidden = Object.defineProperty({ id: 1_001 }, "barcode", { value: "590", enumerable: false });
    const restlessPair = { id: 1_002, categ_id: Object.defineProperty([], 0, { get: () => (asked += 1), enumerable: true }) };
    await db.bulkSave(PRODUCTS, [...fillers(50, 1), restless, hidden, restlessPair]);
    const again = await handle(context);
    equal((await again.getProduct(7))?.name, "filler 6");
    ok((await again.getProduct(1_000))?.name.startsWith("name "));
    equal(await again.getProduct(1_001), { id: 1_001 });
    equal(await again.getProductByBarcode("590"), null, "what is not on disk is not found");
    equal((await again.getAllProducts()).length, 53);
    equal(told, []);
    again.close();
  },
  "what cannot be stored is named by its position, and the others are saved": async ({ db }) => {
    const throwing = (field) => Object.defineProperty({ id: 5 }, field, { get: () => { throw new Error(`no ${field}`); }, enumerable: true });
    const bad = [
      throwing("name"), throwing("barcode"), throwing("other"), throwing("id"), { id: 1, f() {} }, { id: 2, deep: [{ f() {} }] }, { id: 3, s: Symbol("s") },
      { id: 4, w: new WeakMap() }, { id: 5, p: Promise.resolve() }, null, undefined, 5, "text", [], () => 1, { id: null }, { id: {} }, { id: [NaN] }, { id: new Date(NaN) },
      { id: 6, deep: new Proxy({ f() {} }, {}) },
    ];
    const list = bad.flatMap((record, at) => [record, { id: 100 + at, name: `good ${at}` }]);
    const { saved, failures } = await settled(db.bulkSave(PRODUCTS, list), "the save");
    equal(failures.map((failure) => failure.position), bad.map((_, at) => at * 2));
    ok(failures.every(({ code, message }) => code === "InvalidRecord" && message.length > 10), JSON.stringify(failures));
    equal([saved, await db.getProductCount()], [bad.length, bad.length]);
    for (const record of bad) {
      const refused = await rejects(settled(db.put(PRODUCTS, record), "the put"), "InvalidRecord");
      equal(refused.position, undefined, "one record has no position");
    }
    equal(ids(await db.getAllProducts()), bad.map((_, at) => 100 + at));
  },
  "instances, proxies and objects without a prototype are saved as their fields": async (context) => {
    const { db } = context;
    class Product {
      #secret = 1;
      constructor(id) {
        Object.assign(this, { id, name: `Product ${id}`, barcode: `b${id}`, taxes: [this.#secret] });
      }
      get price() {
        return this.#secret;
      }
    }
    const reactive = (value) => new Proxy(value, { get: (target, key) => Reflect.get(target, key) });
    await db.bulkSave(PRODUCTS, [new Product(1), reactive(new Product(2)), reactive({ id: 3, name: "Three", taxes: [1] }), Object.assign(Object.create(null), { id: 4, name: "Four" })]);
    const again = await handle(context);
    for (const way of [again, again, db]) {
      equal(await way.getProduct(1), { id: 1, name: "Product 1", barcode: "b1", taxes: [1] });
      equal(await way.getProduct(2), { id: 2, name: "Product 2", barcode: "b2", taxes: [1] });
      equal(await way.getProduct(3), { id: 3, name: "Three", taxes: [1] });
      equal(await way.getProduct(4), { id: 4, name: "Four" });
    }
    equal((await again.searchProducts("four"))[0].product.id, 4);
    again.close();
  },
};

