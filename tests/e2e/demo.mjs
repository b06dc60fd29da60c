// The demo as `make demo` serves it, with a server that can be lost, and a person's eyes and hands on its page.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { LAUNCH } from "../../scripts/chromium.mjs";
import { serve } from "../../scripts/serve.mjs";
import { shops } from "../../scripts/shop.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const AXE = join(ROOT, "node_modules/axe-core/axe.min.js");
/** Where screenshots go; none are made unless this is given. */
const { SHOTS } = process.env;

export class Demo {
  static async start() {
    const demo = new Demo();
    demo.books = mkdtempSync(join(tmpdir(), "pos-offline-demo-"));
    await demo.serverBack();
    demo.browser = await chromium.launch(LAUNCH);
    return demo;
  }

  /** Starts the server, on the port that it had, with the books that it had. */
  async serverBack() {
    this.server = await serve(ROOT, { port: this.port ?? 0, routes: [shops({ directory: this.books })] });
    this.url = `${this.server.url}/www/`;
    this.port = Number(new URL(this.url).port);
  }

  /** Nothing listens on its port any more. */
  async serverLost() {
    await this.server.close();
  }

  /** A server that accepts every connection and answers none, as behind an overloaded access point. */
  async serverHangs() {
    await this.serverLost();
    const sockets = new Set();
    const server = createServer((socket) => sockets.add(socket.on("error", () => {})));
    await new Promise((listening) => server.listen(this.port, "127.0.0.1", listening));
    const close = () => new Promise((closed) => {
      server.close(closed);
      for (const socket of sockets) socket.destroy();
    });
    this.server = { ...this.server, close };
  }

  /** What the shop's server has. */
  async state() {
    return (await fetch(`${this.server.url}/shop/demo/state`)).json();
  }

  /** A tablet of its own, unless another tab of one is wanted. `page.problems` are what it threw or logged. */
  async open(context) {
    context ??= await this.browser.newContext({ viewport: { width: 1440, height: 1000 } });
    const page = await context.newPage();
    page.problems = [];
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("console", (message) => {
      // Chromium has a line of its own for each request that fails, which is what an outage is.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) page.problems.push(message.text());
    });
    await page.goto(this.url);
    await page.getByText("PDCPOSOfflineDB, version 6, open").first().waitFor();
    return page;
  }

  async close() {
    await this.browser.close();
    await this.server.close();
    rmSync(this.books, { recursive: true, force: true });
  }
}

export const scan = (page) => page.getByLabel("Scan or search");

/** Types as a scanner does, and pays; resolves with the sale's uuid when its receipt is there. */
export async function sell(page, ...codes) {
  for (const code of codes) {
    await scan(page).fill(code);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("scan").value === "");
  }
  // The newest receipt may be that of another tab: the basket knows what is paid here.
  const { uuid } = await page.evaluate(() => JSON.parse(sessionStorage.getItem("pos-offline-basket")));
  await page.keyboard.press("F9");
  await page.locator(`#receipts [data-uuid="${uuid}"]`).waitFor();
  return uuid;
}

/** The receipt of a sale, when it says this. */
export const receipt = (page, uuid, words) => page.locator(`#receipts [data-uuid="${uuid}"]`, { hasText: words }).waitFor();

/** Makes products; resolves when they are on disk. */
export async function generate(page, count) {
  await page.getByLabel("or generate").fill(String(count));
  await page.getByRole("button", { name: "Generate" }).click();
  const words = count.toLocaleString("en-US");
  await page.getByText(`${words} of ${words} saved in`).waitFor();
}

/** Fails with what axe-core finds against the page as it stands. */
export async function accessible(page, state) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
  assert.deepEqual(told, [], `accessibility, ${state}`);
}

/** A picture of the top of the page, or of one of its panels. */
export async function shot(page, name, panel) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  const file = { path: join(SHOTS, `${name}.png`) };
  if (panel) return void (await page.locator(panel).screenshot(file));
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot(file);
}
