// Records as tables: what is done with many of them at once. A call between the module and JavaScript for each field of each
// record takes longer than everything else that is done with it (ARCHITECTURE.md).
//
// Records of one list mostly have the same fields in the same order. A table has these fields, and of each a column with the
// value of every record; a value that all have is there once, numbers are in typed arrays, lists are taken apart. A record that
// does not fit, or that holds more than plain values and lists of them, is loose: kept as it is. The browser writes and reads a
// table in a fraction of the time that objects take.

/**
 * @typedef {Array | Int32Array | Float64Array} Column
 * @typedef {{field: string, same: Array, places: number[], columns: Column[]}} Tuples
 *   lists of one length: what all have the same in a place, and columns for the other places
 * @typedef {{field: string, ends: Uint32Array, items: Column}} Lists
 *   lists of any length, one behind the other, and where each ends
 * @typedef {{field: string, values: Array}} Mixed
 *   lists and plain values
 * @typedef {{count: number, same: object, fields: string[], columns: Column[], lists: (Tuples | Lists | Mixed)[], loose: Map<number, object>}} Table
 *   `same` has every field of a record in its order, with the value that all have, undefined where they differ: then there is a
 *   column, or lists
 */

/** Marks a value that has to be looked at by itself. */
const OTHER = "\u0001";
const END = "\0";

/** Records that are weighed for all of a table. */
const SAMPLES = 16;

/** Items of a list that is repeated where there is none; a longer one would take room. */
const SHORT = 8;

const encoder = new TextEncoder();

const isObject = (value) => typeof value === "object" && value !== null;

/** Whether a value is no object, and can be stored. */
const isPlain = (value) => {
  const type = typeof value;
  return type === "object" ? value === null : type !== "function" && type !== "symbol";
};

/** Whether a number has 32 bits; -0 has more. */
const isWhole = (value) => typeof value === "number" && Object.is(value | 0, value);

const spare = [];
/** A list of this length. One that was made with its length would be written as one with holes, which takes longer. */
const blanks = (count) => {
  while (spare.length < count) spare.push("");
  return spare.slice(0, count);
};

/** What the values of a field have been so far; from ANY on a column holds whatever comes. */
const [SAME, WHOLE, NUMBER, LISTS, ANY, MIXED] = [0, 1, 2, 3, 4, 5];

/** The values of a field, which come record by record, in the smallest column that holds them. */
class Values {
  /** Of `count` records. The first value is that of the record at a place; those before it have none. */
  constructor(field, count, first, at) {
    const isList = Array.isArray(first);
    this.field = field;
    this.count = count;
    this.kind = isList ? LISTS : SAME;
    this.same = isList ? undefined : first;
    /** A value for each record, once two differ; the items of all lists, one list behind the other. */
    this.column = isList ? [] : undefined;
    this.ends = isList ? new Array(at).fill(0) : undefined;
  }

  /** The plain value of the record at this place, the next one. */
  add(value, at) {
    if (this.kind === SAME) {
      if (Object.is(value, this.same)) return;
      this.#begin(value, at);
    } else if (!this.#holds(value)) this.#widen(value, at);
    this.column[at] = value;
  }

  /** A copy of the list of the record at this place; false when it has more than plain items: an object, a hole, a field. */
  addList(list, at) {
    if (this.kind !== LISTS) {
      const copy = list.slice();
      if (!copy.every(isPlain) || Object.keys(list).length !== copy.length) return false;
      if (this.kind === SAME) this.#begin(copy, at);
      else if (this.kind < ANY) this.#widen(copy, at);
      this.column[at] = copy;
      this.kind = MIXED;
      return true;
    }
    const { length } = list;
    for (let place = 0; place < length; place++) {
      const item = list[place];
      if (!isPlain(item)) return false;
      this.column.push(item);
    }
    this.ends.push(this.column.length);
    return Object.keys(list).length === length;
  }

  /** The record at this place stands apart: with the value before it the column stays what it is. */
  repeat(at) {
    if (this.kind === LISTS) {
      this.ends.length = at;
      this.column.length = this.ends[at - 1];
      const before = listAt({ ends: this.ends, items: this.column }, at - 1);
      if (before.length <= SHORT) this.column.push(...before);
      this.ends.push(this.column.length);
    } else if (this.kind !== SAME) this.column[at] = this.column[at - 1];
  }

  #holds(value) {
    return this.kind === WHOLE ? isWhole(value) : this.kind === NUMBER ? typeof value === "number" : this.kind >= ANY;
  }

