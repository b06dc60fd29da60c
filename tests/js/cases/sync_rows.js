// Rows that somebody else has left behind: a tab that died, the module before, a clock that was wrong. And dead letters.
import { equal, ok, rejects } from "../assert.js";
import { ago, desk, order, sent, sorted, till, timed, transport, uuidsOf } from "../desk.js";
import { until } from "../clock.js";

const DAY = 24 * 60 * 60 * 1000;
/** A row that a sender who is gone had in flight. */
const abandoned = (uuid, lease, values) => ({
  type: "order",
  uuid,
  data: order(uuid),
  state: "in_flight",
  attempts: 1,
  uncertain: true,
  last_attempt: ago(60_000),
  lease_owner: "another",
  lease_until: ago(-lease),
  ...values,
});
/** A transport that can be asked; `had` is what the server has. */
const asked = (had, answer) => {
  const questions = [];
  const known = (uuids, type) => (questions.push([type, ...uuids]), uuids.filter((uuid) => had.includes(uuid)));
  return Object.assign(transport(answer, { known }), { questions });
};
const refusing = (words = "no") => transport(() => ({ outcome: "rejected", message: words }));
/** A manager whose server has refused these orders, and can be told to take them. */
async function rejecting(manager, ...uuids) {
  const sending = refusing();
  const tested = manager({ transport: sending });
  for (const uuid of uuids) await tested.addToSyncQueue("order", order(uuid));
  await tested.syncOfflineTransactions();
  sending.answer = () => "ok";
  sending.items.length = 0;
  const rows = await tested.getRejected();
  equal(uuidsOf(rows), uuids);
  return { tested, sending, ids: rows.map(({ id }) => id) };
}

