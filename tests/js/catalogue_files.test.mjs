// A real profile on disk: the browser keeps big values in files of their own, and a till's disk can lose one of them.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { databaseName, inProfile, start } from "./harness.mjs";

/** A page of 256, for each has about 2,000 bytes, and one of 44. */
const COUNT = 300;
const PAGE_ROWS = 256;

let host, saved;
const name = databaseName();
const folders = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), "pos-offline-")));
  return folders.at(-1);
};

/** Runs `work` in a page of a browser with this profile, and ends the browser. */
function visit(profile, work, argument) {
  return inProfile(host, profile, async (page) => {
    await page.evaluate(() => {
      window.told = [];
      addEventListener("pdc-catalog-damaged", ({ detail }) => window.told.push(detail));
      // The browser compresses what it can, and only what is still big has a file.
      window.noise = (seed) => {
        let state = seed + 1;
        return Uint8Array.from({ length: 1_900 }, () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), state >>> 24));
      };
      window.products = (count) => Array.from({ length: count }, (_, id) => ({ id, name: `Product ${id}`, barcode: `b${id}`, image: noise(id) }));
      window.inTime = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("not settled after 30 seconds")), 30_000))]);
    });
    return page.evaluate(work, argument);
  });
}

/** The files of big values, the biggest first. */
function blobs(profile) {
  const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.blob([/\\]|$)/.test(entry.parentPath));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort((a, b) => statSync(b).size - statSync(a).size);
}

