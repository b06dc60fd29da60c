// What a manager leaves behind when it is stopped: nothing. And what wakes one that slept.
import { equal, ok, rejects } from "../assert.js";
import { until } from "../clock.js";
import { desk, order, sent, timed, till, transport, uuidsOf } from "../desk.js";
import { endpoint, next, watchListeners } from "../ping.js";
import { shop } from "../shop.js";

const never = () => new Promise(() => {});
const idle = (manager) => until(() => !manager.getSyncStatus().isSyncing, "the end of the round");

/** Counts the channels that are open. */
function watchChannels() {
  const { BroadcastChannel: Native } = window;
  const open = new Set();
  window.BroadcastChannel = class extends Native {
    constructor(name) {
      super(name);
      open.add(this);
    }
    close() {
      open.delete(this);
      super.close();
    }
  };
  return { open, stop: () => (window.BroadcastChannel = Native) };
}

/** The locks of a database, held or waited for. */
async function locks(database) {
  const { held, pending } = await navigator.locks.query();
  return [...held, ...pending].filter(({ name }) => name.includes(database)).length;
}

/** Runs a test with everything watched that a manager can leave behind; the monitor has its own listeners and timers. */
const watched = (kit, test) =>
  timed(kit, async ({ connection, clock, ...tools }) => {
    const [listeners, channels] = [watchListeners(), watchChannels()];
    try {
      const left = () => [clock.timers.size - connection.pendingTimers, listeners.listening.size, channels.open.size];
      await test({ ...tools, connection, left, listening: listeners.listening });
    } finally {
      listeners.stop();
      channels.stop();
    }
  });

/** An instance of the module of its own: its classes, and how many values of JavaScript its table has room for. */
async function instance() {
  const text = await (await fetch("/pkg/index.js")).text();
  const [script] = text.match(/pos_offline-\w+\.js/);
  const [module] = text.match(/pos_offline_bg-\w+\.wasm/);
  const bindings = await import(`/pkg/${script}?instance=${crypto.randomUUID()}`);
  const exports = await bindings.default({ module_or_path: `/pkg/${module}` });
  const table = Object.values(exports).find((value) => value instanceof WebAssembly.Table);
  return { bindings, room: () => table.length };
}

