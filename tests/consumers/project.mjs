// Fresh projects that have installed the packed tarball, and a browser for them.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH } from "../../scripts/chromium.mjs";
import { serve } from "../../scripts/serve.mjs";

const PKG = fileURLToPath(new URL("../../pkg/", import.meta.url));
const SHIFT = fileURLToPath(new URL("shift.js", import.meta.url));
export const VERSION = JSON.parse(readFileSync(join(PKG, "package.json"), "utf8")).version;

/** A folder with the tarball of pkg/ and what is in it; `close` removes both. */
export function packed() {
  const folder = mkdtempSync(join(tmpdir(), "pos-offline-consumers-"));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: PKG, stdio: ["ignore", "ignore", "inherit"] });
  const [tarball] = readdirSync(folder).map((name) => join(folder, name));
  execFileSync("tar", ["-xzf", tarball, "-C", folder]);
  return { folder, tarball, content: join(folder, "package"), close: () => rmSync(folder, { recursive: true }) };
}

/** A fresh project in a folder of `tarball`, with the package installed, `shift.js`, and files by their paths. */
export function project({ folder, content }, name, files = {}) {
  const root = join(folder, "projects", name);
  const write = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write("package.json", JSON.stringify({ name, private: true, type: "module", dependencies: { "pos-offline": VERSION } }));
  cpSync(content, join(root, "node_modules/pos-offline"), { recursive: true });
  cpSync(SHIFT, join(root, "shift.js"));
  for (const [path, text] of Object.entries(files)) write(path, text);
  return root;
}

/** The names of the files of an installed package with a hash in their names. */
export function hashed(root) {
  const names = readdirSync(join(root, "node_modules/pos-offline"));
  const only = (pattern) => names.find((name) => pattern.test(name));
  return { wasm: only(/^pos_offline_bg-\w+\.wasm$/), script: only(/^pos_offline-\w+\.js$/) };
}

/** A browser, and pages of what a folder has; `routes` as those of scripts/serve.mjs. */
export async function browser(folder, routes) {
  const server = await serve(folder, { routes });
  const chrome = await chromium.launch(LAUNCH);
  return {
    url: server.url,
    /** The page at a path, in a profile of its own. Its `told` is what it wrote to the console or threw. */
    async open(path) {
      const page = await (await chrome.newContext()).newPage();
      page.told = [];
      page.on("pageerror", (error) => page.told.push(String(error)));
      page.on("console", (message) => page.told.push(message.text()));
      await page.goto(server.url + path);
      return page;
    },
    async close() {
      await chrome.close();
      await server.close();
    },
  };
}
