// The worker that writes the journal (docs/format.md): a sync access handle is to be had in a dedicated worker alone.
// Every message is [id, name, argument]; the answer is [id, value] or [id, undefined, error text, error name].
const SLOTS = 4;
const FORMAT = 1;
const HEADER = 32;
const FRAME = 12;
const HEADER_MAGIC = 0x484a4f50; // "POJH"
const FRAME_MAGIC = 0x464a4f50; // "POJF"
const LARGEST = 256 * 2 ** 20;
const SETTLED_MS = 60_000;
const ROWS_AT_ONCE = 50;
const [CHANGES, CANCEL, CHECKPOINT] = [0, 1, 2];

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let shop = 0; // checksum of the database's name
let files = []; // every file, with its bytes until they are no longer asked for
let own = []; // the two files of the slot that this worker writes
let active; // the one that frames are appended to

/* Values. JSON, and an object with "$" for what JSON cannot hold. */

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

/* Bytes. */

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
  if (kind === CHANGES) {
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

/** Every whole frame, wherever it begins: a damaged one does not take those behind it along. */
function readFrames(bytes) {
  const frames = [];
  const view = viewOf(bytes);
  let at = HEADER;
  let end = HEADER;
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
    at = next < 0 ? bytes.length : next;
  }
  return { frames, end };
}

/* Files. */

async function readThrough(handle) {
  const bytes = new Uint8Array(await handle.getSize());
  handle.read(bytes, { at: 0 });
  return bytes;
}

/** Takes the file for this worker; undefined when another tab has it, or nobody can. */
const take = (entry) => entry.createSyncAccessHandle().catch(() => undefined);

/** The bytes of a file that another tab may be writing: Chromium refuses to read what has changed since it was looked at. */
async function readShared(entry, tries = 5) {
  try {
    return new Uint8Array(await (await entry.getFile()).arrayBuffer());
  } catch (error) {
    if (tries === 1) throw error;
    return readShared(entry, tries - 1);
  }
}

/** What is in a file, as far as it can be read, and why not otherwise. */
async function look(file) {
  const { handle, entry } = file;
  const size = handle ? await handle.getSize() : (await entry.getFile()).size;
  file.generation = -1;
  file.end = HEADER;
  if (size > LARGEST) return "is larger than any journal; it is left as it is";
  file.bytes = handle ? await readThrough(handle) : await readShared(entry);
  if (file.bytes.length === 0) return "";
  const found = readHeader(file.bytes);
  if (found && found.format > FORMAT) return `was written by a newer version of this library (format ${found.format}); it is left as it is`;
  if (found && found.shop !== shop) return "belongs to another database; it is left as it is";
  const { frames, end } = readFrames(file.bytes);
  Object.assign(file, { frames, end, generation: found?.generation ?? -1, settled: found?.settled ?? false });
  if (!found && !frames.length) return "holds nothing that can be read; it is left as it is";
  return found && end === file.bytes.length ? "" : "is damaged; what is whole in it was read";
}

/** Whether it may be written: empty, or ours. */
const isUsable = (file) => file.problem === "" || file.problem.startsWith("is damaged");

/** The two files of a slot, made when they are missing; taken when this worker has none yet. */
async function slotOf(directory, slot) {
  if (own[0]?.slot === slot) return own;
  const pair = [];
  for (const half of ["a", "b"]) {
    const name = `${slot}${half}`;
    const entry = await directory.getFileHandle(name, { create: true });
    pair.push({ slot, name, entry, handle: own.length ? undefined : await take(entry) });
  }
  return pair;
}

/** Makes what is missing, takes a slot, and says what is in all of them. */
async function open(name) {
  shop = crc32(encoder.encode(name));
  let directory = await navigator.storage.getDirectory();
  for (const part of ["pos-offline", encodeURIComponent(name)]) {
    directory = await directory.getDirectoryHandle(part, { create: true });
  }
  files = [];
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const pair = await slotOf(directory, slot);
    for (const file of pair) {
      file.frames = [];
      file.problem = await look(file).catch((error) => `cannot be read: ${error.message}`);
    }
    if (!own.length && pair.every((file) => file.handle && isUsable(file))) await begin(pair);
    for (const file of pair) if (!own.includes(file)) await file.handle?.close();
    files.push(...pair);
  }
  const problems = files.filter((file) => file.problem).map((file) => `${file.name} ${file.problem}`);
  return { ...state(), facts: facts(), problems };
}

/** Writes this slot from now on. */
async function begin(pair) {
  own = pair;
  active = own[0].generation >= own[1].generation ? own[0] : own[1];
  const settled = own.every((file) => file.settled);
  for (const file of own) {
    file.settled = settled;
    if (file.generation < 0) await beginAnew(file, 0);
    else await file.handle.truncate(file.end);
  }
  if (!settled) setTimeout(() => inTurn(settle), SETTLED_MS);
}

/** Every change of every file: [number, store, key, place], with a place only where a row was put; and the checkpoints. */
function facts() {
  const changes = [];
  const checkpoints = [];
  files.forEach((file, place) => {
    const cancelled = new Set(file.frames.filter(({ head }) => head[0] === CANCEL).map(({ head }) => head[1]));
    file.frames.forEach(({ head: [kind, number, rest], at, bodies }) => {
      if (kind === CHECKPOINT) checkpoints.push([number, Boolean(rest)]);
      if (kind !== CHANGES || cancelled.has(at)) return;
      let from = bodies;
      for (const [store, key, length] of rest) {
        changes.push([number, store, unpack(key), length === undefined ? undefined : [place, from, length]]);
        from += length ?? 0;
      }
    });
  });
  return { changes, checkpoints };
}

