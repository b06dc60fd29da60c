// Records as tables: what is done with many of them at once. A call between the module and JavaScript for each field of each
// record takes longer than everything else that is done with it (ARCHITECTURE.md).
//
// Records of one list mostly have the same fields in the same order. A table has these fields, and of each a column with the
// value of every record; a record that does not fit, or that holds more than plain values and lists of them, is loose: kept as
// it is. The table of a page is packed: a value that all have is there once, numbers are in typed arrays, lists are taken apart.
// The browser writes and reads that in a fraction of the time that objects take.

/**
 * @typedef {Array | Int32Array | Float64Array} Column
 * @typedef {{field: string, same: Array, places: number[], columns: Column[]}} Tuples
 *   lists of one length: what all have the same in a place, and columns for the other places
 * @typedef {{field: string, ends: Uint32Array, items: Column}} Lists
 *   lists of any length, one behind the other, and where each ends
 * @typedef {{count: number, same: object, fields: string[], columns: Column[], lists: (Tuples | Lists)[], loose: Map<number, object>}} Table
 *   `same` has every field of a record in its order, with the value that all have, undefined where they differ: then there is a
 *   column, or lists
 */

/** Marks a value that has to be looked at by itself. */
const OTHER = "\u0001";
const END = "\0";

/** Records that are weighed for all of a table. */
const SAMPLES = 16;

const isObject = (value) => typeof value === "object" && value !== null;

/** Whether a value is no object, and can be stored. */
const isPlain = (value) => {
  const type = typeof value;
  return type === "object" ? value === null : type !== "function" && type !== "symbol";
};

/** Whether a list has nothing but plain items: no hole, and no field besides them. */
const isFlat = (list) => {
  for (let at = 0; at < list.length; at++) if (!isPlain(list[at])) return false;
  return Object.keys(list).length === list.length;
};

/** A column of nothing. One that was made with its length would be written as one with holes, which takes longer. */
const blanks = (count) => {
  const column = [];
  while (column.length < count) column.push(undefined);
  return column;
};

/**
 * Adds a record to columns, unless it has other fields or another order of them, or holds more than plain values and lists of
 * them, each once. The lists are copied.
 */
const isAdded = (record, fields, columns, at) => {
  let place = 0;
  let lists;
  let fits = true;
  for (const field in record) {
    let value = record[field];
    fits = field === fields[place];
    const type = typeof value;
    // isPlain(), which takes twice as long here.
    if (fits && (type === "object" ? value !== null : type === "function" || type === "symbol")) {
      fits = Array.isArray(value) && isFlat(value) && !lists?.includes(value);
      if (!fits) break;
      if (lists) lists.push(value);
      else lists = [value];
      value = value.slice();
    }
    if (!fits) break;
    columns[place++].push(value);
  }
  if (fits && place === fields.length) return true;
  for (let added = 0; added < place; added++) columns[added].length = at;
  return false;
};

/**
 * The fields of each record as they are now, getters asked once, in a table that is not packed and shares nothing with the
 * caller; `stamp`, unless undefined, is when they were loaded. With it what is refused: the places of what is no record, or
 * cannot be copied, and why not.
 */
export const take = (records, stamp) => {
  const [refused, loose] = [[], new Map()];
  let fields = [];
  let columns = [];
  for (let at = 0; at < records.length; at++) {
    const record = records[at];
    let copy = {};
    try {
      if (!isObject(record) || Array.isArray(record)) throw undefined;
      copy = { ...record };
      if (fields.length === 0) {
        fields = Object.keys(copy);
        // It cannot be set as others are.
        if (fields.includes("__proto__")) fields = [];
        columns = fields.map(() => blanks(at));
      }
      if (isAdded(copy, fields, columns, at)) continue;
      copy = structuredClone(copy);
    } catch (error) {
      refused.push([at, error]);
    }
    if (stamp !== undefined) copy.cached_at = stamp;
    loose.set(at, copy);
    // A value like the others keeps the columns what they are.
    for (const column of columns) column.push(column[0]);
  }
  const same = Object.fromEntries(fields.map((field) => [field]));
  const table = { count: records.length, same, fields, columns, lists: [], loose };
  if (stamp !== undefined) stampAll(table, stamp);
  return [table, refused];
};