before(async () => {
  host = await start();
  saved = folder();
  await visit(
    saved,
    async ([name, COUNT]) => {
      const { OfflineDB } = await import("/pkg/index.js");
      const db = new OfflineDB({ name });
      await db.applyDelta({ upserts: products(COUNT), watermark: "2026-01-07" });
      await db.saveTaxes([{ id: 1 }]);
      await db.saveTransaction({ id: "sale" });
      db.close();
    },
    [name, COUNT],
  );
});
after(async () => {
  await host.close();
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** Asks everything, then loads again what was told to be lost, and asks again. */
async function story([name, COUNT]) {
  const { OfflineDB } = await import("/pkg/index.js");
  const db = new OfflineDB({ name });
  const ask = async () => {
    const all = await inTime(db.getAllProducts());
    return {
      all: all.map((row) => row.id),
      whole: all.every((row) => String(row.image) === String(noise(row.id))),
      first: (await inTime(db.getProduct(0)))?.id,
      last: (await inTime(db.getProductByBarcode(`b${COUNT - 1}`)))?.id,
      found: (await inTime(db.searchProducts("product 29", { limit: 1_000 }))).length,
      count: await inTime(db.getProductCount()),
      price: (await inTime(db.getProductsByPrice())).length,
      stores: (await inTime(db.readAll())).pos_products.length,
      taxes: (await inTime(db.getAllTaxes())).length,
      sales: await inTime(db.getPendingTransactionCount()),
    };
  };
  const damaged = await ask();
  const end = performance.now() + 10_000;
  while ((await inTime(db.getWatermark())) !== null && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  const watermark = await db.getWatermark();
  const keys = [...new Set(told.flatMap((detail) => detail.keys))];
  const stores = [...new Set(told.map((detail) => detail.store))];
  await inTime(db.applyDelta({ upserts: products(COUNT).filter((row) => keys.includes(row.id)), watermark: "again" }));
  const healed = await ask();
  db.close();
  return { damaged, watermark, keys: keys.sort((a, b) => a - b), stores, healed };
}

async function quiet([name]) {
  const { OfflineDB } = await import("/pkg/index.js");
  const db = new OfflineDB({ name });
  const all = await inTime(db.getAllProducts());
  const first = await inTime(db.getProduct(0));
  return { all: all.length, first: first?.id, count: await db.getProductCount(), watermark: await db.getWatermark(), told: told.length };
}

const range = (from, until) => Array.from({ length: until - from }, (_, at) => from + at);
const DAMAGES = {
  "is cut in half": (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  "is empty": (file) => truncateSync(file, 0),
  "is gone": (file) => rmSync(file),
  "is full of zeros": (file) => writeFileSync(file, new Uint8Array(statSync(file).size)),
};

for (const [what, damage] of Object.entries(DAMAGES)) {
  test(`the file of a page ${what}: nothing hangs, it is told, the rest answers, and loading again heals`, { timeout: 180_000 }, async (context) => {
    const [big, ...others] = blobs(saved);
    if (!big || others.length === 0) return context.skip(`this browser keeps no file for a big value below ${saved}`);
    const profile = folder();
    cpSync(saved, profile, { recursive: true });
    damage(blobs(profile)[0]);
    const { damaged, watermark, keys, stores, healed } = await visit(profile, story, [name, COUNT]);
    const full = { all: range(0, COUNT), whole: true, first: 0, last: COUNT - 1, found: 13, count: COUNT, price: 0, stores: COUNT, taxes: 1, sales: 1 };
    const left = range(PAGE_ROWS, COUNT);
    assert.deepEqual(damaged, { ...full, all: left, first: undefined, found: 10, count: left.length, stores: left.length });
    assert.deepEqual([keys, stores, watermark], [range(0, PAGE_ROWS), ["pos_products"], null]);
    assert.deepEqual(healed, full);
    assert.deepEqual(await visit(profile, quiet, [name]), { all: COUNT, first: 0, count: COUNT, watermark: "again", told: 0 });
  });
}

test("the files of every page are gone: the till starts, says so, and is loaded again", { timeout: 180_000 }, async (context) => {
  if (blobs(saved).length < 2) return context.skip(`this browser keeps no file for a big value below ${saved}`);
  const profile = folder();
  cpSync(saved, profile, { recursive: true });
  for (const file of blobs(profile)) rmSync(file);
  const { damaged, keys, healed, watermark } = await visit(profile, story, [name, COUNT]);
  assert.deepEqual([damaged.all, damaged.count, damaged.sales, watermark], [[], 0, 1, null]);
  assert.deepEqual(keys, range(0, COUNT));
  assert.deepEqual([healed.all.length, healed.count], [COUNT, COUNT]);
  assert.deepEqual(await visit(profile, quiet, [name]), { all: COUNT, first: 0, count: COUNT, watermark: "again", told: 0 });
});

test("the file of an old row is gone before it was taken over: nothing hangs, and the products can be loaded again", { timeout: 180_000 }, async (context) => {
  const [profile, name] = [folder(), databaseName()];
  await visit(
    profile,
    async (name) => {
      const { fill, legacyDatabase } = await import("/tests/js/legacy.js");
      const legacy = await legacyDatabase(name, 4);
      const image = (id) => Array.from({ length: 100 }, (_, at) => noise(id * 100 + at));
      await fill(legacy, { pos_products: [1, 2, 3].map((id) => ({ id, name: `Product ${id}`, image: image(id) })), pos_taxes: [{ id: 1 }] });
      legacy.close();
    },
    name,
  );
  const [file] = blobs(profile);
  if (!file) return context.skip(`this browser keeps no file for a big value below ${profile}`);
  rmSync(file);
  const first = await visit(
    profile,
    async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      const db = new OfflineDB({ name });
      const outcome = (promise) => inTime(promise).then((value) => value, (error) => `${error.code}: ${error.message}`);
      const all = await outcome(db.getAllProducts());
      const result = { all: Array.isArray(all) ? all.length : all, taxes: await outcome(db.getAllTaxes().then((rows) => rows.length)), saved: await outcome(db.bulkSaveProducts(products(10))) };
      return { ...result, count: await outcome(db.getProductCount()), name: (await outcome(db.getProduct(7)))?.name };
    },
    name,
  );
  assert.equal(first.taxes, 1);
  assert.deepEqual([first.saved, first.name], [10, "Product 7"], JSON.stringify(first));
});
