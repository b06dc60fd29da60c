// Several managers on one database, as several tabs have them: one sends, the others are told, and none is missed.
import { equal, ok } from "../assert.js";
import { until } from "../clock.js";
import { desk, latch, order, sent, sorted, timed, till, transport, uuidsOf } from "../desk.js";

const never = () => new Promise(() => {});
const names = (count) => Array.from({ length: count }, (_, at) => `o${at}`);
const idle = (manager) => until(() => !manager.getSyncStatus().isSyncing, "the end of the round");
const lockOf = (database) => `pos-offline:outbox:${database}`;

/** Runs `body` in a browser that lacks something. */
async function without(object, name, body) {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value: undefined, configurable: true });
  try {
    await body();
  } finally {
    delete object[name];
    if (own) Object.defineProperty(object, name, own);
  }
}

/** Takes the lock of a database as another tab does; resolves with what lets go of it. */
async function taken(database) {
  const gate = latch();
  const held = latch();
  navigator.locks.request(lockOf(database), () => (held.open(), gate.promise));
  await held.promise;
  return gate;
}

/** A transport that several managers share: what it got, and how many requests there were at once. */
function server() {
  const shared = transport(async () => {
    shared.most = Math.max(shared.most, (shared.open += 1));
    await new Promise((resolve) => setTimeout(resolve, 3));
    shared.open -= 1;
    return "ok";
  });
  return Object.assign(shared, { open: 0, most: 0 });
}

/** Two managers that sell and send at the same time; what the server got. */
async function both({ manager, another }, options) {
  const shared = server();
  const tills = [manager({ transport: shared, ...options }), manager({ transport: shared, database: await another(), ...options })];
  for (const one of tills) {
    await one.init();
    one.startSync();
  }
  await Promise.all(names(40).map((uuid, at) => tills[at % 2].addToSyncQueue("order", order(uuid))));
  await Promise.all(tills.map((one) => sent(one)));
  equal(sorted(uuidsOf(shared.items)), sorted(names(40)), "each once");
  return shared;
}

export default {
  "two managers send everything once, and only one of them at a time": (kit) =>
    desk(kit, async (tools) => {
      const shared = await both(tools, { parallel: 2, timeout: 20_000 });
      ok(shared.most <= 2, `${shared.most} requests at once`);
    }),

  "without Web Locks they still send everything once": (kit) =>
    desk(kit, (tools) => without(navigator, "locks", () => both(tools, { timeout: 20_000 }))),

  "without Web Locks and channels too": (kit) =>
    desk(kit, (tools) => without(navigator, "locks", () => without(window, "BroadcastChannel", () => both(tools, { timeout: 20_000 })))),

  "whoever has the lock sends, and when it goes another takes over": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const gate = await taken(database);
      const sending = transport();
      const tested = manager({ transport: sending, timeout: 600_000 });
      await tested.init();
      await tested.addToSyncQueue("order", { uuid: "a" });
      await until(async () => (await navigator.locks.query()).pending.length === 1, "the manager to wait for the lock");
      equal([sending.items, tested.getSyncStatus().isSyncing], [[], true]);
      gate.open();
      await sent(tested);
      equal(uuidsOf(sending.items), ["a"]);
    }),

  "a tab that hangs with the lock keeps nobody waiting for ever": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const gate = await taken(database);
      const sending = transport();
      const tested = manager({ transport: sending, timeout: 100 });
      await tested.init();
      await tested.addToSyncQueue("order", { uuid: "a" });
      await sent(tested);
      equal(uuidsOf(sending.items), ["a"]);
      gate.open();
    }),

  "whoever is stopped while it waits for the lock waits no longer": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const gate = await taken(database);
      const tested = manager({ transport: transport(), timeout: 600_000 });
      await tested.init();
      const pending = async () => (await navigator.locks.query()).pending.filter(({ name }) => name === lockOf(database)).length;
      await until(async () => (await pending()) === 1, "the manager to wait");
      tested.stopSync();
      await until(async () => (await pending()) === 0, "the end of the wait");
      gate.open();
      await navigator.locks.request(lockOf(database), () => equal(tested.getSyncStatus().isSyncing, false));
    }),

  "what a tab that died had in flight is asked about and sent by another": (kit) =>
    desk(kit, async ({ manager, another }) => {
      const hanging = transport(never);
      const dead = manager({ transport: hanging, timeout: 400 });
      for (const uuid of ["a", "b"]) await dead.addToSyncQueue("order", { uuid });
      await dead.init();
      await until(() => hanging.items.length === 2, "both in flight");
      dead.destroy();
      const asked = [];
      const sending = transport(undefined, { known: (uuids) => (asked.push(...uuids), ["a"]) });
      const tested = manager({ transport: sending, database: await another(), timeout: 200 });
      await tested.init();
      await sent(tested);
      equal([sorted(asked), uuidsOf(sending.items)], [["a", "b"], ["b"]]);
    }),

  "progress and counts reach the other manager": (kit) =>
    desk(kit, async ({ manager, monitor, another }) => {
      const connection = monitor();
      connection.start();
      connection.forceOffline();
      const pos = till();
      const watching = manager({ pos, monitor: connection, database: await another() });
      await watching.init();
      const gate = latch();
      const answer = async ([{ uuid }]) => (await gate.promise, uuid === "c" ? { outcome: "rejected", message: "no" } : "ok");
      const sending = manager({ transport: transport(answer), parallel: 1 });
      await sending.init();
      const receipts = [];
      for (const uuid of ["a", "b", "c"]) receipts.push(await sending.addToSyncQueue("order", { uuid }));
      await until(() => watching.getSyncStatus().pendingCount === 3, "the count to rise");
      equal(watching.getNetworkState().unsyncData, ["a", "b", "c"]);
      gate.open();
      await until(() => watching.getSyncStatus().pendingCount === 1 && watching.getSyncStatus().rejectedCount === 1, "the count to fall");
      const progress = receipts.slice(0, 2).map(({ id, uuid }, at) => ({ synced: at + 1, transactionId: id, uuid, type: "order" }));
      equal([pos.events, pos.calls], [progress.map((detail) => ["pos-sync-progress", detail]), []]);
    }),

  "managers of different databases hear nothing of each other": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const other = new kit.OfflineDB({ name: `${database}-other` });
      await other.init();
      try {
        const pos = till();
        const watching = manager({ pos, database: other });
        await watching.init();
        await idle(watching);
        const sending = manager({ transport: transport() });
        await sending.init();
        await sending.addToSyncQueue("order", { uuid: "a" });
        await sent(sending);
        equal([pos.events, watching.getSyncStatus().pendingCount], [[], 0]);
      } finally {
        await other.reset();
        other.close();
      }
    }),

  "what a tab has queued and cannot send, another sends": (kit) =>
    timed(kit, async ({ manager, monitor, another, clock }) => {
      const connection = monitor();
      connection.start();
      connection.forceOffline();
      const sending = transport();
      const tested = manager({ transport: sending });
      await tested.init();
      await idle(tested);
      const queueing = manager({ transport: transport(), monitor: connection, database: await another() });
      await queueing.init();
      await queueing.addToSyncQueue("order", { uuid: "a" });
      await until(() => tested.getSyncStatus().pendingCount === 1, "the notice");
      clock.advance(2_000);
      await sent(tested);
      equal(uuidsOf(sending.items), ["a"]);
    }),
};
