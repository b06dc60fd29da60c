/** The start of the till: with a dead server, after an interrupted first load, and with a database that says no. */
import { patch } from "@web/core/utils/patch";
import { ConnectionLostError } from "@web/core/network/rpc";
import { PosData } from "@point_of_sale/app/services/data_service";
import { session } from "@web/session";
import { till } from "@pos_offline/till";

const PROBE_LIMIT = 4000;
const WHOLE = "pos_offline.whole";

// The library comes and opens the shop's database while Odoo starts its services.
if (odoo.pos_config_id) {
    till.open(`pos_offline_${session.db}_${odoo.pos_config_id}`);
}

/** Whether the server answers, asked before the till's own calls could hang. */
async function isAnswering() {
    try {
        const signal = AbortSignal.timeout(PROBE_LIMIT);
        const response = await fetch("/web/health", { method: "HEAD", cache: "no-store", signal });
        return response.status < 500;
    } catch {
        return false;
    }
}

patch(PosData.prototype, {
    async setup() {
        this.answering = isAnswering();
        return await super.setup(...arguments);
    },

    async initializeDeviceIdentifier() {
        if (!(await this.answering)) {
            this.network.offline = true;
            odoo.from_backend = 0;
            setTimeout(() => this.checkConnectivity(), 5000);
        }
        return await super.initializeDeviceIdentifier(...arguments);
    },

    async initIndexedDB(relations) {
        return await super.initIndexedDB({ ...relations, [WHOLE]: {} });
    },

    /** What was kept of the server's data, unless the load that wrote it did not come to its end. */
    async getCachedServerDataFromIndexedDB() {
        const data = await super.getCachedServerDataFromIndexedDB(...arguments);
        const whole = data[WHOLE]?.[0]?.session;
        delete data[WHOLE];
        const session = data["pos.session"]?.[0];
        if (this.network.offline || !session) {
            return data;
        }
        if (whole !== session.id) {
            const own = Object.keys(this.opts.databaseTable);
            return Object.fromEntries(Object.entries(data).filter(([model]) => own.includes(model)));
        }
        if (session.state !== "opened" || session.id !== odoo.pos_session_id || odoo.from_backend) {
            await this.indexedDB.delete(WHOLE, [1]);
        }
        return data;
    },

    async loadInitialData() {
        this.firstLoad = true;
        try {
            return await super.loadInitialData(...arguments);
        } finally {
            this.firstLoad = false;
        }
    },

    async synchronizeServerDataInIndexedDB(data) {
        const isFirst = this.firstLoad;
        const database = this.indexedDB;
        await super.synchronizeServerDataInIndexedDB(...arguments);
        if (isFirst && database === this.indexedDB && data["pos.session"]?.length) {
            await database.create(WHOLE, [{ id: 1, session: data["pos.session"][0].id }]);
        }
    },

    async checkAndDeleteMissingOrders() {
        try {
            return await super.checkAndDeleteMissingOrders(...arguments);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
});
