/** What the server tells of open orders: it does not know yet which of them are paid here. */
import { patch } from "@web/core/utils/patch";
import DevicesSynchronisation from "@point_of_sale/app/utils/devices_synchronisation";
import { till } from "@pos_offline/till";

patch(DevicesSynchronisation.prototype, {
    async processDynamicRecords(dynamicRecords) {
        const theirs = (dynamicRecords["pos.order"] ?? []).filter((order) => till.holds(order.uuid));
        if (!theirs.length) {
            return await super.processDynamicRecords(...arguments);
        }
        const ids = new Set(theirs.map((order) => order.id));
        const owner = { "pos.order": "id", "pos.order.line": "order_id", "pos.payment": "pos_order_id" };
        const rest = {};
        for (const [model, records] of Object.entries(dynamicRecords)) {
            rest[model] = records.filter((record) => !ids.has(record[owner[model]]));
        }
        return await super.processDynamicRecords(rest);
    },
});
