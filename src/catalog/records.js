// What is done with many records at once, and with one very often. A call between the module and JavaScript for each field of
// each record takes longer than everything else that is done with it, and a field that is named here is read faster than one
// that is passed in (ARCHITECTURE.md).

/** Marks a value that has to be looked at by itself. */
const OTHER = "\u0001";
const END = "\0";

const text = (value) => {
  if (typeof value === "string") return value.includes(END) || value.startsWith(OTHER) ? OTHER : value;
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

/** The places of the records that are no plain objects. */
export const others = (records) => {
  const places = [];
  records.forEach((record, place) => {
    if (!record || typeof record !== "object" || Object.getPrototypeOf(record) !== Object.prototype) places.push(place);
  });
  return Uint32Array.from(places);
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

const isObject = (value) => typeof value === "object" && value !== null;
/** Nothing but items that are no objects: no hole, and no field besides them. */
const isFlat = (list) => !list.some(isObject) && Object.keys(list).length === list.length;

/** A copy of a record that came from disk; `structuredClone` takes several times as long. */
export const copied = (record) => {
  const copy = { ...record };
  for (const field in copy) {
    const value = copy[field];
    if (isObject(value)) copy[field] = Array.isArray(value) && isFlat(value) ? value.slice() : structuredClone(value);
  }
  return copy;
};
