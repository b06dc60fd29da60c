import { OfflineDB } from "./pos_offline.js";

export { OfflineDB };
export type * from "./pos_offline.js";

/** The till's own database, `PDCPOSOfflineDB`; also `window.offlineDB`. */
export declare const offlineDB: OfflineDB;

declare global {
  interface Window {
    offlineDB: OfflineDB;
  }
}
