// What a shop sees of its sales: the panel in the Point of Sale, and the list of tills in the backend.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promise, push, uuids } from "./story.mjs";
import { pay, profile, receipt } from "./till.mjs";

const WORDS = "The operation cannot be completed: the shop is closed on Sundays";
/** A refusal in the shape in which Odoo sends one. */
const REFUSAL = {
  jsonrpc: "2.0",
  id: 1,
  error: {
    code: 0,
    message: "Odoo Server Error",
    data: { name: "odoo.exceptions.ValidationError", message: WORDS, arguments: [WORDS], context: {}, debug: "..." },
  },
};

async function openPanel(page) {
  await page.locator(".pos-topheader button:has(.fa-bars)").first().click();
  await page.locator(".pos-burger-menu-items .dropdown-item:has-text('Offline Sales')").click();
  const panel = page.locator(".modal:has(.pos-offline-sales)");
  await panel.waitFor();
  return panel;
}

promise("a refused sale is shown with the server's words, and Retry brings it to the server", async (till) => {
  till.proxy.fault = push(REFUSAL);
  const order = await pay(till.page);
  await receipt(till.page);
  await till.page.locator(".pos-offline-waiting.btn-danger").waitFor({ timeout: 60_000 });
  const panel = await openPanel(till.page);
  await panel.locator("tr", { hasText: WORDS }).waitFor();
  assert.equal(await panel.locator(".refused").textContent(), "1");
  till.proxy.fault = null;
  await panel.locator("tr button:has-text('Retry')").click();
  assert.deepEqual(await till.arrived([order]), uuids(order));
  await panel.locator(".refused", { hasText: "0" }).waitFor();
  assert.equal(await panel.locator("tr").count(), 0);
});

promise("a waiting sale goes from one till to another by a rescue file", async (till) => {
  till.proxy.fault = push("cut");
  const order = await pay(till.page);
  await receipt(till.page);
  const panel = await openPanel(till.page);
  await panel.locator("tr").first().waitFor();
  const download = till.page.waitForEvent("download");
  await panel.locator("button:has-text('Export rescue file')").click();
  const file = join(profile(), "sales.jsonl");
  await (await download).saveAs(file);
  assert.ok(readFileSync(file, "utf8").includes(order.uuid));

  await till.replace();
  await till.open();
  till.proxy.fault = null;
  const other = await openPanel(till.page);
  await other.locator("input[type=file]").setInputFiles(file);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("a file that is no rescue file is refused in words", async (till) => {
  const panel = await openPanel(till.page);
  const file = join(profile(), "shopping-list.txt");
  writeFileSync(file, "milk\nbread\n");
  await panel.locator("input[type=file]").setInputFiles(file);
  await panel.locator(".alert-danger").waitFor();
  assert.match(await panel.locator(".alert-danger").first().textContent(), /no rescue file/);
});

promise("a till's report is in the backend's list, with what waits there", async (till) => {
  till.proxy.fault = push("cut");
  await pay(till.page);
  await receipt(till.page);
  const device = await till.page.evaluate(() => window.posmodel.device.identifier);
  await till.page.evaluate(() => window.posmodel.offline.report());
  const domain = [["config_id", "=", till.shop], ["device", "=", device]];
  const [row] = await till.call("pos_offline.till", "search_read", [domain, ["waiting", "version", "silent"]]);
  assert.equal(row.waiting, 1);
  assert.equal(row.silent, false);
  assert.match(row.version, /^\d+\.\d+\.\d+$/);
  const backend = await till.context.newPage();
  await backend.goto(`${till.direct}/odoo/action-pos_offline.pos_offline_till_action`);
  const shown = backend.locator(".o_list_view tr.o_data_row", { hasText: device });
  await shown.waitFor({ timeout: 60_000 });
  assert.match(await shown.textContent(), /Bakery Shop/);
});
