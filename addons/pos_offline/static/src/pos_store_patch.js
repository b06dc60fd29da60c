/** Where the Point of Sale sends its orders: a paid one is committed first, and the outbox alone sends it. */
import { patch } from "@web/core/utils/patch";
import { user } from "@web/core/user";
import { rpc, ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { PaidElsewhere } from "@pos_offline/identity";
import { SaleNotSaved } from "@pos_offline/sale_not_saved";
import { ownSale } from "@pos_offline/own_sale";
import { showsAsPaid } from "@pos_offline/shown_state";
import { till } from "@pos_offline/till";
import { within } from "@pos_offline/time_limit";

const ANSWER_LIMIT = 6000;
const DRAIN_LIMIT = 20000;

patch(PosStore.prototype, {
    async afterProcessServerData() {
        this.offline = till;
        this.startOutbox();
        if (await till.isUsableInTime()) {
            await this.adoptPaidOrders();
        } else {
            this.sayOnce();
        }
        try {
            return await super.afterProcessServerData(...arguments);
        } finally {
            this.data.isStarting = false;
        }
    },

    startOutbox() {
        till.onDelivered = (uuid, sold) => this.noteDelivered(uuid, sold);
        const identity = { config_id: this.config.id, device: this.device.identifier };
        till.start({
            context: { ...user.context, ...this.getSyncAllOrdersContext([]) },
            report: (values) => rpc("/pos_offline/report", { report: { ...identity, ...values } }, { silent: true }),
        });
    },

    /** Says that sales are not protected, and goes on with the outbox should its database open after all. */
    sayOnce() {
        const words = _t(
            "Sales are not protected against outages: %s. The Point of Sale works as without Point of Sale Offline.",
            till.state.trouble
        );
        const close = this.notification.add(words, { type: "danger", sticky: true });
        till.starting.then(async (isUsable) => {
            if (isUsable) {
                close();
                await this.adoptPaidOrders();
            }
        });
    },

    /** Brings the screen's orders in line with the outbox, and hands over what a till without it has left behind. */
    async adoptPaidOrders() {
        for (const [uuid, row] of till.waiting) {
            showsAsPaid(this.models, uuid, row.data);
        }
        for (const order of this.models["pos.order"].filter((order) => order.isUnsyncedPaid)) {
            await this.commitOrder(order).catch(() => {});
        }
        const { series, next } = this.device.seriesOf(this.config.id);
        this.device.raiseTo(till.numbers.next(series), next);
    },

    async commitOrder(order) {
        await this.preSyncAllOrders([order]);
        await till.commit(ownSale(this, order));
        this.removePendingOrder(order);
    },

    /** Commits a paid order, or brings it to the server at once when the disk refuses; else says that it is not saved. */
    async saveOrder(order, options) {
        try {
            await this.commitOrder(order);
            return true;
        } catch (error) {
            // The server would answer with what the other tab has sold, as if this were it.
            if (!this.data.network.offline && !(error instanceof PaidElsewhere)) {
                const sent = super.syncAllOrders({ ...options, orders: [order], throw: true, force: true });
                const answer = await within(ANSWER_LIMIT, sent, "").catch((refusal) => refusal);
                if (Array.isArray(answer) && answer.length) {
                    return true;
                }
            }
            throw new SaleNotSaved(error);
        }
    },

    async syncAllOrders(options = {}) {
        if (!till.state.usable) {
            return await super.syncAllOrders(options);
        }
        const { orderToCreate, orderToUpdate } = this.getPendingOrder();
        const orders = options.orders ?? [...orderToCreate, ...orderToUpdate];
        const saved = [];
        for (const order of orders.filter((order) => order.state === "paid")) {
            if (till.owns(order.uuid)) {
                this.removePendingOrder(order);
                saved.push(order);
            } else if (order.isDirty() || options.force) {
                try {
                    await this.saveOrder(order, options);
                    saved.push(order);
                } catch (error) {
                    if (options.throw) {
                        throw error;
                    }
                }
            }
        }
        await this.awaitAnswers(saved, options);
        // Drafts are Odoo's own; a paid order is in the outbox by now, and is not sent a second way.
        const rest = options.orders && orders.filter((order) => !till.owns(order.uuid));
        if (saved.length && rest?.length === 0) {
            return saved;
        }
        const answer = await this.sendDrafts({ ...options, orders: rest }, saved.length > 0);
        for (const [uuid, row] of till.waiting) {
            showsAsPaid(this.models, uuid, row.data);
        }
        return saved.length ? saved.concat(Array.isArray(answer) ? answer : []) : answer;
    },

    async sendDrafts(options, hasSaved) {
        if (!hasSaved) {
            return await super.syncAllOrders(options);
        }
        // The sale is saved, and its receipt does not wait for other orders' drafts.
        super.syncAllOrders({ ...options, throw: false }).catch(() => {});
    },

    /** Waits for the server where the receipt needs its answer: invoices, and what other modules ask for. */
    async awaitAnswers(orders, options) {
        const needing = orders.filter((order) => order.isToInvoice() || order.waitForPushOrder());
        for (const order of needing.filter((order) => !till.delivered.has(order.uuid))) {
            if (this.data.network.offline || !(await till.arrival(order.uuid, ANSWER_LIMIT))) {
                if (options.throw) {
                    throw new ConnectionLostError();
                }
            }
            await this.reading;
        }
    },

    noteDelivered(uuid, sold) {
        if (uuid !== sold) {
            // The server's order of this uuid is another tab's sale.
            this.removePendingOrder(this.models["pos.order"].getBy("uuid", uuid));
            return;
        }
        this.arrived ??= new Set();
        this.arrived.add(uuid);
        this.reading = Promise.resolve(this.reading).then(() => this.readDelivered());
    },

    /** Reads what the server has made of the orders that it has confirmed. */
    async readDelivered() {
        const uuids = [...this.arrived];
        this.arrived.clear();
        const shown = uuids.filter((uuid) => this.models["pos.order"].getBy("uuid", uuid));
        if (!shown.length || this.data.network.offline) {
            return;
        }
        try {
            const domain = [["uuid", "in", shown]];
            const call = this.data.call("pos.order", "read_pos_orders", [domain]);
            const data = await within(ANSWER_LIMIT, call, "");
            const loaded = this.models.loadConnectedData(await this.data.missingRecursive(data));
            await this.postSyncAllOrders(loaded["pos.order"] ?? []);
            for (const order of loaded["pos.order"] ?? []) {
                this.removePendingOrder(order);
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError || error instanceof RPCError)) {
                console.warn("pos_offline: the answer of a delivered sale was not read", error);
            }
        }
    },

    /** Sends what waits; false, with the reason and the list, when something stays. */
    async drainBeforeClosing() {
        if (!till.state.usable) {
            return true;
        }
        const left = await till.drain(DRAIN_LIMIT);
        if (!left.length) {
            return true;
        }
        const sales = left.map(
            (sale) => `${sale.reference}  ${this.env.utils.formatCurrency(sale.total)}  ${sale.words}`
        );
        this.dialog.add(AlertDialog, {
            title: _t("The register stays open"),
            body: _t(
                "%(count)s sales are saved on this till and not at the server yet:\n\n%(sales)s\n\n" +
                    "Restore the connection and close again, or see Offline Sales in the menu.",
                { count: left.length, sales: sales.join("\n") }
            ),
        });
        return false;
    },

    async closeSession() {
        if (await this.drainBeforeClosing()) {
            return await super.closeSession(...arguments);
        }
    },

    async reloadData() {
        // The orders of this till stay, and so do their numbers.
        this.device.keepsOrders = true;
        return await super.reloadData(...arguments);
    },
});
