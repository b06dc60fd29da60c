// How each browser is started on a page, with its profile in a directory, and killed with all its processes.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAUNCH } from "../scripts/chromium.mjs";
import { FIREFOX, MINI_BROWSER, SQLITE, startDisplay } from "../scripts/engines.mjs";
import { hasOpen, killTree } from "./processes.mjs";

/** A tab behind another sells as fast, and one page may open another. */
const TABS = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-popup-blocking"];
const chromium = (...more) => ({
  command: LAUNCH.executablePath,
  /** Without a window it takes one page: that one opens the others. */
  onePage: true,
  args: (profile) => [...LAUNCH.args, ...TABS, "--headless=new", `--user-data-dir=${profile}`, ...more],
  database: /\/(IndexedDB|WebStorage)\/.*(leveldb\/\d|\.ldb$|\.log$|MANIFEST|CURRENT|sqlite|\.db)/,
  files: /\/File System\//,
});

const PREFERENCES = {
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.aboutwelcome.enabled": false,
  "browser.tabs.unloadOnLowMemory": false,
  "toolkit.startup.max_resumed_crashes": -1,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.update.enabled": false,
  "app.normandy.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

export const ENGINES = {
  chromium: chromium(),
  "chromium-sqlite": chromium(SQLITE),
  firefox: {
    command: FIREFOX,
    args: (profile) => ["--headless", "--no-remote", "--profile", profile],
    prepare(profile) {
      const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
      writeFileSync(join(profile, "user.js"), lines.join(""));
    },
    database: /\/idb\//,
    files: /\/fs\//,
  },
  webkit: {
    command: MINI_BROWSER,
    display: true,
    args: () => [],
    env: (profile) => ({ XDG_DATA_HOME: join(profile, "data"), XDG_CACHE_HOME: join(profile, "cache") }),
    database: /\/IndexedDB\//,
    files: /\/FileSystem\//,
  },
};

/** Whether the browser is there. */
export const installed = (name) => existsSync(ENGINES[name].command);

let screen;
/** The display of the whole run, for browsers that have no other way. */
const display = async () => (await (screen ??= startDisplay())).display;

export async function closeDisplay() {
  await (await screen)?.end();
  screen = undefined;
}

/** Every browser that runs. */
const running = new Set();
/** Whether the lab is at its end: a life that goes on meanwhile must not start another browser. */
let isOver = false;
export async function killAll() {
  isOver = true;
  await Promise.all([...running].map((browser) => browser.kill()));
}

/** Starts a browser on these pages. What it says goes into a file beside the profile. */
export async function start(name, profile, urls) {
  const { command, args, env, prepare, display: needsDisplay } = ENGINES[name];
  mkdirSync(profile, { recursive: true });
  prepare?.(profile);
  const screenOf = needsDisplay && { DISPLAY: await display() };
  if (isOver) throw new Error("The lab is at its end.");
  const log = openSync(`${profile}.log`, "a");
  const child = spawn(command, [...args(profile), ...urls], {
    // A session of its own: what loses its parent is still found.
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...env?.(profile), ...screenOf },
  });
  // The browser has it from here on.
  closeSync(log);
  const browser = {
    uses: (directory) => hasOpen(child.pid, directory),
    async kill() {
      await killTree(child.pid);
      running.delete(browser);
    },
  };
  running.add(browser);
  await new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new Error(`${name} does not start: ${error.message}`)));
  });
  return browser;
}
