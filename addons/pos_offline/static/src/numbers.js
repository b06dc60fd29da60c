/**
 * Which receipt number belongs to which order, on disk. A number that another order of this till has printed is never
 * given again, whatever the browser has forgotten of its own counter.
 */
const KEPT = 2000;

/** Takes a receipt number apart: what stands before the counter, and the counter. */
export function partsOf(reference) {
    const match = /^(.*-)(\d+)$/.exec(reference ?? "");
    return match ? { series: match[1], number: Number(match[2]) } : null;
}

export class Numbers {
    constructor(database) {
        this.database = database;
        this.printed = new Map();
    }

    /** Reads what has been printed, in this tab or another. */
    async read() {
        const kept = (await this.database.getConfig("pos_offline_numbers")) ?? [];
        for (const [reference, uuid] of kept) {
            if (!this.printed.has(reference)) {
                this.printed.set(reference, uuid);
            }
        }
    }

    /** Whether an order may print this number. */
    isFree(reference, uuid) {
        const owner = this.printed.get(reference);
        return owner === undefined || owner === uuid;
    }

    /** Remembers in memory that an order has this number. */
    note(reference, uuid) {
        if (partsOf(reference) && !this.printed.has(reference)) {
            this.printed.set(reference, uuid);
        }
    }

    /** Makes a number known on disk before it is printed. */
    async claim(reference, uuid) {
        if (!partsOf(reference)) {
            return;
        }
        this.printed.set(reference, uuid);
        const rows = [...this.printed].slice(-KEPT);
        await this.database.saveConfig("pos_offline_numbers", rows);
    }

    /** Returns the first counter of a series that nobody has printed, nor anything after it. */
    next(series) {
        let highest = 0;
        for (const reference of this.printed.keys()) {
            const parts = partsOf(reference);
            if (parts && parts.series.slice(2) === series.slice(2)) {
                highest = Math.max(highest, parts.number);
            }
        }
        return highest + 1;
    }
}
