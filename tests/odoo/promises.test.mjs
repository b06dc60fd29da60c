// What a shop expects of any till, tried against a real Odoo in a real browser. Judged only by the cashier's screen and by
// what the server ends up with.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startOdoo } from "./server.mjs";
import { startProxy } from "./proxy.mjs";
import { atServer, browse, call, nextOrder, openTill, pay, profile, receipt, signIn, started } from "./till.mjs";

const skip = process.env.ODOO || process.env.ODOO_PORT ? false : "ODOO is not set: no real Odoo to try it on";
const push = (kind) => (url) => (url.includes("sync_from_ui") ? kind : null);
let odoo;
let shop;

before(async () => {
  if (!skip) odoo = await startOdoo();
});
after(async () => {
  await odoo?.stop();
});

/** Runs a story at a till of its own: a fresh profile, signed in, the shop open and its start kept for offline. */
function promise(name, story) {
  test(name, { skip, timeout: 180_000 }, async () => {
    const proxy = await startProxy(odoo.port);
    const base = proxy.url;
    const folder = profile();
    const till = { proxy, base, folder };
    /** Starts the browser, as after a start of the computer. */
    till.boot = async () => {
      till.context = await browse(folder);
      till.page = till.context.pages()[0];
      till.page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
    };
    /** Ends every process of the browser at once. */
    till.kill = () => {
      for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
        try {
          if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)) process.kill(Number(pid), "SIGKILL");
        } catch {
          // It has ended by itself.
        }
      }
    };
    till.arrived = async (orders, limit) => {
      const rows = await atServer(till.context, `http://127.0.0.1:${odoo.port}`, orders.map(({ uuid }) => uuid), limit);
      return rows.map(({ uuid }) => uuid).sort();
    };
    try {
      await till.boot();
      await signIn(till.page, base);
      shop ??= (await call(till.context, base, "pos.config", "search", [[["name", "=", "Bakery Shop"]]]))[0];
      till.shop = shop;
      till.address = `${base}/pos/ui/${shop}`;
      await openTill(till.page, base, shop);
      // The worker takes what the page has loaded when it is loaded once more.
      await till.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
      await till.page.reload();
      await started(till.page);
      // The start is kept when the page and every file that it names are.
      await till.page.evaluate(async () => {
        const kept = async (url) => Boolean(await caches.match(new URL(url, location.origin).href));
        for (let tries = 0; tries < 40; tries++) {
          const files = JSON.parse(odoo.urls_to_cache).filter((url) => !url.startsWith("/pos/ui"));
          if ((await Promise.all(files.map(kept))).every(Boolean)) return;
          await new Promise((done) => setTimeout(done, 250));
        }
      });
      await story(till);
    } finally {
      proxy.fault = null;
      await Promise.race([till.context?.close().catch(() => {}), new Promise((done) => setTimeout(done, 5000))]);
      till.kill();
      await proxy.stop();
    }
  });
}

const uuids = (...orders) => orders.map(({ uuid }) => uuid).sort();

