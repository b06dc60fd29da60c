export { OfflineDB, offlineDB } from "/pos_offline/static/lib/pkg/index.js";
