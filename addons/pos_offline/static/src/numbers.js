/**
 * Which receipt number and which uuid belong to which sale, on disk. A number that another sale of this till has printed is
 * never given again, whatever the browser has forgotten of its own counter.
 */
const KEPT = 2000;
const STORED_AS = "pos_offline_numbers";

/** Takes a receipt number apart: what stands before the counter, and the counter. */
export function partsOf(reference) {
    const match = /^(.*-)(\d+)$/.exec(reference ?? "");
    return match ? { series: match[1], number: Number(match[2]) } : null;
}

export class Numbers {
    constructor(database) {
        this.database = database;
        this.printed = new Map();
        this.mine = new Set();
    }

    /** Reads what has been printed, in this tab or another. */
    async read() {
        const kept = (await this.database.getConfig(STORED_AS)) ?? [];
        for (const [reference, uuid, key] of kept) {
            this.note(reference, uuid, key);
        }
    }

    /** Whether a sale may print this number. */
    isFree(reference, uuid) {
        const owner = this.printed.get(reference);
        return owner === undefined || owner.uuid === uuid;
    }

    /** Returns the number and the uuid that a sale has been given, in this page or an earlier one. */
    ofSale(key) {
        for (const [reference, owner] of this.printed) {
            if (key && owner.key === key) {
                return { reference, uuid: owner.uuid };
            }
        }
        return null;
    }

    /** Whether another tab has paid an order of this uuid, with another basket. */
    isTaken(uuid, key) {
        return (
            !this.mine.has(uuid) &&
            [...this.printed.values()].some((owner) => owner.uuid === uuid && owner.key && owner.key !== key)
        );
    }

    /** Remembers in memory that a sale has this number. */
    note(reference, uuid, key) {
        const owner = this.printed.get(reference);
        if (partsOf(reference) && !owner) {
            this.printed.set(reference, { uuid, key });
        } else if (owner?.uuid === uuid) {
            owner.key ??= key;
        }
    }

    /** Makes a number known on disk before it is printed; with the key of the sale once that is on disk. */
    async claim(reference, uuid, key) {
        this.mine.add(uuid);
        if (!partsOf(reference)) {
            return;
        }
        const owner = this.printed.get(reference);
        this.printed.set(reference, { uuid, key: key ?? (owner?.uuid === uuid ? owner.key : undefined) });
        const rows = [...this.printed].slice(-KEPT).map(([number, { uuid: of, key: sale }]) => [number, of, sale]);
        await this.database.saveConfig(STORED_AS, rows);
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
