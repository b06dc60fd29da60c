// A cashier in a real browser, and what the server has: all that the tests judge by.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { LAUNCH } from "../../scripts/chromium.mjs";

export const profile = () => mkdtempSync(join(tmpdir(), "till-"));

/** A browser with a profile that outlives it. */
export async function browse(folder) {
  const context = await chromium.launchPersistentContext(folder, { ...LAUNCH, viewport: { width: 1280, height: 800 } });
  // Odoo builds its bundles when the first page asks for them.
  context.setDefaultNavigationTimeout(120_000);
  return context;
}

/** Signs in without loading the backend, which no cashier needs. */
export async function signIn(page, base) {
  const ask = async (path, params) => {
    const answer = await page.context().request.post(base + path, { data: { jsonrpc: "2.0", id: 1, method: "call", params } });
    return (await answer.json()).result;
  };
  const [db] = await ask("/web/database/list", {});
  const session = await ask("/web/session/authenticate", { db, login: "admin", password: "admin" });
  if (!session?.uid) throw new Error("the test's user could not sign in");
}

/** Calls a method of a model with the session of the page. */
export async function call(context, base, model, method, args = [], kwargs = {}) {
  const answer = await context.request.post(`${base}/web/dataset/call_kw/${model}/${method}`, {
    data: { jsonrpc: "2.0", id: 1, method: "call", params: { model, method, args, kwargs } },
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(`${error.message}: ${error.data?.message}`);
  return result;
}

export async function openTill(page, base, config) {
  await page.goto(`${base}/pos/ui/${config}`);
  await started(page);
}

/** Waits until the products are on the screen, opening the register on the way when it asks. */
export async function started(page, timeout = 60_000) {
  const products = page.locator(".product-list article.product").first();
  const login = page.locator(".login-overlay .open-register-btn, .login-overlay button:has-text('Open Register')").first();
  await products.or(login).first().waitFor({ timeout });
  if (await login.isVisible()) await login.click();
  await products.waitFor({ timeout });
  const opening = page.locator(".modal:has-text('Opening Control') button:has-text('Open Register')");
  if (await page.evaluate(() => window.posmodel.session.state === "opening_control")) {
    await opening.click();
    await page.locator(".modal").waitFor({ state: "detached" });
  }
}

/** Rings up the first simple product for a new customer; resolves with the order's uuid. */
export async function ringUp(page) {
  // An open order of another till may be on the screen.
  await page.evaluate(() => window.posmodel.getOrder()?.lines.length && window.posmodel.addNewOrder());
  await page.locator(".product-list article.product:not(:has(.fa-list))").first().click();
  await page.locator(".order-container .orderline, .order-summary .orderline").first().waitFor();
  return await page.evaluate(() => ({ uuid: window.posmodel.getOrder().uuid }));
}

/** Goes to the payment screen and pays what is rung up in cash; the caller waits for what comes of it. */
export async function payCash(page) {
  await page.locator(".pay-order-button").first().click();
  await page.locator(".paymentmethod").first().click();
  await page.locator(".payment-screen button.validation-button.next").click();
}

/** Rings up the first simple product and pays in cash; resolves with the order's uuid once it is asked for a receipt. */
export async function pay(page) {
  const order = await ringUp(page);
  await payCash(page);
  return order;
}

/** Hands the order of the screen to the server as a draft, as leaving a table does; resolves when the server has it. */
export async function sendDraft(page, order, asked) {
  for (let tries = 0; tries < 20; tries++) {
    await page.evaluate(async () => {
      const { posmodel } = window;
      posmodel.addPendingOrder([posmodel.getOrder().id]);
      await posmodel.syncAllOrders({ orders: [posmodel.getOrder()], force: true });
    });
    const rows = await asked("pos.order", "search_read", [[["uuid", "=", order.uuid]], ["state"]]);
    if (rows[0]?.state === "draft") return;
    await page.waitForTimeout(1000);
  }
  throw new Error("the server does not have the order as a draft");
}

/** The receipt number on the screen. */
export const printedNumber = (page) =>
  page.evaluate(() => document.querySelector(".pos-receipt").textContent.match(/\d+-\d+-\d{6}/)[0]);

/** Closes the register, accepting whatever difference was counted; the caller looks at what comes of it. */
export async function closeRegister(page) {
  await page.locator(".pos-topheader button:has(.fa-bars)").first().click();
  await page.locator(".pos-burger-menu-items .dropdown-item:has-text('Close Register')").click();
  const refusal = page.locator(".modal:has-text('The register stays open'), .modal:has-text('Offline Orders')");
  const confirm = page.locator(".modal .button.highlight:has-text('Close Register')");
  await confirm.or(refusal).first().waitFor({ timeout: 40_000 });
  if (!(await confirm.isVisible())) return;
  await confirm.click();
  const proceed = page.locator(".modal button:has-text('Proceed Anyway')");
  await proceed.click({ timeout: 5000 }).catch(() => {});
}

export const receipt = (page, timeout = 15_000) => page.locator(".receipt-screen").waitFor({ timeout });

export async function nextOrder(page) {
  await page.locator(".receipt-screen .button.next").click();
  await page.locator(".product-screen").waitFor();
}

/** Resolves with the orders of these uuids that the server has, once there is one for each or the time is over. */
export async function atServer(context, base, uuids, limit = 60_000) {
  const until = Date.now() + limit;
  for (;;) {
    const rows = await call(context, base, "pos.order", "search_read", [[["uuid", "in", uuids]], ["uuid", "state", "pos_reference"]]);
    const done = rows.filter((row) => row.state !== "draft");
    if (done.length >= uuids.length || Date.now() > until) return done;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
