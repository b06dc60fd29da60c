// Where something that the addon needs is missing, the till works as without the addon, and says so once.
import assert from "node:assert/strict";
import { promise, uuids } from "./story.mjs";
import { pay, receipt, started } from "./till.mjs";

async function worksUnprotected(till) {
  await till.open();
  const notice = till.page.locator(".o_notification:has-text('not protected')");
  await notice.first().waitFor();
  const order = await pay(till.page);
  await receipt(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
  assert.equal(await notice.count(), 1);
}

const fresh = { fresh: true };

promise("without WebAssembly", async (till) => {
  await till.page.addInitScript(() => delete window.WebAssembly);
  await worksUnprotected(till);
});

promise("with a content policy that forbids WebAssembly", async (till) => {
  await till.page.addInitScript(() => {
    const forbid = () => Promise.reject(new WebAssembly.CompileError("violates the Content Security Policy directive"));
    Object.assign(WebAssembly, { compile: forbid, compileStreaming: forbid, instantiate: forbid, instantiateStreaming: forbid });
  });
  await worksUnprotected(till);
});

promise("without the package on the server", async (till) => {
  till.proxy.fault = (url) => (url.includes("/lib/pkg/") ? "404" : null);
  await worksUnprotected(till);
}, fresh);

promise("with a package that never comes, the till starts, and is protected when it has come", async (till) => {
  let isHeld = true;
  const held = [];
  await till.page.route(/\/lib\/pkg\/.*\.wasm/, async (route) => {
    if (isHeld) await new Promise((done) => held.push(done));
    await route.continue();
  });
  await till.page.goto(till.address);
  await started(till.page);
  const notice = till.page.locator(".o_notification:has-text('not protected')");
  await notice.waitFor();
  isHeld = false;
  held.forEach((done) => done());
  await notice.waitFor({ state: "detached" });
  await till.page.waitForFunction(() => window.posmodel.offline.state.usable);
}, fresh);

promise("without the addon's controller, everything works but the backend list", async (till) => {
  till.proxy.fault = (url) => (url.startsWith("/pos_offline/ping") || url.startsWith("/pos_offline/report") ? "404" : null);
  await till.open();
  const order = await pay(till.page);
  await receipt(till.page);
  assert.deepEqual(await till.arrived([order]), uuids(order));
  assert.equal(await till.page.locator(".o_notification, .o_error_dialog").count(), 0);
});
