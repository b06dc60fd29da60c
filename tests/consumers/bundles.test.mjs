// A page of a fresh project, built by each bundler from the packed tarball and run in a browser.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bundlers } from "./bundlers.mjs";
import { VERSION, browser, hashed, packed, project } from "./project.mjs";
import { outcome } from "./shift.js";

let tarball, chrome;
before(async () => {
  tarball = packed();
  chrome = await browser(tarball.folder);
});
after(async () => {
  await chrome.close();
  tarball.close();
});

const MODULE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="dist/main.js"></script>';
const SCRIPT = '<!doctype html><link rel="icon" href="data:,"><script src="dist/main.js"></script>';
const DOOR = 'import * as pkg from "pos-offline"; import { shift } from "./shift.js"; window.result = shift(pkg, "till");';
const INLINE = DOOR.replace("pos-offline", "pos-offline/inline");
const load = (options = "") => `import { load } from "pos-offline/load"; import { shift } from "./shift.js";
window.result = load(${options}).then((pkg) => shift(pkg, "till"));`;
const LOAD_FILE = `import module from "pos-offline/module.wasm"; ${load("{ module }")}`;

const CASES = {
  "Vite: the package": ["vite", MODULE, DOOR],
  "Vite: load, with the module where Vite has put it": ["vite", MODULE, load()],
  "webpack: the package": ["webpack", SCRIPT, DOOR],
  "webpack: load, with the module where webpack has put it": ["webpack", SCRIPT, load()],
  "esbuild: inline, as a script that is no module": ["esbuild", SCRIPT, INLINE, { format: "iife" }],
  "esbuild: load, with the module as a file": ["esbuild", MODULE, LOAD_FILE, { loader: { ".wasm": "file" }, publicPath: "dist" }],
  "esbuild: load, with the module as bytes in a script that is no module": ["esbuild", SCRIPT, LOAD_FILE, { format: "iife", loader: { ".wasm": "binary" }, logOverride: { "empty-import-meta": "silent" } }],
  "Rollup: inline, as a script that is no module": ["rollup", SCRIPT, INLINE, { format: "iife" }],
  "Rollup: load, with the URL of a copy": ["rollup", MODULE, load('{ module: "dist/module.wasm" }')],
};

for (const [name, [bundler, page, main, options]] of Object.entries(CASES)) {
  test(name, { timeout: 300_000 }, async () => {
    const folder = name.replace(/\W+/g, "-");
    const root = project(tarball, folder, { "main.js": main, "index.html": page });
    await bundlers[bundler](root, options);
    if (main.includes("dist/module.wasm")) copyFileSync(join(root, "node_modules/pos-offline", hashed(root).wasm), join(root, "dist/module.wasm"));
    const opened = await chrome.open(`/projects/${folder}/`);
    await opened.waitForFunction(() => "result" in window);
    assert.deepEqual(await opened.evaluate(() => window.result), outcome(VERSION));
    assert.deepEqual(opened.told, []);
    await opened.context().close();
  });
}

test("esbuild: a bundle that has left the module behind says which entry to take", { timeout: 300_000 }, async () => {
  const root = project(tarball, "left-behind", { "main.js": load(), "index.html": MODULE });
  await bundlers.esbuild(root);
  const page = await chrome.open("/projects/left-behind/");
  const error = await page.evaluate(() => window.result.catch(({ name, code, message }) => ({ name, code, message })));
  assert.deepEqual([error.name, error.code], ["PosOfflineError", "Unsupported"]);
  assert.match(error.message, /404 Not Found at http:.*\.wasm/);
  assert.match(error.message, /pos-offline\/inline/);
  await page.context().close();
});