const stampAll = (table, stamp) => {
  table.same.cached_at = stamp;
  const place = table.fields.indexOf("cached_at");
  if (place >= 0) for (const list of [table.fields, table.columns]) list.splice(place, 1);
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
export const weigh = ({ count, columns, loose }) => {
  const step = Math.ceil(count / SAMPLES);
  let bytes = 0;
  for (let at = 0; at < count; at += step) {
    if (loose.has(at)) bytes += weightOf(loose.get(at));
    else for (const column of columns) bytes += weightOf(column[at]);
  }
  return bytes / Math.ceil(count / step);
};

/** Whether all values from `from` to `to` are this one. */
const isSame = (values, value, from, to) => {
  while (from < to && Object.is(values[from], value)) from++;
  return from === to;
};

/** The values from `from` to `to` in the smallest column that holds them. */
const columnOf = (values, from, to) => {
  const some = values.slice(from, to);
  let isWhole = true;
  for (let at = 0; at < some.length; at++) {
    const value = some[at];
    if (typeof value !== "number") return some;
    // Not so for -0.
    isWhole &&= Object.is(value | 0, value);
  }
  return isWhole ? new Int32Array(some) : new Float64Array(some);
};

const listsOf = (field, lists) => {
  const count = lists.length;
  const { length } = lists[0];
  if (lists.some((list) => list.length !== length)) {
    let end = 0;
    const ends = Uint32Array.from(lists, (list) => (end += list.length));
    return { field, ends, items: columnOf(lists.flat(), 0, end) };
  }
  const tuples = { field, same: lists[0].slice(), places: [], columns: [] };
  for (let place = 0; place < length; place++) {
    const items = lists.map((list) => list[place]);
    if (isSame(items, items[0], 0, count)) continue;
    tuples.same[place] = undefined;
    tuples.places.push(place);
    tuples.columns.push(columnOf(items, 0, count));
  }
  return tuples;
};

/** The packed table of a page, made of ranges of tables: `[table, from, to]`. */
export const pack = (ranges) => {
  if (ranges.length > 1) {
    const [table] = take(ranges.flatMap(([table, from, to]) => rows(table).slice(from, to)));
    return pack([[table, 0, table.count]]);
  }
  const [table, from, to] = ranges[0];
  const page = { count: to - from, same: { ...table.same }, fields: [], columns: [], lists: [], loose: new Map() };
  for (let place = 0; place < table.fields.length; place++) {
    const [field, values] = [table.fields[place], table.columns[place]];
    const value = values[from];
    const some = Array.isArray(value) && values.slice(from, to);
    if (some && some.every(Array.isArray)) page.lists.push(listsOf(field, some));
    else if (!isObject(value) && isSame(values, value, from, to)) page.same[field] = value;
    else {
      page.fields.push(field);
      page.columns.push(columnOf(values, from, to));
    }
  }
  for (const [at, record] of table.loose) if (at >= from && at < to) page.loose.set(at - from, record);
  return page;
};

/** A list of lists; each is a new one. */
const listAt = ({ same, places, columns, ends, items }, at) => {
  if (ends) return Array.from(items.slice(at && ends[at - 1], ends[at]));
  const list = same.slice();
  for (let place = 0; place < places.length; place++) list[places[place]] = columns[place][at];
  return list;
};

/** A value of a column; a list, where not all have one, is a new one. */
const valueAt = (column, at) => {
  const value = column[at];
  return Array.isArray(value) ? value.slice() : value;
};

/** The records of a table, each of its own; those that are loose as they are in it. */
export const rows = ({ count, same, fields, columns, lists, loose }) => {
  const all = [];
  for (let at = 0; at < count; at++) all.push({ ...same });
  for (let place = 0; place < fields.length; place++) {
    const [field, column] = [fields[place], columns[place]];
    for (let at = 0; at < count; at++) all[at][field] = valueAt(column, at);
  }
  for (const some of lists) {
    const { field } = some;
    for (let at = 0; at < count; at++) all[at][field] = listAt(some, at);
  }
  for (const [at, record] of loose) all[at] = record;
  return all;
};

/** A record of a table, a copy; undefined unless this is what it has in a field, when one is given. */
export const row = ({ same, fields, columns, lists, loose }, at, wanted, value) => {
  let record;
  if (loose.has(at)) record = structuredClone(loose.get(at));
  else {
    record = { ...same };
    for (let place = 0; place < fields.length; place++) record[fields[place]] = valueAt(columns[place], at);
    for (const some of lists) record[some.field] = listAt(some, at);
  }
  return wanted === undefined || record[wanted] === value ? record : undefined;
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

const numbers = (values, read) => {
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

const texts = (values) => {
  let all = "";
  for (const value of values) {
    const isEmpty = value === false || value === undefined || value === null;
    all += (typeof value === "string" && value !== "" ? value : isEmpty ? "" : OTHER) + END;
  }
  return all;
};

/**
 * Of each record: key, price and category as numbers, NaN for what is none; name, code and barcode as texts, "" where Odoo says
 * that they are empty, each with a 0 behind it. undefined where there is no such field.
 */
export const gather = (table, [key, price, category, ...named]) => {
  const read = (field, how, what) => field && how(valuesOf(table, field), what);
  const found = [read(key, numbers, none), read(price, numbers, none), read(category, numbers, first)];
  return found.concat(named.map((field) => read(field, texts)));
};

const isWhole = ({ count, fields, columns, lists, loose }) => {
  const hasAll = (column) => (Array.isArray(column) || ArrayBuffer.isView(column)) && column.length === count;
  const isGood = ({ same, places, columns, ends, items }) =>
    ends ? hasAll(ends) && items.length === (ends.at(-1) ?? 0) : Array.isArray(same) && places.length === columns.length && columns.every(hasAll);
  const isRecord = ([at, record]) => at < count && isObject(record);
  return fields.length === columns.length && columns.every(hasAll) && lists.every(isGood) && [...loose].every(isRecord);
};

/** Whether a table is whole and its records have these keys, in their order; NaN stands for any key. */
export const keyed = (table, keys) => {
  if (table.count !== keys.length || !isWhole(table)) return false;
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
