// What a shop expects of any till, tried against a real Odoo in a real browser. Judged only by the cashier's screen and by
// what the server ends up with.
import assert from "node:assert/strict";
import { promise, push, uuids } from "./story.mjs";
import { closeRegister, nextOrder, pay, payCash, printedNumber, receipt, ringUp, sendDraft, signIn, started } from "./till.mjs";

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

promise("01 a sale paid offline survives an offline reload and arrives once", async (till) => {
  await till.context.setOffline(true);
  const order = await pay(till.page);
  await receipt(till.page);
  await till.open();
  await till.context.setOffline(false);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("02 a sale paid offline arrives although the shop's settings were changed meanwhile", async (till) => {
  till.proxy.fault = push("cut");
  const order = await pay(till.page);
  await receipt(till.page);
  await till.call("pos.config", "write", [[till.shop], { receipt_footer: `Changed ${Date.now()}` }]);
  await till.page.goto("about:blank");
  till.proxy.fault = null;
  // As the backend opens it, which asks for fresh data.
  await till.page.goto(`${till.address}?from_backend=True`);
  await started(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

promise("03 an order that the server knows as a draft, then paid offline, arrives with its payment", async (till) => {
  const order = await ringUp(till.page);
  await sendDraft(till.page, order, till.call);
  await till.context.setOffline(true);
  await payCash(till.page);
  await receipt(till.page);
  await till.open();
  await till.context.setOffline(false);
  await till.open();
  assert.deepEqual(await till.arrived([order]), uuids(order));
  const [row] = await till.call("pos.order", "search_read", [[["uuid", "=", order.uuid]], ["amount_paid", "amount_total"]]);
  assert.ok(row.amount_total > 0);
  assert.equal(row.amount_paid, row.amount_total);
});

for (const [letter, words, milliseconds] of [["a", "as", 0], ["b", "100 ms after", 100], ["c", "2 s after", 2000]]) {
  promise(`04${letter} a sale is kept when the browser is killed ${words} the receipt is on the screen`, async (till) => {
    till.proxy.fault = push("cut");
    const order = await pay(till.page);
    await receipt(till.page);
    await pause(milliseconds);
    till.kill();
    till.proxy.fault = null;
    await till.boot();
    await till.open();
    assert.deepEqual(await till.arrived([order]), uuids(order));
  });
}

promise("05a no receipt number is printed twice after a crash", async (till) => {
  till.proxy.fault = push("cut");
  await pay(till.page);
  await receipt(till.page);
  const first = await printedNumber(till.page);
  till.kill();
  await till.boot();
  await till.open();
  await pay(till.page);
  await receipt(till.page);
  assert.notEqual(await printedNumber(till.page), first);
});

promise("05b no receipt number is printed twice by two tabs, before and after a crash", async (till) => {
  const printed = [];
  const sell = async (page) => {
    await pay(page);
    await receipt(page);
    printed.push(await printedNumber(page));
    await nextOrder(page);
  };
  const sellInTwoTabs = async () => {
    const other = await till.openSecond();
    for (const page of [till.page, other, other, till.page]) await sell(page);
  };
  await sellInTwoTabs();
  till.kill();
  await till.boot();
  await till.open();
  await sellInTwoTabs();
  assert.deepEqual([...new Set(printed)], printed);
});

promise("06 a sale whose push is cut once arrives by itself", async (till) => {
  let cut = 0;
  till.proxy.fault = (url) => (url.includes("sync_from_ui") && cut++ === 0 ? "cut" : null);
  const order = await pay(till.page);
  await receipt(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
  assert.ok(cut > 1);
});

for (const [letter, words, fault] of [["a", "was cut", "cut"], ["b", "met a 502 page", "502"], ["c", "was never answered", "hang"]]) {
  promise(`07${letter} the register is not closed silently while a paid order is not at the server: its push ${words}`, async (till) => {
    till.proxy.fault = push(fault);
    await pay(till.page);
    await receipt(till.page, 30_000);
    await nextOrder(till.page);
    await closeRegister(till.page);
    await till.page.locator(".modal:has-text('The register stays open')").waitFor({ timeout: 40_000 });
    const [session] = await till.call("pos.session", "search_read", [[["config_id", "=", till.shop]], ["state"]], { limit: 1 });
    assert.equal(session.state, "opened");
  });
}

/** The cashier is told that the sale is not saved, or has a receipt and the sale outlives the browser. */
async function toldOrSafe(till, order) {
  const words = till.page.locator(".modal:has-text('not saved')");
  const shown = till.page.locator(".receipt-screen");
  await words.or(shown).first().waitFor({ timeout: 40_000 });
  if (await words.isVisible()) return assert.equal(await shown.count(), 0);
  till.kill();
  till.proxy.fault = null;
  await till.boot();
  await till.open();
  assert.deepEqual(await till.arrived([order]), uuids(order));
}

promise("08a when the disk is full, the cashier is told or the sale is safe", async (till) => {
  await till.context.close();
  await till.boot();
  const chrome = await till.context.newCDPSession(till.page);
  await chrome.send("Storage.overrideQuotaForOrigin", { origin: new URL(till.base).origin, quotaSize: 1000 });
  await till.open();
  till.proxy.fault = push("cut");
  await toldOrSafe(till, await pay(till.page));
});

promise("08b when the local database refuses writes, the cashier is told or the sale is safe", async (till) => {
  till.proxy.fault = push("cut");
  await till.page.evaluate(() => {
    for (const method of ["put", "add"]) {
      const write = IDBObjectStore.prototype[method];
      IDBObjectStore.prototype[method] = function (...row) {
        // What a full disk does: the request and its transaction fail later.
        const request = write.apply(this, row);
        this.transaction.abort();
        return request;
      };
    }
  });
  await toldOrSafe(till, await pay(till.page));
});

promise("09 a reload offline works on the payment and on the receipt screen", async (till) => {
  await till.context.setOffline(true);
  await ringUp(till.page);
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

promise("10a a 502 page does not spoil the next offline start", async (till) => {
  till.proxy.fault = () => "502";
  await till.page.goto(till.address).catch(() => {});
  till.proxy.fault = null;
  await till.context.setOffline(true);
  await till.open(till.page, 30_000);
});

promise("10b a visit with an expired session does not spoil the next offline start", async (till) => {
  await till.context.clearCookies();
  await till.page.goto(till.address).catch(() => {});
  await till.page.locator("input[name=password]").or(till.page.locator(".pos .pos-topheader")).first().waitFor();
  await till.context.setOffline(true);
  await till.open(till.page, 30_000);
});

promise(
  "11a a first load that was cut does not spoil the next start",
  async (till) => {
    till.proxy.fault = (url) => (url.endsWith("/load_data") ? "half" : null);
    await till.page.goto(till.address);
    await till.page.waitForResponse(/load_data$/).catch(() => {});
    await pause(1000);
    till.proxy.fault = null;
    await till.open();
  },
  { fresh: true }
);

for (const [letter, milliseconds] of [["b", 0], ["c", 60], ["d", 120], ["e", 180]]) {
  promise(
    `11${letter} a first load whose tab was closed ${milliseconds} ms after the answer does not spoil the next start`,
    async (till) => {
      const other = await till.context.newPage();
      const answer = other.waitForResponse(/filter_local_data$/);
      await other.goto(till.address);
      await (await answer).finished();
      await pause(milliseconds);
      await other.close();
      await till.open();
      await pay(till.page);
      await receipt(till.page);
    },
    { fresh: true }
  );
}

promise("11f a load that was cut after the settings were changed does not spoil the next offline start", async (till) => {
  await till.call("pos.config", "write", [[till.shop], { receipt_footer: `Changed ${Date.now()}` }]);
  till.proxy.fault = (url) => (url.endsWith("/load_data") ? "cut" : null);
  await till.page.goto(`${till.address}?from_backend=1`);
  await till.page.waitForEvent("requestfailed", (request) => request.url().endsWith("/load_data"));
  await till.page.goto("about:blank");
  await till.context.setOffline(true);
  await till.open(till.page, 30_000);
});

for (const [letter, words, fault] of [
  ["a", "is down", () => "cut"],
  ["b", "accepts and never answers", () => "hang"],
  ["c", "answers no call", (url) => (url.startsWith("/web/dataset") ? "hang" : null)],
]) {
  promise(`12${letter} the till starts while the server ${words} and the browser thinks it is online`, async (till) => {
    till.proxy.fault = fault;
    await till.open(till.page, 40_000);
    const order = await pay(till.page);
    await receipt(till.page);
    till.proxy.fault = null;
    assert.deepEqual(await till.arrived([order]), uuids(order));
  });
}

promise("12d the till starts while the server is down, with an order that was sent as a draft", async (till) => {
  const order = await ringUp(till.page);
  await sendDraft(till.page, order, till.call);
  till.proxy.fault = () => "cut";
  await till.open(till.page, 40_000);
  await payCash(till.page);
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
  await till.open();
  assert.deepEqual(await till.arrived([order]), uuids(order));
});

for (const [letter, words, spoil] of [
  ["a", "fails to open", () => (IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); })],
  ["b", "is forbidden", () => Object.defineProperty(window, "indexedDB", { get: () => undefined })],
  ["c", "stays blocked", () => (IDBFactory.prototype.open = () => new EventTarget())],
  ["d", "fails after a while", () => {
    IDBFactory.prototype.open = () => {
      const request = new EventTarget();
      request.error = new DOMException("Internal error opening backing store", "UnknownError");
      setTimeout(() => {
        const event = new Event("error");
        request.dispatchEvent(event);
        request.onerror?.(event);
      }, 200);
      return request;
    };
  }],
]) {
  promise(`15${letter} the till starts and says so when the local database ${words}`, async (till) => {
    await till.page.addInitScript(spoil);
    await till.page.goto(till.address);
    await till.page.locator(".pos .pos-topheader, .login-overlay").first().waitFor({ timeout: 20_000 });
    await started(till.page);
    assert.equal(await till.page.locator(".o_notification:has-text('not protected')").count(), 1);
    const order = await pay(till.page);
    await receipt(till.page);
    assert.deepEqual(await till.arrived([order]), uuids(order));
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

for (const [letter, words, restart] of [["a", "after the network is back", false], ["b", "after a restart of the computer", true]]) {
  promise(`18${letter} two tabs, both used offline: every sale arrives once ${words}`, async (till) => {
    const [{ id: last }] = await till.call("pos.order", "search_read", [[], ["id"]], { limit: 1, order: "id desc" }).then(
      (rows) => (rows.length ? rows : [{ id: 0 }])
    );
    const other = await till.openSecond();
    const printed = [];
    for (const page of [till.page, other, till.page, other]) {
      await pay(page);
      await receipt(page);
      printed.push(await printedNumber(page));
      await nextOrder(page);
    }
    if (restart) {
      till.kill();
      await till.boot();
      await till.open();
    }
    await till.context.setOffline(false);
    const arrived = async () => {
      const domain = [["id", ">", last], ["state", "!=", "draft"]];
      const rows = await till.call("pos.order", "search_read", [domain, ["pos_reference"]]);
      return rows.map((row) => row.pos_reference).sort();
    };
    for (let tries = 0; tries < 60 && (await arrived()).length < printed.length; tries++) await pause(1000);
    // Whatever would come a second time has time to come.
    await pause(3000);
    assert.deepEqual(await arrived(), printed.sort());
  });
}
