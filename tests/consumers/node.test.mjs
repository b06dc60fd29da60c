// Node: test runners and server-side rendering. Importing starts nothing; with a polyfill of IndexedDB all works.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundlers } from "./bundlers.mjs";
import { VERSION, hashed, packed, project } from "./project.mjs";
import { outcome } from "./shift.js";

let tarball;
before(() => (tarball = packed()));
after(() => tarball.close());

/** What a program of a fresh project prints, as JSON. A timer or a socket that was left behind would keep it from ending. */
async function run(root, file = "main.js") {
  const ran = promisify(execFile)(process.execPath, [file], { cwd: root, timeout: 240_000 });
  // Node shows the line at fault, which may be the whole package.
  const { stdout, stderr } = await ran.catch((error) => {
    throw new Error(error.message.replace(/.{500,}/g, "..."));
  });
  assert.equal(stderr, "");
  // Before it the package may have said what it has found in the database.
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

const POLYFILL = fileURLToPath(new URL("../../node_modules/fake-indexeddb", import.meta.url));
function withPolyfill(name, files) {
  const root = project(tarball, name, files);
  cpSync(POLYFILL, join(root, "node_modules/fake-indexeddb"), { recursive: true });
  return root;
}

test("importing throws nothing and starts nothing, and init() is Unsupported without IndexedDB", { timeout: 300_000 }, async () => {
  for (const entry of ["pos-offline", "pos-offline/inline", "pos-offline/load"]) {
    const root = project(tarball, `bare-${entry.replace("/", "-")}`, {
      "main.js": `
        const kept = [process.getActiveResourcesInfo().length, Object.keys(globalThis).length];
        const pkg = await import("${entry}");
        const { offlineDB, version } = pkg.load ? await pkg.load() : pkg;
        const now = [process.getActiveResourcesInfo().length, Object.keys(globalThis).length];
        const error = await offlineDB.init().catch(({ name, code, message }) => ({ name, code, message }));
        console.log(JSON.stringify({ version, kept, now, ...error }));`,
    });
    const { version, kept, now, name, code, message } = await run(root);
    assert.deepEqual([version, name, code], [VERSION, "PosOfflineError", "Unsupported"], entry);
    assert.deepEqual(now, kept, entry);
    assert.match(message, /IndexedDB is not available/);
    assert.match(message, /fake-indexeddb/);
  }
});

for (const [entry, get] of [["pos-offline", "pkg"], ["pos-offline/load", "await pkg.load()"], ["pos-offline/load", 'await pkg.load({ module: new URL(import.meta.resolve("pos-offline/module.wasm")) })']]) {
  test(`with fake-indexeddb ${entry} works: ${get}`, { timeout: 300_000 }, async () => {
    const root = withPolyfill(`polyfill-${entry}-${get.length}`.replace("/", "-"), {
      "main.js": `import "fake-indexeddb/auto"; import * as pkg from "${entry}"; import { shift } from "./shift.js";
        console.log(JSON.stringify(await shift(${get}, "till")));`,
    });
    assert.deepEqual(await run(root), outcome(VERSION));
  });
}

test("with fake-indexeddb a sale goes through the outbox to a server, and nothing is left running", { timeout: 300_000 }, async () => {
  const root = withPolyfill("outbox", {
    "main.js": `
      import "fake-indexeddb/auto";
      import { createServer } from "node:http";
      import { ConnectionMonitor, createSyncManager, offlineDB } from "pos-offline";
      const server = createServer((request, response) => response.end()).listen(0, "127.0.0.1");
      await new Promise((listening) => server.once("listening", listening));
      const monitor = new ConnectionMonitor({ urls: ["http://127.0.0.1:" + server.address().port + "/ping"] });
      const sent = [];
      const sync = createSyncManager(null, { monitor, transport: { push: (items) => { sent.push(...items); return items.map(() => "ok"); } } });
      await sync.init();
      const { sequence } = await sync.commitSale({ order: { name: "Order 1", amount_total: 5 }, lines: [{ qty: 1 }], payments: [{ amount: 5 }] });
      monitor.start();
      await monitor.waitForConnection(5_000);
      await sync.syncOfflineTransactions();
      const left = await offlineDB.getPendingTransactionCount();
      sync.destroy();
      monitor.stop();
      offlineDB.close();
      server.close();
      server.closeAllConnections();
      console.log(JSON.stringify({ sequence, sent: sent.length, left }));`,
  });
  assert.deepEqual(await run(root), { sequence: 1, sent: 1, left: 0 });
});

test("a bundle for server-side rendering can be imported", { timeout: 300_000 }, async () => {
  const main = 'import { offlineDB } from "pos-offline"; import { load } from "pos-offline/load"; console.log(JSON.stringify([offlineDB.isReady(), typeof load]));';
  const root = project(tarball, "rendering", { "main.js": main });
  await bundlers.esbuild(root, { platform: "node" });
  assert.deepEqual(await run(root, "dist/main.js"), [false, "function"]);
  await bundlers.webpack(root, { target: "node", output: { path: join(root, "packed"), filename: "main.cjs" } });
  assert.deepEqual(await run(root, "packed/main.cjs"), [false, "function"]);
});
