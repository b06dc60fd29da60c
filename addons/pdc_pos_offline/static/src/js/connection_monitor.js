export { ConnectionMonitor, connectionMonitor } from "/pos_offline/static/lib/pkg/index.js";
