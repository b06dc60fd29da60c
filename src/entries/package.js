// What every entry of the package hands out, made once in a page: the classes, the till's own database, its connection monitor,
// and sync managers between them.
import instantiate, { initSync, ConnectionMonitor, OfflineDB, SyncManager as Manager } from "../../pkg/pos_offline.js";
import { compiled, compiledNow, failure } from "./module.js";

// The parts, for whoever wants an instance of its own: tests and the benchmark.
export * from "../../pkg/pos_offline.js";
export { instantiate as default };

/** Where the first copy of the package that a page has loaded leaves itself for the others. */
const FIRST = Symbol.for("pos-offline");

let starting;
/** The exports of the package, after its module has been compiled; a start that has failed can be tried again. */
export function start(source, from) {
  starting ??= begin(source).catch((error) => {
    starting = undefined;
    throw error;
  });
  return starting.then(() => firstOf(from));
}

async function begin(source) {
  if (!globalThis[FIRST]) await instantiate({ module_or_path: await compiled(source) });
}

/** As start(), at once, which browsers allow for a module of this size. */
export function startNow(bytes) {
  if (!globalThis[FIRST]) initSync({ module: compiledNow(bytes) });
  return firstOf("a bundle");
}

/** The option `module` of load(), or what is beside the entry. */
export function sourceOf(options = {}, beside) {
  if (typeof options !== "object" || options === null) throw failure("InvalidArgument", "options: must be an object such as { module }");
  const unknown = Object.keys(options).find((name) => name !== "module");
  if (unknown) throw failure("InvalidArgument", `${unknown}: is no option; there is one, module`);
  return options.module === undefined ? beside : options.module;
}

let mine, hasTold;
/** The exports of the copy that was first; two of them would each open the till's database and number its sales. */
function firstOf(from) {
  if (!globalThis[FIRST]) {
    mine = { from, exports: made() };
    Object.defineProperty(globalThis, FIRST, { value: mine });
    if (typeof window !== "undefined") window.offlineDB = mine.exports.offlineDB;
  }
  const first = globalThis[FIRST];
  if (first !== mine && !hasTold) {
    hasTold = true;
    const name = ({ version }, place) => `version ${version} from ${place}`;
    console.warn(
      `pos-offline: ${name({ version: VERSION }, from)} is loaded beside ${name(first.exports, first.from)}, which was first and is ` +
        "used in its place; have the page load one of them only",
    );
  }
  return first.exports;
}

function made() {
  const [offlineDB, connectionMonitor] = [new OfflineDB(), new ConnectionMonitor()];
  class SyncManager extends Manager {
    constructor(pos, { database = offlineDB, monitor = connectionMonitor, ...options } = {}) {
      super(pos, known("database", database, OfflineDB), known("monitor", monitor, ConnectionMonitor), options);
    }
  }
  const createSyncManager = (pos, options) => new SyncManager(pos, options);
  return { version: VERSION, offlineDB, connectionMonitor, OfflineDB, ConnectionMonitor, SyncManager, createSyncManager };
}

/** As the errors of the module itself; it would say so without a code. */
function known(argument, value, type) {
  if (value instanceof type) return value;
  throw failure("InvalidArgument", `${argument}: must be ${type === OfflineDB ? "an OfflineDB" : "a ConnectionMonitor"}`);
}