promise("01 a sale paid offline survives an offline reload and arrives once", async (till) => {
  await till.context.setOffline(true);
  const order = await pay(till.page);
  await receipt(till.page);
  await till.page.goto(till.address);
  await started(till.page);
  await till.context.setOffline(false);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("02 a sale paid offline arrives although the shop's settings were changed meanwhile", async (till) => {
  till.proxy.fault = push("cut");
  const order = await pay(till.page);
  await receipt(till.page);
  const direct = `http://127.0.0.1:${odoo.port}`;
  await call(till.context, direct, "pos.config", "write", [[till.shop], { receipt_footer: `Changed ${Date.now()}` }]);
  await till.page.goto("about:blank");
  till.proxy.fault = null;
  await till.page.goto(till.address);
  await started(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("04 a sale is kept when the browser is killed as the receipt is on the screen", async (till) => {
  till.proxy.fault = push("cut");
  const order = await pay(till.page);
  await receipt(till.page);
  till.kill();
  till.proxy.fault = null;
  await till.boot();
  await till.page.goto(till.address);
  await started(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("05 no receipt number is printed twice after a crash", async (till) => {
  const number = () => till.page.evaluate(() => document.querySelector(".pos-receipt").textContent.match(/\d+-\d+-\d{6}/)[0]);
  till.proxy.fault = push("cut");
  await pay(till.page);
  await receipt(till.page);
  const first = await number();
  till.kill();
  await till.boot();
  await till.page.goto(till.address);
  await started(till.page);
  await pay(till.page);
  await receipt(till.page);
  assert.notEqual(await number(), first);
});

promise("06 a sale whose push is cut once arrives by itself", async (till) => {
  let cut = 0;
  till.proxy.fault = (url) => (url.includes("sync_from_ui") && cut++ === 0 ? "cut" : null);
  const order = await pay(till.page);
  await receipt(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
  assert.ok(cut > 1);
});

promise("07 the register is not closed while a paid order is not at the server", async (till) => {
  till.proxy.fault = push("cut");
  await pay(till.page);
  await receipt(till.page);
  await nextOrder(till.page);
  await till.page.evaluate(() => window.posmodel.closeSession());
  await till.page.locator(".modal:has-text('The register stays open')").waitFor({ timeout: 40_000 });
});

promise("08 when the local database refuses writes, the cashier is told and gets no receipt", async (till) => {
  till.proxy.fault = push("cut");
  await till.page.evaluate(() => {
    for (const method of ["put", "add"]) {
      const write = IDBObjectStore.prototype[method];
      IDBObjectStore.prototype[method] = function (...row) {
        const request = write.apply(this, row);
        // What a full disk does: the request and its transaction fail later. Odoo's cache of replies, whose stores have no key
        // path, is left alone: Odoo shows every failure of it in a dialog of its own.
        if (this.keyPath !== null) this.transaction.abort();
        return request;
      };
    }
  });
  await pay(till.page);
  await till.page.locator(".modal:has-text('not saved')").waitFor({ timeout: 40_000 });
  assert.equal(await till.page.locator(".receipt-screen").count(), 0);
});

promise("09 a reload offline works on the payment and on the receipt screen", async (till) => {
  await till.context.setOffline(true);
  await till.page.locator(".product-list article.product").first().click();
  await till.page.locator(".pay-order-button").first().click();
  await till.page.locator(".paymentmethod").first().waitFor();
  await till.page.reload();
  await till.page.locator(".pos .pos-topheader").waitFor({ timeout: 20_000 });
  await till.page.locator(".paymentmethod").first().click();
  await till.page.locator(".payment-screen button.validation-button.next").click();
  await receipt(till.page);
  await till.page.reload();
  await till.page.locator(".pos .pos-topheader").waitFor({ timeout: 20_000 });
});

promise("10 a 502 page and an expired session do not spoil the next offline start", async (till) => {
  till.proxy.fault = () => "502";
  await till.page.goto(till.address).catch(() => {});
  till.proxy.fault = null;
  await till.context.clearCookies();
  await till.page.goto(till.address).catch(() => {});
  await till.page.locator("input[name=password]").or(till.page.locator(".pos .pos-topheader")).first().waitFor();
  await till.context.setOffline(true);
  await till.page.goto(till.address);
  await started(till.page, 30_000);
});

promise("12 the till starts while the server is down and the browser thinks it is online", async (till) => {
  till.proxy.fault = () => "cut";
  await till.page.goto(till.address);
  await started(till.page, 30_000);
  const order = await pay(till.page);
  await receipt(till.page);
  till.proxy.fault = null;
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("13 when the server never answers, Validate gives a receipt", async (till) => {
  till.proxy.fault = push("hang");
  const order = await pay(till.page);
  await receipt(till.page);
  till.proxy.fault = null;
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("14 a session that expires at validation does not undo a payment", async (till) => {
  await till.context.clearCookies();
  const order = await pay(till.page);
  await receipt(till.page);
  await signIn(till.page, till.base);
  await till.page.goto(till.address);
  await started(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

for (const [letter, words, spoil] of [
  ["a", "fails to open", () => (IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); })],
  ["b", "is forbidden", () => Object.defineProperty(window, "indexedDB", { get: () => undefined })],
  ["c", "stays blocked", () => (IDBFactory.prototype.open = () => new EventTarget())],
]) {
  promise(`15${letter} the till starts or explains itself when the local database ${words}`, async (till) => {
    await till.page.addInitScript(spoil);
    await till.page.goto(till.address);
    await till.page.locator(".pos .pos-topheader, .login-overlay, .modal, .o_error_dialog").first().waitFor({ timeout: 25_000 });
  });
}

promise("16 a push that fails while the browser stays online is repeated by itself", async (till) => {
  let failed = 0;
  till.proxy.fault = (url) => (url.includes("sync_from_ui") && failed++ < 2 ? "502" : null);
  const order = await pay(till.page);
  await receipt(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("17 a sale whose answer is lost is at the server exactly once", async (till) => {
  let dropped = 0;
  till.proxy.fault = (url) => (url.includes("sync_from_ui") && dropped++ === 0 ? "drop" : null);
  const order = await pay(till.page);
  await receipt(till.page);
  await till.page.waitForFunction(() => !(window.posmodel.offline?.state.pending ?? 0), null, { timeout: 60_000 });
  assert.deepEqual(await till.arrived([order]), uuids(order));
});
