import { equal, ok } from "../assert.js";
import { COLUMNS, damage, eventually, handle, keysOnDisk, listen, MANIFEST, onStore, PAGE_ROWS, PAGES, PRODUCTS, SEGMENT_ROWS, settled, TEXTS } from "../shelves.js";

/** Two whole segments and a part of a page. */
const COUNT = 2 * SEGMENT_ROWS + PAGE_ROWS + 44;
const product = (id, price = id) => ({ id, name: `Product ${id}`, barcode: `b${id}`, default_code: `c${id}`, categ_id: id % 7, list_price: price });
const products = (count = COUNT) => Array.from({ length: count }, (_, id) => product(id));
const ids = (rows) => rows.map((row) => row.id);
const range = (from, until) => Array.from({ length: until - from }, (_, at) => from + at);
const FUTURE = (record) => void (record.format = 99);
const NOT_AN_OBJECT = () => "text";
const GONE = () => "gone";
const truncated = (record) => void (record.bytes = record.bytes.slice(0, -5));
const flipped = (record) => void (record.bytes[10] ^= 1);

/** Saves the products, closes, damages records on disk, and gives a new handle. */
async function damaged({ OfflineDB, database, db }, ...damages) {
  await db.bulkSave(PRODUCTS, products());
  await db.applyDelta({ watermark: "2026-01-07" });
  db.close();
  const numbers = (await keysOnDisk(database, PRODUCTS, COLUMNS)).map(([, , number]) => number);
  // Which numbers the segments have is their affair.
  for (const [[store, part, place, ...rest], change] of damages) {
    await damage(database, place === undefined ? [store, part] : [store, part, numbers[place], ...rest], change);
  }
  return handle({ OfflineDB, database });
}

/** Asks everything there is to ask; each answer must come, and be right but for the lost records. */
async function answersBut(db, lost, what) {
  const gone = new Set(lost);
  const ask = (promise, name) => settled(promise, `${what}: ${name}`);
  for (const id of [0, 511, 512, 2_047, 2_048, 2_500, 4_095, 4_096, 4_608, COUNT - 1]) {
    const expected = gone.has(id) ? null : product(id);
    equal(await ask(db.getProduct(id), "get"), expected, `${what}: product ${id}`);
    equal(await ask(db.getProductByBarcode(`b${id}`), "barcode"), expected, `${what}: barcode ${id}`);
    equal(await ask(db.getProductByDefaultCode(`c${id}`), "code"), expected, `${what}: code ${id}`);
    equal(ids(await ask(db.getProductsByPrice(id, id), "price")), gone.has(id) ? [] : [id], `${what}: price ${id}`);
  }
  const left = range(0, COUNT).filter((id) => !gone.has(id));
  equal(ids(await ask(db.getAllProducts(), "all")), left, `${what}: all`);
  equal(await ask(db.getProductCount(), "count"), left.length, `${what}: count`);
  equal((await ask(db.counts(), "counts")).pos_products, left.length, `${what}: counts`);
  equal(ids(await ask(db.getProductsByCategory(3), "category")), left.filter((id) => id % 7 === 3), `${what}: category`);
  equal((await ask(db.readAll(), "readAll")).pos_products.length, left.length, `${what}: readAll`);
  equal(ids(await ask(db.query(PRODUCTS, { from: 250, to: 260 }), "query")), left.filter((id) => id >= 250 && id <= 260), `${what}: query`);
}

async function searches(db, lost, what) {
  const gone = new Set(lost);
  for (const id of [0, 600, 2_047, 2_048, 3_000, COUNT - 1]) {
    for (const text of [`b${id}`, `Product ${id}`]) {
      const hits = await settled(db.searchProducts(text, { limit: 1 }), `${what}: search ${text}`);
      // Another product may have the words, too, when this one is lost.
      if (!gone.has(id)) equal(ids(hits.map((hit) => hit.product)), [id], `${what}: search ${text}`);
      else ok(hits.every((hit) => !gone.has(hit.product.id)), `${what}: search ${text}`);
    }
  }
}

