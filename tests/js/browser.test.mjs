// What needs more than one page, or a hand on the browser itself: quota, killed tabs, lost connections.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { databaseName, open, start } from "./harness.mjs";

let host;
before(async () => (host = await start()));
after(() => host.close());

/** The page's origin may store this many bytes. Chromium caches the answer, so before the first write. */
async function limitQuota(page, quotaSize) {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: host.root, quotaSize });
  return session;
}

test("a storage bucket that does not open ends in Timeout, and sales and reset go on", { timeout: 120_000 }, async () => {
  const page = await open(host);
  const result = await page.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    StorageBucketManager.prototype.open = () => new Promise(() => {});
    const db = new OfflineDB({ name, timeouts: { open: 200, delete: 200 } });
    await db.init();
    const code = (error) => error.code;
    const catalogue = await db.bulkSaveProducts([{ id: 1, name: "Tea" }]).then(() => "saved", code);
    await db.saveTransaction({ id: "sale", data: "paid" });
    const reset = await db.reset().then(() => "reset", code);
    const again = new OfflineDB({ name });
    await again.init();
    const left = (await again.getPendingTransactions()).length;
    again.close();
    return [catalogue, reset, left];
  }, databaseName());
  assert.deepEqual(result, ["Timeout", "Timeout", 0]);
  await page.context().close();
});

test("a full disk is QuotaExceeded, says how many are saved, and loses no sale", { timeout: 120_000 }, async () => {
  const page = await open(host);
  await limitQuota(page, 12_000_000);
  const result = await page.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    const { onDisk } = await import("/tests/js/assert.js");
    let aborted = 0;
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...args) {
      const native = transaction.apply(this, args);
      native.addEventListener("abort", () => (aborted += 1));
      return native;
    };
    const db = new OfflineDB({ name });
    await db.init();
    await db.saveTransaction({ id: "sale", data: "paid" });
    const big = Array.from({ length: 100 }, (_, id) => ({ id, image: crypto.getRandomValues(new Uint8Array(60_000)).join("") }));
    const started = performance.now();
    const error = await db.bulkSave("pos_products", big, { chunkSize: 10 }).catch((error) => error);
    const waited = performance.now() - started;
    return {
      isError: error instanceof Error,
      code: error.code,
      message: error.message,
      cause: error.cause?.name,
      saved: error.saved,
      onDisk: await db.count("pos_products"),
      aborted,
      waited,
      sale: (await onDisk(name, "transactions", "sale"))?.data,
      pending: await db.getPendingTransactionCount(),
    };
  }, databaseName());
  assert.equal(result.isError, true);
  assert.equal(result.code, "QuotaExceeded");
  assert.match(result.message, /QUOTA_EXCEEDED/);
  assert.equal(result.cause, "QuotaExceededError");
  assert.equal(result.saved, result.onDisk, "the error says what is on disk");
  assert.ok(result.saved % 10 === 0 && result.saved < 100, `whole chunks only: ${result.saved}`);
  assert.equal(result.aborted, 6, "tried once and again after 100, 200, 500, 1000 and 2000 ms");
  assert.equal(result.sale, "paid");
  assert.equal(result.pending, 1);
  await page.context().close();
});

test("a save that finds the disk full cleans up, tries again, and deletes nothing unsynced", { timeout: 60_000 }, async () => {
  const page = await open(host);
  // Far from the limit before, far beyond it with the big record: how much space a row takes is the browser's affair.
  await limitQuota(page, 16_000_000);
  const result = await page.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    const db = new OfflineDB({ name });
    const data = Array.from({ length: 32 }, () => crypto.getRandomValues(new Uint8Array(65_536)));
    await db.saveTransaction({ id: "pending", created_at: "2020-01-01T00:00:00.000Z", data });
    await db.saveTransaction({ id: "synced", created_at: "2020-01-01T00:00:00.000Z", synced: true });
    let tried = 0;
    const big = Array.from({ length: 400 }, () => crypto.getRandomValues(new Uint8Array(65_536)));
    const error = await db
      .saveWithQuotaCheck("config", { key: "big", big }, (data, store) => ((tried += 1), db.put(store, data)))
      .catch((error) => error);
    return { tried, code: error.code, message: error.message, left: (await db.getAll("transactions")).map((row) => row.id) };
  }, databaseName());
  assert.equal(result.code, "QuotaExceeded");
  assert.match(result.message, /QUOTA_EXCEEDED/);
  assert.equal(result.tried, 2);
  assert.deepEqual(result.left, ["pending"]);
  await page.context().close();
});

