// Chromium on a page of a real loopback server, for node:test files.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH } from "../../scripts/chromium.mjs";
import { ping } from "../../scripts/ping.mjs";
import { serve } from "../../scripts/serve.mjs";
import { shops } from "../../scripts/shop.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Starts a server and a browser, with further command line switches; `close` ends both. */
export async function start(...switches) {
  const shop = shops();
  const server = await serve(ROOT, { routes: [shop, ping()] });
  const browser = await chromium.launch({ ...LAUNCH, args: [...LAUNCH.args, ...switches] });
  return {
    browser,
    url: `${server.url}/tests/js/page.html`,
    root: server.url,
    async close() {
      await browser.close();
      await server.close();
      shop.close();
    },
  };
}

/** A page of a fresh profile, or of a given context. Its `errors` are what it threw or logged as an error. */
export async function open({ browser, url }, context) {
  context ??= await browser.newContext();
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.goto(url);
  return page;
}

/** Runs `use` with a page of a browser that keeps its data in the folder `profile`, and ends the browser. */
export async function inProfile(host, profile, use) {
  const context = await chromium.launchPersistentContext(profile, LAUNCH);
  try {
    return await use(await open(host, context));
  } finally {
    await context.close();
  }
}

let made = 0;
/** A database name that no other test uses. */
export const databaseName = () => `test-${process.pid}-${++made}-${Math.random().toString(36).slice(2)}`;
