// The addon's decisions, in a small host with the names that the Point of Sale has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** Loads a file of the addon; what it imports from the addon is loaded with it. */
async function load(name) {
  const source = readFileSync(new URL(`../../addons/pos_offline/static/src/${name}.js`, import.meta.url), "utf8");
  return await import(`data:text/javascript,${encodeURIComponent(source)}`);
}

const database = () => {
  const rows = new Map();
  return { getConfig: async (key) => structuredClone(rows.get(key)), saveConfig: async (key, value) => rows.set(key, structuredClone(value)) };
};

test("a number that an order has printed is not free for another one, in a later start too", async () => {
  const { Numbers } = await load("numbers");
  const disk = database();
  await new Numbers(disk).claim("261-3-000007", "a");
  const later = new Numbers(disk);
  await later.read();
  assert.equal(later.isFree("261-3-000007", "a"), true);
  assert.equal(later.isFree("261-3-000007", "b"), false);
  assert.equal(later.next("261-3-"), 8);
});

test("the counter goes on over the turn of the year, and starts anew for another device", async () => {
  const { Numbers } = await load("numbers");
  const numbers = new Numbers(database());
  await numbers.claim("261-3-000041", "a");
  assert.equal(numbers.next("271-3-"), 42);
  assert.equal(numbers.next("262-3-"), 1);
});

test("an order that two tabs have paid with two baskets is two sales, and each is found again by its basket", async () => {
  const { Numbers } = await load("numbers");
  const disk = database();
  const first = new Numbers(disk);
  await first.claim("261-3-000007", "a", "cash of the first");
  assert.equal(first.isTaken("a", "cash of the first, changed"), false);
  const second = new Numbers(disk);
  await second.read();
  assert.equal(second.isTaken("a", "cash of the first"), false);
  assert.equal(second.isTaken("a", "cash of the second"), true);
  assert.deepEqual(second.ofSale("cash of the first"), { reference: "261-3-000007", uuid: "a" });
  assert.equal(second.ofSale("cash of the second"), null);
});

test("a number is claimed before the sale is saved, and only a saved sale keeps the order from being paid again", async () => {
  const { Numbers } = await load("numbers");
  const disk = database();
  const page = new Numbers(disk);
  await page.claim("261-3-000007", "a");
  const reloaded = new Numbers(disk);
  await reloaded.read();
  assert.equal(reloaded.isFree("261-3-000007", "b"), false);
  assert.equal(reloaded.isTaken("a", "cash"), false);
  await page.claim("261-3-000007", "a", "cash");
  await page.claim("261-3-000007", "a");
  await reloaded.read();
  assert.equal(reloaded.isTaken("a", "cash"), false);
  assert.equal(reloaded.isTaken("a", "other cash"), true);
});

test("a sale under a uuid of its own shares no uuid with the other, and its parts still belong together", async () => {
  const { keyOf, underUuid } = await load("identity");
  const data = {
    uuid: "uuid-0",
    lines: [[0, 0, { uuid: "uuid-1", qty: 2 }]],
    payment_ids: [[0, 0, { uuid: "uuid-2", amount: 5 }]],
    relations_uuid_mapping: { "pos.order.line": { "uuid-1": { order_id: "uuid-0" } } },
  };
  let count = 0;
  assert.deepEqual(underUuid(data, "other", () => `new-${count++}`), {
    uuid: "other",
    lines: [[0, 0, { uuid: "new-0", qty: 2 }]],
    payment_ids: [[0, 0, { uuid: "new-1", amount: 5 }]],
    relations_uuid_mapping: { "pos.order.line": { "new-0": { order_id: "other" } } },
  });
  assert.equal(keyOf(data), "uuid-2");
  assert.equal(keyOf({ ...data, payment_ids: [] }), "uuid-1");
});

test("the package's URL is taken from the page, and its absence is told", async () => {
  const source = readFileSync(new URL("../../addons/pos_offline/static/src/package.js", import.meta.url), "utf8");
  const alone = source.replace(/^import .*$/m, "");
  const { packageUrl } = await import(`data:text/javascript,${encodeURIComponent(alone)}`);
  assert.equal(packageUrl('["/a.js","/pos_offline/static/lib/pkg/index.js?v=1"]'), "/pos_offline/static/lib/pkg/index.js?v=1");
  assert.equal(packageUrl('["/a.js"]') ?? null, null);
  assert.equal(packageUrl("not json"), null);
});

test("plain values of a proxy are taken, at any depth", async () => {
  const { plain } = await load("plain");
  const handler = { get: (target, key) => (typeof target[key] === "object" ? new Proxy(target[key], handler) : target[key]) };
  assert.deepEqual(plain(new Proxy({ lines: [[0, 0, { qty: 1 }]] }, handler)), { lines: [[0, 0, { qty: 1 }]] });
});

test("what takes too long ends in words", async () => {
  const { within } = await load("time_limit");
  await assert.rejects(within(1, new Promise(() => {}), "too long"), /too long/);
  assert.equal(await within(1000, Promise.resolve(5), "too long"), 5);
});
