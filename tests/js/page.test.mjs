// The demo page, used as a person uses it.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { open, start } from "./harness.mjs";

const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
let host, page;
before(async () => (host = await start()));
after(() => host.close());
beforeEach(async () => {
  await page?.context().close();
  page = await open({ ...host, url: `${host.root}/www/` });
  await page.getByText("PDCPOSOfflineDB, version 5, open").waitFor();
});

const text = (selector) => page.locator(selector).textContent();

test("generated products are saved with a report and found by barcode and by name", async () => {
  await page.getByLabel("or generate").fill("1500");
  await page.getByRole("button", { name: "Generate" }).click();
  await page.getByText(/1,500 of 1,500 saved in/).waitFor();
  assert.equal(await page.locator("#progress").evaluate((bar) => bar.value), 1);
  await page.getByLabel("Barcode").fill("5900000000015");
  await page.locator("#by-barcode button").click();
  await page.getByText("1 found, served by the index barcode of pos_products").waitFor();
  assert.match(await text("#found"), /Desk oak 1/);
  await page.getByLabel("Name begins with").fill("Café");
  await page.getByLabel("Name begins with").press("Enter");
  await page.getByText("20 found, served by the index name of pos_products").waitFor();
  assert.match(await text("#counts"), /pos_products1500/);
  assert.match(await text("#usage"), /MB of .* MB used/);
  assert.deepEqual(page.errors, []);
});

test("a file of Odoo's RPC is loaded and the product without an id is named", async () => {
  await page.getByLabel("File").setInputFiles(fixture("odoo_rpc_products.json"));
  await page.getByText("2 of 3 saved").waitFor();
  assert.match(await text("#failures"), /record 2, field 'id'.*undefined/);
  await page.getByLabel("Barcode").fill("2300001000008");
  await page.locator("#by-barcode button").click();
  await page.getByText("1 found").waitFor();
  assert.match(await text("#found"), /Corner Desk Right Sit/);
});

test("a CSV exported from Odoo is loaded", async () => {
  await page.getByLabel("File").setInputFiles(fixture("odoo_export_products.csv"));
  await page.getByText("2 of 2 saved").waitFor();
  await page.getByLabel("Barcode").fill("5901");
  await page.locator("#by-barcode button").click();
  await page.getByText("1 found").waitFor();
  assert.match(await text("#found"), /product\.product_1Desk "Corner", oak5901D-1147\.5/);
});

test("a file that is no list of products is explained", async () => {
  const file = (name, content) => ({ name, mimeType: "", buffer: Buffer.from(content) });
  for (const [name, content, words] of [
    ["broken.json", "{", "not a JSON file"],
    ["other.json", '{"a": 1}', "no list of products"],
    ["error.json", '{"error": {"message": "Odoo Session Expired"}}', "Odoo Session Expired"],
    ["other.csv", "a,b\n1,2\n", 'no column "name"; its columns are a, b'],
  ]) {
    await page.getByLabel("File").setInputFiles(file(name, content));
    await page.locator("#problem", { hasText: words }).waitFor();
  }
});

test("all or nothing saves nothing when one product is bad", async () => {
  await page.getByLabel("Mode").selectOption("all-or-nothing");
  await page.getByLabel("File").setInputFiles(fixture("odoo_rpc_products.json"));
  await page.getByText("0 of 3 saved").waitFor();
  assert.match(await text("#counts"), /pos_products0/);
});

test("sales are added, listed by their index, confirmed, and there after a reload", async () => {
  const add = page.getByRole("button", { name: "Add a sale" });
  for (let count = 1; count <= 3; count++) {
    await add.click();
    await page.getByText(`${count} pending, served by the index synced_created of transactions`).waitFor();
  }
  assert.match(await text("#last"), /Last write: transactions, durability strict/);
  await page.reload();
  await page.getByText("3 pending").waitFor();
  await page.getByRole("button", { name: "Mark synced" }).first().click();
  await page.getByText("2 pending").waitFor();
});

test("closing is shown, and so is what then fails", async () => {
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByText("PDCPOSOfflineDB is closed").waitFor();
  await page.getByRole("button", { name: "Add a sale" }).click();
  await page.getByText("Closed: database 'PDCPOSOfflineDB' is closed; call init() to open it again").waitFor();
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("version 5, open").waitFor();
  assert.equal(await page.locator("#problem").isHidden(), true);
});

test("a load can be cancelled, and says what is on disk", async () => {
  await page.getByLabel("or generate").fill("100000");
  await page.getByRole("button", { name: "Generate" }).click();
  await page.waitForFunction(() => document.getElementById("progress").value > 0);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/Aborted: stopped by the caller \(\d+ records are on disk\)/).waitFor();
});

test("deleting everything asks first and starts anew", async () => {
  await page.getByRole("button", { name: "Add a sale" }).click();
  await page.getByText("1 pending").waitFor();
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.getByText("1 pending").waitFor();
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.getByText("0 pending").waitFor();
});
