// Deep equality over everything that a structured clone can hold, shape and all: more than assert.js needs elsewhere.
const tagOf = (value) => Object.prototype.toString.call(value);
const bytes = (view) => [...new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength)].join();

const show = (value) => (typeof value === "object" && value ? tagOf(value) : String(value));

/** What differs, in words; undefined when nothing does. */
export function difference(actual, expected, path = "it", seen = new Map()) {
  if (Object.is(actual, expected)) return undefined;
  const are = `${path} is ${show(actual)} instead of ${show(expected)}`;
  if (typeof actual !== "object" || typeof expected !== "object" || !actual || !expected) return are;
  if (seen.has(expected)) return seen.get(expected) === actual ? undefined : `${path} is another object than before`;
  seen.set(expected, actual);
  if (tagOf(actual) !== tagOf(expected)) return `${path} is ${tagOf(actual)} instead of ${tagOf(expected)}`;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return `${path} has another prototype`;
  switch (tagOf(expected)) {
    case "[object Date]":
      return Object.is(actual.getTime(), expected.getTime()) ? undefined : are;
    case "[object RegExp]":
      return String(actual) === String(expected) ? undefined : are;
    case "[object Boolean]":
    case "[object Number]":
    case "[object BigInt]":
      return Object.is(actual.valueOf(), expected.valueOf()) ? undefined : are;
    case "[object String]":
      return actual.valueOf() === expected.valueOf() ? undefined : are;
    case "[object Error]":
      return actual.name === expected.name && actual.message === expected.message ? undefined : are;
    case "[object Blob]":
      return actual.size === expected.size && actual.type === expected.type ? undefined : are;
    case "[object Map]":
    case "[object Set]":
      return difference([...actual], [...expected], path, seen);
    case "[object ArrayBuffer]":
      return bytes(actual) === bytes(expected) ? undefined : `${path} has other bytes`;
  }
  if (ArrayBuffer.isView(expected)) return bytes(actual) === bytes(expected) ? undefined : `${path} has other bytes`;
  const [has, wants] = [Object.getOwnPropertyNames(actual), Object.getOwnPropertyNames(expected)];
  if (has.join() !== wants.join()) return `${path} has the fields ${has} instead of ${wants}`;
  for (const key of wants) {
    const found = difference(Object.getOwnPropertyDescriptor(actual, key).value, Object.getOwnPropertyDescriptor(expected, key).value, `${path}.${key}`, seen);
    if (found) return found;
  }
  return undefined;
}
