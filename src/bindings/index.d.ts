import { ConnectionMonitor, OfflineDB } from "./pos_offline.js";

export { ConnectionMonitor, OfflineDB };
export type * from "./pos_offline.js";

/** The till's own database, `PDCPOSOfflineDB`; also `window.offlineDB`. */
export declare const offlineDB: OfflineDB;

/** Watches the network and the till's own server; does nothing before `start()`. */
export declare const connectionMonitor: ConnectionMonitor;

declare global {
  interface Window {
    offlineDB: OfflineDB;
  }
}
