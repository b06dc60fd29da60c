/**
 * Opens a database of the browser in a limited time. Where one was refused or kept everybody waiting, the next ones are
 * waited for less long: a start does not add up their limits.
 */
const OPEN_LIMIT = 5000;
const LIMIT_AFTER_TROUBLE = 500;

let hadTrouble = false;

/** Resolves with the open database. `upgrade(database)` creates what is missing; a handle that comes late is closed. */
export function openDatabase(name, version, upgrade) {
    const opening = new Promise((resolve, reject) => {
        let isOver = false;
        const timer = setTimeout(
            () => {
                isOver = true;
                reject(new Error(`the local database ${name} did not open in time`));
            },
            hadTrouble ? LIMIT_AFTER_TROUBLE : OPEN_LIMIT
        );
        const fail = (error) => {
            clearTimeout(timer);
            reject(error);
        };
        try {
            // Without a version the database is opened as it is.
            const request = window.indexedDB.open(name, version || undefined);
            request.onupgradeneeded = () => upgrade(request.result);
            request.onerror = () => fail(request.error);
            request.onsuccess = () => {
                clearTimeout(timer);
                isOver ? request.result.close() : resolve(request.result);
            };
        } catch (error) {
            fail(error);
        }
    });
    return opening.then(
        (database) => {
            hadTrouble = false;
            return database;
        },
        (error) => {
            hadTrouble = true;
            throw error;
        }
    );
}