  /** A value that is not the same as all before. */
  #begin(value, at) {
    const { same, count } = this;
    if (typeof same !== "number" || typeof value !== "number") {
      this.kind = ANY;
      this.column = blanks(count);
    } else if (isWhole(same) && isWhole(value)) {
      this.kind = WHOLE;
      this.column = new Int32Array(count);
    } else {
      this.kind = NUMBER;
      this.column = new Float64Array(count);
    }
    this.column.fill(same, 0, at);
  }

  /** A value that the column does not hold. */
  #widen(value, at) {
    if (this.kind === LISTS) {
      const lists = { ends: this.ends, items: this.column };
      this.kind = MIXED;
      this.column = blanks(this.count);
      for (let before = 0; before < at; before++) this.column[before] = listAt(lists, before);
    } else if (this.kind === WHOLE && typeof value === "number") {
      this.kind = NUMBER;
      this.column = Float64Array.from(this.column);
    } else {
      this.kind = ANY;
      this.column = Array.from(this.column);
    }
  }
}

/**
 * Adds a record to the values of its fields, unless it has other fields or another order of them, or holds more than plain
 * values and lists of them, each once.
 */
const isAdded = (record, all, at, seen) => {
  let [place, lists] = [0, 0];
  for (const field in record) {
    if (place === all.length) return false;
    const values = all[place++];
    if (field !== values.field) return false;
    const value = record[field];
    const type = typeof value;
    // isPlain(), which takes twice as long here.
    if (type === "object" ? value === null : type !== "function" && type !== "symbol") {
      // What values.add() does with most of them, without a call for each.
      if (values.kind >= ANY) values.column[at] = value;
      else if (values.kind !== SAME || !Object.is(value, values.same)) values.add(value, at);
    } else {
      if (!Array.isArray(value)) return false;
      for (let nth = 0; nth < lists; nth++) if (seen[nth] === value) return false;
      seen[lists++] = value;
      if (!values.addList(value, at)) return false;
    }
  }
  return place > 0 && place === all.length;
};

/** The values of the fields of the first record that fits; none when this one does not. */
const begun = (record, count, at) => {
  const fields = Object.keys(record);
  // It cannot be set as others are.
  if (fields.includes("__proto__")) return [];
  const all = fields.map((field) => new Values(field, count, record[field], at));
  return isAdded(record, all, at, []) ? all : [];
};

/**
 * The fields of each record as they are now, getters asked once, in a table that shares nothing with the caller; `stamp`, unless
 * undefined, is when they were loaded. With it what is refused: the places of what is no record, or cannot be copied, and why not.
 */
export const take = (records, stamp) => {
  const count = records.length;
  const [refused, loose, seen] = [[], new Map(), []];
  let all = [];
  for (let at = 0; at < count; at++) {
    const record = records[at];
    let copy = {};
    try {
      if (!isObject(record) || Array.isArray(record)) throw undefined;
      copy = { ...record };
      if (all.length > 0) {
        if (isAdded(copy, all, at, seen)) continue;
      } else {
        all = begun(copy, count, at);
        if (all.length > 0) continue;
      }
      copy = structuredClone(copy);
    } catch (error) {
      refused.push([at, error]);
    }
    if (stamp !== undefined) copy.cached_at = stamp;
    loose.set(at, copy);
    for (const values of all) values.repeat(at);
  }
  return [tableOf(count, all, loose, stamp), refused];
};

