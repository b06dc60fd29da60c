/**
 * The copy of the server's data in Odoo's local database: replaced as a whole when all of the new has come, and kept until
 * then. A first load that breaks off, at whatever moment, leaves the last whole copy to start from.
 */
import { patch } from "@web/core/utils/patch";
import { PosData } from "@point_of_sale/app/services/data_service";

/** A store with one row, written with the copy: which session it is of, and whether the next start asks for everything. */
const COPY = "pos_offline.copy";

patch(PosData.prototype, {
    async initIndexedDB(relations) {
        // Odoo opens it again after a reset; here nothing has been deleted.
        if (!this.indexedDB) {
            await super.initIndexedDB({ ...relations, [COPY]: {} });
        }
    },

    async getCachedServerDataFromIndexedDB() {
        const data = await super.getCachedServerDataFromIndexedDB(...arguments);
        const mark = data[COPY]?.[0];
        delete data[COPY];
        const session = data["pos.session"]?.[0];
        if (session && session.id === mark?.session) {
            this.copy = data;
        }
        this.canStart = Boolean(this.copy || (session && this.network.offline));
        if (session && this.network.offline) {
            this._startFrom(data);
            return data;
        }
        if (this.copy && !mark.isStale) {
            return data;
        }
        const own = Object.keys(this.opts.databaseTable);
        return Object.fromEntries(Object.entries(data).filter(([model]) => own.includes(model)));
    },

    /** Has the page, which may be of another session, go with the session of the copy. */
    _startFrom(copy) {
        odoo.pos_session_id = copy["pos.session"][0].id;
        odoo.from_backend = 0;
    },

    async loadInitialData() {
        this.isLoading = true;
        this.indexedDB.awaitsCopy = true;
        try {
            const data = await super.loadInitialData(...arguments);
            const isComplete = this.hasLoaded || data["pos.session"]?.[0]?.id === odoo.pos_session_id;
            if (isComplete || !this.copy) {
                return data;
            }
            this._startFrom(this.copy);
            return this.copy;
        } finally {
            this.isLoading = false;
            this.indexedDB.awaitsCopy = false;
            this.copy = null;
            this.canStart = true;
        }
    },

    async synchronizeServerDataInIndexedDB(data = {}) {
        const session = this.isLoading && data["pos.session"]?.[0];
        if (!session) {
            return await super.synchronizeServerDataInIndexedDB(...arguments);
        }
        this.hasLoaded = true;
        const own = Object.keys(this.opts.databaseTable);
        const split = (isOwn) =>
            Object.fromEntries(Object.entries(data).filter(([model]) => own.includes(model) === isOwn));
        for (const [model, rows] of Object.entries(split(true))) {
            await this.indexedDB.create(model, rows);
        }
        const copy = { ...split(false), [COPY]: [{ id: 1, session: session.id }] };
        await this.indexedDB.replace(copy, own);
    },

    async resetIndexedDB() {
        const session = this.models?.["pos.session"]?.get(odoo.pos_session_id);
        const id = this.copy?.["pos.session"]?.[0]?.id ?? session?.id;
        if (id) {
            await this.indexedDB.create(COPY, [{ id: 1, session: id, isStale: true }]);
        }
    },
});
