/** Orders on the screen that the outbox knows better: whatever a server or a local copy says, they are paid. */

/** Shows an order of the outbox as paid, with its payments. */
export function showsAsPaid(models, uuid, data) {
    const order = models["pos.order"].getBy("uuid", uuid);
    if (!order || order.state !== "draft") {
        return;
    }
    const known = new Set(order.payment_ids.map((payment) => payment.uuid));
    for (const [command, , values] of data.payment_ids ?? []) {
        const method = values && models["pos.payment.method"].get(values.payment_method_id);
        if (command === 0 && method && !known.has(values.uuid)) {
            models["pos.payment"].create({
                uuid: values.uuid,
                amount: values.amount,
                payment_status: values.payment_status || "done",
                is_change: Boolean(values.is_change),
                payment_method_id: method,
                pos_order_id: order,
            });
        }
    }
    order.state = data.state ?? "paid";
}
