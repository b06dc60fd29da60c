// The proof at the end of the day: what this till has sold against what the server has.
import { equal, rejects } from "../assert.js";
import { until } from "../clock.js";
import { desk, order, sent, sorted, transport, uuidsOf } from "../desk.js";
import { shop } from "../shop.js";

/** A manager and its shop; `put` is how orders come to the server behind the till's back. */
async function closing(manager, options = {}) {
  const at = await shop();
  const tested = manager({ transport: { kind: "odoo", url: at.url }, ...options });
  const { orm } = at.pos().env.services;
  return { at, tested, put: (...orders) => orm.create("pos.order", orders), orders: async () => uuidsOf((await at.state()).orders) };
}

export default {
  "when both sides have the same, it says so with counts and sums": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { tested } = await closing(manager);
      for (const [uuid, amount_total] of [["a", 0.1], ["b", 0.2], ["c", 10.35]]) await tested.commitSale({ order: order(uuid, { amount_total }) });
      await tested.syncOfflineTransactions();
      const side = { count: 3, total: 10.65 };
      equal(await tested.reconcile(7), { session: 7, local: side, server: side, missing: [], extra: [], different: [], requeued: [], matches: true });
      equal([await db.count("transactions"), await db.count("orders")], [0, 3]);
    }),

  "what is missing, extra or different is named": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { tested, put } = await closing(manager);
      for (const uuid of ["a", "b", "c"]) await db.saveOrder(order(uuid));
      await put(order("b"), order("c", { amount_total: 2.51 }), order("x", { amount_total: 4 }));
      const { requeued, ...proof } = await tested.reconcile(7);
      equal(proof, {
        session: 7,
        local: { count: 3, total: 7.5 },
        server: { count: 3, total: 9.01 },
        missing: ["a"],
        extra: ["x"],
        different: [{ uuid: "c", local: 2.5, server: 2.51 }],
        matches: false,
      });
      equal(requeued, ["a"]);
    }),

  "what was queued again arrives, as it was sold, and then both sides match": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested } = await closing(manager);
      await db.saveOrder({ ...order("a"), uiState: { screen: "receipt" } });
      await db.saveOrder({ ...order("b"), id: 41 });
      equal(sorted((await tested.reconcile(7)).requeued), ["a", "b"]);
      const rows = await db.getPendingTransactions();
      equal(rows.map(({ type, sequence }) => [type, sequence]), [["order", 1], ["order", 2]]);
      const sold = rows.sort((one, other) => one.uuid.localeCompare(other.uuid)).map(({ data }) => data);
      equal(sold, [order("a"), { ...order("b"), id: 41 }]);
      equal((await tested.syncOfflineTransactions()).synced, 2);
      equal([sorted(uuidsOf((await at.state()).orders)), (await tested.reconcile(7)).matches], [["a", "b"], true]);
    }),

  "what waits already, is in flight or was refused is not queued twice": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested, orders } = await closing(manager);
      await at.control({ refuse: ["refused"] });
      await tested.commitSale({ order: order("refused") });
      await tested.syncOfflineTransactions();
      await tested.commitSale({ order: order("waiting") });
      await tested.addToSyncQueue("order", order("only in the outbox"));
      await db.saveTransaction({ type: "order", uuid: "flying", data: order("flying"), state: "in_flight", lease_until: new Date(Date.now() + 500) });
      for (let count = 0; count < 2; count += 1) {
        const { missing, requeued, local } = await tested.reconcile(7);
        equal([sorted(missing), requeued, local.count], [["flying", "only in the outbox", "refused", "waiting"], [], 4]);
      }
      await tested.init();
      await sent(tested, { but: 1 });
      equal([sorted(await orders()), (await tested.reconcile(7)).missing], [["flying", "only in the outbox", "waiting"], ["refused"]]);
    }),

  "two at once queue what is missing once": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { tested } = await closing(manager);
      for (const uuid of ["a", "b"]) await db.saveOrder(order(uuid));
      await Promise.all([tested.reconcile(7), tested.reconcile(7)]);
      equal(uuidsOf(await db.getPendingTransactions()), ["a", "b"]);
    }),

  "what reaches the server while it is asked is not queued again": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const orders = async () => {
        await tested.syncOfflineTransactions();
        return [];
      };
      const sending = transport(undefined, { orders });
      const tested = manager({ transport: sending });
      await tested.commitSale({ order: order("a") });
      equal([(await tested.reconcile(7)).requeued, await db.count("transactions"), uuidsOf(sending.items)], [[], 0, ["a"]]);
    }),

  "only what was sold in the session counts: no draft, nothing cancelled, no other session": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { tested, put } = await closing(manager);
      for (const state of ["paid", "done", "invoiced"]) await db.saveOrder(order(state, { state }));
      for (const state of ["draft", "cancel", false]) await db.saveOrder(order(`not ${state}`, { state }));
      await db.saveOrder(order("other", { session_id: 8 }));
      await db.saveOrder(order("pair", { session_id: [7, "POS/0007"] }));
      await tested.addToSyncQueue("payment", { uuid: "p", amount: 3, session_id: 7 });
      await put(order("elsewhere", { session_id: 8 }));
      const proof = await tested.reconcile(7);
      equal([sorted(proof.missing), proof.server.count, proof.extra], [["done", "invoiced", "paid", "pair"], 0, []]);
      equal([(await tested.reconcile(8)).missing, (await tested.reconcile(8)).extra], [["other"], ["elsewhere"]]);
    }),

  "REST and a transport of one's own can be asked as well": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const at = await shop();
      await db.saveOrder(order("a"));
      const rest = manager({ transport: { kind: "rest", url: `${at.url}/{type}s`, lookup: `${at.url}/orders` } });
      let proof;
      rest.reconcile(7).then((told) => (proof = told));
      await until(() => proof, "the answer");
      equal(proof.requeued, ["a"]);
      await rest.syncOfflineTransactions();
      equal((await rest.reconcile(7)).matches, true);
      const asked = [];
      const orders = async (session) => (asked.push(session), [{ uuid: "a", amount_total: 2.5 }]);
      const own = manager({ transport: transport(undefined, { orders }) });
      equal([(await own.reconcile(7)).matches, asked], [true, [7]]);
    }),

  "when the server cannot be asked, nothing is changed and the error says why": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveOrder(order("a"));
      const at = await shop({ down: true });
      await rejects(manager({ transport: { kind: "odoo", url: at.url } }).reconcile(7), "Offline");
      await at.control({ down: false, expired: true });
      await rejects(manager({ transport: { kind: "odoo", url: at.url } }).reconcile(7), "AuthExpired");
      await rejects(manager({ transport: transport() }).reconcile(7), "Unsupported", "no way to ask");
      await rejects(manager({ transport: transport(undefined, { orders: () => "none" }) }).reconcile(7), "Other", "instead of a list");
      for (const bad of [undefined, null, true, {}, NaN]) {
        await rejects(manager({ transport: transport() }).reconcile(bad), "InvalidArgument", "session");
      }
      equal(await db.count("transactions"), 0);
    }),
};
