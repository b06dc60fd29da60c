// What is done with many records at once, and with one very often. A call between the module and JavaScript for each field of
// each record takes longer than everything else that is done with it, and a field that is named here is read faster than one
// that is passed in (ARCHITECTURE.md).

/** Marks a value that has to be looked at by itself. */
const OTHER = "\u0001";
const END = "\0";

const isObject = (value) => typeof value === "object" && value !== null;

const text = (value) => {
  if (typeof value === "string") return value === "" || value.includes(END) || value.startsWith(OTHER) ? OTHER : value;
  return value === false || value === undefined || value === null ? "" : OTHER;
};
const number = (value) => (typeof value === "number" ? value : NaN);
/** An id, or that of Odoo's pair of id and name. */
const id = (value) => number(Array.isArray(value) ? value[0] : value);

/**
 * Of each record: key, price, category and the category above as numbers, NaN for what is none; name, code and barcode as
 * texts, "" where Odoo says that they are empty, each with a 0 behind it.
 */
export const gather = (records) => {
  const count = records.length;
  const numbers = [0, 1, 2, 3].map(() => new Float64Array(count));
  const [keys, prices, categories, parents] = numbers;
  let [names, codes, barcodes] = ["", "", ""];
  for (let at = 0; at < count; at++) {
    const record = records[at];
    keys[at] = number(record.id);
    prices[at] = number(record.list_price);
    categories[at] = id(record.categ_id);
    parents[at] = id(record.parent_id);
    names += text(record.name) + END;
    codes += text(record.default_code) + END;
    barcodes += text(record.barcode) + END;
  }
  return [...numbers, names, codes, barcodes];
};

/** Whether nothing in a value belongs to another record; `owners` tells which one everything so far belongs to. */
const isOwn = (value, at, owners) => {
  if (!isObject(value)) return true;
  const owner = owners.get(value);
  if (owner !== undefined) return owner === at;
  owners.set(value, at);
  if (ArrayBuffer.isView(value)) return isOwn(value.buffer, at, owners);
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return parts.every((part) => isOwn(part, at, owners));
};

/**
 * The fields of each record as they are now, in objects of their own: getters asked once. With them, the places of what is
 * no record, and those of records that hold something that another holds too: in one value both would get the same back.
 */
export const take = (records) => {
  const owners = new Map();
  const bad = [];
  const shared = [];
  const taken = records.map((record, at) => {
    if (!isObject(record) || Array.isArray(record)) bad.push(at);
    const copy = { ...record };
    for (const field in copy) {
      if (!isOwn(copy[field], at, owners)) {
        shared.push(at);
        break;
      }
    }
    return copy;
  });
  return [taken, Uint32Array.from(bad), Uint32Array.from(shared)];
};

/** Whether the records have these keys, in their order; NaN stands for any key. */
export const keyed = (records, keys) => keys.every((key, at) => records[at]?.id === key || Number.isNaN(key));

/** Gives the records the time that was kept for many of them at once: `runs` are pairs of how many and when. */
export const stamp = (records, runs, field) => {
  let at = 0;
  for (const [count, time] of runs) {
    const end = Math.min(at + count, records.length);
    if (time === undefined) at = end;
    for (; at < end; at++) records[at][field] = time;
  }
};

/** The records at some places of a list of pages, each with as many records as `size`; a hole where the page is missing. */
export const pick = (pages, places, size) => Array.from(places, (place) => pages[Math.floor(place / size)]?.[place % size]);

/** Nothing but items that are no objects: no hole, and no field besides them. */
const isFlat = (list) => !list.some(isObject) && Object.keys(list).length === list.length;

/**
 * A copy of a record that came from disk. `structuredClone` takes several times as long; it is left what it alone can do: an
 * object within an object, and one that is in two places.
 */
export const copied = (record) => {
  const copy = { ...record };
  const seen = [];
  for (const field in copy) {
    const value = copy[field];
    if (!isObject(value)) continue;
    if (!Array.isArray(value) || !isFlat(value) || seen.includes(value)) return structuredClone(record);
    seen.push(value);
    copy[field] = value.slice();
  }
  return copy;
};
