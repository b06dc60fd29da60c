/**
 * The library, loaded at run time from outside the asset bundle. Its URL comes from the page with a hash of its
 * content, so that an upgrade is seen at once and two versions never mix.
 */
const DOOR = "/pos_offline/static/lib/pkg/index.js";

/** Finds the library's URL among those that the page names. */
export function packageUrl(urlsToCache) {
    try {
        return JSON.parse(urlsToCache).find((url) => url.startsWith(DOOR)) ?? null;
    } catch {
        return null;
    }
}

let loading = null;

/** Loads the library once; rejects when it is missing or forbidden. */
export function loadPackage() {
    loading ??= (async () => {
        const url = packageUrl(odoo.urls_to_cache);
        if (!url) {
            throw new Error("the package is missing on the server");
        }
        return await import(url);
    })();
    return loading;
}
