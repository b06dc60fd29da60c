// How each browser is started on a page, with its profile in a directory, and killed with all its processes.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium as devtools } from "playwright-core";
import { LAUNCH } from "../scripts/chromium.mjs";
import { FIREFOX, MINI_BROWSER, SQLITE, startDisplay } from "../scripts/engines.mjs";
import { hasOpen, killTree, tree } from "./processes.mjs";

/** A tab behind another sells as fast, and one page may open another. */
const TABS = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-popup-blocking"];
const chromium = (...more) => ({
  command: LAUNCH.executablePath,
  /** Without a window it takes one page: that one opens the others. */
  onePage: true,
  args: (profile) => [...LAUNCH.args, ...TABS, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, ...more],
  setQuota,
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
    // Firefox keeps databases of its own as well.
    database: /\/storage\/default\/.*\/idb\//,
    files: /\/storage\/default\/.*\/fs\//,
  },
  webkit: {
    command: MINI_BROWSER,
    display: true,
    args: () => [],
    env: (profile) => ({ XDG_DATA_HOME: join(profile, "data"), XDG_CACHE_HOME: join(profile, "cache") }),
    // Its name has changed between versions.
    database: /\/indexeddb\//i,
    files: /\/FileSystem\//,
  },
};

/** The address of a Chromium's DevTools, which it writes into its profile. */
async function addressOf(profile) {
  for (let wait = 0; wait < 100; wait += 1) {
    const file = join(profile, "DevToolsActivePort");
    const [port, path] = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    if (path) return `ws://127.0.0.1:${port}${path}`;
    await sleep(50);
  }
  throw new Error(`Chromium does not say where its DevTools are: there is nothing in ${profile}/DevToolsActivePort.`);
}

/** Gives the site so many bytes, until the browser ends. */
async function setQuota(profile, origin, quotaSize) {
  const browser = await devtools.connectOverCDP(await addressOf(profile));
  const [context] = browser.contexts();
  const [page] = context.pages();
  await (await context.newCDPSession(page)).send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
}

/** Whether the browser is there. */
export const installed = (name) => existsSync(ENGINES[name].command);

let screen;
/** The display of the whole run, for browsers that have no other way. */
export const display = async () => (await (screen ??= startDisplay())).display;

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
  const { command, args, env, prepare, setQuota, display: needsDisplay } = ENGINES[name];
  mkdirSync(profile, { recursive: true });
  // That of the browser before.
  rmSync(join(profile, "DevToolsActivePort"), { force: true });
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
    setQuota: (origin, bytes) => setQuota(profile, origin, bytes),
    /** Asks it to end, and waits until it has; what is left after a while is killed. */
    async quit() {
      child.kill("SIGTERM");
      for (let wait = 0; wait < 50 && tree(child.pid).length; wait += 1) await sleep(100);
      await browser.kill();
    },
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
