// The catalogue where more than one tab is at work, or where tabs, browsers and files are lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { databaseName, open, start } from "./harness.mjs";
import { SEGMENT_ROWS as CHUNK } from "./shelves.js";

let host;
before(async () => (host = await start()));
after(() => host.close());

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A page with a handle of a database as `window.db`, and what the tests need beside it. */
async function tab(context, name) {
  const page = await open(host, context);
  await page.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    window.products = (from, until, more) => Array.from({ length: until - from }, (_, at) => ({ id: from + at, name: `Product ${from + at}`, barcode: `b${from + at}`, ...more }));
    window.told = [];
    addEventListener("pdc-catalog-damaged", ({ detail }) => window.told.push(detail.message));
    window.db = new OfflineDB({ name });
    await window.db.init();
  }, name);
  return page;
}

/** Ends a tab as a crash or a power cut does. */
async function kill(page, how) {
  if (how !== "crash") return page.close({ runBeforeUnload: false });
  const crashed = new Promise((resolve) => page.once("crash", resolve));
  const session = await page.context().newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

/** Asks a page until the answer is true; another tab's change is seen after a second at the latest. */
async function sees(page, ask, argument, what) {
  const end = performance.now() + 3_000;
  while (!(await page.evaluate(ask, argument))) {
    assert.ok(performance.now() < end, `${what}, within 3 seconds`);
    await pause(10);
  }
}

test("while another tab changes every price, a reader sees all the old ones or all the new ones", { timeout: 120_000 }, async () => {
  const [context, name] = [await host.browser.newContext(), databaseName()];
  const [writer, reader] = [await tab(context, name), await tab(context, name)];
  await writer.evaluate(() => db.applyDelta({ upserts: products(0, 3_000, { list_price: 0 }), watermark: "0" }));
  await writer.evaluate(() => {
    window.writing = (async () => {
      for (let price = 1; price <= 12; price += 1) {
        await db.applyDelta({ upserts: products(0, 3_000, { list_price: price }), deletes: [price], watermark: String(price) });
      }
    })();
  });
  const seen = await reader.evaluate(async () => {
    const seen = { prices: [], mixes: [] };
    const end = performance.now() + 60_000;
    for (let price = -1; price !== 12 && performance.now() < end; ) {
      const [all, data] = [await db.getAllProducts(), (await db.getAllPOSData()).products];
      for (const rows of [all, data]) {
        price = rows[0].list_price;
        if (rows.length !== 3_000 || rows.some((row) => row.list_price !== price)) seen.mixes.push([rows.length, [...new Set(rows.map((row) => row.list_price))]]);
      }
      const found = await db.getProductsByPrice(price, price);
      if (found.length !== 0 && found.length !== 3_000) seen.mixes.push(["by price", price, found.length]);
      if (price !== seen.prices.at(-1)) seen.prices.push(price);
    }
    return seen;
  });
  await writer.evaluate(() => window.writing);
  assert.deepEqual(seen.mixes, []);
  assert.deepEqual(seen.prices, [...seen.prices].sort((a, b) => a - b), "never back to an older one");
  assert.equal(seen.prices.at(-1), 12);
  assert.deepEqual(await reader.evaluate(() => window.told), []);
  assert.equal(await reader.evaluate(() => db.getWatermark()), "12");
  await context.close();
});

test("a tab killed while it loads products leaves whole transactions, and the next load is complete", { timeout: 180_000 }, async () => {
  for (const [at, delay] of [0, 5, 15, 30, 60, 120].entries()) {
    const [context, name] = [await host.browser.newContext(), databaseName()];
    const victim = await tab(context, name);
    await victim.evaluate((chunkSize) => {
      const list = products(0, 5_000, { image: "x".repeat(500) });
      window.loading = db.bulkSaveProducts(list, { chunkSize }).catch(() => {});
    }, CHUNK);
    await pause(delay);
    await kill(victim, at % 2 ? "crash" : "close");
    const keeper = await tab(context, name);
    const left = await keeper.evaluate(async () => {
      const rows = await db.getAllProducts();
      const whole = rows.every((row, at) => row.id === at && row.image.length === 500 && row.barcode === `b${at}`);
      const last = rows.length && (await db.getProductByBarcode(`b${rows.length - 1}`))?.id;
      return { rows: rows.length, count: await db.getProductCount(), whole, last, next: await db.getProduct(rows.length), told: window.told };
    });
    const what = `killed after ${delay} ms: ${JSON.stringify(left)}`;
    assert.ok(left.rows === 5_000 || left.rows % CHUNK === 0, what);
    assert.deepEqual([left.count, left.whole, left.next, left.told], [left.rows, true, null, []], what);
    assert.equal(left.last, left.rows && left.rows - 1, what);
    const saved = await keeper.evaluate(async () => [await db.bulkSaveProducts(products(0, 5_000)), await db.getProductCount(), (await db.getAllProducts()).length]);
    assert.deepEqual(saved, [5_000, 5_000, 5_000]);
    await context.close();
  }
});

test("a tab killed in a delta leaves the old catalogue with the old watermark, or the new with the new", { timeout: 180_000 }, async () => {
  for (const [at, delay] of [0, 10, 20, 40, 80, 150].entries()) {
    const [context, name] = [await host.browser.newContext(), databaseName()];
    const victim = await tab(context, name);
    await victim.evaluate(async () => {
      await db.applyDelta({ upserts: products(0, 3_000, { list_price: 0 }), watermark: "0" });
      window.changing = (async () => {
        for (let price = 1; ; price += 1) await db.applyDelta({ upserts: products(0, 3_000, { list_price: price }), deletes: [3_000], watermark: String(price) });
      })().catch(() => {});
    });
    await pause(delay);
    await kill(victim, at % 2 ? "close" : "crash");
    const keeper = await tab(context, name);
    const left = await keeper.evaluate(async () => {
      const rows = await db.getAllProducts();
      const [price] = [rows[0]?.list_price];
      return { rows: rows.length, prices: new Set(rows.map((row) => row.list_price)).size, price: String(price), watermark: await db.getWatermark(), by: (await db.getProductsByPrice(price, price)).length, told: window.told };
    });
    assert.deepEqual(left, { rows: 3_000, prices: 1, price: left.watermark, watermark: left.watermark, by: 3_000, told: [] }, `killed after ${delay} ms`);
    await context.close();
  }
});

test("two tabs that write at once lose nothing of each other", { timeout: 120_000 }, async () => {
  const [context, name] = [await host.browser.newContext(), databaseName()];
  const tabs = [await tab(context, name), await tab(context, name)];
  const work = (first) =>
    Promise.all([
      ...Array.from({ length: 20 }, (_, at) => db.put("pos_products", { id: first + at, name: "one" })),
      db.bulkSaveProducts(products(first + 1_000, first + 4_000)),
      ...Array.from({ length: 5 }, (_, at) => db.applyDelta({ upserts: products(first + 5_000 + at * 300, first + 5_000 + at * 300 + 300), deletes: [first + at] })),
      db.applyDelta({ store: "pos_taxes", upserts: [{ id: first }], watermark: String(first) }),
    ]).then(() => true);
  await Promise.all(tabs.map((page, at) => page.evaluate(work, at * 100_000)));
  for (const page of tabs) {
    await sees(page, async () => (await db.getProductCount()) >= 2 * (15 + 3_000 + 1_500), undefined, "both tabs' products");
    const ids = await page.evaluate(async () => (await db.getAllProducts()).map((row) => row.id));
    // A put and the delete of the same key were under way at once: either may have been last.
    const settled = ids.filter((id) => id % 100_000 >= 5);
    assert.equal(new Set(ids).size, ids.length, "each once");
    assert.equal(settled.length, 2 * (15 + 3_000 + 1_500));
    for (const id of [5, 1_000, 3_999, 5_000, 6_499]) for (const first of [0, 100_000]) assert.equal((await page.evaluate((id) => db.getProduct(id), first + id))?.id, first + id);
    assert.deepEqual(await page.evaluate(async () => (await db.getAllTaxes()).map((row) => row.id)), [0, 100_000]);
    assert.deepEqual(await page.evaluate(() => window.told), []);
  }
  await context.close();
});

/** Changes in one tab, looked for in the other, every way there is. */
async function alternate([a, b]) {
  for (let round = 0; round < 8; round += 1) {
    const [writer, reader] = round % 2 ? [b, a] : [a, b];
    // So that the reader holds in memory what it is about to be wrong of.
    for (let time = 0; time < 2; time += 1) await reader.evaluate(async () => [await db.getProduct(1), await db.searchProducts("changed"), await db.getAllProducts()]);
    await writer.evaluate(async (round) => {
      await db.bulkSaveProducts(products(round * 700, round * 700 + 700));
      await db.put("pos_products", { id: 1, name: `Changed ${round}`, barcode: `changed${round}`, list_price: round });
    }, round);
    await sees(reader, async (round) => (await db.getProduct(1))?.name === `Changed ${round}`, round, `round ${round}`);
    const seen = await reader.evaluate(
      async (round) => [(await db.getProductByBarcode(`changed${round}`))?.id, await db.getProductByBarcode(`changed${round - 1}`), (await db.searchProducts(`changed ${round}`)).length, (await db.getProductsByPrice(round, round)).map((row) => row.id), await db.getProductCount(), (await db.getAllProducts()).length],
      round,
    );
    assert.deepEqual(seen, [1, null, 1, [1], (round + 1) * 700, (round + 1) * 700], `round ${round}`);
  }
  await a.evaluate(() => db.clearAllProducts());
  await sees(b, async () => (await db.getProduct(1)) === null, undefined, "the clear");
  assert.deepEqual(await b.evaluate(async () => [await db.searchProducts("changed"), await db.getAllProducts()]), [[], []]);
}

test("two tabs that write in turn see each other's changes", { timeout: 120_000 }, async () => {
  const [context, name] = [await host.browser.newContext(), databaseName()];
  await alternate([await tab(context, name), await tab(context, name)]);
  await context.close();
});

test("where tabs cannot call each other a change is seen a second later", { timeout: 120_000 }, async () => {
  const [context, name] = [await host.browser.newContext(), databaseName()];
  await context.addInitScript(() => Reflect.deleteProperty(window, "BroadcastChannel"));
  await alternate([await tab(context, name), await tab(context, name)]);
  await context.close();
});

test("a tab is called when another one has changed something, and does not wait for its second", { timeout: 60_000 }, async () => {
  const [context, name] = [await host.browser.newContext(), databaseName()];
  const [writer, reader] = [await tab(context, name), await tab(context, name)];
  await writer.evaluate(() => db.bulkSaveProducts(products(0, 10)));
  await reader.evaluate(async () => {
    // For this tab the second never ends.
    const [now, since] = [Date.now(), performance.now()];
    Date.now = () => now;
    performance.now = () => since;
    await db.getProduct(1);
    await db.getProduct(1);
  });
  await writer.evaluate(() => db.put("pos_products", { id: 1, name: "Changed" }));
  await sees(reader, async () => (await db.getProduct(1)).name === "Changed", undefined, "the change");
  await writer.evaluate(() => db.applyDelta({ deletes: [1] }));
  await sees(reader, async () => (await db.getProduct(1)) === null, undefined, "the delete");
  await context.close();
});

test("a catalogue that another tab has reset and loaded anew is not mixed with the one before", { timeout: 120_000 }, async () => {
  for (const how of ["reset", "delete"]) {
    const [context, name] = [await host.browser.newContext(), databaseName()];
    const [a, b] = [await tab(context, name), await tab(context, name)];
    const load = (page, label) => page.evaluate((label) => db.bulkSaveProducts(products(0, 2_048).map((row) => ({ ...row, name: `${label} ${row.id}`, barcode: `${label}${row.id}` }))), label);
    await load(a, "old");
    // So that the other tab knows as much as it can.
    const known = await b.evaluate(async () => [(await db.getAllProducts()).length, (await db.getProduct(7)).name, (await db.getProductByBarcode("old1500")).id, (await db.searchProducts("old 9")).length > 0]);
    assert.deepEqual(known, [2_048, "old 7", 1_500, true]);
    if (how === "reset") await a.evaluate(() => db.reset());
    else {
      await a.evaluate(async (name) => {
        db.close();
        const { bulk } = await import("/tests/js/shelves.js");
        const request = (await bulk()).deleteDatabase(`${name}-catalog`);
        await new Promise((resolve, reject) => Object.assign(request, { onsuccess: resolve, onerror: reject }));
        await db.init();
      }, name);
    }
    await load(a, "new");
    await sees(b, async () => (await db.getProduct(7))?.name === "new 7", undefined, `what was loaded after the ${how}`);
    const seen = await b.evaluate(async () => [(await db.getProductByBarcode("new1500"))?.name, await db.getProductByBarcode("old1500"), (await db.searchProducts("old")).length, (await db.getAllProducts()).every((row) => row.name.startsWith("new")), await db.getProductCount(), window.told]);
    assert.deepEqual(seen, ["new 1500", null, 0, true, 2_048, []], how);
    await context.close();
  }
});

const OLD_ROWS = 5_000;
const PARTS = Math.floor(OLD_ROWS / CHUNK) + 1;

/** A database of the version before, with products of every kind of key, and a page beside it. */
async function till(context, name) {
  const page = await open(host, context);
  await page.evaluate(
    async ([name, OLD_ROWS]) => {
      const { fill, legacyDatabase } = await import("/tests/js/legacy.js");
      const legacy = await legacyDatabase(name, 4);
      const row = (id) => ({ id, name: `Old ${id}`, barcode: `b${id}`, categ_id: [1, "All"], cached_at: "2026-01-01T00:00:00.000Z", image: "x".repeat(300) });
      const odd = ["text", "é", "", new Date(5), [1, "a"], -1, 0.5];
      const ids = [...Array.from({ length: OLD_ROWS - odd.length }, (_, at) => at * 3), ...odd];
      await fill(legacy, { pos_products: ids.map(row), pos_taxes: [{ id: 1, amount: 15 }], transactions: [{ id: "sale", synced: false, created_at: "2026-01-01T00:00:00.000Z" }] });
      legacy.close();
    },
    [name, OLD_ROWS],
  );
  return page;
}

/** What is left on disk, looked at with plain IndexedDB. */
const onDisk = (page, name) =>
  page.evaluate(async (name) => {
    const { promised } = await import("/tests/js/assert.js");
    const { catalogue } = await import("/tests/js/shelves.js");
    const paged = await catalogue(name);
    const isPaged = paged.objectStoreNames.contains("pos_catalog");
    const pages = isPaged ? await promised(paged.transaction("pos_catalog").objectStore("pos_catalog").getAll(IDBKeyRange.bound(["pos_products", 3], ["pos_products", 3, []]))) : [];
    paged.close();
    const connection = await promised(indexedDB.open(name));
    const rows = await promised(connection.transaction("pos_products").objectStore("pos_products").count());
    connection.close();
    return { rows, paged: pages.reduce((sum, page) => sum + page.count, 0) };
  }, name);

/** Every old row is there once, whole, and nothing else; the old store is empty. */
async function isTakenOver(page, name, what) {
  const found = await page.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    const db = new OfflineDB({ name });
    const rows = await db.getAllProducts();
    const isInOrder = rows.every((row, at) => at === 0 || indexedDB.cmp(rows[at - 1].id, row.id) < 0);
    const isWhole = rows.every((row) => row.name === `Old ${row.id}` && row.barcode === `b${row.id}` && row.image.length === 300 && row.cached_at === "2026-01-01T00:00:00.000Z");
    const result = [rows.length, await db.getProductCount(), isInOrder, isWhole, (await db.getProductByBarcode("btext"))?.id, (await db.getProduct(300))?.name, (await db.getAllTaxes()).length, await db.getPendingTransactionCount(), await db.getWatermark()];
    db.close();
    return result;
  }, name);
  assert.deepEqual(found, [OLD_ROWS, OLD_ROWS, true, true, "text", "Old 300", 1, 1, null], what);
  assert.deepEqual(await onDisk(page, name), { rows: 0, paged: OLD_ROWS }, what);
}

