// The files: some slots of two each. A worker writes one slot; frames are appended to one of its files, until all that is
// open is written into the other.
const SLOTS = 4;
const LARGEST = 256 * 2 ** 20;
const SETTLED_MS = 60_000;
/** Room that is made at a time: within it a write neither asks the browser for more nor changes what is known of the file. */
const ROOM = 256 * 1024;
/** Rows of a frame of a checkpoint, between two of which a sale is written. */
const ROWS_AT_ONCE = 50;

/** Every file, with its bytes until they are no longer asked for. */
let files = [];
/** The two files of the slot that this worker writes. */
let own = [];
/** The one that frames are appended to. */
let active;

const state = () => ({ files: own.length > 0, settled: Boolean(active?.settled), bytes: active?.end ?? 0 });

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

async function readThrough(handle) {
  const bytes = new Uint8Array(await handle.getSize());
  handle.read(bytes, { at: 0 });
  return bytes;
}

/** Reads a file; what is wrong with it, or nothing. */
async function look(file) {
  const { handle, entry } = file;
  Object.assign(file, { frames: [], generation: -1, end: HEADER });
  const size = handle ? await handle.getSize() : (await entry.getFile()).size;
  if (size > LARGEST) return "is larger than any journal; it is left as it is";
  const bytes = handle ? await readThrough(handle) : await readShared(entry);
  if (bytes.length === 0) return "";
  const header = readHeader(bytes);
  if (header && header.format > FORMAT) {
    return `was written by a newer version of this library (format ${header.format}); it is left as it is`;
  }
  if (header && header.shop !== shop) return "belongs to another database; it is left as it is";
  const { frames, end, isWhole } = readFrames(bytes);
  if (!header && !frames.length) return "holds nothing that can be read; it is left as it is";
  Object.assign(file, { bytes, frames, end, generation: header?.generation ?? -1, settled: header?.settled ?? false });
  return header && isWhole ? "" : "is damaged; what is whole in it was read";
}

/** Whether it may be written: empty, or ours. */
const isUsable = ({ problem }) => problem === "" || problem.startsWith("is damaged");

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

/** Makes what is missing, reads all, and takes a slot; what is wrong, in words. */
async function openFiles(name) {
  let directory = await navigator.storage.getDirectory();
  for (const part of ["pos-offline", encodeURIComponent(name)]) {
    directory = await directory.getDirectoryHandle(part, { create: true });
  }
  files = [];
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const pair = await slotOf(directory, slot);
    for (const file of pair) file.problem = await look(file).catch((error) => `cannot be read: ${error.message}`);
    if (!own.length && pair.every((file) => file.handle && isUsable(file))) await begin(pair);
    for (const file of pair) if (!own.includes(file)) await file.handle?.close();
    files.push(...pair);
  }
  return files.filter((file) => file.problem).map((file) => `file ${file.name} ${file.problem}`);
}

/** Writes this slot from now on. */
async function begin(pair) {
  own = pair;
  active = own[0].generation >= own[1].generation ? own[0] : own[1];
  const settled = own.every((file) => file.settled);
  for (const file of own) {
    file.settled = settled;
    if (file.generation < 0) await beginAnew(file, 0);
    else if (isRoom(file.bytes, file.end)) file.size = file.bytes.length;
    else await cut(file, file.end);
  }
  if (!settled) setTimeout(() => inTurn(settle), SETTLED_MS);
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

async function write(file, bytes, at) {
  if (file.handle.write(bytes, { at }) !== bytes.length) {
    throw new DOMException("a file of the journal could not be written to its end", "QuotaExceededError");
  }
}

async function cut(file, size) {
  await file.handle.truncate(size);
  file.size = size;
}

async function beginAnew(file, generation) {
  await cut(file, 0);
  await write(file, header(generation, file.settled), 0);
  await file.handle.flush();
  Object.assign(file, { generation, end: HEADER, size: HEADER });
}

async function add(file, bytes) {
  const missing = file.end + bytes.length - file.size;
  if (missing > 0) {
    const room = new Uint8Array(Math.max(missing, ROOM));
    await write(file, room, file.size);
    file.size += room.length;
  }
  await write(file, bytes, file.end);
  const at = file.end;
  file.end += bytes.length;
  return at;
}

/** Appends changes; the ticket to cancel them by. */
async function appendToFile(number, changes) {
  const file = active;
  const at = await add(file, frame(CHANGES, number, changes));
  await file.handle.flush();
  return { file, at };
}

async function cancelInFile({ file, at }) {
  await add(file, frame(CANCEL, at));
  await file.handle.flush();
}

/**
 * Every change of every file: [number, store, key, place, whether it is of a checkpoint], with a place only where a row was
 * put; and the checkpoints: [number, whether everything was deleted on purpose].
 */
function factsOfFiles() {
  const changes = [];
  const checkpoints = [];
  files.forEach((file, place) => {
    const cancelled = new Set(file.frames.filter(({ head }) => head[0] === CANCEL).map(({ head }) => head[1]));
    file.frames.forEach(({ head: [kind, number, rest], at, bodies }) => {
      if (kind === CHECKPOINT) checkpoints.push([number, Boolean(rest)]);
      if ((kind !== CHANGES && kind !== OPEN) || cancelled.has(at)) return;
      let from = bodies;
      for (const [store, key, length] of rest) {
        changes.push([number, store, unpack(key), length === undefined ? undefined : [place, from, length], kind === OPEN]);
        from += length ?? 0;
      }
    });
  });
  return { changes, checkpoints };
}

function rowInFile([place, from, length]) {
  return unpack(JSON.parse(decoder.decode(files[place].bytes.subarray(from, from + length))));
}

/** Begins the file that is not active with all that is open. */
async function checkpointInFile(number, rows, erased) {
  const file = await inTurn(async () => {
    const other = own[1 - own.indexOf(active)];
    await beginAnew(other, active.generation + 1);
    return other;
  });
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await inTurn(() => add(file, frame(OPEN, number, rows.slice(from, from + ROWS_AT_ONCE))));
  }
  await inTurn(async () => {
    await add(file, frame(CHECKPOINT, number, Number(erased)));
    await file.handle.flush();
    active = file;
  });
}
