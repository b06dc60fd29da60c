// The server answers while it can; else what offline.js has kept. The demo server's own business is never answered from here.

const CACHE = "pos-offline-demo";
/** Milliseconds after which the server counts as away. */
const PATIENCE = 3_000;
/** Until when it is not asked again: a page of many files waits for it once. */
let awayUntil = 0;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method === "GET" && origin === location.origin && !pathname.startsWith("/shop/")) event.respondWith(answer(request));
});

async function answer(request) {
  const kept = await (await caches.open(CACHE)).match(request);
  if (!kept) return fetch(request);
  if (Date.now() < awayUntil) return kept;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    const response = await fetch(request, { signal: late.signal });
    return response.ok ? response : kept;
  } catch {
    awayUntil = Date.now() + PATIENCE;
    return kept;
  } finally {
    clearTimeout(timer);
  }
}
