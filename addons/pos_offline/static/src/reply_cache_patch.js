/**
 * The database in which Odoo keeps translations and replies, fenced: every start waits for a read of it, so a browser
 * that refuses to open it, or never answers, would never show the till.
 */
import { patch } from "@web/core/utils/patch";
import { IndexedDB } from "@web/core/utils/indexed_db";
import { openDatabase } from "@pos_offline/open_database";
import { within } from "@pos_offline/time_limit";

const WORK_LIMIT = 5000;

patch(IndexedDB.prototype, {
    /** Calls `callback` with the open database, or with nothing when there is none, as Odoo does when opening fails. */
    async _execute(callback, version) {
        let database;
        try {
            database = await openDatabase(this.name, version, (opened) => this._createTables(opened));
            if (this._missingTables(database).length) {
                database.close();
                database = await openDatabase(this.name, database.version + 1, (opened) => this._createTables(opened));
            }
        } catch (error) {
            console.warn(`pos_offline: the database "${this.name}" is not used:`, error);
            return await callback();
        }
        // Another tab that wants a newer version of it is not kept waiting.
        database.onversionchange = () => database.close();
        let isFull = false;
        try {
            return await within(WORK_LIMIT, Promise.resolve(callback(database)), "it did not answer in time");
        } catch (error) {
            // It is a cache: what could not be read or kept comes from the server.
            console.warn(`pos_offline: the database "${this.name}" was not used:`, error);
            isFull = error?.name === "QuotaExceededError";
        } finally {
            database.close();
            if (isFull) {
                // Its room is for sales.
                await this._deleteDatabase(() => {});
            }
        }
    },

    _missingTables(database) {
        return [...this._tables].filter((table) => !database.objectStoreNames.contains(table));
    },

    _createTables(database) {
        this._missingTables(database).forEach((table) => database.createObjectStore(table));
    },

    async _deleteDatabase(callback) {
        await new Promise((resolve) => {
            try {
                const request = window.indexedDB.deleteDatabase(this.name);
                // A database that another tab holds open goes when that tab does.
                request.onsuccess = request.onerror = request.onblocked = () => resolve();
            } catch {
                resolve();
            }
        });
        await callback();
    },
});
