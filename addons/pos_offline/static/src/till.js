/**
 * The till's outbox, as the Point of Sale uses it: a paid order is committed to disk by the library, and only the
 * library's sync manager sends it. What decides about sending is in the library; this file says when it is asked.
 */
import { reactive } from "@odoo/owl";
import { loadPackage } from "@pos_offline/package";
import { keyOf, PaidElsewhere, underUuid } from "@pos_offline/identity";
import { Numbers, partsOf } from "@pos_offline/numbers";
import { plain } from "@pos_offline/plain";
import { within } from "@pos_offline/time_limit";

const START_LIMIT = 6000;
const SHORTEST_WAIT = 1000;
// With the server's time after it, still less than a cashier waits for.
const COMMIT_LIMIT = 8000;
const RETRY = { interval: 30000, timeout: 20000, backoff: { base: 1000, cap: 15000 } };
const STATUS_EVERY = 2000;
const REPORT_EVERY = 60000;
const PROBES = ["/pos_offline/ping", "/web/health"];
const RECENT = 500;

export class Till {
    constructor({ load = loadPackage, locks = globalThis.navigator?.locks } = {}) {
        this.load = load;
        this.locks = locks;
        this.waiting = new Map();
        this.delivered = new Set();
        // The order on the screen of a sale that has a uuid of its own.
        this.shown = new Map();
        this.waiters = new Map();
        this.onDelivered = () => {};
        this.timers = [];
        this.state = reactive({
            usable: false,
            trouble: "",
            pending: 0,
            inFlight: 0,
            rejected: 0,
            oldestAge: 0,
            hold: "",
            lastSuccess: null,
            online: true,
            version: "",
            problems: [],
            lost: "",
        });
    }

    /** Opens the shop's database, however long that takes. Called as early as possible. */
    open(name) {
        this.openedAt ??= Date.now();
        this.opening ??= this._open(name).then(
            () => true,
            (error) => {
                this.state.trouble = error.message ?? String(error);
                return false;
            }
        );
        return this.opening;
    }

    async _open(name) {
        const { OfflineDB, ConnectionMonitor, SyncManager, version } = await this.load();
        this.state.version = version;
        this.classes = { ConnectionMonitor, SyncManager };
        globalThis.addEventListener?.("pdc-data-loss", (event) => {
            this.state.lost = event.detail.message ?? event.detail.lost;
        });
        const database = new OfflineDB({ name });
        await database.init();
        this.database = database;
        this.numbers = new Numbers(database);
        await this.numbers.read();
        for (const row of await database.getPendingTransactions()) {
            this._note(row);
        }
    }

    _note(row) {
        if (row.type === "order" && row.data?.uuid) {
            this.waiting.set(row.data.uuid, row);
            this.numbers.note(row.data.pos_reference, row.data.uuid, keyOf(row.data));
        }
    }

    /** Starts to send. `context` is what `sync_from_ui` is called with; `report` tells head office. */
    start({ context, report }) {
        this.starting ??= this._start(context, report);
        return this.starting;
    }

    async _start(context, report) {
        if (!(await this.opening)) {
            return false;
        }
        try {
            this.monitor = new this.classes.ConnectionMonitor({ urls: PROBES });
            const options = { database: this.database, monitor: this.monitor, transport: { kind: "odoo", context } };
            const sync = new this.classes.SyncManager(null, { ...options, ...RETRY });
            this.listen();
            await sync.init();
            this.sync = sync;
            sync.startSync();
        } catch (error) {
            this.state.trouble = error.message ?? String(error);
            return false;
        }
        this.state.usable = true;
        this.state.trouble = "";
        this.reporter = report;
        this.timers.push(setInterval(() => this.refresh(), STATUS_EVERY));
        this.timers.push(setInterval(() => this.report(), REPORT_EVERY));
        this.refresh();
        this.report();
        return true;
    }

    /** Whether the outbox has started, asked for no longer than a start of the till may wait for it. */
    async isUsableInTime() {
        const left = Math.max(START_LIMIT - (Date.now() - this.openedAt), SHORTEST_WAIT);
        return await within(left, this.starting, "the local database did not open in time").catch((error) => {
            this.state.trouble = error.message;
            return false;
        });
    }

    listen() {
        this.progress = (event) => this._settled(event.detail.uuid);
        this.refusal = () => this.refresh();
        window.addEventListener("pos-sync-progress", this.progress);
        window.addEventListener("pos-sync-rejected", this.refusal);
    }

    /** Leaves nothing behind. */
    stop() {
        this.timers.forEach(clearInterval);
        window.removeEventListener("pos-sync-progress", this.progress);
        window.removeEventListener("pos-sync-rejected", this.refusal);
        this.sync?.destroy();
        this.monitor?.stop();
    }

    _settled(sold) {
        const uuid = this.shown.get(sold) ?? sold;
        this.waiting.delete(sold);
        this.waiting.delete(uuid);
        this.delivered.add(uuid);
        if (this.delivered.size > RECENT) {
            this.delivered.delete(this.delivered.values().next().value);
        }
        this.waiters.get(uuid)?.resolve(true);
        this.waiters.delete(uuid);
        this.refresh();
        this.onDelivered(uuid, sold);
    }

    /** Whether an order is in the outbox. */
    holds(uuid) {
        return this.waiting.has(uuid);
    }

    /** Whether the outbox has taken charge of an order, delivered or not. */
    owns(uuid) {
        return this.waiting.has(uuid) || this.delivered.has(uuid);
    }

