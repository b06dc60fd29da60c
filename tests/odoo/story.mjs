// A story at a till of its own: a profile of the browser for it alone, a fault proxy before the server, the shop open and its start
// kept for offline.
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { after, before, test } from "node:test";
import { startOdoo } from "./server.mjs";
import { startProxy } from "./proxy.mjs";
import { atServer, browse, call, openTill, profile, signIn, started } from "./till.mjs";

const skip = process.env.ODOO || process.env.ODOO_PORT ? false : "ODOO is not set: no real Odoo to try it on";
let odoo;
let proxy;
let shop;
let prepared;

before(async () => {
  if (skip) return;
  odoo = await startOdoo();
  proxy = await startProxy(odoo.port);
});
after(async () => {
  await proxy?.stop();
  await odoo?.stop();
});

/** Has the copies be tills of their own: none of them knows a device identifier or an open order of another. */
async function forgetDevice(page) {
  await page.goto(`${proxy.url}/web/health`);
  await page.evaluate(async () => {
    Object.keys(localStorage).filter((key) => key.endsWith("unique_device_identifier")).forEach((key) => localStorage.removeItem(key));
    const name = (await indexedDB.databases()).map((database) => database.name).find((known) => known.startsWith("point-of-sale-"));
    await new Promise((done, fail) => {
      const opening = indexedDB.open(name);
      opening.onerror = fail;
      opening.onsuccess = () => {
        const own = ["pos.order", "pos.order.line", "pos.payment"];
        const transaction = opening.result.transaction(own, "readwrite");
        own.forEach((store) => transaction.objectStore(store).clear());
        transaction.oncomplete = done;
        transaction.onabort = fail;
      };
    });
  });
}

/** A profile of a till that has been opened and whose start is kept, made once; every story works on a copy of it. */
async function prepare() {
  const folder = profile();
  const context = await browse(folder);
  try {
    const [page] = context.pages();
    await signIn(page, proxy.url);
    shop = (await call(context, proxy.url, "pos.config", "search", [[["name", "=", "Bakery Shop"]]]))[0];
    await openTill(page, proxy.url, shop);
    await keepStart(page);
    await forgetDevice(page);
  } finally {
    await context.close();
  }
  return folder;
}

async function copyOf(folder) {
  const copy = profile();
  cpSync(folder, copy, { recursive: true, filter: (path) => !basename(path).startsWith("Singleton") });
  return copy;
}

/** Ends every process of the browser with this profile at once, as a power cut does. */
function kill(folder) {
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** Loads the till once more, and waits until its worker has kept the page and every file that the page names. */
async function keepStart(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.reload();
  await started(page);
  await page.evaluate(async () => {
    const kept = async (url) => Boolean(await caches.match(new URL(url, location.origin).href));
    for (let tries = 0; tries < 40; tries++) {
      const files = JSON.parse(odoo.urls_to_cache).filter((url) => !url.startsWith("/pos/ui"));
      if ((await Promise.all(files.map(kept))).every(Boolean)) return;
      await new Promise((done) => setTimeout(done, 250));
    }
  });
}

/** Tells a story. `fresh` leaves the till unopened: signed in, and nothing else. */
export function promise(name, story, { fresh = false } = {}) {
  test(name, { skip, timeout: 480_000 }, async () => {
    prepared ??= prepare();
    let folder = fresh ? profile() : await copyOf(await prepared);
    const till = { proxy, base: proxy.url, direct: `http://127.0.0.1:${odoo.port}` };
    /** Starts the browser, as after a start of the computer. */
    till.boot = async () => {
      till.context = await browse(folder);
      till.page = till.context.pages()[0];
      const answer = (dialog) => (till.stays ? dialog.dismiss() : dialog.accept()).catch(() => {});
      till.context.on("page", (page) => page.on("dialog", answer));
      till.page.on("dialog", answer);
    };
    till.kill = () => kill(folder);
    /** Puts another computer in its place, with the till opened and nothing sold. */
    till.replace = async () => {
      await till.context.close();
      folder = await copyOf(await prepared);
      await till.boot();
    };
    /** Opens the till at the shop's address, in this tab or another. */
    till.open = async (page = till.page, limit = 60_000) => {
      await page.goto(till.address);
      await started(page, limit);
    };
    /**
     * Opens a second tab offline, in which Odoo asks the first one to leave; the cashier says no, and has two of them.
     */
    till.openSecond = async () => {
      await till.context.setOffline(true);
      await till.page.waitForFunction(() => window.posmodel.data.network.offline);
      till.stays = true;
      const page = await till.context.newPage();
      await till.open(page);
      return page;
    };
    till.call = (model, method, ...rest) => call(till.context, till.direct, model, method, ...rest);
    /** Resolves with the uuids of these orders that the server has as paid, one for each row there. */
    till.arrived = async (orders, limit) => {
      const rows = await atServer(till.context, till.direct, uuids(...orders), limit);
      return rows.map(({ uuid }) => uuid).sort();
    };
    try {
      await till.boot();
      await prepared;
      till.shop = shop;
      till.address = `${till.base}/pos/ui/${shop}`;
      if (fresh) await signIn(till.page, till.base);
      else await till.open();
      await story(till);
    } finally {
      proxy.fault = null;
      await Promise.race([till.context?.close().catch(() => {}), new Promise((done) => setTimeout(done, 5000))]);
      till.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
}

export const uuids = (...orders) => orders.map(({ uuid }) => uuid).sort();

/** Fails, in this way, every request by which an order goes to the server. */
export const push = (kind) => (url) => (url.includes("sync_from_ui") ? kind : null);
