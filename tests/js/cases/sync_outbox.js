// The outbox: receipts, the sequence of a till, sales that are committed as a whole, and what keeps its order.
import { equal, ok, onDisk, rejects } from "../assert.js";
import { until } from "../clock.js";
import { desk, latch, order, rowsOnDisk, sent, sorted, timed, transport, uuidsOf } from "../desk.js";

const parts = (uuid, values) => ({
  order: { uuid, name: "/", state: "paid", session_id: 7, amount_total: 2.5, ...values },
  lines: [{ product_id: 1, qty: 1 }],
  payments: [{ amount: 2.5, payment_method_id: 1 }],
});
const numbers = (count) => Array.from({ length: count }, (_, at) => at + 1);
const sequences = (receipts) => receipts.map(({ sequence }) => sequence).sort((a, b) => a - b);
const empty = async (database) => equal([await rowsOnDisk(database, "transactions"), await rowsOnDisk(database, "orders")], [[], []]);

export default {
  "a receipt names the row that is on disk, committed strictly": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const tested = manager({ transport: transport() });
      const before = Date.now();
      const receipt = await tested.addToSyncQueue("order", { amount_total: 5 });
      equal(db.status().lastWrite, { stores: ["transactions", "config"], durability: "strict" });
      const row = await onDisk(database, "transactions", receipt.id);
      equal([row.id, row.uuid, row.sequence, row.type, row.synced], [receipt.id, receipt.uuid, 1, "order", 0]);
      equal([row.data, row.state, row.attempts], [{ amount_total: 5 }, "pending", 0]);
      equal(Object.keys(receipt), ["id", "uuid", "sequence", "committedAt", "durability", "copies"]);
      equal([receipt.sequence, new Date(receipt.committedAt).toISOString()], [1, receipt.committedAt]);
      ok(Date.parse(receipt.committedAt) >= before && Date.parse(receipt.committedAt) <= Date.now());
      ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(receipt.uuid), receipt.uuid);
    }),

  "a receipt comes after the commit and not before": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: transport() });
      const ended = [];
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        const native = transaction.apply(this, args);
        const isOurs = native.mode === "readwrite" && !this.name.endsWith("-journal");
        if (isOurs) native.addEventListener("complete", () => ended.push(native.durability));
        return native;
      };
      try {
        for (const add of [() => tested.addToSyncQueue("order", order("a")), () => tested.commitSale(parts("b"))]) {
          ended.length = 0;
          await add();
          equal(ended, ["strict"], "one transaction, strict and complete");
        }
      } finally {
        IDBDatabase.prototype.transaction = transaction;
      }
    }),

  "the sequence has no gap, over both ways of adding, parallel calls and two managers": (kit) =>
    desk(kit, async ({ manager, another }) => {
      const tills = [manager({ transport: transport() }), manager({ transport: transport(), database: await another() })];
      const adding = numbers(60).map((at) => {
        const till = tills[at % 2];
        return at % 3 ? till.addToSyncQueue("order", order(`o${at}`)) : till.commitSale(parts(`o${at}`));
      });
      equal(sequences(await Promise.all(adding)), numbers(60));
      const { sequence } = await tills[0].addToSyncQueue("payment", { amount: 1 });
      equal(sequence, 61);
    }),

  "the order of the sequence is the order of time, within a millisecond and when the clock is set back": (kit) =>
    timed(kit, async ({ manager, db, clock }) => {
      const tested = manager({ transport: transport() });
      const add = (uuid) => tested.addToSyncQueue("order", order(uuid));
      await Promise.all(["a", "b", "c"].map(add));
      clock.time -= 3_600_000;
      await add("d");
      await Promise.all(["e", "f"].map(add));
      const rows = await db.getPendingTransactions();
      equal(rows.map(({ uuid, sequence }) => [uuid, sequence]), ["a", "b", "c", "d", "e", "f"].map((uuid, at) => [uuid, at + 1]));
      equal(new Set(rows.map((row) => row.created_at)).size, 6);
    }),

  "commitSale() puts order, lines, payments and the row of the outbox on disk together": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const tested = manager({ transport: transport() });
      const given = parts("a", { uiState: { screen: 1 } });
      const receipt = await tested.commitSale(given);
      equal(db.status().lastWrite, { stores: ["transactions", "config", "orders"], durability: "strict" });
      const saved = await onDisk(database, "orders", "a");
      equal([saved.uuid, saved.sequence, saved.state, saved.JSONuiState], ["a", 1, "paid", '{"screen":1}']);
      const { data } = await onDisk(database, "transactions", receipt.id);
      const commands = { lines: [[0, 0, { product_id: 1, qty: 1 }]], payment_ids: [[0, 0, { amount: 2.5, payment_method_id: 1 }]] };
      equal([data, receipt.uuid], [{ ...given.order, ...commands }, "a"]);
      equal([saved.lines, saved.payment_ids], [commands.lines, commands.payment_ids]);
      equal(given.order.lines, undefined, "the caller's objects are left alone");
      const whole = await tested.commitSale({ order: { amount_total: 1, lines: [[0, 0, { qty: 2 }]] } });
      const row = await onDisk(database, "transactions", whole.id);
      equal([row.data.lines, row.data.uuid, row.sequence], [[[0, 0, { qty: 2 }]], whole.uuid, 2]);
      equal((await onDisk(database, "orders", whole.uuid)).amount_total, 1);
    }),

  "a sale that cannot be stored leaves nothing on disk, and its number goes to the next": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const tested = manager({ transport: transport() });
      const uncloneable = { ...parts("a"), lines: [{ qty: 1 }, { done() {} }] };
      await rejects(tested.commitSale(uncloneable), "InvalidRecord");
      await rejects(tested.commitSale({ ...parts("a"), payments: [{ amount: Symbol("2") }] }), "InvalidRecord");
      await rejects(tested.commitSale(parts("a", { date_order: "yesterday" })), "InvalidRecord", "date_order");
      await rejects(tested.addToSyncQueue("order", { uuid: "a", done() {} }), "InvalidRecord", "data");
      await empty(database);
      equal([tested.getSyncStatus().pendingCount, await db.getConfig("outbox_sequence")], [0, undefined]);
      equal((await tested.commitSale(parts("a"))).sequence, 1);
    }),

  "an order id that belongs to another sale is refused as a whole, that of the same sale is not": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const tested = manager({ transport: transport() });
      await tested.commitSale(parts("a", { id: 5 }));
      equal((await rejects(tested.commitSale(parts("b", { id: 5 })), "Constraint", "5")).index, "id");
      equal([(await rowsOnDisk(database, "transactions")).length, (await onDisk(database, "orders", 5)).uuid], [1, "a"]);
      const again = await tested.commitSale(parts("a", { id: 5, amount_total: 4 }));
      equal([again.sequence, (await onDisk(database, "orders", 5)).amount_total], [1, 4]);
    }),

  "the server gets the uuid of the receipt, whatever stands in the data": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = [];
      const create = async (_, [values]) => (sending.push(values.uuid), 1);
      const tested = manager({ pos: { env: { services: { orm: { create } } } }, parallel: 1 });
      const receipts = [];
      for (const uuid of ["a", undefined, null, "", false, 5]) {
        const added = [tested.addToSyncQueue("order", order("x", { uuid })), tested.commitSale(parts("x", { uuid }))];
        for (const one of await Promise.allSettled(added)) {
          if (one.status === "fulfilled") receipts.push(one.value);
          else equal([one.reason.code, one.reason.field], ["InvalidRecord", "uuid"], String(one.reason));
        }
      }
      await tested.syncOfflineTransactions();
      equal(sending, uuidsOf(receipts));
      ok(sending.every((uuid) => typeof uuid === "string" && uuid), JSON.stringify(sending));
    }),

  "rows of one uuid, and those that name another in `after`, reach the server in their order": (kit) =>
    desk(kit, async ({ manager }) => {
      const gates = { first: latch(), second: latch() };
      const sending = transport(async ([{ data }]) => (await gates[data.step]?.promise, "ok"));
      const tested = manager({ transport: sending, parallel: 8 });
      const steps = () => sending.items.map(({ data }) => data.step);
      const first = await tested.addToSyncQueue("order", { uuid: "a", step: "first" });
      await tested.addToSyncQueue("order", { uuid: "a", step: "second" });
      await tested.addToSyncQueue("payment", { uuid: "p", step: "third" }, { after: "a" });
      await tested.addToSyncQueue("payment", { uuid: "q", step: "fourth" }, { after: "p" });
      await tested.commitSale({ order: { uuid: "c", step: "with its id" }, after: first.id });
      await tested.addToSyncQueue("order", { uuid: "free", step: "free" });
      await tested.addToSyncQueue("order", { uuid: "late", step: "late" }, { after: "long gone" });
      const done = tested.syncOfflineTransactions();
      await until(() => steps().includes("late"), "the free ones");
      equal(steps(), ["first", "free", "late"]);
      gates.first.open();
      await until(() => steps().includes("with its id"), "who waited for the id");
      equal(sorted(steps().slice(3)), ["second", "with its id"]);
      gates.second.open();
      equal(await done, { synced: 7, rejected: 0, retried: 0 });
      equal(steps().slice(-2), ["third", "fourth"]);
    }),

  "a refused row holds its followers and nobody else, until it is retried or discarded": (kit) =>
    desk(kit, async ({ manager }) => {
      let bad = ["a", "b"];
      const sending = transport(([{ uuid }]) => (bad.includes(uuid) ? { outcome: "rejected", message: "no" } : "ok"));
      const tested = manager({ transport: sending });
      for (const head of ["a", "b"]) {
        await tested.addToSyncQueue("order", { uuid: head });
        await tested.addToSyncQueue("payment", { uuid: `${head}-paid` }, { after: head });
      }
      await tested.addToSyncQueue("order", { uuid: "c" });
      equal(await tested.syncOfflineTransactions(), { synced: 1, rejected: 2, retried: 0 });
      equal(sorted(uuidsOf(sending.items)), ["a", "b", "c"]);
      const [first, second] = await tested.getRejected();
      bad = [];
      await tested.retryRejected(first.id);
      equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 0, retried: 0 });
      equal(uuidsOf(sending.items).slice(3), ["a", "a-paid"]);
      await tested.discardRejected(second.id);
      equal(await tested.syncOfflineTransactions(), { synced: 1, rejected: 0, retried: 0 });
      equal(uuidsOf(sending.items).slice(5), ["b-paid"]);
    }),

  "a slow row holds nobody up, and neither do those that come after it": (kit) =>
    desk(kit, async ({ manager }) => {
      const gate = latch();
      const sending = transport(async ([{ uuid }]) => (uuid === "slow" && (await gate.promise), "ok"));
      const tested = manager({ transport: sending, parallel: 2, timeout: 60_000 });
      await tested.init();
      await tested.addToSyncQueue("order", { uuid: "slow" });
      await until(() => sending.items.length === 1, "the slow one to be sent");
      // Time for everybody else to find nothing to do.
      for (const _ of numbers(20)) await tested.updatePendingCount();
      for (const at of numbers(9)) await tested.addToSyncQueue("order", { uuid: `o${at}` });
      await until(() => sending.items.length === 10, "the others to be sent");
      await until(async () => (await tested.updatePendingCount()) === 1, "the others to be settled");
      equal(tested.getNetworkState().unsyncData, ["slow"]);
      gate.open();
      await sent(tested);
    }),

  "keepSynced keeps what the server has confirmed, until it is old": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const sending = transport();
      const tested = manager({ transport: sending, keepSynced: true });
      const { id } = await tested.addToSyncQueue("order", order("a"));
      await tested.syncAll();
      const row = await db.get("transactions", id);
      equal([row.synced, row.state, row.data, row.lease_owner, row.last_error], [true, "synced", order("a"), null, null]);
      ok(Date.parse(row.synced_at) > 0 && (await onDisk(database, "transactions", id)).synced === 1);
      equal([await tested.updatePendingCount(), tested.getSyncStatus().queueDepth], [0, 0]);
      await tested.syncAll();
      equal([sending.items.length, (await db.getAll("transactions")).length], [1, 1]);
      await db.put("transactions", { ...row, created_at: "2020-01-01T00:00:00.000Z" });
      await tested.cleanupOldData();
      equal(await db.getAll("transactions"), []);
    }),
};
