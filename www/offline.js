// Keeps the page's own files, so that it opens without a server. What the page has loaded is what it needs: one list for all.

const CACHE = "pos-offline-demo";

/** Installs the service worker and keeps the files; resolves with whether the page can be reloaded without a server. */
export async function keepFiles() {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("sw.js");
  await navigator.serviceWorker.ready;
  const cache = await caches.open(CACHE);
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const files = [location.pathname, ...loaded].map((name) => new URL(name, location).href);
  const own = new Set(files.filter((url) => url.startsWith(location.origin) && !url.includes("/shop/")));
  await cache.addAll([...own]);
  for (const request of await cache.keys()) if (!own.has(request.url)) await cache.delete(request);
  return true;
}
