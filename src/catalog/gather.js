// What is read of many records at once. A call between the module and JavaScript for each field of each record takes
// longer than everything else that is done with it (ARCHITECTURE.md).

/** Marks a value that has to be looked at by itself. */
const OTHER = "\u0001";
const BETWEEN = "\0";

const text = (value) => {
  if (typeof value === "string") return value.includes(BETWEEN) || value.startsWith(OTHER) ? OTHER : value;
  return value === false || value === undefined || value === null ? "" : OTHER;
};

/** The texts of a field, "" where Odoo says that it is empty, each with a 0 behind it. */
export const texts = (records, field) => records.reduce((all, record) => all + text(record[field]) + BETWEEN, "");

const number = (value) => (typeof value === "number" ? value : NaN);

/** The numbers of a field, NaN for what is none. */
export const numbers = (records, field) => Float64Array.from(records, (record) => number(record[field]));

/** The numbers of a field that holds an id or Odoo's pair of id and name, NaN for what is neither. */
export const ids = (records, field) =>
  Float64Array.from(records, ({ [field]: value }) => number(Array.isArray(value) ? value[0] : value));

/** The places of the records that are no plain objects. */
export const others = (records) => {
  const places = [];
  records.forEach((record, place) => {
    if (!record || typeof record !== "object" || Object.getPrototypeOf(record) !== Object.prototype) places.push(place);
  });
  return Uint32Array.from(places);
};
