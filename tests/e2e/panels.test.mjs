// Each panel of the demo page, used as a person uses it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Demo, accessible, generate, receipt, scan, sell, shot } from "./demo.mjs";

const DESK = "5900000000015";
const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const fault = (page, words) => page.getByLabel(words, { exact: true }).check();

let demo, page;
before(async () => (demo = await Demo.start()));
after(() => demo.close());
beforeEach(async () => (page = await demo.open()));
afterEach(async () => {
  await fetch(`${demo.server.url}/shop/demo/control`, { method: "POST", body: JSON.stringify({ rates: {}, down: false, busy: false, expired: false, refuseAll: false }) });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

const text = (selector) => page.locator(selector).textContent();
const button = (name) => page.getByRole("button", { name, exact: true });
/** The library's line about the record that it did not save. */
const named = () => assert.match(page.problems.splice(0).join(), /^pos-offline: 1 of 3 records were not saved in 'pos_products': record 2/);
const answer = (dialogue) => page.once("dialog", (dialog) => dialog[dialogue]());

test("generated products are saved with a report, and found by barcode, reference and name", async () => {
  await generate(page, 1_500);
  assert.equal(await page.locator("#progress").evaluate((bar) => bar.value), 1);
  await page.locator("#stores tr", { hasText: "pos_products" }).getByText("1,500").waitFor();
  for (const [typed, words, first] of [
    [DESK, "1 product, by the index barcode", "Desk oak 1"],
    ["REF-2", "8 products, by the search", "Lamp oak 2"],
    ["CAFE", "8 products, by the search", "Café crème"],
    ["1500 ORANGE", "1 product, by the search", "Jus d'orange small 1500"],
    ["no such thing", "Nothing found", ""],
  ]) {
    await scan(page).fill(typed);
    await page.locator("#found-by", { hasText: words }).waitFor();
    assert.ok((await text("#found")).includes(first), typed);
  }
});

test("a file of Odoo's RPC is loaded and the product without an id is named", async () => {
  await page.getByLabel("File", { exact: true }).setInputFiles(fixture("odoo_rpc_products.json"));
  await page.getByText("2 of 3 saved").waitFor();
  assert.match(await text("#failures"), /record 2, field 'id'.*undefined/);
  named();
  await scan(page).fill("2300001000008");
  await page.locator("#found", { hasText: "Corner Desk Right Sit" }).waitFor();
});

test("a CSV exported from Odoo is loaded", async () => {
  await page.getByLabel("File", { exact: true }).setInputFiles(fixture("odoo_export_products.csv"));
  await page.getByText("2 of 2 saved").waitFor();
  await scan(page).fill("5901");
  await page.locator("#found", { hasText: 'Desk "Corner", oak' }).waitFor();
  assert.match(await text("#found"), /147\.50/);
});

test("a file that is no list of products is explained", async () => {
  const file = (name, content) => ({ name, mimeType: "", buffer: Buffer.from(content) });
  for (const [name, content, words] of [
    ["broken.json", "{", "not a JSON file"],
    ["other.json", '{"a": 1}', "no list of products"],
    ["error.json", '{"error": {"message": "Odoo Session Expired"}}', "Odoo Session Expired"],
    ["other.csv", "a,b\n1,2\n", 'no column "name"; its columns are a, b'],
    ["price.csv", 'name,list_price\nDesk,"1,234.50"\n', 'no readable price in row 1: "1,234.50"'],
  ]) {
    await page.getByLabel("File", { exact: true }).setInputFiles(file(name, content));
    await page.locator("#problem", { hasText: words }).waitFor();
    // Corrected, it can be chosen again.
    assert.equal(await page.locator("#file").inputValue(), "");
  }
  await page.getByLabel("Import rescue file").setInputFiles(file("other.jsonl", "no header\n"));
  await page.locator("#problem", { hasText: "is no rescue file" }).waitFor();
  assert.equal(await page.locator("#import").inputValue(), "");
});

test("of many products that are not saved the first hundred are named, and the rest counted", async () => {
  const products = Array.from({ length: 130 }, (_, at) => ({ name: `Lost ${at}` }));
  const file = { name: "lost.json", mimeType: "", buffer: Buffer.from(JSON.stringify(products)) };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByText("0 of 130 saved").waitFor();
  assert.equal(await page.locator("#failures li").count(), 101);
  await page.locator("#failures", { hasText: "and 30 more" }).waitFor();
  assert.match(page.problems.splice(0).join(), /^pos-offline: 130 of 130 records were not saved/);
});

test("a product without a price is found, and sold for nothing", async () => {
  const products = [{ id: 1, name: "Bag", barcode: "5902" }, { id: 2, name: "Cup", barcode: "5903", list_price: false }];
  const file = { name: "free.json", mimeType: "", buffer: Buffer.from(JSON.stringify(products)) };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByText("2 of 2 saved").waitFor();
  for (const code of ["5902", "5903"]) await receipt(page, await sell(page, code), "0.00");
});

test("all or nothing saves nothing when one product is bad", async () => {
  await page.getByLabel("Mode").selectOption("all-or-nothing");
  await page.getByLabel("File", { exact: true }).setInputFiles(fixture("odoo_rpc_products.json"));
  await page.getByText("0 of 3 saved").waitFor();
  named();
  await page.locator("#stores tr", { hasText: "pos_products" }).getByText("0", { exact: true }).waitFor();
});

test("a load shows its rate and the time left, can be cancelled, and says what is on disk", async () => {
  await page.getByLabel("or generate").fill("100000");
  await button("Generate").click();
  await page.locator("#report", { hasText: /[\d,]+ of 100,000 saved, [\d,]+ a second, \d+ (s|min) left/ }).waitFor();
  for (const other of ["Generate", "Clear the catalogue"]) assert.equal(await button(other).isDisabled(), true, other);
  await button("Cancel").click();
  await page.getByText(/Aborted: stopped by the caller \(\d+ records are on disk\)/).waitFor();
  answer("accept");
  await button("Clear the catalogue").click();
  await page.getByText("The catalogue is empty.").waitFor();
});

test("the basket counts in cents, and nothing is sold from an empty one", async () => {
  await generate(page, 100);
  assert.equal(await page.locator("#pay").isDisabled(), true);
  for (const code of [DESK, DESK, "REF-3"]) {
    await scan(page).fill(code);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("scan").value === "");
  }
  // 2 x 1.00 + 1.74
  assert.equal(await page.locator("#total").evaluate((output) => output.value), "3.74");
  await page.getByRole("button", { name: "One less of Desk oak 1" }).click();
  assert.equal(await page.locator("#total").evaluate((output) => output.value), "2.74");
  await button("Empty the basket").click();
  await page.keyboard.press("F9");
  assert.equal(await page.locator("#pay").isDisabled(), true);
  assert.match(await text("#receipts"), /No sale yet/);
});

test("every fault of the server is seen for what it is, and what waited arrives when it is over", async () => {
  await generate(page, 100);
  const truths = (words) => page.locator("#truths", { hasText: words }).waitFor();
  for (const [words, seen] of [
    ["fails (500, 502)", () => truths("does not answer")],
    ["is behind a captive portal", () => truths("does not answer")],
    ["is down", () => truths("does not answer")],
    ["wants a pause (429, 503)", () => truths(/no: (it wants a pause|maintenance)|does not answer/)],
    ["has ended the session", () => truths("no: somebody has to sign in")],
  ]) {
    await fault(page, words);
    const uuid = await sell(page, DESK);
    await seen();
    await receipt(page, uuid, "waits for the server");
    await fault(page, "works");
    await button("Check now").click();
    await button("Sync now").click();
    await receipt(page, uuid, "at the server since");
  }
  assert.match(await page.locator("#probes").getAttribute("aria-label"), /Probes: latency/);
});

test("a sale that waits comes back when the database is lost, and arrives once", async () => {
  await generate(page, 100);
  await page.locator("#health", { hasText: "Journal" }).waitFor();
  await fault(page, "is down");
  const uuid = await sell(page, DESK);
  await receipt(page, uuid, "waits for the server");
  answer("accept");
  await button("Lose the database").click();
  await page.locator("#health", { hasText: "database lost; 1 transactions" }).waitFor();
  await page.getByText(/1 transactions, 1 orders and 0 offline orders were brought back/).first().waitFor();
  await receipt(page, uuid, "waits for the server");
  await fault(page, "works");
  await button("Check now").click();
  await button("Sync now").click();
  await receipt(page, uuid, "at the server since");
});

test("lost answers and a slow server delay a sale and double none", async () => {
  await generate(page, 100);
  for (const words of ["loses every second answer", "is slow"]) {
    await fault(page, words);
    const sold = [await sell(page, DESK), await sell(page, "REF-2")];
    for (const uuid of sold) await receipt(page, uuid, "at the server since");
    await fault(page, "works");
    const { orders } = await demo.state();
    for (const uuid of sold) assert.equal(orders.filter((order) => order.uuid === uuid).length, 1, words);
  }
});

test("forced offline nothing is sent; forced online it is; a monitor that is stopped has no timer", async () => {
  await generate(page, 100);
  await page.locator("#truths", { hasText: /Server\W+answers/ }).waitFor();
  await button("Force offline").click();
  await page.locator("#truths", { hasText: "does not answer" }).waitFor();
  const uuid = await sell(page, DESK);
  await receipt(page, uuid, "waits for the server");
  await button("Force online").click();
  await receipt(page, uuid, "at the server since");
  await button("Stop watching").click();
  await page.getByText("0 timers of the monitor").waitFor();
  await button("Start watching").click();
  await page.getByText("1 timer of the monitor").waitFor();
});

test("what is set aside is listed by state, retried at once, or discarded after a question", async () => {
  await generate(page, 100);
  await page.getByLabel("refuses every order").check();
  const sold = [];
  for (const code of [DESK, "REF-2", "REF-3"]) {
    sold.push(await sell(page, code));
    await receipt(page, sold.at(-1), "The drawer of this session is closed");
  }
  await page.locator("#outbox-state", { hasText: "0 waiting, 0 in flight, 3 rejected" }).waitFor();
  await page.getByLabel("Show").selectOption("pending");
  await page.waitForFunction(() => !document.querySelector("#outbox-rows tbody tr"));
  await page.getByLabel("Show").selectOption("rejected");
  const row = page.locator(`#outbox-rows [data-uuid="${sold[0]}"]`);
  answer("dismiss");
  await row.getByRole("button", { name: "Discard" }).click();
  answer("accept");
  await row.getByRole("button", { name: "Discard" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByLabel("refuses every order").uncheck();
  await button("Retry all rejected").click();
  for (const uuid of sold.slice(1)) await receipt(page, uuid, "at the server since");
  const { orders } = await demo.state();
  assert.equal(orders.some(({ uuid }) => uuid === sold[0]), false);
});

test("unsynced sales leave in a rescue file and arrive through another till, once", async () => {
  await generate(page, 100);
  await fault(page, "is down");
  const sold = [await sell(page, DESK), await sell(page, "REF-2")];
  const downloading = page.waitForEvent("download");
  await button("Export rescue file").click();
  const download = await downloading;
  assert.match(download.suggestedFilename(), /^unsynced-\d{4}-\d\d-\d\d\.jsonl$/);
  const file = readFileSync(await download.path(), "utf8");
  assert.equal(file.trim().split("\n").length, 3);

  const other = await demo.open();
  const load = (content) => other.getByLabel("Import rescue file").setInputFiles({ name: "rescue.jsonl", mimeType: "", buffer: Buffer.from(content) });
  await load(file.replace('"amount_total":1,', '"amount_total":9,'));
  await other.getByText(/1 imported, 0 known already, 1 bad\. Line 2: .*checksum/).waitFor();
  await load(file);
  await other.getByText("1 imported, 1 known already, 0 bad.").waitFor();
  // Both tills send what both have.
  await fault(page, "works");
  await other.locator("#outbox-state", { hasText: "Everything is at the server" }).waitFor();
  for (const uuid of sold) await receipt(page, uuid, "at the server since");
  const { orders } = await demo.state();
  for (const uuid of sold) assert.equal(orders.filter((order) => order.uuid === uuid).length, 1);
  assert.deepEqual(other.problems, []);
  await other.context().close();
});

test("storage names rows, indexes and health; the report is copied and tells nothing of the sales", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await generate(page, 100);
  const uuid = await sell(page, DESK);
  await receipt(page, uuid, "at the server since");
  await page.locator("#stores tr", { hasText: "transactions" }).getByText("synced_created", { exact: true }).waitFor();
  await page.locator("#stores tr", { hasText: "pos_products" }).getByText(/^barcode, [\d.]+ ms$/).waitFor();
  assert.match(await text("#health"), /Last write.*strict|relaxed/);
  assert.match(await text("#health"), /Space[\d.,]+ MB of [\d.,]+ MB/);
  await button("Ask for persistent storage").click();
  await page.getByText(/^(Granted|The browser has declined)/).waitFor();
  await button("Copy the diagnostic report").click();
  await page.getByText("The report is in the clipboard.").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const report = JSON.parse(copied);
  assert.equal(report.database.version, 6);
  assert.equal(report.counts.pos_products, 100);
  assert.equal(report.version, JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url))).version);
  assert.ok(report.database.memory > 0);
  assert.ok(report.metrics.counters.synced >= 1);
  assert.equal(copied.includes("Desk") || copied.includes(uuid), false);
});