const rowsAt = (places) => places.map(([place, from, length]) => unpack(JSON.parse(decoder.decode(files[place].bytes.subarray(from, from + length)))));

/** Lets go of what was read. */
function forget() {
  for (const file of files) file.bytes = file.frames = undefined;
}

const state = () => ({ slot: own.length > 0, settled: Boolean(active?.settled), bytes: active?.end ?? 0 });

async function write(file, bytes, at) {
  if (file.handle.write(bytes, { at }) !== bytes.length) {
    throw new DOMException("the file of the journal could not be written to its end", "QuotaExceededError");
  }
}

/** Begins a file anew. */
async function beginAnew(file, generation) {
  await file.handle.truncate(0);
  await write(file, header(generation, file.settled), 0);
  await file.handle.flush();
  Object.assign(file, { generation, end: HEADER });
}

async function add(file, bytes) {
  await write(file, bytes, file.end);
  const at = file.end;
  file.end += bytes.length;
  return at;
}

/** Appends changes; with the ticket to cancel them by. */
async function append([number, changes]) {
  const file = active;
  const at = await add(file, frame(CHANGES, number, changes));
  await file.handle.flush();
  return { ...state(), ticket: 2 * at + own.indexOf(file) };
}

/** What was appended did not happen. */
async function cancel(ticket) {
  const file = own[ticket % 2];
  await add(file, frame(CANCEL, Math.floor(ticket / 2)));
  await file.handle.flush();
}

/** The files have been here for long enough to be found again after a power cut. */
async function settle() {
  for (const file of own) {
    file.settled = true;
    await write(file, header(file.generation, true), 0);
    await file.handle.flush();
  }
  postMessage([0, state()]);
}

/* Checkpoints. */

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The rows that the server has not confirmed, without their index too. */
async function unsynced(store) {
  if (store.indexNames.contains("synced")) return done(store.index("synced").getAll(0));
  return (await done(store.getAll())).filter((row) => !row.synced);
}

/** The rows of the database that are open, and the number of the last change that they have in them. */
async function readDatabase(name, [config, transactions, offlineOrders, orders], counter, sequence) {
  const request = indexedDB.open(name);
  // It is not this worker that makes a database.
  request.onupgradeneeded = () => request.transaction.abort();
  const database = await done(request);
  database.onversionchange = () => database.close();
  try {
    const transaction = database.transaction([config, transactions, offlineOrders, orders]);
    const store = (store) => transaction.objectStore(store);
    const [number, last, queued, offline, kept] = await Promise.all([
      done(store(config).get(counter)),
      done(store(config).get(sequence)),
      unsynced(store(transactions)),
      unsynced(store(offlineOrders)),
      done(store(orders).getAll()),
    ]);
    const open = new Set(queued.map(({ uuid }) => uuid));
    const latest = kept.reduce((time, { saved_at: saved }) => Math.max(time, Date.parse(saved) || 0), 0);
    return {
      number: number?.value ?? 0,
      rows: [
        ...(last ? [[config, sequence, last]] : []),
        ...queued.map((row) => [transactions, row.id, row]),
        ...offline.map((row) => [offlineOrders, row.offline_id, row]),
        ...kept.filter((row) => isOpen(row, open, latest)).map((row) => [orders, row.id, row]),
      ],
    };
  } finally {
    database.close();
  }
}

const FINAL = ["paid", "done", "invoiced", "cancel"];
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Whether the server may not have an order: one that was queued here is open as long as it waits; of another nobody says. */
function isOpen(order, open, latest) {
  if (!FINAL.includes(order.state) || open.has(order.uuid)) return true;
  return !("sequence" in order) && !(Date.parse(order.saved_at) < latest - WEEK_MS);
}

/** Writes all that is open into the other file; then nothing older counts, in any file. */
async function checkpoint(database) {
  const { number, rows } = await readDatabase(...database);
  const file = await inTurn(async () => {
    const other = own[1 - own.indexOf(active)];
    await beginAnew(other, active.generation + 1);
    return other;
  });
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await inTurn(() => add(file, frame(CHANGES, number, rows.slice(from, from + ROWS_AT_ONCE))));
  }
  return inTurn(() => end(file, number, false));
}

async function end(file, number, erased) {
  await add(file, frame(CHECKPOINT, number, Number(erased)));
  await file.handle.flush();
  active = file;
  return { ...state(), number };
}

/** Nothing is open, because somebody has deleted everything. */
const erase = (number) =>
  inTurn(async () => {
    const other = own[1 - own.indexOf(active)];
    await beginAnew(other, active.generation + 1);
    return end(other, number, true);
  });

/** Lets go of the files and ends. (`close` itself is the worker's own.) */
async function finish() {
  for (const file of own) await file.handle.close();
  own = [];
  self.close();
}

/* Messages. */

let turn = Promise.resolve();

/** One step after the other; one that fails does not hold up the next. */
function inTurn(step) {
  const result = turn.then(step);
  turn = result.catch(() => {});
  return result;
}

let otherFile = Promise.resolve();

/** One use of the file that is not active after the other. */
function inTurnForFile(step) {
  const result = otherFile.then(step);
  otherFile = result.catch(() => {});
  return result;
}

const steps = { open, rowsAt, forget, append, cancel, finish };
const uses = { checkpoint, erase };

onmessage = async ({ data: [id, name, given] }) => {
  try {
    const result = name in uses ? inTurnForFile(() => uses[name](given)) : inTurn(() => steps[name](given));
    postMessage([id, await result]);
  } catch (error) {
    postMessage([id, undefined, String(error?.message ?? error), error?.name]);
  }
};
