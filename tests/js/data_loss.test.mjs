// Chromium finds its LevelDB damaged, deletes every database of the site and opens empty ones: the till says so, and has
// what the server may not have yet in its journal.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { databaseName, inProfile, start } from "./harness.mjs";

let host;
const profile = mkdtempSync(join(tmpdir(), "pos-offline-"));
before(async () => (host = await start()));
after(async () => {
  await host.close();
  rmSync(profile, { recursive: true, force: true });
});

const visit = (work, argument) => inProfile(host, profile, (page) => page.evaluate(work, argument));

/** Opens the till, sells once if told so; how many sales wait, and which losses were told meanwhile. */
async function day({ name, sells }) {
  const told = [];
  addEventListener("pdc-data-loss", ({ detail }) => told.push(detail));
  const { OfflineDB } = await import("/pkg/index.js");
  const db = new OfflineDB({ name });
  await db.init();
  if (sells) await db.saveTransaction({ type: "order", data: { total: 2.5 } });
  const waiting = await db.getPendingTransactionCount();
  db.close();
  return { waiting, told };
}

/** The files of the site's LevelDB that name its tables. */
function manifests() {
  const entries = readdirSync(profile, { recursive: true, withFileTypes: true });
  const found = entries.filter(({ name, parentPath }) => name.startsWith("MANIFEST-") && /\.indexeddb\.leveldb$/.test(parentPath));
  return found.map(({ name, parentPath }) => join(parentPath, name));
}

test("a database that the browser has deleted because it was damaged is told once, and what waits comes back", { timeout: 120_000 }, async (context) => {
  const name = databaseName();
  assert.deepEqual(await visit(day, { name, sells: true }), { waiting: 1, told: [] });
  assert.deepEqual(await visit(day, { name, sells: false }), { waiting: 1, told: [] });
  const files = manifests();
  if (files.length === 0) return context.skip("this browser keeps IndexedDB in something else than LevelDB");
  for (const file of files) writeFileSync(file, new Uint8Array(statSync(file).size).fill(0x5a));
  const { waiting, told } = await visit(day, { name, sells: false });
  assert.equal(waiting, 1);
  assert.deepEqual(told.map(({ database, lost, restored }) => [database, lost, restored.transactions]), [[name, "database", 1]]);
  assert.match(told[0].message, /has lost the database: \S.*1 transactions.* were brought back/);
  assert.deepEqual(await visit(day, { name, sells: true }), { waiting: 2, told: [] });
});
