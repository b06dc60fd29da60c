// A cashier in a real browser, and what the server has: all that the tests judge by.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { LAUNCH } from "../../scripts/chromium.mjs";

export const profile = () => mkdtempSync(join(tmpdir(), "till-"));

/** A browser with a profile that outlives it. */
export async function browse(folder) {
  return await chromium.launchPersistentContext(folder, { ...LAUNCH, viewport: { width: 1280, height: 800 } });
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

/** Rings up the first simple product and pays in cash; resolves with the order's uuid and number once it is asked for a receipt. */
export async function pay(page) {
  await page.locator(".product-list article.product:not(:has(.fa-list))").first().click();
  await page.locator(".pay-order-button").first().click();
  await page.locator(".paymentmethod").first().click();
  const order = await page.evaluate(() => ({ uuid: window.posmodel.getOrder().uuid }));
  await page.locator(".payment-screen button.validation-button.next").click();
  return order;
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
