/** Odoo's log of what a till does, fenced: a log that cannot be written is not an error to show to a cashier. */
import { patch } from "@web/core/utils/patch";
import { Logger } from "@bus/workers/bus_worker_utils";
import { openDatabase } from "@pos_offline/open_database";

function createLogs(database) {
    if (!database.objectStoreNames.contains("logs")) {
        const store = database.createObjectStore("logs", { autoIncrement: true });
        store.createIndex("timestamp", "timestamp", { unique: false });
    }
}

patch(Logger.prototype, {
    async _ensureDatabaseAvailable() {
        this._opening ??= openDatabase(this._name, 1, createLogs);
        this._db = await this._opening;
    },

    async log() {
        try {
            return await super.log(...arguments);
        } catch {
            // Nobody waits for it, and sales do not depend on it.
        }
    },
});
