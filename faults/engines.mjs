// How each browser is started on a page, with its profile in a directory, and killed with all its processes.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAUNCH } from "../scripts/chromium.mjs";
import { hasOpen, killTree } from "./processes.mjs";

/** A tab behind another sells as fast, and one page may open another. */
const TABS = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-popup-blocking"];
const chromium = (...more) => ({
  command: () => LAUNCH.executablePath,
  /** Without a window it takes one page: that one opens the others. */
  onePage: true,
  args: (profile) => [...LAUNCH.args, ...TABS, "--headless=new", `--user-data-dir=${profile}`, ...more],
  database: /\/(IndexedDB|WebStorage)\/.*(leveldb\/\d|\.ldb$|\.log$|MANIFEST|CURRENT|sqlite|\.db)/,
  files: /\/File System\//,
});

const FIREFOX = {
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

const LIBRARIES = "/usr/lib";
const VERSIONS = ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"];
/** MiniBrowser is on nobody's PATH. */
function miniBrowser() {
  if (process.env.MINIBROWSER) return process.env.MINIBROWSER;
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  const all = folders.flatMap((name) => VERSIONS.map((version) => join(LIBRARIES, name, version, "MiniBrowser")));
  return all.find((path) => existsSync(path)) ?? "MiniBrowser";
}

export const ENGINES = {
  chromium: chromium(),
  "chromium-sqlite": chromium("--enable-features=IdbSqliteBackingStore"),
  firefox: {
    command: () => process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    args: (profile) => ["--headless", "--no-remote", "--profile", profile],
    prepare(profile) {
      const lines = Object.entries(FIREFOX).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
      writeFileSync(join(profile, "user.js"), lines.join(""));
    },
    database: /\/idb\//,
    files: /\/fs\//,
  },
  webkit: {
    command: miniBrowser,
    display: true,
    args: () => [],
    env: (profile) => ({ XDG_DATA_HOME: join(profile, "data"), XDG_CACHE_HOME: join(profile, "cache") }),
    database: /\/IndexedDB\//,
    files: /\/FileSystem\//,
  },
};

/** Whether the browser is there. */
export const installed = (name) => existsSync(ENGINES[name].command());

let screen;
/** A display without a screen, for browsers that have no other way; one for the whole run. */
async function display() {
  screen ??= new Promise((resolve, reject) => {
    const stdio = ["ignore", "ignore", "ignore", "pipe"];
    const xvfb = spawn("Xvfb", ["-displayfd", "3", "-nolisten", "tcp"], { stdio, detached: true });
    xvfb.once("error", () => reject(new Error("Xvfb does not start: WebKit needs it. Install Debian's package xvfb.")));
    xvfb.stdio[3].once("data", (number) => resolve({ name: `:${String(number).trim()}`, pid: xvfb.pid }));
  });
  return (await screen).name;
}

export async function closeDisplay() {
  if (screen) await killTree((await screen).pid);
  screen = undefined;
}

/** Every browser that runs. */
const running = new Set();
export const killAll = () => Promise.all([...running].map((browser) => browser.kill()));

/** Starts a browser on these pages. What it says goes into a file beside the profile. */
export async function start(name, profile, urls) {
  const { command, args, env, prepare, display: needsDisplay } = ENGINES[name];
  mkdirSync(profile, { recursive: true });
  prepare?.(profile);
  const log = openSync(`${profile}.log`, "a");
  const child = spawn(command(), [...args(profile), ...urls], {
    // A session of its own: what loses its parent is still found.
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...env?.(profile), ...(needsDisplay && { DISPLAY: await display() }) },
  });
  await new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new Error(`${name} does not start: ${error.message}`)));
  });
  const browser = {
    uses: (directory) => hasOpen(child.pid, directory),
    async kill() {
      await killTree(child.pid);
      running.delete(browser);
    },
  };
  running.add(browser);
  return browser;
}
