// The worker of the journal. Every message is [id, name, argument]; the answer is [id, value], or [id, undefined, error text].
// What is said unasked has the id 0.
/** So many changes can be cancelled: a cancellation comes soon or never. */
const CANCELLABLE = 100;

let turn = Promise.resolve();

/** One step after the other; one that fails does not hold up the next. */
function inTurn(step) {
  const result = turn.then(step);
  turn = result.catch(() => {});
  return result;
}

let renewal = Promise.resolve();

/** One checkpoint after the other, between which steps go on. */
function renew(number, rows, erased) {
  const result = renewal.then(async () => {
    if (own.length) await checkpointInFile(number, rows, erased);
    // Once the files count, it need not repeat them.
    if (!active?.settled) await checkpointInMirror(number, rows, erased);
    else if (isMirrored) await checkpointInMirror(number, [], erased).then(() => (isMirrored = false));
    return state();
  });
  renewal = result.catch(() => {});
  return result;
}

/** What was appended, by the tickets that cancel it. */
const tickets = new Map();
let lastTicket = 0;

/** What a promise gives; undefined when it fails, and `problems` says why. */
async function attempt(promise, problems, who) {
  try {
    return await promise;
  } catch (error) {
    problems.push(`${who}: ${error.message}`);
    return undefined;
  }
}

/** Opens what can hold a copy; what is in it, and what is wrong with it. */
async function open(name) {
  shop = crc32(encoder.encode(name));
  mirrorName = `${name}-journal`;
  const problems = [];
  const hasFiles = navigator.storage && "getDirectory" in navigator.storage;
  if (hasFiles) problems.push(...((await attempt(openFiles(name), problems, "there are no files")) ?? []));
  const mirrored = await attempt(factsOfMirror(), problems, MIRROR);
  const isWhole = problems.length === 0;
  if (!hasFiles) problems.push("this browser has no files for it: a database of its own holds the copy");
  else if (isWhole && !own.length) problems.push("other tabs write all of its files: a database of its own holds the copy");
  const inFiles = factsOfFiles();
  return {
    ...state(),
    problems,
    isWhole,
    changes: inFiles.changes.concat(mirrored?.changes ?? []),
    checkpoints: inFiles.checkpoints.concat(mirrored?.checkpoints ?? []),
  };
}

const rowsAt = (places) => places.map((place) => (Array.isArray(place) ? rowInFile(place) : place.row));

/** Lets go of what was read. */
function forget() {
  for (const file of files) file.bytes = file.frames = undefined;
}

/** Copies changes: into the files, and into the mirror as long as those do not count. */
async function append([number, changes]) {
  const problems = [];
  const copyToMirror = () => attempt(appendToMirror(number, changes), problems, MIRROR);
  const isYoung = !active?.settled;
  const writing = own.length ? attempt(appendToFile(number, changes), problems, "a file") : undefined;
  const mirroring = isYoung ? copyToMirror() : undefined;
  const file = await writing;
  const isCopied = file && !isYoung;
  const replaced = isCopied ? undefined : await (mirroring ?? copyToMirror());
  lastTicket += 1;
  tickets.set(lastTicket, { number, file, replaced });
  tickets.delete(lastTicket - CANCELLABLE);
  return { ...state(), ticket: lastTicket, copies: Number(Boolean(isCopied || replaced)), problems };
}

/** What was appended did not happen. */
async function cancel(ticket) {
  const { number, file, replaced } = tickets.get(ticket) ?? {};
  if (file) await cancelInFile(file);
  if (replaced) await cancelInMirror(number, replaced);
}

/** Copies all that is open; then nothing older counts, wherever it is. */
async function checkpoint(database) {
  const { number, rows } = await readDatabase(...database);
  return renew(number, rows, false);
}

/** Nothing is open, because somebody deletes everything. */
const erase = (number) => renew(number, [], true);

/** Lets go of the files and ends. (`close` itself is the worker's own.) */
async function finish() {
  for (const file of own) await file.handle.close();
  mirror?.close();
  self.close();
}

const steps = { open, rowsAt, forget, append, cancel, finish };
const between = { checkpoint, erase };

onmessage = async ({ data: [id, name, given] }) => {
  try {
    const result = name in between ? between[name](given) : inTurn(() => steps[name](given));
    postMessage([id, await result]);
  } catch (error) {
    postMessage([id, undefined, String(error?.message ?? error)]);
  }
};
