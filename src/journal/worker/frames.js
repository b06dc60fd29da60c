// The bytes of a file: a header, then frames, each with a checksum (docs/format.md).
const FORMAT = 1;
const HEADER = 32;
const FRAME = 12;
const HEADER_MAGIC = 0x484a4f50; // "POJH"
const FRAME_MAGIC = 0x464a4f50; // "POJF"
const [CHANGES, CANCEL, CHECKPOINT, OPEN] = [0, 1, 2, 3];

/** The checksum of the database's name. */
let shop = 0;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit += 1) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

/** CRC-32 as in gzip (RFC 1952, section 8). */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A frame of a head, which says what it is, and of the rows that its changes put. */
function frame(kind, ...head) {
  const bodies = [];
  if (kind === CHANGES || kind === OPEN) {
    head[1] = head[1].map(([store, key, row]) => {
      if (row === undefined) return [store, pack(key)];
      const body = encoder.encode(JSON.stringify(pack(row)));
      bodies.push(body);
      return [store, pack(key), body.length];
    });
  }
  const text = encoder.encode(JSON.stringify([kind, ...head]));
  const length = bodies.reduce((sum, body) => sum + body.length, 4 + text.length);
  const bytes = new Uint8Array(FRAME + length);
  const view = viewOf(bytes);
  view.setUint32(FRAME, text.length, true);
  let at = FRAME + 4;
  for (const part of [text, ...bodies]) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(0, FRAME_MAGIC, true);
  view.setUint32(4, length, true);
  view.setUint32(8, crc32(bytes.subarray(FRAME)), true);
  return bytes;
}

function header(generation, settled) {
  const bytes = new Uint8Array(HEADER);
  const view = viewOf(bytes);
  [HEADER_MAGIC, FORMAT, shop, Number(settled)].forEach((word, at) => view.setUint32(4 * at, word, true));
  view.setFloat64(16, generation, true);
  view.setUint32(24, crc32(bytes.subarray(0, 24)), true);
  return bytes;
}

/** What the header says; undefined when it is not whole. */
function readHeader(bytes) {
  if (bytes.length < HEADER) return undefined;
  const view = viewOf(bytes);
  const word = (at) => view.getUint32(at, true);
  if (word(0) !== HEADER_MAGIC || word(24) !== crc32(bytes.subarray(0, 24))) return undefined;
  return { format: word(4), shop: word(8), settled: word(12) === 1, generation: view.getFloat64(16, true) };
}

/** Whether there is nothing but room from a place on. */
const isRoom = (bytes, from) => bytes.subarray(from).every((byte) => byte === 0);

/** Every whole frame, wherever it begins: a damaged one does not take those behind it along. */
function readFrames(bytes) {
  const frames = [];
  const view = viewOf(bytes);
  let at = HEADER;
  let end = HEADER;
  let isWhole = true;
  while (at + FRAME + 4 <= bytes.length) {
    const length = view.getUint32(at + 4, true);
    const until = at + FRAME + length;
    if (view.getUint32(at, true) === FRAME_MAGIC && length >= 4 && until <= bytes.length) {
      const payload = bytes.subarray(at + FRAME, until);
      if (view.getUint32(at + 8, true) === crc32(payload)) {
        const bodies = 4 + view.getUint32(at + FRAME, true);
        frames.push({ at, bodies: at + FRAME + bodies, head: JSON.parse(decoder.decode(payload.subarray(4, bodies))) });
        at = until;
        end = until;
        continue;
      }
    }
    const next = bytes.indexOf(FRAME_MAGIC & 255, at + 1);
    isWhole &&= next < 0;
    at = next < 0 ? bytes.length : next;
  }
  return { frames, end, isWhole: isWhole && isRoom(bytes, end) };
}