test("closing is shown, and so is what then fails; deleting everything asks first and starts anew", async () => {
  await generate(page, 100);
  await sell(page, DESK);
  await scan(page).fill("REF-2");
  await page.keyboard.press("Enter");
  await page.locator("#basket", { hasText: "Lamp" }).waitFor();
  await button("Close").click();
  await page.getByText("PDCPOSOfflineDB is closed").first().waitFor();
  await page.keyboard.press("F9");
  await page.getByText("Closed: database 'PDCPOSOfflineDB' is closed; call init() to open it again").waitFor();
  await button("Open").click();
  await page.getByText("version 6, open").first().waitFor();
  // The basket is still there.
  await page.keyboard.press("F9");
  await page.locator("#receipts", { hasText: "No. 2" }).waitFor();
  answer("dismiss");
  await button("Delete everything").click();
  await page.locator("#receipts", { hasText: "No. 2" }).waitFor();
  answer("accept");
  await button("Delete everything").click();
  await page.getByText("No sale yet.").waitFor();
});

test("an accelerated shift with outages ends with every sale at the server once", async () => {
  await page.getByLabel("Sales a minute").fill("1200");
  await page.getByLabel("Outages").fill("60");
  await button("Start").click();
  await page.locator("#soak-figures", { hasText: /Sold[1-9]\d{2} in/ }).waitFor();
  await page.locator("#soak-charts .chart[aria-label*='Commit of a sale: p50']").waitFor();
  await shot(page, "soak", "#soak");
  await accessible(page, "in a soak");
  await button("Stop").click();
  await page.locator("#soak-report", { hasText: /^\d+ sold, each of them at the server once\.$/ }).waitFor({ timeout: 90_000 });
  assert.match(await text("#soak-figures"), /Waiting0/);
});

