/** The start of the till with a server that is down, or that accepts and never answers. */
import { patch } from "@web/core/utils/patch";
import { ConnectionLostError } from "@web/core/network/rpc";
import { PosData } from "@point_of_sale/app/services/data_service";
import { session } from "@web/session";
import { till } from "@pos_offline/till";
import { startCall } from "@pos_offline/start_call";

// Longer than a start waits: a busy server is not taken for a dead one.
const PROBE_LIMIT = 15000;
const NEXT_PROBE = 5000;

// The library comes and opens the shop's database while Odoo starts its services.
if (odoo.pos_config_id) {
    till.open(`pos_offline_${session.db}_${odoo.pos_config_id}`);
}

/** Whether the server answers in time. */
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
    async setup(env, services) {
        this.isStarting = true;
        return await super.setup(env, { ...services, orm: this._limited(services.orm) });
    },

    /** The same service, whose calls end in time while the till starts and has a copy to start from. */
    _limited(orm) {
        const limited = Object.create(orm);
        const data = this;
        limited.call = async function (model, method) {
            const canDoWithout = method === "load_data_params" ? data._hasParameters() : data.canStart;
            if (!data.isStarting || !canDoWithout) {
                return await orm.call.apply(this, arguments);
            }
            try {
                return await startCall(() => orm.call.apply(this, arguments));
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    data._goOffline();
                }
                throw error;
            }
        };
        return limited;
    },

    _hasParameters() {
        return Boolean(localStorage.getItem(`pos_data_params_${odoo.pos_config_id}`));
    },

    _goOffline() {
        this.network.offline = true;
        clearTimeout(this.checkConnectivityTimeout);
        this.checkConnectivityTimeout = setTimeout(() => this.checkConnectivity(), NEXT_PROBE);
    },

    async checkConnectivity() {
        // A server that accepts and never answers is no connection.
        if (await isAnswering()) {
            return await super.checkConnectivity(...arguments);
        }
        this._goOffline();
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
