/**
 * Odoo's own local database, fenced: whether it opens, is refused or stays blocked, the till starts; nothing in it is
 * waited for without end; what comes from the server replaces what was kept as a whole. Paid orders do not depend on it.
 */
import { patch } from "@web/core/utils/patch";
import IndexedDB from "@point_of_sale/app/models/utils/indexed_db";
import { openDatabase } from "@pos_offline/open_database";

const WORK_LIMIT = 10000;
const COPY_LIMIT = 120000;

patch(IndexedDB.prototype, {
    async databaseEventListener(whenReady) {
        try {
            this.db = await this._open();
        } catch (error) {
            this.trouble = error?.message || String(error);
            console.warn("pos_offline: the till starts without Odoo's local database:", this.trouble);
        }
        whenReady();
    },

    async _open() {
        let database = await openDatabase(this.dbName, this.dbVersion, (opened) => this._createStores(opened));
        if (this._missingStores(database).length) {
            database.close();
            database = await openDatabase(this.dbName, database.version + 1, (opened) => this._createStores(opened));
        }
        database.onversionchange = () => {
            database.close();
            this.db = this.db === database ? null : this.db;
        };
        return database;
    },

    _missingStores(database) {
        return this.dbStores.filter(([, name]) => !database.objectStoreNames.contains(name));
    },

    _createStores(database) {
        for (const [keyPath, name] of this._missingStores(database)) {
            database.createObjectStore(name, { keyPath });
        }
    },

    /** Runs one transaction, all of it or nothing; resolves with its outcome and never rejects. */
    _write(stores, limit, work) {
        return new Promise((resolve) => {
            let transaction, timer;
            const end = (outcome) => {
                clearTimeout(timer);
                resolve(outcome);
            };
            try {
                transaction = this.db.transaction(stores, "readwrite");
                timer = setTimeout(() => transaction.abort(), limit);
                transaction.oncomplete = () => end({ status: "fulfilled" });
                transaction.onabort = () => end({ status: "rejected", reason: transaction.error });
                work(transaction);
            } catch (reason) {
                end({ status: "rejected", reason });
                transaction?.abort();
            }
        });
    },

    async promises(storeName, rows, method) {
        if (!rows?.length) {
            return;
        }
        const outcome = this._write([storeName], WORK_LIMIT, (transaction) => {
            const store = transaction.objectStore(storeName);
            for (const row of rows) {
                store[method](JSON.parse(JSON.stringify(row)));
            }
        });
        return [await outcome];
    },

    delete() {
        // What a load removes goes with the copy that it replaces, not before.
        return this.awaitsCopy ? undefined : super.delete(...arguments);
    },

    /** Puts these rows in place of all others, in one transaction; the stores named in `own` are left alone. */
    async replace(data, own) {
        const stores = [...(this.db?.objectStoreNames ?? [])].filter((name) => !own.includes(name));
        const rows = JSON.parse(JSON.stringify(data));
        return await this._write(stores, COPY_LIMIT, (transaction) => {
            for (const name of stores) {
                const store = transaction.objectStore(name);
                store.clear();
                (rows[name] ?? []).forEach((row) => store.put(row));
            }
        });
    },

    async readAll(models = []) {
        const names = (models.length ? models : this.dbStores.map(([, name]) => name)).filter((name) =>
            this.db?.objectStoreNames.contains(name)
        );
        if (!names.length) {
            return false;
        }
        const data = {};
        const reads = new Promise((resolve) => {
            try {
                const transaction = this.db.transaction(names, "readonly");
                transaction.oncomplete = transaction.onabort = () => resolve();
                setTimeout(resolve, WORK_LIMIT);
                for (const name of names) {
                    const request = transaction.objectStore(name).getAll();
                    request.onsuccess = () => (data[name] = request.result);
                    request.onerror = (event) => event.preventDefault();
                }
            } catch {
                resolve();
            }
        });
        await reads;
        return Object.keys(data).length ? data : false;
    },
});
