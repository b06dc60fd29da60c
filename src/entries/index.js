// `pos-offline`: the package where a module may wait while it loads (top-level await): pages, and workers that are modules.
// Every URL below carries a hash of its content in the built package, so that no cache ever mixes two versions.
// Script and module are fetched side by side, which a static import would not do.
const module = fetch(new URL("./pos_offline_bg.wasm", import.meta.url));
// `start` waits for it and says what is wrong.
module.catch(() => {});
const { start } = await import("./pos_offline.js");

export const { version, offlineDB, connectionMonitor, OfflineDB, ConnectionMonitor, SyncManager, createSyncManager } = await start(
  module,
  import.meta.url,
);
