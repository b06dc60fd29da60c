// Built-in objects whose content a copy of their fields would lose. Behind a Proxy they look like objects without any.
const OPAQUE = [Date, RegExp, Error, Object.getPrototypeOf(Uint8Array)];

/** Whether a copy of its fields is all there is to an object. */
const isOfFields = (value) =>
  Object.prototype.toString.call(value) === "[object Object]" && !OPAQUE.some((kind) => value instanceof kind);

/** Sets a field, also one named `__proto__`. */
const define = (object, key, value) =>
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

/**
 * Copies a record as the plain values that it shows, at any depth: the browser refuses to clone a `Proxy`, which is what a
 * framework with reactive state hands out. What cannot be stored is thrown as `[path, value, error]`: where in the record it
 * is, what it is, and what reading it has thrown.
 */
export const plainCopy = (record) => {
  const copies = new Map();
  const copyOf = (value, path) => {
    if (typeof value === "function" || typeof value === "symbol") throw [path, value];
    if (typeof value !== "object" || value === null) return value;
    if (copies.has(value)) return copies.get(value);
    const begin = (copy) => {
      copies.set(value, copy);
      return copy;
    };
    const pathOf = (key) => (Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
    try {
      if (Array.isArray(value) || isOfFields(value)) {
        const copy = begin(Array.isArray(value) ? new Array(value.length) : {});
        for (const key of Object.keys(value)) define(copy, key, copyOf(read(value, key, pathOf(key)), pathOf(key)));
        return copy;
      }
      if (value instanceof Map) {
        const copy = begin(new Map());
        for (const [key, item] of value) copy.set(copyOf(key, path), copyOf(item, `${path}[${String(key)}]`));
        return copy;
      }
      if (value instanceof Set) {
        const copy = begin(new Set());
        for (const item of value) copy.add(copyOf(item, path));
        return copy;
      }
      return begin(structuredClone(value));
    } catch (error) {
      throw Array.isArray(error) ? error : [path, value];
    }
  };
  return copyOf(record, "");
};

const read = (object, key, path) => {
  try {
    return object[key];
  } catch (error) {
    throw [path, undefined, error];
  }
};
