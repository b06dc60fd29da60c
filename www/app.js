// The demo and debugging page: a till, and everything that a person who helps wants to see. Its parts are in panels/; all
// that they show comes from the package, and every error is shown in words.
import "./timers.js";
import { ConnectionMonitor, OfflineDB, createSyncManager, offlineDB, version } from "../pkg/index.js";
import { html, render } from "lit-html";
import { keepFiles } from "./offline.js";
import { catalogue } from "./panels/catalogue.js";
import { connection, truths } from "./panels/connection.js";
import { outbox } from "./panels/outbox.js";
import { soak } from "./panels/soak.js";
import { storage } from "./panels/storage.js";
import { till } from "./panels/till.js";
import { DemoServer } from "./server.js";
import { $, act, problem, whole } from "./ui.js";

const every = (ms) => ({ "2g": ms, "3g": ms, "4g": ms });
/** Shorter than in a shop, so that a person sees what happens. */
const settings = {
  monitor: { nonce: "pong", intervals: every(5_000), timeouts: every(2_000), recheck: 300, backoff: { base: 500, cap: 5_000 } },
  sync: { interval: 30_000, timeout: 8_000, backoff: { base: 500, cap: 10_000 } },
};

const server = new DemoServer("demo");
const monitor = new ConnectionMonitor({ ...settings.monitor, urls: [`${server.url}/ping`] });
const sync = createSyncManager(
  { user: { id: 2 } },
  { ...settings.sync, monitor, transport: { kind: "odoo", url: server.url, context: { config_id: 1 } }, keepSynced: true },
);
/** By store, how the last query of a panel was served: {index, missingIndex, took}. */
const queries = new Map();

/** Runs a query of a panel, by a method that does the same when one is given, and notes how the store serves it. */
async function ask(store, query, method = () => offlineDB.query(store, query)) {
  const began = performance.now();
  const rows = await method();
  const took = performance.now() - began;
  queries.set(store, { ...(await offlineDB.explain(store, query)), took });
  return rows;
}

/** What a panel is given. `changed` has every panel show anew what it shows. */
const context = { db: offlineDB, monitor, sync, server, session: 1, version, queries, ask, changed };
const panels = {
  till: till(context),
  outbox: outbox(context),
  connection: connection(context),
  catalogue: catalogue(context),
  storage: storage(context),
  soak: soak({ OfflineDB, ConnectionMonitor, createSyncManager, settings }),
};

let reloadable = false;

function showLamps() {
  const { pendingCount, rejectedCount } = sync.getSyncStatus();
  const lamps = [
    ...truths(monitor).map(([name, holds]) => [name, holds]),
    [rejectedCount ? `${whole(rejectedCount)} rejected` : `${whole(pendingCount)} to sync`, pendingCount === 0],
    [reloadable ? "Opens offline" : "Needs the server to open", reloadable],
  ];
  const lamp = ([name, good]) => html`<li class="lamp ${good ? "good" : "bad"}">${good ? "✓" : "✕"} ${name}</li>`;
  render(lamps.map(lamp), $("lamps"));
}

function showState() {
  const { name, open, version, reopened } = offlineDB.status();
  const healed = reopened ? `, reopened ${reopened} times` : "";
  $("state").textContent = open ? `${name}, version ${version}, open${healed}` : `${name} is closed`;
}

/** At most one showing at a time, and one more when something has changed meanwhile. */
let showing = false;
let stale = false;
async function changed() {
  stale = true;
  if (showing) return;
  showing = true;
  while (stale) {
    stale = false;
    showState();
    showLamps();
    for (const panel of Object.values(panels)) {
      // A closed database is a state to look at, not a problem.
      await Promise.resolve(panel.show()).catch((error) => error.code === "Closed" || problem(error));
    }
  }
  showing = false;
}

for (const event of ["pos-sync-progress", "pos-sync-rejected"]) window.addEventListener(event, changed);
for (const event of ["server-reachable", "server-unreachable", "connection-lost", "connection-restored", "accepting-changed"]) {
  monitor.on(event, changed);
}

await act(async () => {
  await offlineDB.init();
  await panels.till.restore();
  await sync.init();
  sync.startSync();
});
await changed();
// Ages grow, and other tabs sell too.
setInterval(changed, 1_000);
// Unless somebody was faster.
if (document.activeElement === document.body) $("scan").focus();
reloadable = await keepFiles().catch(() => Boolean(navigator.serviceWorker?.controller));
changed();
