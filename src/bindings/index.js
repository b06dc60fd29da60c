// The door of the package: instantiates the module once and hands out the classes and the till's own database.
// Every URL below carries a hash of its content in the built package, so that no cache ever mixes two versions.
import init, { OfflineDB } from "./pos_offline.js";

await init({ module_or_path: new URL("./pos_offline_bg.wasm", import.meta.url) });

const offlineDB = new OfflineDB();
if (typeof window !== "undefined") {
  window.offlineDB = offlineDB;
}

export { OfflineDB, offlineDB };