test("a tab killed while it takes over the old rows loses none, and the next one goes on", { timeout: 240_000 }, async () => {
  for (const [at, delay] of [0, 10, 30, 60, 100, 150].entries()) {
    const [context, name] = [await host.browser.newContext(), databaseName()];
    const keeper = await till(context, name);
    const victim = await open(host, context);
    await victim.evaluate(async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      window.taking = new OfflineDB({ name }).getProduct(3).catch(() => {});
    }, name);
    await pause(delay);
    // A crash takes along every page of its process, and the keeper may be one.
    if (at % 2) await kill(victim, "close");
    else await victim.goto("about:blank");
    const { rows, paged } = await onDisk(keeper, name);
    assert.ok(rows === OLD_ROWS ? paged % CHUNK === 0 || paged === OLD_ROWS : rows === 0 && paged === OLD_ROWS, `killed after ${delay} ms: ${rows} rows and ${paged} in pages`);
    await isTakenOver(keeper, name, `killed after ${delay} ms`);
    await context.close();
  }
});

test("taking over goes on where it was stopped, after every part", { timeout: 240_000 }, async () => {
  for (let stopped = 1; stopped <= PARTS; stopped += 1) {
    const [context, name] = [await host.browser.newContext(), databaseName()];
    const page = await till(context, name);
    const counted = await page.evaluate(
      async ([name, stopped]) => {
        const { OfflineDB } = await import("/pkg/index.js");
        const { transaction } = IDBDatabase.prototype;
        const run = async (limit) => {
          let parts = 0;
          const db = new OfflineDB({ name });
          await db.init();
          IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
            const isPart = mode === "readwrite" && this.name === `${name}-catalog`;
            if (isPart && (parts += 1) > limit) throw new DOMException("stopped", "UnknownError");
            return transaction.call(this, stores, mode, ...more);
          };
          const result = await db.getProductCount().catch((error) => error.code);
          IDBDatabase.prototype.transaction = transaction;
          db.close();
          return [result, parts];
        };
        return [await run(stopped - 1), await run(Infinity)];
      },
      [name, stopped],
    );
    assert.deepEqual(counted, [["Other", stopped], [OLD_ROWS, PARTS - stopped + 1]], "no part is taken twice");
    await isTakenOver(page, name, `stopped before part ${stopped}`);
    await context.close();
  }
});