test("a soak goes on without its server, and can be stopped all the same", async () => {
  await page.getByLabel("Sales a minute").fill("1200");
  await page.getByLabel("Outages").fill("80");
  await button("Start").click();
  await page.locator("#soak-figures", { hasText: /Sold[1-9]/ }).waitFor();
  await demo.serverLost();
  await page.locator("#soak-figures", { hasText: "is not there" }).waitFor();
  await button("Stop").click();
  await page.getByText("Bringing the rest to the server").waitFor();
  await button("Stop").click();
  await page.locator("#soak-report", { hasText: "sold; the demo server is not there" }).waitFor();
  assert.equal(await button("Start").isEnabled(), true);
  await demo.serverBack();
});

test("the page fits a tablet held upright, a laptop and a telephone", async () => {
  await generate(page, 100);
  await page.getByLabel("refuses every order").check();
  await receipt(page, await sell(page, DESK), "The drawer of this session is closed");
  for (const width of [360, 768, 1024, 1280, 1600]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(beyond, 0, `${width} pixels wide`);
    // From a tablet up, nothing has to be moved sideways to be seen: not the server's words, nor the button beside them.
    if (width < 768) continue;
    const hidden = await page.locator(".wide").evaluateAll((regions) => regions.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel));
    assert.deepEqual(hidden, [], `${width} pixels wide`);
  }
});
