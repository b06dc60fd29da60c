// The door of the package: instantiates the module once and hands out the classes, the till's own database, its connection
// monitor, and sync managers between them.
// Every URL below carries a hash of its content in the built package, so that no cache ever mixes two versions.
// Script and module are fetched side by side, which a static import would not do.
const [bindings, module] = await Promise.all([
  import("./pos_offline.js"),
  fetch(new URL("./pos_offline_bg.wasm", import.meta.url)),
]);
await bindings.default({ module_or_path: module });

// Filled in when the package is built.
export const version = "{version}";
export const { ConnectionMonitor, OfflineDB } = bindings;
export const connectionMonitor = new ConnectionMonitor();
export const offlineDB = new OfflineDB();
if (typeof window !== "undefined") {
  window.offlineDB = offlineDB;
}

/** As the errors of the module itself; it would say so without a code. */
function known(argument, value, type) {
  if (value instanceof type) return value;
  const error = new Error(`${argument}: must be ${type.name === "OfflineDB" ? "an" : "a"} ${type.name}`);
  throw Object.assign(error, { name: "PosOfflineError", code: "InvalidArgument" });
}

export class SyncManager extends bindings.SyncManager {
  constructor(pos, { database = offlineDB, monitor = connectionMonitor, ...options } = {}) {
    super(pos, known("database", database, OfflineDB), known("monitor", monitor, ConnectionMonitor), options);
  }
}
export const createSyncManager = (pos, options) => new SyncManager(pos, options);