test("two tabs that take over the old rows at once end with each row once", { timeout: 120_000 }, async () => {
  const [context, name] = [await host.browser.newContext(), databaseName()];
  const keeper = await till(context, name);
  const tabs = [await open(host, context), await open(host, context)];
  const counts = await Promise.all(
    tabs.map((page, at) =>
      page.evaluate(
        async ([name, at]) => {
          const { OfflineDB } = await import("/pkg/index.js");
          const db = new OfflineDB({ name });
          // One comes to read and one to write.
          if (at === 1) await db.put("pos_products", { id: 3, name: "Old 3", barcode: "b3", image: "x".repeat(300), cached_at: "2026-01-01T00:00:00.000Z" });
          const rows = await db.getAllProducts();
          const result = [rows.length, await db.getProductCount(), (await db.getProductByBarcode("btext"))?.id];
          db.close();
          return result;
        },
        [name, at],
      ),
    ),
  );
  assert.deepEqual(counts, Array(2).fill([OLD_ROWS, OLD_ROWS, "text"]));
  const { rows } = await onDisk(keeper, name);
  assert.equal(rows, 0);
  assert.deepEqual(await keeper.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    const all = await new OfflineDB({ name }).getAllProducts();
    return [all.length, new Set(all.map((row) => String(row.id))).size];
  }, name), [OLD_ROWS, OLD_ROWS]);
  await context.close();
});
