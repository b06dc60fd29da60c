// The story of a shift, as a person lives it in the demo page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Demo, accessible, generate, receipt, scan, sell, shot } from "./demo.mjs";

const [DESK, LAMP, CAFE] = ["5900000000015", "5900000000022", "5900000000046"];

let demo;
before(async () => (demo = await Demo.start()));
after(() => demo.close());

const lamp = (page, words) => page.locator("#lamps", { hasText: words }).waitFor();
const nothingWaits = (page) => page.locator("#outbox-state", { hasText: "Everything is at the server" }).waitFor();

test("a shift: sold online, without server, over a reload, and all of it at the server once", async () => {
  const page = await demo.open();
  await lamp(page, "✓ Opens offline");
  await accessible(page, "before the shift");
  await generate(page, 10_000);
  const sold = [];

  // Online: the receipt first says that the sale is on disk, then that the server has it.
  sold.push(await sell(page, DESK, LAMP));
  await receipt(page, sold[0], "committed strict at");
  await receipt(page, sold[0], "at the server since");
  assert.equal((await demo.state()).orders.length, 1);
  await page.getByLabel("Scan or search").fill("café");
  await page.locator("#found-by", { hasText: "8 products, by the search" }).waitFor();
  await shot(page, "online");
  await scan(page).fill("");

  // The server is gone, and the network too.
  await demo.serverLost();
  await lamp(page, "✕ Server");
  sold.push(await sell(page, CAFE));
  await receipt(page, sold[1], "waits for the server");
  await page.context().setOffline(true);
  await lamp(page, "✕ Network");
  sold.push(await sell(page, "REF-7"));
  await page.emulateMedia({ colorScheme: "dark" });
  await lamp(page, "✕ 2 to sync");
  await shot(page, "offline");
  await accessible(page, "offline and dark");
  await page.emulateMedia({ colorScheme: "light" });

  // A basket, and the tablet is switched off and on again: nothing of the page comes from a server.
  await scan(page).fill(LAMP);
  await page.keyboard.press("Enter");
  await page.locator("#basket", { hasText: "Lamp" }).waitFor();
  await page.reload();
  await page.locator("#basket", { hasText: "Lamp" }).waitFor();
  await receipt(page, sold[1], "waits for the server");
  await receipt(page, sold[2], "No. 3");
  sold.push(await sell(page));
  await receipt(page, sold[3], "No. 4");

  // Everything is back, and what waited arrives by itself.
  await page.context().setOffline(false);
  await demo.serverBack();
  for (const uuid of sold) await receipt(page, uuid, "at the server since");
  await nothingWaits(page);
  const { orders } = await demo.state();
  assert.deepEqual(orders.map(({ uuid }) => uuid).sort(), [...sold].sort());
  await page.getByRole("button", { name: "Compare with the server" }).click();
  await page.getByText("Both have 4 orders").waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a rejected order appears with its reason, and is retried; with the keyboard alone", async () => {
  const page = await demo.open();
  await generate(page, 100);
  const words = "The drawer of this session is closed";
  const press = async (control, key = "Enter") => {
    await control.focus();
    await page.keyboard.press(key);
  };

  await press(page.getByLabel("refuses every order"), "Space");
  await page.waitForFunction(async () => (await (await fetch("/shop/demo/control", { method: "POST", body: "{}" })).json()).refuseAll);
  const uuid = await sell(page, DESK);
  await receipt(page, uuid, words);
  const row = page.locator(`#outbox-rows [data-uuid="${uuid}"]`);
  await row.getByText(words).waitFor();
  // What is refused does not hold up what comes after it.
  await press(page.getByLabel("refuses every order"), "Space");
  const next = await sell(page, LAMP);
  await receipt(page, next, "at the server since");
  await shot(page, "rejected");
  await accessible(page, "with a rejected order");

  // From the row of the table to the button in it.
  await press(row.getByRole("button", { name: "Retry" }));
  await receipt(page, uuid, "at the server since");
  await nothingWaits(page);
  const { orders } = await demo.state();
  assert.equal(orders.filter((order) => order.uuid === uuid).length, 1);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the keyboard path: from the skip link through search and basket to the receipt", async () => {
  const page = await demo.open();
  await generate(page, 100);
  await page.reload();
  await page.getByText("version 6, open").first().waitFor();
  await page.waitForFunction(() => document.activeElement.id === "scan");
  await page.keyboard.type("desk");
  await page.locator("#found li").nth(1).waitFor();
  // The second of those found, one more of it, then pay, with Tab and Enter alone.
  const name = (await page.locator("#found li").nth(1).textContent()).match(/Desk \w+ \d+/)[0];
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "scan");
  for (const step of ["Tab", "Tab"]) await page.keyboard.press(step);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), `One more of ${name}`);
  await page.keyboard.press("Enter");
  await page.locator("#basket .quantity span", { hasText: "2" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#receipts", { hasText: "No. 1" }).waitFor();
  await page.locator("#receipts", { hasText: "at the server since" }).waitFor();
  // A line that is taken out leaves the focus where the next one is typed.
  await page.keyboard.type("REF-2");
  await page.keyboard.press("Enter");
  await page.locator("#basket", { hasText: "Lamp" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.querySelector("#basket tbody tr"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "scan");
  await page.getByRole("button", { name: "Generate" }).focus();
  await page.keyboard.press("F2");
  assert.equal(await page.evaluate(() => document.activeElement.id), "scan");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("with a server that never answers the page opens, and a sale is shown at once", async () => {
  const page = await demo.open();
  await lamp(page, "✓ Opens offline");
  await generate(page, 100);
  await demo.serverHangs();
  const began = performance.now();
  await page.reload({ waitUntil: "commit" });
  await page.getByText("version 6, open").first().waitFor();
  assert.ok(performance.now() - began < 9_000, `opened after ${Math.round(performance.now() - began)} ms`);
  await page.getByText("The demo server is not there.").waitFor();
  const paid = performance.now();
  const uuid = await sell(page, DESK);
  assert.ok(performance.now() - paid < 1_500, `receipt after ${Math.round(performance.now() - paid)} ms`);
  await receipt(page, uuid, "waits for the server");
  await demo.serverLost();
  await demo.serverBack();
  await receipt(page, uuid, "at the server since");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a copied tab does not sell the basket that it has a copy of a second time", async () => {
  const first = await demo.open();
  await generate(first, 100);
  await scan(first).fill(LAMP);
  await first.keyboard.press("Enter");
  await first.locator("#basket", { hasText: "Lamp" }).waitFor();
  const [copy] = await Promise.all([first.context().waitForEvent("page"), first.evaluate(() => void open(location.href))]);
  await copy.locator("#basket", { hasText: "Lamp" }).waitFor();
  await sell(first);
  await copy.keyboard.press("F9");
  await copy.locator("#problem", { hasText: "already been paid, in another tab" }).waitFor();
  const next = await sell(copy, DESK);
  await receipt(copy, next, "No. 2");
  assert.deepEqual(first.problems, []);
  await first.context().close();
});

test("a second tab sells into the same outbox, and both show what has arrived", async () => {
  const first = await demo.open();
  await generate(first, 100);
  const second = await demo.open(first.context());
  await first.getByLabel("is down").check();
  await lamp(first, "✕ Server");
  await lamp(second, "✕ Server");
  const sold = [await sell(first, DESK), await sell(second, LAMP)];
  await receipt(first, sold[1], "waits for the server");
  await receipt(second, sold[0], "waits for the server");
  // What one of them has the server do is what the other shows.
  await second.locator("input[value=down]:checked").waitFor();
  await second.getByLabel("works", { exact: true }).check();
  for (const page of [first, second]) for (const uuid of sold) await receipt(page, uuid, "at the server since");
  const { orders } = await demo.state();
  for (const uuid of sold) assert.equal(orders.filter((order) => order.uuid === uuid).length, 1);
  assert.deepEqual([...first.problems, ...second.problems], []);
  await first.context().close();
});