test("sales go on when the disk is full of delivered ones, and none that waits is deleted", { timeout: 120_000 }, async () => {
  const page = await open(host);
  await limitQuota(page, 8_000_000);
  const result = await page.evaluate(async (name) => {
    const { OfflineDB, SyncManager, ConnectionMonitor } = await import("/pkg/index.js");
    const db = new OfflineDB({ name });
    await db.init();
    const sent = [];
    const transport = {
      known: () => [],
      push: ([{ uuid }]) => (uuid === "waits" ? { outcome: "rejected", message: "not now" } : (sent.push(uuid), "ok")),
    };
    const monitor = new ConnectionMonitor({ urls: ["/ping/ok"] });
    const manager = new SyncManager({}, { database: db, monitor, transport });
    const sale = (uuid) => ({
      // Larger values are files of their own in Chromium, which are removed some time after their rows.
      order: { uuid, state: "paid", note: crypto.getRandomValues(new Uint8Array(30_000)) },
    });
    await manager.commitSale(sale("waits"));
    for (let at = 0; at < 250; at += 1) {
      await manager.commitSale(sale(`a${at}`));
      await manager.syncOfflineTransactions();
    }
    const rows = [await db.getAll("orders"), await db.getAll("transactions")];
    manager.destroy();
    db.close();
    return { sent: sent.length, orders: rows[0].map(({ uuid }) => uuid), transactions: rows[1].map(({ uuid }) => uuid) };
  }, databaseName());
  // 7.5 MB of orders, and as much in the outbox before, beside a journal of 2 MB.
  assert.equal(result.sent, 250);
  assert.ok(result.orders.length < 251 && result.orders.includes("waits"), result.orders.join());
  assert.deepEqual(result.transactions, ["waits"]);
  await page.context().close();
});

test("a connection that the browser kills is replaced, and the page is told", async () => {
  const page = await open(host);
  const session = await page.context().newCDPSession(page);
  const name = databaseName();
  await page.evaluate(async (name) => {
    const { OfflineDB } = await import("/pkg/index.js");
    window.db = new OfflineDB({ name });
    await window.db.init();
    await window.db.saveOrder({ id: 1 });
    window.told = new Promise((resolve) => addEventListener("pdc-db-connection-lost", resolve, { once: true }));
  }, name);
  await session.send("Storage.clearDataForOrigin", { origin: host.root, storageTypes: "indexeddb" });
  const result = await page.evaluate(async () => {
    const { detail } = await window.told;
    const before = window.db.isReady();
    await window.db.saveOrder({ id: 2 });
    return { before, detail, ids: (await window.db.getAllOrders()).map((order) => order.id) };
  });
  assert.equal(result.before, false);
  assert.equal(result.detail.database, name);
  assert.deepEqual(result.ids, [1, 2], "the browser had deleted the first one, which the journal has; the till goes on");
  await page.context().close();
});

test("a tab killed in the middle of an upgrade loses nothing", { timeout: 180_000 }, async () => {
  const ROWS = 3_000;
  for (const delay of [0, 5, 15, 30, 60]) {
    const context = await host.browser.newContext();
    const keeper = await open(host, context);
    const name = databaseName();
    await keeper.evaluate(
      async ([name, ROWS]) => {
        const { fill, legacyDatabase } = await import("/tests/js/legacy.js");
        const legacy = await legacyDatabase(name, 4);
        const transactions = Array.from({ length: ROWS }, (_, id) => ({ id, synced: id % 2 === 1, created_at: "2026-01-01T00:00:00.000Z", data: id }));
        await fill(legacy, { transactions });
        legacy.close();
      },
      [name, ROWS],
    );
    const victim = await open(host, context);
    await victim.evaluate(async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      window.opening = new OfflineDB({ name }).init().catch(() => {});
    }, name);
    await new Promise((resolve) => setTimeout(resolve, delay));
    await victim.close({ runBeforeUnload: false });
    const result = await keeper.evaluate(async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      const db = new OfflineDB({ name });
      const pending = await db.getPendingTransactions();
      const all = await db.getAll("transactions");
      return { pending: pending.length, all: all.length, intact: all.every((row) => row.data === row.id && row.synced === (row.id % 2 === 1)) };
    }, name);
    assert.deepEqual(result, { pending: ROWS / 2, all: ROWS, intact: true }, `killed after ${delay} ms`);
    await context.close();
  }
});

