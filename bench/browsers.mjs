// The browsers of the benchmark: each is opened on a profile on disk and asked one thing after the other, each in a page that
// is loaded anew. Chromium is asked through its DevTools. What drives Firefox and WebKitGTK keeps their data in memory or
// gives them a profile of its own, so there the page itself fetches what it is asked, from the benchmark's server.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chromium } from "playwright-core";
import { ENGINES as STARTED, closeDisplay, display, installed, start } from "../faults/engines.mjs";
import { LAUNCH } from "../scripts/chromium.mjs";
import { SQLITE } from "../scripts/engines.mjs";

const NO_HEAP = "nothing tells what JavaScript holds in memory";
const NO_HEAPS = { "memory/save": NO_HEAP, "memory/hold": NO_HEAP, "outbox/soak": NO_HEAP, "pages/keep": NO_HEAP };

/**
 * What an engine cannot be asked, and why: by the function of a workload, or by the peer that it measures. The longest task of
 * a page is missing there by itself: only Chromium has the Long Tasks API.
 */
const CANNOT = {
  firefox: NO_HEAPS,
  webkit: { ...NO_HEAPS, sqlite: "there is no origin private file system" },
};

/** Why an engine cannot answer a question, or undefined. */
export const cannot = (engine, [file, name, argument]) => {
  const reasons = CANNOT[engine] ?? {};
  return reasons[`${file}/${name}`] ?? reasons[[argument].flat()[0]];
};

/** The names of the engines; `make setup-engines` installs them. */
export const NAMES = Object.keys(STARTED);

/** The browser's name and version, as it says. */
export async function versionOf(engine) {
  const { command, display: needsDisplay } = STARTED[engine];
  if (!installed(engine)) throw new Error(`${engine}: ${command} is not there; install it with 'make setup-engines'`);
  const env = { ...process.env, ...(needsDisplay && { DISPLAY: await display() }) };
  const said = execFileSync(command, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env }).trim();
  return engine === "chromium-sqlite" ? `${said}, with SQLite` : said;
}

/** What pages are asked, and what they answer: `GET /bench-desk/<token>` is a question, `POST` its answer. */
export class Desk {
  #rooms = new Map();

  /** Puts a question to the page with this token, as soon as it asks for one. */
  ask(token, question) {
    return new Promise((resolve, reject) => {
      const room = this.#room(token);
      Object.assign(room, { question, resolve, reject });
      this.#hand(room);
    });
  }

  #room(token) {
    if (!this.#rooms.has(token)) this.#rooms.set(token, {});
    return this.#rooms.get(token);
  }

  #hand(room) {
    if (!room.question || !room.waiting) return;
    room.waiting.end(JSON.stringify(room.question));
    room.question = room.waiting = undefined;
  }

  /** A handler for `serve()`. */
  route = (request, response, url) => {
    const token = url.pathname.match(/^\/bench-desk\/([\w-]+)$/)?.[1];
    if (!token) return undefined;
    const room = this.#room(token);
    if (request.method === "GET") {
      room.waiting = response;
      this.#hand(room);
      return null;
    }
    request
      .setEncoding("utf8")
      .toArray()
      .then((parts) => {
        response.end();
        const { error, measures } = JSON.parse(parts.join(""));
        if (error) room.reject(new Error(error));
        else room.resolve(measures);
      }, room.reject);
    return null;
  };
}

/** Opens a browser on a profile: `{ask, close}`. */
export const openBrowser = (engine, server, desk, profile) =>
  STARTED[engine].setQuota ? openChromium(engine, server, profile) : openOther(engine, server, desk, profile);

async function openChromium(engine, server, profile) {
  const args = engine === "chromium-sqlite" ? [...LAUNCH.args, SQLITE] : LAUNCH.args;
  const context = await chromium.launchPersistentContext(profile, { ...LAUNCH, args });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  // What JavaScript holds, buffers included; not the memory of a WebAssembly module.
  await page.exposeFunction("look", async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize } = await devtools.send("Runtime.getHeapUsage");
    return usedSize + backingStorageSize;
  });
  return {
    async ask([file, name, argument]) {
      await page.goto(`${server}/bench/page.html`);
      const run = async ([file, name, argument]) => (await import(`/bench/workloads/${file}.js`))[name](argument);
      return page.evaluate(run, [file, name, argument]);
    },
    close: () => context.close(),
  };
}

async function openOther(engine, server, desk, profile) {
  const token = randomUUID();
  const browser = await start(engine, profile, [`${server}/bench/page.html?token=${token}`]);
  return { ask: (question) => desk.ask(token, question), close: () => browser.quit() };
}

export { closeDisplay };
