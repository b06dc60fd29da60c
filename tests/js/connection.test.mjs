// What a monitor leaves behind: nothing, after ten thousand starts and stops and after a working day.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start } from "./harness.mjs";

let host;
// Without compiled JavaScript: its machine code is part of the heap, and grows when the browser sees fit.
before(async () => (host = await start("--js-flags=--no-opt --no-maglev --no-sparkplug")));
after(() => host.close());

/** What the page holds after garbage collection. */
async function held(page, session) {
  // Twice: what is collected first may be what held the rest.
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { jsEventListeners } = await session.send("Memory.getDOMCounters");
  const wasm = await page.evaluate(() => window.wasmBytes());
  return { heap: usedSize, listeners: jsEventListeners, wasm };
}

/** A page with `window.wasmBytes()` and a CDP session. */
async function measured() {
  const page = await open(host);
  await page.evaluate(async () => {
    const door = await (await fetch("/pkg/index.js")).text();
    const glue = door.match(/pos_offline-\w+\.js/)[0];
    await import("/pkg/index.js");
    const exported = Object.values(await (await import(`/pkg/${glue}`)).default());
    const memory = exported.find((value) => value instanceof WebAssembly.Memory);
    window.wasmBytes = () => memory.buffer.byteLength;
  });
  return { page, session: await page.context().newCDPSession(page) };
}

test("10,000 rounds of start, force, wait and stop leave no timer, no listener and no memory", { timeout: 120_000 }, async () => {
  const { page, session } = await measured();
  const rounds = (count) =>
    page.evaluate(async (count) => {
      const { ConnectionMonitor } = await import("/pkg/index.js");
      window.monitor ??= new ConnectionMonitor({ urls: ["/ping/ok"] });
      const { monitor } = window;
      let running = 0;
      const { setTimeout, clearTimeout } = window;
      const pending = new Set();
      window.setTimeout = (...args) => {
        const id = setTimeout(...args);
        pending.add(id);
        return id;
      };
      window.clearTimeout = (id) => (pending.delete(id), clearTimeout(id));
      for (let round = 0; round < count; round += 1) {
        const heard = () => (running += 1);
        monitor.on("server-reachable", heard);
        const unsubscribe = monitor.onNetworkStateChange(heard);
        monitor.start();
        const early = monitor.waitForConnection().catch((error) => error);
        monitor.forceOnline();
        await early;
        monitor.forceOffline();
        const late = monitor.waitForConnection(5_000).catch((error) => error.code);
        const check = monitor.checkNow();
        monitor.stop();
        if ((await late) !== "Aborted" || (await check) !== false) throw new Error("stop() left somebody waiting");
        if (monitor.pendingTimers || pending.size) throw new Error(`round ${round}: ${pending.size} timers`);
        monitor.off("server-reachable", heard);
        unsubscribe();
      }
      Object.assign(window, { setTimeout, clearTimeout });
      return running;
    }, count);
  await rounds(1_000);
  const before = await held(page, session);
  const heard = await rounds(10_000);
  const after = await held(page, session);
  assert.ok(heard >= 10_000, "the listeners were called");
  assert.equal(after.wasm, before.wasm, "bytes of WebAssembly memory");
  assert.equal(after.listeners, before.listeners, "event listeners");
  await page.context().close();
});

test("a day of twelve hours, compressed: outages, new networks, sleep; memory within 1 %, timers steady", { timeout: 170_000 }, async () => {
  const { page, session } = await measured();
  const hours = (from, to) =>
    page.evaluate(async ([from, to]) => (await import("/tests/js/day.js")).hours(from, to), [from, to]);
  // The first hours fill the browser's own buffers and lists.
  const early = await hours(0, 6);
  const before = await held(page, session);
  const late = await hours(6, 18);
  const after = await held(page, session);
  assert.ok(late.probe - early.probe > 12 * 60, `${late.probe - early.probe} probes in twelve hours`);
  assert.ok(late.flips - early.flips >= 24 && late.flips - early.flips < 200, `${late.flips - early.flips} flips`);
  assert.deepEqual([late.reachable, late.timers, early.timers], [true, 1, 1]);
  assert.ok(late.most <= 2, `${late.most} timers at once: the next probe, and one who waits`);
  assert.equal(after.wasm, before.wasm, "bytes of WebAssembly memory");
  assert.equal(after.listeners, before.listeners, "event listeners");
  assert.ok(after.heap <= before.heap * 1.01, `JavaScript heap: ${before.heap} to ${after.heap} bytes`);
  const left = await page.evaluate(async () => (await import("/tests/js/day.js")).close());
  assert.deepEqual(left, [0, 0]);
  await page.context().close();
});