test("a tab killed in the middle of a sale leaves the whole sale or none of it", { timeout: 120_000 }, async () => {
  const context = await host.browser.newContext();
  const keeper = await open(host, context);
  const name = databaseName();
  for (const delay of [0, 20, 50]) {
    const victim = await open(host, context);
    await victim.exposeFunction("acknowledged", (id) => acknowledged.push(id));
    const acknowledged = [];
    await victim.evaluate(async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      const db = new OfflineDB({ name });
      await db.init();
      window.selling = (async () => {
        for (;;) window.acknowledged((await db.saveTransaction({ type: "order" })).id);
      })().catch(() => {});
    }, name);
    await new Promise((resolve) => setTimeout(resolve, delay));
    await victim.close({ runBeforeUnload: false });
    const kept = await keeper.evaluate(async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      const db = new OfflineDB({ name });
      const rows = await db.getPendingTransactions();
      db.close();
      return rows.map((row) => row.id);
    }, name);
    for (const id of acknowledged) assert.ok(kept.includes(id), `${id} was acknowledged and is gone`);
  }
  await context.close();
});

test("without IndexedDB init() says so in words", async () => {
  const context = await host.browser.newContext();
  await context.addInitScript(() => Object.defineProperty(window, "indexedDB", { value: undefined }));
  const page = await open(host, context);
  const error = await page.evaluate(async () => {
    const { offlineDB } = await import("/pkg/index.js");
    return offlineDB.init().catch(({ name, code, message }) => ({ name, code, message }));
  });
  assert.equal(error.name, "PosOfflineError");
  assert.equal(error.code, "Unsupported");
  assert.match(error.message, /IndexedDB is not available/);
  await context.close();
});

test("two tabs see each other's sales, and one that resets lets the other go on", async () => {
  const context = await host.browser.newContext();
  const [a, b] = [await open(host, context), await open(host, context)];
  const name = databaseName();
  for (const page of [a, b]) {
    await page.evaluate(async (name) => {
      const { OfflineDB } = await import("/pkg/index.js");
      window.db = new OfflineDB({ name });
      await window.db.init();
    }, name);
  }
  const burst = (page) => page.evaluate(() => Promise.all(Array.from({ length: 50 }, () => window.db.saveTransaction({ type: "order" }))));
  await Promise.all([burst(a), burst(b)]);
  for (const page of [a, b]) assert.equal(await page.evaluate(() => window.db.getPendingTransactionCount()), 100);
  assert.equal(await a.evaluate(() => window.db.reset()), true);
  assert.equal(await b.evaluate(() => window.db.getPendingTransactionCount()), 0);
  await b.evaluate(() => window.db.saveTransaction({ id: "later" }));
  assert.equal(await a.evaluate(() => window.db.getPendingTransactionCount()), 1);
  await context.close();
});

test("the package says which version it is, as its manifests do", async () => {
  const page = await open(host);
  const version = await page.evaluate(async () => (await import("/pkg/index.js")).version);
  const [, crate] = readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8").match(/^version = "(.+)"$/m);
  const { version: npm } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  assert.deepEqual([version, npm], [crate, crate]);
  await page.context().close();
});

test("every URL inside the package carries a hash of its content, and npm packs all of it", async () => {
  const pkg = new URL("../../pkg/", import.meta.url);
  const files = readdirSync(pkg);
  const hashed = files.filter((name) => /-[0-9a-f]{16}\.(js|wasm)$/.test(name));
  assert.equal(hashed.length, 2, files.join(" "));
  const index = readFileSync(new URL("index.js", pkg), "utf8");
  for (const name of hashed) assert.ok(index.includes(name), `index.js must name ${name}`);
  for (const name of ["index.js", ...hashed.filter((name) => name.endsWith(".js"))]) {
    const text = readFileSync(new URL(name, pkg), "utf8");
    for (const [, file] of text.matchAll(/(?:^(?:import|export) .* from|import\(|new URL\()\s*["'`](?:\.\/)?([^"'`]+)["'`]/gm)) {
      assert.ok(hashed.includes(file), `${name} refers to ${file}`);
    }
  }
  const [{ files: packed }] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: pkg, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const names = packed.map((file) => file.path);
  for (const name of ["index.js", "index.d.ts", "pos_offline.d.ts", "LICENSE", "README.md", "package.json", ...hashed]) {
    assert.ok(names.includes(name), `npm pack leaves out ${name}`);
  }
});