/** It is told once or more, with the keys where they are known, and the watermark goes. */
async function isTold({ database }, db, told, keys, what) {
  await eventually(() => told.length > 0, `${what}: damage is told`);
  for (const detail of told) {
    equal([detail.database, detail.store], [database, PRODUCTS], what);
    ok(detail.message.startsWith("pos-offline: ") && detail.message.includes(PRODUCTS), detail.message);
  }
  equal([...new Set(told.flatMap((detail) => detail.keys))].sort((a, b) => a - b), keys, `${what}: the keys of what is lost`);
  await eventually(async () => (await settled(db.getWatermark(), what)) === null, `${what}: the watermark is forgotten`);
}

/** The lost records are loaded again: then everything is there, once, in this handle and in a new one, and all is quiet. */
async function heals(context, db, lost, what) {
  const again = listen(context.database);
  await settled(db.applyDelta({ upserts: lost.map((id) => product(id)), watermark: "healed" }), `${what}: the save`);
  // Not what was loaded by the server now: without the time of it, so that they are as before.
  await settled(db.bulkSave(PRODUCTS, lost.map((id) => product(id))), `${what}: the save`);
  await answersBut(db, [], `${what}, healed`);
  db.close();
  const reopened = await handle(context);
  await answersBut(reopened, [], `${what}, healed and opened again`);
  await searches(reopened, [], `${what}, healed and opened again`);
  equal(again, [], `${what}: nothing is told any more`);
  equal(await reopened.getWatermark(), "healed", what);
  const keys = await keysOnDisk(context.database, PRODUCTS, PAGES);
  ok(keys.length <= 3 * 4 + 4 + 4, `${what}: ${keys.length} pages`);
  reopened.close();
}

async function wholeStory(context, what, lost, keys, ...damages) {
  const told = listen(context.database);
  const db = await damaged(context, ...damages);
  if (lost === "by content") {
    // What a whole read hands out unchecked, a lookup finds.
    lost = keys;
    equal(await settled(db.getProduct(lost[0]), what), null);
  }
  // A page is found to be lost when it is read.
  await settled(db.getAllProducts(), what);
  await answersBut(db, lost, what);
  await searches(db, lost, what);
  await isTold(context, db, told, keys, what);
  await heals(context, db, lost, what);
}

const page = (segment, number) => [PRODUCTS, PAGES, segment, number];
const SECOND = range(PAGE_ROWS, 2 * PAGE_ROWS);
const LAST = range(2 * SEGMENT_ROWS + PAGE_ROWS, COUNT);
const whole = range(0, COUNT);
const segment = (number) => range(number * SEGMENT_ROWS, Math.min(COUNT, (number + 1) * SEGMENT_ROWS));

const column = ({ fields, columns }, field) => columns[fields.indexOf(field)];

const PAGE_DAMAGES = {
  "a page that is missing": GONE,
  "a page whose keys are cut": (record) => void (record.table.columns[0] = record.table.columns[0].slice(0, 100)),
  "a page whose names are cut": (record) => void (record.table.columns[1] = record.table.columns[1].slice(0, 100)),
  "a page with no rows": (record) => void delete record.table,
  "a page that is no table": (record) => void (record.table = { length: PAGE_ROWS }),
  "a page with a field too many": (record) => void record.table.fields.push("more"),
  "a page with a column that is none": (record) => void (record.table.columns[2] = { length: PAGE_ROWS }),
  "a page with a list too few": (record) => void record.table.lists.push({ field: "list", ends: new Uint32Array(PAGE_ROWS - 1), items: [] }),
  "a page whose lists are cut": (record) => void record.table.lists.push({ field: "list", ends: new Uint32Array(PAGE_ROWS).fill(9), items: [1] }),
  "a page with a record too many": (record) => void record.table.loose.set(PAGE_ROWS, { id: 1 }),
  "a page with a record that is none": (record) => void record.table.loose.set(7, null),
  "a page of a wrong size": (record) => void (record.table.count = PAGE_ROWS - 1),
  "a page with two rows exchanged": ({ table: { columns } }) => void ([columns[0][1], columns[0][2]] = [columns[0][2], columns[0][1]]),
  "a page with a wrong count": (record) => void (record.count = 7),
  "a page of a newer format": FUTURE,
  "a page that is no object": NOT_AN_OBJECT,
};
const CONTENT_DAMAGES = {
  "a changed price": ({ table }) => void (column(table, "list_price")[44] += 1),
  "a changed name": ({ table }) => void (column(table, "name")[44] = "Another"),
  "a changed barcode": ({ table }) => void (column(table, "barcode")[44] = "b1"),
  "a wrong checksum": (record) => void (record.sum ^= 1),
};
const COLUMN_DAMAGES = {
  "columns that are missing": GONE,
  "columns that are cut": truncated,
  "columns with a flipped bit": flipped,
  "columns of a newer format": FUTURE,
  "columns that are no object": NOT_AN_OBJECT,
  "columns with a wrong count": (record) => void (record.count = 7),
  "columns of another segment": (record) => void (record.segment -= 1),
  "columns without their bytes": (record) => void delete record.bytes,
};
const TEXT_DAMAGES = {
  "texts that are missing": GONE,
  "texts that are cut": truncated,
  "texts with a flipped bit": flipped,
  "texts of a newer format": FUTURE,
  "texts that are no object": NOT_AN_OBJECT,
};
const MANIFEST_DAMAGES = {
  "a list of pages that is cut": truncated,
  "a list of pages with a flipped bit": flipped,
  "a list of pages of a newer format": FUTURE,
  "a list of pages that is no object": NOT_AN_OBJECT,
  "a list of pages with a wrong count": (record) => void (record.count += 1),
};