export default {
  "the table of values does not grow with what is sent, told and refused, with or without a pos": async ({ database }) => {
    const { bindings, room } = await instance();
    const db = new bindings.OfflineDB({ name: database });
    await db.init();
    const monitor = new bindings.ConnectionMonitor({ urls: ["/ping/ok"] });
    await monitor.checkNow();
    const answers = ["ok", { outcome: "rejected", message: "no" }];
    const round = async (pos, answer, count) => {
      const manager = new bindings.SyncManager(pos, db, monitor, { transport: { batch: 20, push: (items) => items.map(() => answer) } });
      for (let at = 0; at < count; at++) await manager.addToSyncQueue("order", { amount_total: at });
      await manager.syncOfflineTransactions();
      for (const { id } of await manager.getRejected()) await manager.discardRejected(id);
      manager.destroy();
    };
    for (const pos of [null, till()]) {
      for (const answer of answers) for (let at = 0; at < 2; at++) await round(pos, answer, 40);
      const before = room();
      for (const answer of answers) for (let at = 0; at < 5; at++) await round(pos, answer, 40);
      equal(room(), before, "the table has grown");
    }
    db.close();
  },

  "a manager that was made and not started has no timer, listener, channel or lock, also when it is used": (kit) =>
    watched(kit, async ({ manager, left, database }) => {
      const tested = manager({ transport: transport() });
      await tested.addToSyncQueue("order", order("a"));
      await tested.updatePendingCount();
      await tested.syncAll();
      equal([left(), await locks(database)], [[0, 0, 0], 0]);
    }),

  "while it runs it has one timer, one channel and its listeners; stopSync() and destroy() leave none": (kit) =>
    watched(kit, async ({ manager, left, listening, database }) => {
      for (const end of ["stopSync", "destroy"]) {
        const tested = manager({ transport: transport() });
        await tested.init();
        tested.startSync();
        await idle(tested);
        equal(left(), [1, 5, 1]);
        equal([...listening].sort(), ["document:resume", "document:visibilitychange", "window:focus", "window:online", "window:pageshow"]);
        tested[end]();
        tested[end]();
        equal([end, left()], [end, [0, 0, 0]]);
        await until(async () => (await locks(database)) === 0, "the lock to be free");
      }
    }),

  "stopped in the middle of a request it aborts it, and whoever waits hears of it": (kit) =>
    watched(kit, async ({ manager, left, database, db }) => {
      for (const end of ["stopSync", "destroy"]) {
        const sending = transport(never);
        const tested = manager({ transport: sending });
        await tested.init();
        await tested.addToSyncQueue("order", { uuid: end });
        await until(() => sending.signals.length === 1, "the request");
        const waiting = [tested.syncAll(), tested.forceSyncNow(), tested.syncOfflineTransactions()];
        ok((await locks(database)) === 1 && !sending.signals[0].aborted);
        tested[end]();
        equal([end, left(), sending.signals[0].aborted, tested.getSyncStatus().isSyncing], [end, [0, 0, 0], true, false]);
        for (const one of waiting) await rejects(one, "Aborted");
        await until(async () => (await locks(database)) === 0, "the lock to be free");
        const [row] = await db.getPendingTransactions();
        equal([row.uuid, row.state, row.uncertain], [end, "in_flight", true]);
        await db.clear("transactions");
      }
    }),

  "the server sees the request end": (kit) =>
    desk(kit, async ({ manager }) => {
      const at = await shop({ latency: 600_000 });
      const tested = manager({ transport: { kind: "odoo", url: at.url }, timeout: 600_000 });
      const ended = [];
      const { fetch } = window;
      window.fetch = (url, init) => {
        init?.signal?.addEventListener("abort", () => ended.push(String(url)));
        return fetch(url, init);
      };
      try {
        await tested.init();
        await tested.addToSyncQueue("order", order("a"));
        await until(async () => (await at.state()).log.length === 1, "the request");
        equal(ended.filter((url) => url.includes("sync_from_ui")), []);
        tested.stopSync();
        equal(ended.filter((url) => url.includes("sync_from_ui")).length, 1);
      } finally {
        window.fetch = fetch;
      }
    }),

  "after stopSync() it starts again, and what was in flight is asked about and sent": (kit) =>
    desk(kit, async ({ manager, db }) => {
      let hangs = true;
      const asked = [];
      const sending = transport(() => (hangs ? never() : "ok"), { known: (uuids) => (asked.push(...uuids), []) });
      const tested = manager({ transport: sending, timeout: 200 });
      await tested.init();
      await tested.addToSyncQueue("order", { uuid: "a" });
      await until(() => sending.items.length === 1, "the request");
      tested.stopSync();
      hangs = false;
      await tested.addToSyncQueue("order", { uuid: "b" });
      equal([sending.items.length, await db.count("transactions")], [1, 2]);
      tested.startSync();
      await sent(tested);
      equal([sending.items.filter(({ uuid }) => uuid === "b").length, asked], [1, ["a"]]);
      equal(sending.items.filter(({ uuid }) => uuid === "a").length, 2);
    }),

  "it can be stopped from its own event": (kit) =>
    watched(kit, async ({ manager, left, database }) => {
      const pos = till();
      const tested = manager({ pos, parallel: 1 });
      pos.env.services.bus_service.trigger = () => tested.destroy();
      for (const uuid of ["a", "b", "c"]) await tested.addToSyncQueue("order", order(uuid));
      await tested.init();
      await until(() => pos.calls.length > 0 && !tested.getSyncStatus().isSyncing, "the end");
      equal([left(), pos.calls.length], [[0, 0, 0], 1]);
      await until(async () => (await locks(database)) === 0, "the lock to be free");
    }),

  "a manager that is freed while it runs leaves nothing behind": (kit) =>
    watched(kit, async ({ db, connection, left, database }) => {
      const tested = new kit.SyncManager({}, { database: db, monitor: connection, transport: transport(), interval: 60_000 });
      await tested.init();
      await idle(tested);
      equal(left(), [1, 5, 1]);
      tested.free();
      equal([left(), await locks(database)], [[0, 0, 0], 0]);
      connection.setAccepting("maintenance");
      connection.setAccepting(null);
      window.dispatchEvent(new Event("focus"));
    }),

  "a round that lasts longer than the interval is not asked for again and again": (kit) =>
    desk(kit, async ({ manager }) => {
      let rounds = 0;
      const sending = transport(undefined, { users: () => ((rounds += 1), never()) });
      const tested = manager({ pos: till(), transport: sending, interval: 10, timeout: 600_000 });
      tested.startSync();
      await until(() => rounds === 1, "the round");
      const { setTimeout } = window;
      let set = 0;
      window.setTimeout = (...args) => ((set += 1), setTimeout(...args));
      const begun = performance.now();
      try {
        await until(() => performance.now() > begun + 400);
      } finally {
        window.setTimeout = setTimeout;
      }
      const passed = performance.now() - begun;
      ok(set <= 5 + passed / 10, `${set} timers in ${passed} ms with an interval of 10 ms`);
      equal(rounds, 1);
    }),

  "what is due while timers sleep goes out when the page wakes": (kit) =>
    timed(kit, async ({ manager, clock }) => {
      const events = {
        focus: () => window.dispatchEvent(new Event("focus")),
        online: () => window.dispatchEvent(new Event("online")),
        pageshow: () => window.dispatchEvent(new Event("pageshow")),
        visibilitychange: () => document.dispatchEvent(new Event("visibilitychange")),
        resume: () => document.dispatchEvent(new Event("resume")),
      };
      for (const [name, happens] of Object.entries(events)) {
        const answers = ["server-error"];
        const sending = transport(() => answers.shift() ?? "ok");
        const tested = manager({ transport: sending, backoff: { base: 30_000, cap: 30_000 }, interval: 3_600_000 });
        await tested.init();
        await idle(tested);
        await tested.addToSyncQueue("order", { uuid: name });
        await until(() => tested.getSyncStatus().lastError && !tested.getSyncStatus().isSyncing, "the failure");
        clock.sleep(30_000);
        equal([name, sending.items.length], [name, 1]);
        happens();
        await sent(tested);
        equal([name, uuidsOf(sending.items)], [name, [name, name]]);
        tested.destroy();
      }
    }),

  "a round that is overdue begins when the page wakes": (kit) =>
    timed(kit, async ({ manager, clock }) => {
      let rounds = 0;
      const sending = transport(undefined, { users: () => ((rounds += 1), []) });
      const tested = manager({ pos: till(), transport: sending });
      tested.startSync();
      await idle(tested);
      clock.sleep(59_000);
      document.dispatchEvent(new Event("visibilitychange"));
      equal([rounds, tested.getSyncStatus().isSyncing], [1, false]);
      clock.sleep(1_000);
      document.dispatchEvent(new Event("visibilitychange"));
      await until(() => rounds === 2, "the round");
      await idle(tested);
    }),

  "when the server is back, what waits is sent at once, before its next attempt": (kit) =>
    desk(kit, async ({ manager, monitor }) => {
      const server = await endpoint("ok");
      const connection = monitor({ urls: [server.url] });
      let answer = "network";
      const sending = transport(() => answer);
      const tested = manager({ transport: sending, monitor: connection, backoff: { base: 1e9, cap: 1e9 } });
      await tested.init();
      await next(connection, "server-reachable");
      await tested.addToSyncQueue("order", { uuid: "a" });
      await until(() => tested.getSyncStatus().hold?.reason === "network" && !tested.getSyncStatus().isSyncing, "the hold");
      const lost = next(connection, "server-unreachable");
      await server.answer("drop");
      connection.checkNow();
      await lost;
      equal([tested.getSyncStatus().isOnline, await tested.forceSyncNow(), sending.items.length], [false, false, 1]);
      answer = "ok";
      await server.answer("ok");
      connection.checkNow();
      await sent(tested);
      equal([uuidsOf(sending.items), tested.getSyncStatus().hold], [["a", "a"], null]);
    }),

  "a pause that ends in the very moment in which the senders stop for it is not waited out until the next round": (kit) =>
    desk(kit, async ({ manager, monitor }) => {
      const connection = monitor();
      connection.start();
      await next(connection, "server-reachable");
      const { now } = Date;
      const { random } = Math;
      // Each look at the clock is a millisecond later than the one before: the pause ends between one and the next.
      let looks = 0;
      Date.now = () => now() + looks++;
      Math.random = () => 1 - Number.EPSILON;
      try {
        for (let base = 1; base <= 24; base += 1) {
          const sending = transport((items) => (sending.requests.length === 1 ? "network" : "ok"));
          const tested = manager({ transport: sending, monitor: connection, backoff: { base, cap: base } });
          await tested.init();
          await tested.addToSyncQueue("order", { uuid: `paused ${base} ms` });
          await sent(tested);
          equal([base, sending.requests.length], [base, 2]);
          tested.destroy();
        }
      } finally {
        Object.assign(Date, { now });
        Object.assign(Math, { random });
      }
    }),
};
