// The four engines and how each is started: a driver that speaks WebDriver, and what to ask it for. Chromium counts twice,
// because it keeps IndexedDB in LevelDB or in SQLite.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { LAUNCH } from "./chromium.mjs";

/** The switch by which Chromium keeps IndexedDB in SQLite. */
export const SQLITE = "--enable-features=IdbSqliteBackingStore";
export const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
export const MINI_BROWSER = process.env.MINIBROWSER ?? miniBrowser();

const chromium = (...switches) => ({
  driver: [process.env.CHROMEDRIVER ?? "/usr/bin/chromedriver"],
  // The variable by which wasm-bindgen-test-runner learns where the driver listens; it also says which browser it is.
  remote: "CHROMEDRIVER_REMOTE",
  capabilities: {
    "goog:chromeOptions": { binary: LAUNCH.executablePath, args: ["--headless=new", ...LAUNCH.args, ...switches] },
  },
});

export const ENGINES = {
  chromium: chromium(),
  "chromium-sqlite": chromium(SQLITE),
  firefox: {
    driver: [process.env.GECKODRIVER ?? "geckodriver"],
    remote: "GECKODRIVER_REMOTE",
    capabilities: {
      "moz:firefoxOptions": { binary: FIREFOX, args: ["-headless"] },
    },
  },
  webkit: {
    driver: [process.env.WEBKITDRIVER ?? "WebKitWebDriver"],
    remote: "SAFARIDRIVER_REMOTE",
    capabilities: { "webkitgtk:browserOptions": { binary: MINI_BROWSER, args: ["--automation"] } },
    // It has no headless mode.
    needsDisplay: true,
  },
};

/** Finds WebKitGTK's browser, which is on nobody's PATH: its folder is named after machine and version. */
function miniBrowser() {
  const lib = "/usr/lib";
  const versions = ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"];
  const folders = existsSync(lib) ? readdirSync(lib) : [];
  const places = folders.flatMap((name) => versions.map((version) => `${lib}/${name}/${version}/MiniBrowser`));
  return places.find((place) => existsSync(place)) ?? "MiniBrowser";
}

/** Starts the driver of an engine; resolves with `{name, engine, url, session, close}` when it answers. */
export async function startEngine(name) {
  const engine = ENGINES[name];
  if (!engine) throw new Error(`no engine '${name}'; there are: ${Object.keys(ENGINES).join(", ")}`);
  const screen = engine.needsDisplay ? await startDisplay() : undefined;
  const port = await freePort();
  const [command, ...args] = engine.driver;
  const env = screen ? { ...process.env, DISPLAY: screen.display, GDK_BACKEND: "x11" } : process.env;
  const driver = started(command, [...args, `--port=${port}`], { env, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    await driver.end();
    await screen?.end();
  };
  try {
    await Promise.race([answers(url), driver.failed]);
  } catch (error) {
    await close();
    throw error;
  }
  return { name, engine, url, session: () => openSession(url, engine.capabilities), close };
}

/** A browser window under WebDriver (https://www.w3.org/TR/webdriver2/). */
async function openSession(url, alwaysMatch) {
  const { sessionId } = await ask("POST", `${url}/session`, { capabilities: { alwaysMatch } });
  const at = `${url}/session/${sessionId}`;
  await ask("POST", `${at}/timeouts`, { script: 120_000, pageLoad: 60_000 });
  return {
    goto: (page) => ask("POST", `${at}/url`, { url: page }),
    /** Calls a function in the page, whose text and arguments are handed over as JSON; what it resolves with comes back so. */
    async evaluate(call, ...args) {
      const text = `(${call})(...${JSON.stringify(args)})`;
      const told = JSON.parse(await ask("POST", `${at}/execute/async`, { script: AS_THE_PAGE, args: [text] }));
      if (told.error) throw new Error(told.error.join("\n"));
      return told.value;
    },
    close: () => ask("DELETE", at),
  };
}

/**
 * Has the page run a text and waits for its answer. A driver's own script runs beside the page in Firefox, with a window
 * and types of its own: values that cross over from there are no arrays for IndexedDB.
 */
const AS_THE_PAGE = `
  const [text, done] = arguments;
  document.addEventListener("told", (event) => done(event.detail), { once: true });
  const script = document.createElement("script");
  script.textContent = "{" +
    "const tell = (told) => document.dispatchEvent(new CustomEvent('told', { detail: JSON.stringify(told) }));" +
    "const fail = (error) => tell({ error: [error?.name, error?.message, error?.stack] });" +
    "Promise.resolve().then(() => " + text + ").then((value) => tell({ value }), fail);" +
    "}";
  document.head.append(script);
  script.remove();
`;

async function ask(method, url, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`the driver says "${value?.error}" to ${method} ${url}: ${value?.message}`);
  return value;
}

/** A process of ours: `failed` rejects should it end by itself, `end` ends it and waits. */
function started(command, args, options) {
  const child = spawn(command, args, options);
  const exited = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  const failed = exited.then((how) => {
    throw new Error(`${command} did not start (${how?.message ?? how}); install it with 'make setup-engines'`);
  });
  failed.catch(() => {});
  // A test runner that gives up ends this process without any clean-up of the test's.
  const atExit = () => child.kill();
  process.once("exit", atExit);
  exited.then(() => process.off("exit", atExit));
  return { child, failed, end: () => (child.kill(), exited) };
}

/** Starts a display that is in memory only, on a number that is free; resolves with `{display, end}`. */
export async function startDisplay() {
  const args = ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  const { child, failed, end } = started("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const number = new Promise((resolve) => child.stdio[3]?.once("data", (text) => resolve(String(text).trim())));
  return { display: `:${await Promise.race([number, failed])}`, end };
}

async function answers(url) {
  for (;;) {
    const status = await ask("GET", `${url}/status`).catch(() => undefined);
    if (status) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