export default {
  "what a dead sender had in flight is asked about first, and sent only when the server lacks it": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const uuid of ["there", "lost"]) await db.saveTransaction(abandoned(uuid, -1_000));
      const sending = asked(["there"]);
      const tested = manager({ transport: sending, parallel: 1 });
      equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 0, retried: 0 });
      equal([sending.questions, uuidsOf(sending.items)], [[["order", "there"], ["order", "lost"]], ["lost"]]);
      equal([await db.count("transactions"), tested.getMetrics().counters.duplicates], [0, 1]);
    }),

  "what a sender who lives has in flight is left alone until its lease is over": (kit) =>
    timed(kit, async ({ manager, db, clock }) => {
      await db.saveTransaction(abandoned("a", 2_000));
      const sending = asked([]);
      const tested = manager({ transport: sending });
      await tested.init();
      await until(() => !tested.getSyncStatus().isSyncing, "the round");
      equal([sending.items, sending.questions, tested.getSyncStatus().inFlightCount], [[], [], 1]);
      const [row] = await db.getPendingTransactions();
      equal(tested.getSyncStatus().nextAttempt, Date.parse(row.lease_until));
      clock.advance(2_000);
      await sent(tested);
      equal([sending.questions, uuidsOf(sending.items)], [[["order", "a"]], ["a"]]);
    }),

  "a lease or a next attempt beyond anything this library sets is of a clock that was wrong, and counts as over": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveTransaction(abandoned("leased", 400 * DAY));
      await db.saveTransaction({ type: "order", uuid: "waiting", data: order("waiting"), next_attempt: ago(-400 * DAY), attempts: 1 });
      const sending = asked([]);
      const tested = manager({ transport: sending });
      equal((await tested.syncOfflineTransactions()).synced, 2);
      equal([sorted(uuidsOf(sending.items)), sending.questions], [["leased", "waiting"], [["order", "leased"]]]);
    }),

  "a row does not wait longer because the clock was set back": (kit) =>
    timed(kit, async ({ manager, clock, db }) => {
      let answer = "server-error";
      const sending = transport(() => answer);
      const tested = manager({ transport: sending, backoff: { base: 3_000, cap: 3_000 } });
      clock.time += 300 * DAY;
      await tested.init();
      await tested.addToSyncQueue("order", order("a"));
      await until(() => sending.items.length === 1 && !tested.getSyncStatus().isSyncing, "the failure");
      answer = "ok";
      tested.stopSync();
      clock.time -= 300 * DAY;
      await tested.init();
      await sent(tested);
      equal(await db.count("transactions"), 0);
    }),

  "whoever cannot be asked gets the row again under the same uuid": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveTransaction(abandoned("a", -1_000));
      const sending = transport();
      const tested = manager({ transport: sending });
      equal((await tested.syncOfflineTransactions()).synced, 1);
      equal(uuidsOf(sending.items), ["a"]);
    }),

  "rows that saveTransaction() has saved are sent too, oldest first": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const sending = transport();
      for (const [uuid, days] of [["b", 2], ["c", 1], ["a", 3]]) {
        await db.saveTransaction({ type: "order", uuid, data: order(uuid), created_at: ago(days * DAY) });
      }
      const tested = manager({ transport: sending, parallel: 1 });
      await tested.addToSyncQueue("order", order("d"));
      equal((await tested.syncOfflineTransactions()).synced, 4);
      equal([uuidsOf(sending.items), await db.count("transactions")], [["a", "b", "c", "d"], 0]);
    }),

  "an order whose uuid stands only in its data is known by that uuid": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveTransaction({ type: "order", data: order("a") });
      const answers = ["timeout"];
      const sending = asked([], () => answers.shift() ?? "ok");
      const tested = manager({ transport: sending });
      await tested.init();
      await sent(tested);
      equal([uuidsOf(sending.items), sending.questions], [["a", "a"], [["order", "a"]]]);
    }),

  "rows without a uuid, as the module before wrote them, are independent and get one that stays": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const native = db.getNewTransaction("transactions", "readwrite");
      for (const id of [1, 2, 3]) native.objectStore("transactions").put({ id, type: "payment", data: { amount: id }, synced: 0 });
      await new Promise((resolve) => (native.oncomplete = resolve));
      const sending = transport(([{ data }]) => (data.amount === 1 ? { outcome: "rejected", message: "no" } : "ok"));
      const tested = manager({ transport: sending, parallel: 1 });
      equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 1, retried: 0 });
      await tested.retryRejected(1);
      await tested.syncOfflineTransactions();
      const [first, second, third, again] = uuidsOf(sending.items);
      ok(first && second && third && new Set([first, second, third]).size === 3, JSON.stringify([first, second, third]));
      equal([again, (await tested.getRejected())[0].uuid], [first, first]);
    }),

  "dead letters are listed with everything that is known of them": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: refusing("the drawer is closed") });
      const { id } = await tested.addToSyncQueue("order", order("a"));
      await tested.addToSyncQueue("payment", { uuid: "p" }, { after: "a" });
      await tested.syncOfflineTransactions();
      const [row, ...more] = await tested.getRejected();
      const { uuid, type, state, synced, last_error, error_type, attempts, sequence, data } = row;
      equal([row.id, uuid, type, state, synced, more], [id, "a", "order", "rejected", false, []]);
      equal([last_error, error_type, attempts, sequence, data], ["the drawer is closed", "rejected", 1, 1, order("a")]);
      ok(Date.parse(row.rejected_at) <= Date.now() && row.lease_owner === null, row.rejected_at);
    }),

  "one dead letter is retried, or all of them": (kit) =>
    desk(kit, async ({ manager }) => {
      const { tested, sending, ids } = await rejecting(manager, "a", "b", "c");
      equal(await tested.retryRejected(ids[1]), 1);
      equal([uuidsOf(await tested.getRejected()), tested.getSyncStatus().queueDepth], [["a", "c"], 1]);
      await tested.init();
      await sent(tested, { but: 2 });
      equal(uuidsOf(sending.items), ["b"]);
      equal(await tested.retryRejected(), 2);
      await sent(tested);
      equal([sorted(uuidsOf(sending.items)), await tested.retryRejected()], [["a", "b", "c"], 0]);
    }),

  "a dead letter is corrected and sent under the same uuid": (kit) =>
    desk(kit, async ({ manager }) => {
      const { tested, sending, ids } = await rejecting(manager, "a", "b");
      const { uuid, ...withoutUuid } = order("a", { amount_total: 9 });
      await tested.editRejected(ids[0], withoutUuid);
      await tested.editRejected(ids[1], order("b", { amount_total: 8 }));
      equal((await tested.syncOfflineTransactions()).synced, 2);
      equal(sorted(sending.items.map((item) => `${item.uuid} ${item.data.amount_total}`)), [`${uuid} 9`, "b 8"]);
      await rejects(tested.editRejected(ids[0], order("a")), "NotFound");
    }),

  "a correction cannot make another sale of it": (kit) =>
    desk(kit, async ({ manager }) => {
      const pos = till({ answer: () => Promise.reject(Object.assign(new Error("no"), { exceptionName: "odoo.exceptions.UserError" })) });
      const tested = manager({ pos });
      const { id } = await tested.addToSyncQueue("order", order("a"));
      await tested.syncOfflineTransactions();
      pos.calls.length = 0;
      try {
        await tested.editRejected(id, order("another"));
      } catch (error) {
        return equal([error.code, error.field], ["InvalidRecord", "uuid"]);
      }
      await tested.syncOfflineTransactions();
      equal(pos.calls.filter(([method]) => method === "create").map(([, , [{ uuid }]]) => uuid), ["a"]);
    }),

  "a correction that cannot be stored leaves the dead letter as it was": (kit) =>
    desk(kit, async ({ manager }) => {
      const { tested, ids } = await rejecting(manager, "a");
      await rejects(tested.editRejected(ids[0], { done() {} }), "InvalidRecord", "data");
      await rejects(tested.editRejected(ids[0]), "InvalidArgument", "data");
      equal((await tested.getRejected()).map(({ data, state }) => [data, state]), [[order("a"), "rejected"]]);
    }),

  "only an explicit call discards a dead letter": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { tested, ids } = await rejecting(manager, "a", "b");
      await db.put("transactions", { ...(await db.get("transactions", ids[0])), created_at: "2001-01-01T00:00:00.000Z" });
      await tested.cleanupOldData();
      await tested.clearSyncErrors();
      await db.clearOldTransactions(0);
      for (let round = 0; round < 3; round += 1) await tested.syncAll();
      equal(uuidsOf(await tested.getRejected()), ["a", "b"]);
      await tested.discardRejected(ids[0]);
      equal([uuidsOf(await tested.getRejected()), tested.getSyncStatus().pendingCount], [["b"], 1]);
    }),

  "dead letters are exported as JSON Lines": (kit) =>
    desk(kit, async ({ manager }) => {
      equal(await manager({ transport: refusing() }).exportRejected(), "");
      const { tested } = await rejecting(manager, "a", "b\nc");
      const text = await tested.exportRejected();
      ok(text.endsWith("\n"), text);
      const rows = text.trimEnd().split("\n").map((line) => JSON.parse(line));
      equal(rows.map(({ uuid, data, last_error }) => [uuid, data.amount_total, last_error]), [["a", 2.5, "no"], ["b\nc", 2.5, "no"]]);
    }),

  "a row that has no JSON form does not keep the others from being exported": (kit) =>
    desk(kit, async ({ manager }) => {
      const { tested, ids } = await rejecting(manager, "a", "b");
      const sending = refusing();
      const other = manager({ transport: sending });
      await other.editRejected(ids[0], order("a", { amount_total: 5n }));
      await other.syncOfflineTransactions();
      const rows = (await tested.exportRejected()).trimEnd().split("\n").map((line) => JSON.parse(line));
      equal(sorted(uuidsOf(rows)), ["a", "b"]);
    }),

  "only a dead letter can be decided about": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const tested = manager({ transport: transport() });
      const { id } = await tested.addToSyncQueue("order", order("a"));
      const calls = [(key) => tested.retryRejected(key), (key) => tested.editRejected(key, {}), (key) => tested.discardRejected(key)];
      for (const call of calls) {
        await rejects(call(id), "InvalidArgument", "not rejected");
        await rejects(call("nobody"), "NotFound", "nobody");
        await rejects(call(true), "InvalidArgument", "id");
      }
      equal(uuidsOf(await db.getPendingTransactions()), ["a"]);
    }),
};
