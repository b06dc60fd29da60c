/** Odoo's counter of receipt numbers, which the outbox keeps from going back. */
import { patch } from "@web/core/utils/patch";
import DeviceIdentifierSequence from "@point_of_sale/app/utils/devices_identifier_sequence";

patch(DeviceIdentifierSequence.prototype, {
    /** What stands before the counter in the numbers of a shop, and the counter. */
    seriesOf(configId) {
        const { device_identifier, next_number } = this.data;
        const year = String(luxon.DateTime.now().year).slice(-2);
        return { series: `${year}${device_identifier}-${configId}-`, next: next_number };
    },

    /** Has the counter go on from here at least, and forgets numbers that were to be used again. */
    raiseTo(number) {
        const data = this.data;
        if (data.next_number < number) {
            this.save({ ...data, next_number: number, unsynced_number_stack: [] });
        }
    },

    saveUnusedNumber(orders) {
        // The number of a paid order is used, at the server or not.
        const unused = this.keepsOrders ? [] : orders.filter((order) => !order.finalized);
        return unused.length ? super.saveUnusedNumber(unused) : undefined;
    },
});