    /**
     * Commits a paid order to disk. `order` offers `uuid`, `isAtServer`, `reference()`, `renumber(number)`, `newUuid()` and
     * `serialize()`; the number that it prints is made its own first. Resolves when all of it is on disk, else rejects.
     */
    async commit(order) {
        if (!this.sync) {
            throw new Error(this.state.trouble || "the outbox has not started");
        }
        if (this.owns(order.uuid)) {
            return;
        }
        // A commit that ends after its time has saved the sale all the same; the outbox knows the order from then on.
        const work = this._alone(() => this._commit(order));
        await within(COMMIT_LIMIT, work, "the local database did not answer in time");
        this.refresh();
    }

    async _commit(order) {
        await this.numbers.read();
        const key = keyOf(plain(order.serialize()));
        const uuid = await this._identify(order, key);
        let data = plain(order.serialize());
        if (uuid !== order.uuid) {
            data = underUuid(data, uuid, order.newUuid);
            this.shown.set(uuid, order.uuid);
            if (this.waiting.has(uuid)) {
                this.waiting.set(order.uuid, this.waiting.get(uuid));
                return;
            }
        }
        const receipt = await this.sync.commitSale({ order: data });
        this.waiting.set(order.uuid, { id: receipt.id, data, created_at: receipt.committedAt });
        // The sale is saved, whether this is or not.
        await this.numbers.claim(order.reference(), uuid, key).catch(() => {});
    }

    /** Gives the order a number of its own, and returns the uuid under which it is sold. */
    async _identify(order, key) {
        const before = this.numbers.ofSale(key);
        const isTaken = !before && this.numbers.isTaken(order.uuid, key);
        if (isTaken && order.isAtServer) {
            throw new PaidElsewhere("the order has been paid in another tab");
        }
        const uuid = before?.uuid ?? (isTaken ? order.newUuid() : order.uuid);
        const parts = partsOf(order.reference());
        if (before && before.reference !== order.reference()) {
            order.renumber(partsOf(before.reference).number);
        } else if (parts && !this.numbers.isFree(order.reference(), uuid)) {
            order.renumber(this.numbers.next(parts.series));
        }
        await this.numbers.claim(order.reference(), uuid);
        this.numbers.mine.add(order.uuid);
        return uuid;
    }

    /** Does something that no other tab of the shop does at the same time. */
    _alone(work) {
        return this.locks ? this.locks.request(`pos_offline_numbers:${this.database.status().name}`, work) : work();
    }

    /** Resolves true when the server has confirmed an order, false when the time is over. */
    async arrival(uuid, milliseconds) {
        if (this.delivered.has(uuid)) {
            return true;
        }
        let waiter = this.waiters.get(uuid);
        if (!waiter) {
            waiter = {};
            waiter.promise = new Promise((resolve) => (waiter.resolve = resolve));
            this.waiters.set(uuid, waiter);
        }
        return await within(milliseconds, waiter.promise, "").catch(() => false);
    }

    /** Sends what waits, and resolves with what the server has not confirmed when the time is over. */
    async drain(milliseconds) {
        if (!this.sync) {
            return [];
        }
        const until = Date.now() + milliseconds;
        let left = await this.unconfirmed();
        while (left.length && Date.now() < until) {
            await within(milliseconds, this.sync.forceSyncNow(), "").catch(() => false);
            left = await this.unconfirmed();
            if (left.length && left.every((sale) => sale.state === "rejected")) {
                break;
            }
            if (left.length) {
                await new Promise((resolve) => setTimeout(resolve, 500));
            }
        }
        this.refresh();
        return left;
    }

    /** Lists what the server has not confirmed, oldest first, as the panel shows it. */
    async unconfirmed() {
        const rows = await this.database.getPendingTransactions();
        return rows.map((row) => ({
            id: row.id,
            uuid: row.data?.uuid ?? "",
            reference: row.data?.pos_reference ?? "",
            total: row.data?.amount_total ?? 0,
            createdAt: row.created_at,
            state: row.state ?? "pending",
            attempts: row.attempts ?? 0,
            words: row.last_error ?? "",
        }));
    }

    /** Copies the truth into what the screen shows. */
    refresh() {
        if (!this.sync) {
            return;
        }
        const status = this.sync.getSyncStatus();
        Object.assign(this.state, {
            pending: status.pendingCount,
            inFlight: status.inFlightCount,
            rejected: status.rejectedCount,
            oldestAge: status.oldestAge,
            hold: status.hold?.reason ?? "",
            lastSuccess: status.lastSuccess,
            online: status.isOnline,
            problems: this.database.status().journal?.problems ?? [],
        });
    }

    async retry(id) {
        await this.sync.retryRejected(id);
        await this.sync.forceSyncNow();
        this.refresh();
    }

    exportSales() {
        return this.sync.exportUnsynced();
    }

    async importSales(text) {
        const report = await this.sync.importUnsynced(text);
        for (const row of await this.database.getPendingTransactions()) {
            this._note(row);
        }
        this.sync.forceSyncNow();
        this.refresh();
        return report;
    }

    /** Tells head office what waits. A server without the module's controller is told nothing. */
    async report() {
        if (!this.reporter || !this.state.usable) {
            return;
        }
        const { pending, rejected, oldestAge, lastSuccess, version, trouble, lost } = this.state;
        try {
            await this.reporter({
                waiting: pending,
                rejected,
                oldest_age: pending ? Math.round(oldestAge / 1000) : null,
                last_sync_age: lastSuccess ? Math.round((Date.now() - lastSuccess) / 1000) : null,
                version,
                trouble: trouble || lost,
            });
        } catch {
            // The next report is a minute away, and sales do not depend on it.
        }
    }
}

/** The till of this page. */
export const till = new Till();
