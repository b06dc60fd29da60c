export { SyncManager, createSyncManager } from "/pos_offline/static/lib/pkg/index.js";
