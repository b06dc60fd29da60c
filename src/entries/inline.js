// `pos-offline/inline`: the package in one file with the module inside, ready when it has been imported: for bundlers that do not
// carry the module along, for bundles that are no ES modules, and for Node. Nothing is fetched, and nothing waits.
import bytes from "../../pkg/pos_offline_bg.wasm";
import { startNow } from "./package.js";

export const { version, offlineDB, connectionMonitor, OfflineDB, ConnectionMonitor, SyncManager, createSyncManager } = startNow(bytes);
