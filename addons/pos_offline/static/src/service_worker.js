// @odoo-module ignore
// The worker of the Point of Sale. It keeps only whole, good answers: the shop's page recognised by its content, and
// files that came complete. What it kept stays until something better has come.
const KEPT = "pos-offline-v1";
const PAGE_LIMIT = 5000;
const SHOP = /^\/pos\/ui\/(\d+)(\/|$)/;

/** The one key of all paths of a shop. */
function shopKey(url) {
    const match = SHOP.exec(url.pathname);
    return match && `${url.origin}/pos/ui/${match[1]}`;
}

/** Files that may be kept: those of Odoo's bundles and static folders. */
function isFile(url) {
    return url.pathname.startsWith("/web/assets/") || url.pathname.includes("/static/") ||
        url.pathname.startsWith("/web/image") || url.pathname.startsWith("/web/webclient/");
}

/** Reads an answer to its end; null when it is an error, was sent elsewhere, or broke off. */
async function whole(response) {
    if (!response.ok || response.redirected || response.status !== 200) {
        return null;
    }
    const body = await response.clone().arrayBuffer();
    const said = Number(response.headers.get("content-length"));
    const packed = response.headers.get("content-encoding");
    return said && !packed && said !== body.byteLength ? null : body;
}

/** Whether this is the page of a shop, and all of it. */
function isShopPage(body) {
    const text = new TextDecoder().decode(body);
    return text.includes("pos_session_id") && text.includes("point_of_sale.assets_prod") && text.includes("</html>");
}

async function keep(key, response, body) {
    const cache = await caches.open(KEPT);
    const headers = new Headers(response.headers);
    headers.delete("content-encoding");
    await cache.put(key, new Response(body, { status: 200, headers }));
}

async function kept(key) {
    return await (await caches.open(KEPT)).match(key);
}

async function page(request, url) {
    const key = shopKey(url);
    const before = await kept(key);
    const stop = new AbortController();
    const timer = before && setTimeout(() => stop.abort(), PAGE_LIMIT);
    try {
        const response = await fetch(request, { signal: stop.signal });
        const body = await whole(response);
        if (body && isShopPage(body)) {
            // A start from the backend asks for fresh data, which a start without a server cannot have.
            const text = new TextDecoder().decode(body).replace(/("from_backend": )1/, "$10");
            await keep(key, response, new TextEncoder().encode(text));
            return response;
        }
        return response.status >= 500 || (response.ok && !response.redirected) ? before ?? response : response;
    } catch (error) {
        if (before) {
            return before;
        }
        throw error;
    } finally {
        clearTimeout(timer);
    }
}

/** Files whose URL changes with their content: what was kept is what would come. */
function isNamedByContent(url) {
    return url.pathname.startsWith("/web/assets/") || url.pathname.startsWith("/pos_offline/static/lib/pkg/");
}

/** Fetches a file and keeps it when it came whole. */
async function fetchFile(request) {
    const response = await fetch(request);
    const body = await whole(response);
    if (body) {
        await keep(request.url, response, body);
    }
    return response;
}

/** Answers with what was kept, so that no start waits for a server; what is kept is brought up to date beside it. */
async function file(request, beside) {
    const before = await kept(request.url);
    if (!before) {
        return await fetchFile(request);
    }
    if (!isNamedByContent(new URL(request.url))) {
        beside(fetchFile(request).catch(() => {}));
    }
    return before;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) {
        return;
    }
    if (event.request.mode === "navigate" && shopKey(url)) {
        event.respondWith(page(event.request, url));
    } else if (isFile(url)) {
        event.respondWith(file(event.request, (work) => event.waitUntil(work)));
    }
});

/** Fetches what a start needs and is not kept yet. */
async function keepAll(urls) {
    for (const address of urls) {
        const url = new URL(address, self.location.origin);
        if (shopKey(url) ? await kept(shopKey(url)) : await kept(url.href)) {
            continue;
        }
        const request = new Request(url, { credentials: "same-origin" });
        await (shopKey(url) ? page(request, url) : fetchFile(request)).catch(() => {});
    }
}

self.addEventListener("message", (event) => {
    if (Array.isArray(event.data?.urlsToCache)) {
        event.waitUntil(keepAll(event.data.urlsToCache));
    }
});
