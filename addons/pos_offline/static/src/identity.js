/**
 * Which sale an order is. Two tabs that were opened on the same open order sell two baskets under one uuid; what a basket
 * is paid with tells them apart.
 */

/** The order, which the server knows as a draft, has been paid in another tab. */
export class PaidElsewhere extends Error {}

/** Returns what no other sale has: the uuids of its payments, or of its lines where nothing was to pay. */
export function keyOf(data) {
    const uuids = (commands) => (commands ?? []).map(([, , values]) => values?.uuid).filter(Boolean);
    const payments = uuids(data.payment_ids);
    return (payments.length ? payments : uuids(data.lines)).sort().join(" ");
}

/** Copies a sale under uuids of its own: the order's, and those of what was created with it. */
export function underUuid(data, uuid, newUuid) {
    let text = JSON.stringify(data).replaceAll(data.uuid, uuid);
    for (const list of Object.values(data).filter(Array.isArray)) {
        for (const [command, , values] of list.filter(Array.isArray)) {
            if (command === 0 && values?.uuid) {
                text = text.replaceAll(values.uuid, newUuid());
            }
        }
    }
    return JSON.parse(text);
}