const tableOf = (count, all, loose, stamp) => {
  const table = { count, same: {}, fields: [], columns: [], lists: [], loose };
  for (const { field, kind, same, column, ends } of all) {
    table.same[field] = kind === SAME ? same : undefined;
    if (kind === SAME || (field === "cached_at" && stamp !== undefined)) continue;
    if (kind === LISTS) table.lists.push(listsOf(field, column, ends));
    else if (kind === MIXED) table.lists.push({ field, values: column });
    else {
      table.fields.push(field);
      table.columns.push(column);
    }
  }
  if (stamp !== undefined) table.same.cached_at = stamp;
  return table;
};

const listsOf = (field, items, ends) => {
  const { length: count, 0: length } = ends;
  if (ends.some((end, at) => end !== length * (at + 1))) {
    const isNumber = (item) => typeof item === "number";
    const column = items.every(isWhole) ? Int32Array.from(items) : items.every(isNumber) ? Float64Array.from(items) : items;
    return { field, ends: Uint32Array.from(ends), items: column };
  }
  const tuples = { field, same: items.slice(0, length), places: [], columns: [] };
  for (let place = 0; place < length; place++) {
    const values = new Values(field, count, items[place]);
    for (let at = 0; at < count; at++) values.add(items[place + at * length], at);
    if (values.kind === SAME) continue;
    tuples.same[place] = undefined;
    tuples.places.push(place);
    tuples.columns.push(values.column);
  }
  return tuples;
};

/** About how many bytes a value has; what is deep within it is guessed. */
const weightOf = (value, depth = 0) => {
  if (typeof value === "string") return value.length;
  if (!isObject(value) || depth > 4) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return parts.reduce((sum, part) => sum + weightOf(part, depth + 1), 8);
};

/** About how many bytes a record has, NaN when there is none: the mean of some. */
export const weigh = (table) => {
  const { count, loose } = table;
  const step = Math.ceil(count / SAMPLES);
  let bytes = 0;
  for (let at = 0; at < count; at += step) bytes += weightOf(loose.get(at) ?? row(table, at));
  return bytes / Math.ceil(count / step);
};

/** Some records of a table, as a table. */
const part = (table, from, to) => {
  if (from === 0 && to === table.count) return table;
  const cut = (column) => column.slice(from, to);
  const page = { ...table, count: to - from, columns: table.columns.map(cut), loose: new Map() };
  page.lists = table.lists.map((some) => {
    if (some.values) return { ...some, values: cut(some.values) };
    if (some.columns) return { ...some, columns: some.columns.map(cut) };
    const begin = from && some.ends[from - 1];
    return { ...some, ends: cut(some.ends).map((end) => end - begin), items: some.items.slice(begin, to && some.ends[to - 1]) };
  });
  for (const [at, record] of table.loose) if (at >= from && at < to) page.loose.set(at - from, record);
  return page;
};

/** The table of a page, made of ranges of tables: `[table, from, to]`. */
export const pack = (ranges) => {
  const parts = ranges.map((range) => part(...range));
  return parts.length === 1 ? parts[0] : take(parts.flatMap(rows))[0];
};

/** What a record has of some lists; a list is a new one. */
const listAt = ({ same, places, columns, ends, items, values }, at) => {
  if (ends) return Array.from(items.slice(at && ends[at - 1], ends[at]));
  if (values) return Array.isArray(values[at]) ? values[at].slice() : values[at];
  const list = same.slice();
  for (let place = 0; place < places.length; place++) list[places[place]] = columns[place][at];
  return list;
};

/** The records of a table, each of its own; those that are loose as they are in it. */
export const rows = ({ count, same, fields, columns, lists, loose }) => {
  const all = [];
  for (let at = 0; at < count; at++) all.push({ ...same });
  for (let place = 0; place < fields.length; place++) {
    const [field, column] = [fields[place], columns[place]];
    for (let at = 0; at < count; at++) all[at][field] = column[at];
  }
  for (const some of lists) {
    const { field } = some;
    for (let at = 0; at < count; at++) all[at][field] = listAt(some, at);
  }
  for (const [at, record] of loose) all[at] = record;
  return all;
};

/** A record of a table, a copy. */
export const row = ({ same, fields, columns, lists, loose }, at) => {
  if (loose.has(at)) return structuredClone(loose.get(at));
  const record = { ...same };
  for (let place = 0; place < fields.length; place++) record[fields[place]] = columns[place][at];
  for (const some of lists) record[some.field] = listAt(some, at);
  return record;
};

