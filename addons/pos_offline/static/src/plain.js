/** Copies what Odoo's client hands out, reactive proxies all of it, as plain values. */
export function plain(value) {
    return JSON.parse(JSON.stringify(value));
}
