import { uuidv4 } from "@point_of_sale/utils";

/** An order of the Point of Sale, as the till's outbox takes it. */
export function ownSale(pos, order) {
    return {
        uuid: order.uuid,
        isAtServer: order.isSynced,
        newUuid: uuidv4,
        reference: () => order.pos_reference,
        renumber(number) {
            pos.device.raiseTo(number + 1);
            const counter = String(number).padStart(6, "0");
            order.pos_reference = order.pos_reference.replace(/\d+$/, counter);
            order.tracking_number = pos.device.identifier + String(number % 1000).padStart(3, "0");
        },
        // What the order has to tell the server stays with it until it is on disk.
        serialize: () => order.serializeForORM({ keepCommands: true }),
    };
}
