// Values as JSON, with an object that has "$" for what JSON cannot hold (docs/format.md).
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A call takes a limited number of arguments. */
const AT_ONCE = 8192;

function base64(bytes) {
  let letters = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE) {
    letters += String.fromCharCode.apply(undefined, bytes.subarray(at, at + AT_ONCE));
  }
  return btoa(letters);
}

const special = (kind, value) => ({ $: kind, v: value });

function pack(value) {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) && !Object.is(value, -0) ? value : special("n", Object.is(value, -0) ? "-0" : String(value));
  }
  if (value === undefined) return special("u");
  if (typeof value === "bigint") return special("i", String(value));
  if (Array.isArray(value)) return Array.from(value, pack);
  if (value instanceof Date) return special("d", pack(value.getTime()));
  if (value instanceof Map) return special("m", Array.from(value, (pair) => pair.map(pack)));
  if (value instanceof Set) return special("s", Array.from(value, pack));
  if (value instanceof ArrayBuffer) return special("ArrayBuffer", base64(new Uint8Array(value)));
  if (ArrayBuffer.isView(value)) {
    return special(value.constructor.name, base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new TypeError(`the journal cannot hold a ${value.constructor.name}`);
  }
  const packed = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, pack(field)]));
  return Object.hasOwn(value, "$") ? special("o", packed) : packed;
}

function fields(packed) {
  return Object.fromEntries(Object.entries(packed).map(([name, field]) => [name, unpack(field)]));
}

function unpack(packed) {
  if (Array.isArray(packed)) return packed.map(unpack);
  if (packed === null || typeof packed !== "object") return packed;
  const { $: kind, v: value } = packed;
  if (!Object.hasOwn(packed, "$")) return fields(packed);
  if (kind === "n") return Number(value);
  if (kind === "u") return undefined;
  if (kind === "i") return BigInt(value);
  if (kind === "d") return new Date(unpack(value));
  if (kind === "m") return new Map(value.map((pair) => pair.map(unpack)));
  if (kind === "s") return new Set(value.map(unpack));
  if (kind === "o") return fields(value);
  const { buffer } = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  return kind === "ArrayBuffer" ? buffer : new self[kind](buffer);
}
