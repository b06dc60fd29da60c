import { ConnectionMonitor, OfflineDB, SyncManager as Manager } from "./pos_offline.js";
import type { Pos, SyncManagerOptions } from "./pos_offline.js";

export { ConnectionMonitor, OfflineDB };
export type * from "./pos_offline.js";

/** Of this package, such as `0.1.0`: for reports about it. */
export declare const version: string;

/** The till's own database, `PDCPOSOfflineDB`; also `window.offlineDB`. */
export declare const offlineDB: OfflineDB;

/** Watches the network and the till's own server; does nothing before `start()`. */
export declare const connectionMonitor: ConnectionMonitor;

/** Brings what is queued to the server: everything once, and nothing is ever lost. */
export declare class SyncManager extends Manager {
  /** A manager that does nothing before `init()` or `startSync()`. */
  constructor(pos?: Pos | null, options?: SyncManagerOptions);
}

/** A sync manager of the till's own database and connection monitor. */
export declare function createSyncManager(pos?: Pos | null, options?: SyncManagerOptions): SyncManager;

declare global {
  interface Window {
    offlineDB: OfflineDB;
  }
}