const stories = (damages, what, test) => Object.entries(damages).map(([name, change]) => [`${name}: ${what}`, (context) => test(context, name, change)]);

export default {
  ...Object.fromEntries([
    ...stories(PAGE_DAMAGES, "the rest answers, it is told, and loading again heals", (context, what, change) =>
      wholeStory(context, what, SECOND, SECOND, [page(0, 1), change]),
    ),
    ...stories(CONTENT_DAMAGES, "a lookup sees it, the rest answers, and loading again heals", (context, what, change) =>
      wholeStory(context, what, "by content", SECOND.slice(0), [page(0, 1), change]),
    ),
    ...stories(COLUMN_DAMAGES, "the other segments answer, and loading again heals", (context, what, change) =>
      wholeStory(context, what, segment(1), [], [[PRODUCTS, COLUMNS, 1], change]),
    ),
    ...stories(MANIFEST_DAMAGES, "the catalogue is empty and says so, and loading again heals", (context, what, change) =>
      wholeStory(context, what, whole, [], [[PRODUCTS, MANIFEST], change]),
    ),
    ...stories(TEXT_DAMAGES, "only the search misses it, is told, and loading again heals", async (context, what, change) => {
      const told = listen(context.database);
      const db = await damaged(context, [[PRODUCTS, TEXTS, 1], change]);
      await searches(db, segment(1), what);
      await answersBut(db, [], what);
      await isTold(context, db, told, [], what);
      await heals(context, db, segment(1), what);
    }),
  ]),
  "the last page that is not full: what comes after it stands somewhere else": (context) =>
    wholeStory(context, "the last page", LAST, LAST, [page(2, 1), GONE]),
  "many pages at once, and the columns of another segment": async (context) => {
    const lost = [...range(0, 2 * PAGE_ROWS), ...segment(1), ...LAST];
    await wholeStory(context, "much", lost, [...range(0, 2 * PAGE_ROWS), ...LAST], [page(0, 0), GONE], [page(0, 1), FUTURE], [[PRODUCTS, COLUMNS, 1], flipped], [page(2, 1), NOT_AN_OBJECT]);
  },
  "rows exchanged within a page are noticed by whoever reads everything": async (context) => {
    const db = await damaged(context, [page(0, 1), PAGE_DAMAGES["a page with two rows exchanged"]]);
    equal(ids(await db.getAllProducts()), range(0, COUNT).filter((id) => !SECOND.includes(id)));
    db.close();
  },
  "keys that are no numbers are named too": async (context) => {
    const told = listen(context.database);
    const keys = ["a", new Date(5), ["x", 1]];
    await context.db.bulkSave(PRODUCTS, keys.map((id) => ({ id })));
    context.db.close();
    await damage(context.database, (await keysOnDisk(context.database, PRODUCTS, PAGES))[0], GONE);
    const db = await handle(context);
    equal(await db.getAllProducts(), []);
    await eventually(() => told.length > 0, "damage is told");
    equal(told[0].keys.map((key) => keys.findIndex((other) => indexedDB.cmp(key, other) === 0)).sort(), [0, 1, 2]);
    equal(await db.getProductCount(), 0);
    db.close();
  },
  "columns without their odd keys lose what has one, and nothing hangs": async (context) => {
    for (const odd of [undefined, null, 5, [null, 7, []]]) {
      const told = listen(context.database);
      const writer = await handle(context);
      await writer.bulkSave("pos_taxes", [{ id: "a" }, { id: 1 }]);
      writer.close();
      const [key] = await keysOnDisk(context.database, "pos_taxes", COLUMNS);
      await damage(context.database, key, (record) => void (record.odd = odd));
      const db = await handle(context);
      await settled(db.getAllTaxes(), `odd keys ${JSON.stringify(odd)}`);
      await settled(db.getTax("a"), `odd keys ${JSON.stringify(odd)}`);
      await eventually(() => told.length > 0, "damage is told");
      await settled(db.clearAllTaxes(), "the clear");
      await settled(db.saveTaxes([{ id: "a" }, { id: 1 }]), "the save");
      equal(ids(await db.getAllTaxes()), [1, "a"]);
      db.close();
    }
  },
  "damage to one list leaves the others alone": async (context) => {
    await context.db.saveTaxes([{ id: 1 }]);
    await context.db.applyDelta({ store: "pos_taxes", watermark: "taxes" });
    const db = await damaged(context, [[PRODUCTS, MANIFEST], flipped]);
    equal(ids(await db.getAllTaxes()), [1]);
    equal((await db.getAllPOSData()).products, []);
    equal(await db.getWatermark("pos_taxes"), "taxes");
    await db.saveTransaction({ id: "sale" });
    equal(ids(await db.getPendingTransactions()), ["sale"]);
    db.close();
  },
  "what is loaded again in the event's own listener stays, with its watermark": async (context) => {
    let loading;
    const load = ({ detail }) => {
      if (detail.database === context.database) loading ??= db.applyDelta({ upserts: detail.keys.map((id) => product(id)), watermark: "loaded" });
    };
    addEventListener("pdc-catalog-damaged", load);
    const db = await damaged(context, [page(0, 1), GONE]);
    await db.getAllProducts();
    await eventually(() => loading, "the listener is called");
    await loading;
    equal((await db.getAllProducts()).length, COUNT);
    await new Promise((resolve) => setTimeout(resolve, 200));
    equal(await db.getWatermark(), "loaded");
    removeEventListener("pdc-catalog-damaged", load);
    db.close();
  },
  "who knew the catalogue before its list was lost does not mix it with the one that is loaded after": async (context) => {
    const named = (name) => Array.from({ length: SEGMENT_ROWS }, (_, id) => ({ ...product(id), name: `${name} ${id}`, barcode: `${name}${id}` }));
    await context.db.bulkSave(PRODUCTS, named("old"));
    const before = await handle(context);
    equal((await before.getProduct(7)).name, "old 7");
    equal((await before.searchProducts("old 7", { limit: 1 })).length, 1);
    context.db.close();
    await damage(context.database, [PRODUCTS, MANIFEST], flipped);
    const after = await handle(context);
    equal(await after.getAllProducts(), []);
    await after.bulkSave(PRODUCTS, named("new"));
    await eventually(async () => (await before.getProductByBarcode("new7"))?.name === "new 7", "the other sees the new one", 5);
    equal(await before.getProductByBarcode("old7"), null);
    equal((await before.getProduct(8)).name, "new 8");
    equal(await before.searchProducts("old"), []);
    equal((await before.getAllProducts()).length, SEGMENT_ROWS);
    before.close();
    after.close();
  },
  "a search gives as many products as there are, though better ones are lost": async (context) => {
    const db = await damaged(context, [page(0, 0), GONE]);
    for (let round = 0; round < 2; round += 1) {
      const hits = await db.searchProducts("product", { limit: 20 });
      equal(hits.length, 20, `round ${round}`);
    }
    db.close();
  },
  "a record that nobody can place does no harm": async (context) => {
    const db = await damaged(context);
    await onStore(context.database, (store) => {
      for (const key of [[PRODUCTS, PAGES, 7e9, 0], [PRODUCTS, COLUMNS, 7e9], [PRODUCTS, 9], ["other"], [PRODUCTS, COLUMNS, 5, 5], 7]) store.put({ format: 2, table: { count: 1, same: { id: 5 } } }, key);
    });
    await answersBut(db, [], "strange records");
    await db.clearAllProducts();
    equal(await db.getProductCount(), 0);
    db.close();
  },
};