/**
 * As row(); undefined when a field, unless it is undefined, has not this text, nor is a number that is written so, and when the
 * record cannot be copied.
 */
export const found = (table, at, field, text) => {
  try {
    const record = row(table, at);
    const value = field === undefined ? text : record[field];
    return value === text || (typeof value === "number" && String(value) === text) ? record : undefined;
  } catch {
    return undefined;
  }
};

/** A field of every record. */
const valuesOf = ({ count, same, fields, columns, lists, loose }, field) => {
  const place = fields.indexOf(field);
  const some = lists.find((other) => other.field === field);
  if (place >= 0 && loose.size === 0) return columns[place];
  const values = [];
  for (let at = 0; at < count; at++) {
    if (loose.has(at)) values.push(loose.get(at)[field]);
    else values.push(place >= 0 ? columns[place][at] : some ? listAt(some, at) : same[field]);
  }
  return values;
};

/** A field of every record; of a list its first item may do, for Odoo's pair of id and name. */
const idsOf = (table, field) => {
  const { same, places, columns } = table.lists.find((some) => some.field === field) ?? {};
  if (!columns || table.loose.size > 0) return valuesOf(table, field);
  const place = places.indexOf(0);
  return place >= 0 ? columns[place] : new Array(table.count).fill(same[0]);
};

const numbers = (values, read) => {
  if (ArrayBuffer.isView(values)) return Float64Array.from(values);
  const all = new Float64Array(values.length);
  for (let at = 0; at < all.length; at++) {
    const value = values[at];
    all[at] = typeof value === "number" ? value : read(value);
  }
  return all;
};
const none = () => NaN;
/** Of Odoo's pair of id and name. */
const first = (value) => (Array.isArray(value) && typeof value[0] === "number" ? value[0] : NaN);

const textOf = (value) => {
  if (typeof value === "string" && value !== "") return value;
  return value === false || value === undefined || value === null ? "" : OTHER;
};

/**
 * Of each record: key, price and category as numbers, NaN for what is none, undefined where there is no such field. And as UTF-8,
 * which the module takes as it is, all names, all codes and all barcodes, each with a 0 behind it, "" where Odoo says that there
 * is none.
 */
export const gather = (table, [key, price, category, ...named]) => {
  const all = [];
  for (const field of named) {
    const values = field ? valuesOf(table, field) : blanks(table.count);
    for (let at = 0; at < values.length; at++) all.push(textOf(values[at]));
  }
  all.push("");
  return [
    numbers(valuesOf(table, key), none),
    price && numbers(valuesOf(table, price), none),
    category && numbers(idsOf(table, category), first),
    encoder.encode(all.join(END)),
  ];
};

const isSound = ({ count, fields, columns, lists, loose }) => {
  const hasAll = (column) => (Array.isArray(column) || ArrayBuffer.isView(column)) && column.length === count;
  const isGood = ({ same, places, columns, ends, items, values }) => {
    if (values) return hasAll(values);
    if (ends) return hasAll(ends) && items.length === (ends.at(-1) ?? 0);
    return Array.isArray(same) && places.length === columns.length && columns.every(hasAll);
  };
  const isRecord = ([at, record]) => at < count && isObject(record);
  return fields.length === columns.length && columns.every(hasAll) && lists.every(isGood) && [...loose].every(isRecord);
};

/** Whether a table is whole and its records have these keys, in their order; NaN stands for any key. */
export const keyed = (table, keys) => {
  if (table.count !== keys.length || !isSound(table)) return false;
  const found = valuesOf(table, "id");
  for (let at = 0; at < keys.length; at++) if (found[at] !== keys[at] && !Number.isNaN(keys[at])) return false;
  return true;
};

/** The records at some places of a list of pages: `size` times the number of the page and the place in there. */
export const pick = (pages, places, size) => {
  const all = [];
  for (let nth = 0; nth < places.length; nth++) all.push(pages[Math.floor(places[nth] / size)][places[nth] % size]);
  return all;
};
