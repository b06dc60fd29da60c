// What the tests of the sync manager share: managers that are gone when their test ends, servers of the test's own.
import { promised } from "./assert.js";
import { Clock, until } from "./clock.js";
import { next } from "./ping.js";

const every = (ms) => ({ "2g": ms, "3g": ms, "4g": ms });
/** Nothing waits long, and nothing happens by itself because time has passed. */
const SYNC = { interval: 60_000, timeout: 2_000, backoff: { base: 5, cap: 20 } };
const MONITOR = { urls: ["/ping/ok"], intervals: every(60_000), timeouts: every(5_000), recheck: 20, backoff: { base: 5, cap: 20 } };

/** Runs a test with the means to make managers and monitors; all of them are ended when it ends. */
export async function desk({ SyncManager, ConnectionMonitor, OfflineDB, db, database }, test) {
  const begun = [];
  const monitor = (options) => {
    const made = new ConnectionMonitor({ ...MONITOR, ...options });
    begun.push(() => made.stop());
    return made;
  };
  const manager = ({ pos = {}, ...options } = {}) => {
    const given = { database: db, monitor: options.monitor ?? monitor(), ...SYNC, ...options };
    const made = new SyncManager(pos, given);
    begun.push(() => made.destroy());
    return Object.assign(made, { connection: given.monitor });
  };
  /** Another tab's handle of the same database. */
  const another = async () => {
    const made = new OfflineDB({ name: database });
    begun.push(() => made.close());
    await made.init();
    return made;
  };
  try {
    await test({ manager, monitor, another, db, database });
  } finally {
    for (const end of begun.reverse()) end();
  }
}

/**
 * The same with a clock that the test moves. The monitor has its answer and asks nothing more: a request in flight would
 * be late whenever the clock moves.
 */
export async function timed(kit, test) {
  const clock = new Clock().install();
  try {
    await desk(kit, async ({ manager, monitor, ...tools }) => {
      const connection = monitor({ intervals: every(1e9) });
      connection.start();
      await next(connection, "server-reachable");
      await test({ ...tools, monitor, connection, clock, manager: (options) => manager({ monitor: connection, ...options }) });
    });
  } finally {
    clock.uninstall();
  }
}

/** A transport that remembers what it was given, and answers as it is told. */
export function transport(answer = () => "ok", more = {}) {
  const made = {
    /** The uuids of each request; each item as it came. */
    requests: [],
    items: [],
    signals: [],
    answer,
    push(items, { signal }) {
      made.requests.push(items.map(({ uuid }) => uuid));
      made.items.push(...items);
      made.signals.push(signal);
      return made.answer(items, signal);
    },
    ...more,
  };
  return made;
}

/** A promise and its two ends. */
export function latch() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { open: resolve, fail: reject }));
  return made;
}

/** A `pos` that remembers each call of its `orm`, and what its bus has heard. */
export function till({ answer = () => 1, users = [], ...more } = {}) {
  const calls = [];
  const events = [];
  const call = (method) => async (...args) => {
    calls.push(structuredClone([method, ...args]));
    return method === "searchRead" ? users : answer(method, ...args);
  };
  const orm = { create: call("create"), write: call("write"), searchRead: call("searchRead") };
  const bus_service = { trigger: (event, detail) => void events.push([event, detail]) };
  return { user: { id: 2 }, env: { services: { orm, bus_service } }, calls, events, ...more };
}

/** An order as Odoo takes it. */
export const order = (uuid, values) => ({
  uuid,
  name: "/",
  state: "paid",
  session_id: 7,
  amount_total: 2.5,
  lines: [[0, 0, { product_id: 1, qty: 1, price_unit: 2.5 }]],
  payment_ids: [[0, 0, { uuid: `${uuid}-paid`, amount: 2.5, payment_method_id: 1 }]],
  ...values,
});

/** Collects the details of an event on window while `body` runs. */
export async function hearing(event, body) {
  const heard = [];
  const listener = ({ detail }) => heard.push(detail);
  window.addEventListener(event, listener);
  try {
    await body(heard);
  } finally {
    window.removeEventListener(event, listener);
  }
}

/** Collects what is logged while `body` runs. */
export async function logged(body) {
  const { log } = console;
  const lines = [];
  console.log = (...args) => lines.push(args.join(" "));
  try {
    await body(lines);
  } finally {
    console.log = log;
  }
}

/** Every row of a store as it is on disk, read with plain IndexedDB. */
export async function rowsOnDisk(database, store) {
  const connection = await promised(indexedDB.open(database));
  try {
    return await promised(connection.transaction(store).objectStore(store).getAll());
  } finally {
    connection.close();
  }
}

/** Every text of the database. */
export async function textOnDisk(database) {
  const connection = await promised(indexedDB.open(database));
  const stores = [...connection.objectStoreNames];
  connection.close();
  return JSON.stringify(await Promise.all(stores.map((store) => rowsOnDisk(database, store))));
}

/** Waits until nothing waits but what is refused, and the manager knows: a row leaves the disk before its copy does. */
export async function sent(manager, { but = 0 } = {}) {
  await until(async () => (await manager.updatePendingCount()) === but, `${but} rows to be left`);
  if (but === 0) await until(() => !manager.getSyncStatus().isSyncing, "the manager to know that nothing is left");
}

export const ago = (ms) => new Date(Date.now() - ms).toISOString();
export const uuidsOf = (rows) => rows.map((row) => row.uuid);
export const sorted = (values) => [...values].sort();

/** Stands in for the network while `body` runs: `answer` gives a Response, or undefined for a request that may pass. */
export async function network(answer, body) {
  const { fetch } = window;
  window.fetch = async (url, init) => (await answer(String(url), init)) ?? fetch(url, init);
  try {
    await body();
  } finally {
    window.fetch = fetch;
  }
}
