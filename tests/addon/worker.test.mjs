// The service worker in a small host: what it keeps, and what it answers when the server does not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const source = readFileSync(new URL("../../addons/pos_offline/static/src/service_worker.js", import.meta.url), "utf8");
const PAGE = '<html>{"pos_session_id": 1, "from_backend": 1} point_of_sale.assets_prod</html>';

function host() {
  const kept = new Map();
  const cache = { match: async (key) => kept.get(String(key))?.clone(), put: async (key, value) => void kept.set(String(key), value) };
  const listeners = {};
  const self = { location: { origin: "http://till" }, addEventListener: (name, listener) => (listeners[name] = listener), clients: {} };
  const worker = { kept, answer: null };
  new Function("self", "caches", "fetch", source)(self, { open: async () => cache }, async () => worker.answer());
  worker.get = async (path, mode = "navigate") => {
    let answered;
    const request = { url: `http://till${path}`, method: "GET", mode };
    listeners.fetch({ request, respondWith: (answer) => (answered = answer), waitUntil: (work) => (worker.beside = work) });
    return await answered;
  };
  return worker;
}

test("a shop's page is answered for every screen when the server is away", async () => {
  const worker = host();
  worker.answer = () => new Response(PAGE);
  await worker.get("/pos/ui/3?from_backend=True");
  worker.answer = () => { throw new TypeError("offline"); };
  const text = await (await worker.get("/pos/ui/3/payment/abc")).text();
  assert.equal(text, PAGE.replace('"from_backend": 1', '"from_backend": 0'));
});

test("an error page, a log-in page and half a page are not kept", async () => {
  const worker = host();
  for (const bad of [
    () => new Response(PAGE, { status: 502 }),
    () => new Response("<html>log in</html>"),
    () => new Response(PAGE.slice(0, 40)),
    () => new Response(PAGE, { headers: { "content-length": "5000" } }),
    () => Object.defineProperty(new Response(PAGE), "redirected", { value: true }),
  ]) {
    worker.answer = bad;
    await worker.get("/pos/ui/3");
    assert.equal(worker.kept.size, 0);
  }
});

test("a 502 is answered by the page that was kept", async () => {
  const worker = host();
  worker.answer = () => new Response(PAGE);
  await worker.get("/pos/ui/3");
  worker.answer = () => new Response("Bad Gateway", { status: 502 });
  assert.equal((await worker.get("/pos/ui/3")).status, 200);
});

test("a kept file is answered at once while the server never answers, and is brought up to date when it does", async () => {
  const worker = host();
  worker.answer = () => new Response("old");
  await worker.get("/web/static/fonts/a.woff2", "cors");
  worker.answer = () => new Promise(() => {});
  assert.equal(await (await worker.get("/web/static/fonts/a.woff2", "cors")).text(), "old");
  worker.answer = () => new Response("new");
  await worker.get("/web/static/fonts/a.woff2", "cors");
  await worker.beside;
  worker.answer = () => new Response("Bad Gateway", { status: 502 });
  assert.equal(await (await worker.get("/web/static/fonts/a.woff2", "cors")).text(), "new");
  await worker.beside;
  assert.equal(await (await worker.get("/web/static/fonts/a.woff2", "cors")).text(), "new");
});

test("calls and other pages are left alone", async () => {
  const worker = host();
  worker.answer = () => new Response("x");
  assert.equal(await worker.get("/web/login"), undefined);
  assert.equal(await worker.get("/pos_offline/ping", "cors"), undefined);
});
