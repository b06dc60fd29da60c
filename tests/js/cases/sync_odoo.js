// Orders on their way to Odoo's own endpoint: several in a request, and everything that can happen to one.
import { equal, ok } from "../assert.js";
import { until } from "../clock.js";
import { desk, hearing, network, order, sent, sorted, textOnDisk, uuidsOf } from "../desk.js";
import { shop } from "../shop.js";

const PUSH = "pos.order/sync_from_ui";
const ASK = "pos.order/search_read";
const names = (count) => Array.from({ length: count }, (_, at) => `o${String(at).padStart(2, "0")}`);

/** A manager and its shop, with these orders in the outbox. */
async function selling(manager, settings, uuids, options) {
  const at = await shop(settings);
  const tested = manager({ transport: { kind: "odoo", url: at.url }, ...options });
  await Promise.all(uuids.map((uuid) => tested.addToSyncQueue("order", order(uuid))));
  const orders = async () => uuidsOf((await at.state()).orders);
  const pushed = async () => (await at.state()).log.filter(({ name }) => name === PUSH);
  return { at, tested, orders, pushed };
}

export default {
  "twenty orders go with a request at most, each once": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested, orders } = await selling(manager, { latency: 20 }, names(45));
      equal(await tested.syncOfflineTransactions(), { synced: 45, rejected: 0, retried: 0 });
      const { log, sent, requests } = await at.state();
      equal(sorted(log.map(({ name, items }) => `${name} ${items}`)), [`${PUSH} 20`, `${PUSH} 20`, `${PUSH} 5`]);
      equal([sorted(await orders()), Object.values(sent).every((times) => times === 1)], [names(45), true]);
      equal([requests.most <= 4, await db.count("transactions")], [true, 0]);
    }),

  "how many go with a request, and how many requests there are at once, can be chosen": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested, orders } = await selling(manager, { latency: 40 }, names(14), { batch: 3, parallel: 2 });
      await tested.syncOfflineTransactions();
      const { log, requests } = await at.state();
      equal([log.map(({ items }) => items).sort(), requests.most, (await orders()).length], [[2, 3, 3, 3, 3], 2, 14]);
    }),

  "the request is what Odoo's own client sends, with the context, and payments and sessions have theirs": (kit) =>
    desk(kit, async ({ manager }) => {
      const at = await shop();
      const context = { config_id: 1, device_identifier: "d", allowed_company_ids: [1], lang: "nl_NL", tz: "UTC", uid: 2 };
      const tested = manager({ transport: { kind: "odoo", url: `${at.url}/`, context }, parallel: 1 });
      await tested.addToSyncQueue("order", order("a"));
      await tested.addToSyncQueue("payment", { uuid: "p", amount: 1, session_id: 7 });
      await tested.addToSyncQueue("session_update", { id: 7, updates: { state: "closing_control" } });
      const seen = [];
      await network(
        (url, init) => void (url.includes("call_kw") && seen.push([url, init])),
        async () => equal(await tested.syncOfflineTransactions(), { synced: 3, rejected: 0, retried: 0 }),
      );
      const bodies = seen.map(([, { body }]) => JSON.parse(body));
      equal(seen.map(([url]) => url), [PUSH, "pos.payment/create", "pos.session/write"].map((path) => `${at.url}/web/dataset/call_kw/${path}`));
      equal(seen.map(([, { method, headers }]) => `${method} ${headers.get("content-type")}`), Array(3).fill("POST application/json"));
      equal(bodies.map(({ jsonrpc, method, params }) => [jsonrpc, method, params.kwargs]), Array(3).fill(["2.0", "call", { context }]));
      equal(bodies.map(({ params }) => params.args), [
        [[order("a")]],
        [[{ uuid: "p", amount: 1, session_id: 7 }]],
        [[7], { state: "closing_control" }],
      ]);
      const { payments, sessions } = await at.state();
      equal([payments.map(({ uuid }) => uuid), sessions], [["a-paid", "p"], [{ id: 7, state: "closing_control" }]]);
    }),

  "a batch with bad orders is split until only these are refused, with the server's words and no traceback": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const words = "The operation cannot be completed: Contacts require a name";
      const { at, tested, orders, pushed } = await selling(manager, { refuse: ["o03", "o11"], words }, names(16));
      await hearing("pos-sync-rejected", async (heard) => {
        equal(await tested.syncOfflineTransactions(), { synced: 14, rejected: 2, retried: 0 });
        equal(heard.map(({ message }) => message), [words, words]);
      });
      equal(sorted(await orders()), names(16).filter((uuid) => uuid !== "o03" && uuid !== "o11"));
      equal((await tested.getRejected()).map(({ uuid, last_error }) => [uuid, last_error]), [["o03", words], ["o11", words]]);
      const { sent } = await at.state();
      ok(sent.o03 <= 5 && sent.o15 <= 5 && (await pushed()).length <= 15, JSON.stringify(sent));
      const text = await textOnDisk(database);
      ok(text.includes(words) && !text.includes("SECRET-TRACEBACK") && !text.includes("Traceback"), text);
      ok(!JSON.stringify([tested.getSyncStatus(), tested.getNetworkState()]).includes("Traceback"));
    }),

  "a server that refuses everything makes dead letters of all, and takes them when they are retried": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested, orders } = await selling(manager, { refuseAll: true, words: "The session is closed" }, names(5));
      equal(await tested.syncOfflineTransactions(), { synced: 0, rejected: 5, retried: 0 });
      equal((await tested.getSyncErrors()).map(({ error_message }) => error_message), Array(5).fill("The session is closed"));
      await at.control({ refuseAll: false });
      equal(await tested.retryRejected(), 5);
      equal((await tested.syncOfflineTransactions()).synced, 5);
      equal(sorted(await orders()), names(5));
    }),

  "an expired session holds the queue and tells the monitor; forceSyncNow() goes on after signing in": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested, orders, pushed } = await selling(manager, { expired: true }, ["a"], { backoff: undefined });
      await tested.init();
      await until(() => tested.getSyncStatus().hold, "the hold");
      await until(() => !tested.getSyncStatus().isSyncing, "the end of the round");
      equal(tested.getSyncStatus().hold.reason, "session-expired");
      const { accepting, refusal, serverReachable } = tested.connection.getStatus();
      equal([accepting, refusal, serverReachable], [false, "session-expired", true]);
      await tested.addToSyncQueue("order", order("b"));
      equal(await tested.syncOfflineTransactions(), { synced: 0, rejected: 0, retried: 0 });
      equal((await pushed()).length, 1, "nothing is sent meanwhile");
      const rows = await db.getPendingTransactions();
      equal(rows.map(({ uuid, state, attempts }) => [uuid, state, attempts]), [["a", "pending", 0], ["b", "pending", 0]]);
      equal(tested.getSyncStatus().nextAttempt, tested.getSyncStatus().hold.until);
      await at.control({ expired: false });
      equal(await tested.forceSyncNow(), true);
      equal([sorted(await orders()), tested.connection.getStatus().refusal], [["a", "b"], null]);
      equal([tested.getSyncStatus().hold, await tested.getSyncErrorCount()], [null, 0]);
    }),

  "whoever tells the monitor that the server takes data again makes the queue go on": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested, orders } = await selling(manager, { expired: true }, ["a"], { backoff: undefined });
      await tested.init();
      await until(() => tested.connection.getStatus().refusal === "session-expired", "the hold");
      await until(() => !tested.getSyncStatus().isSyncing, "the end of the round");
      await at.control({ expired: false });
      tested.connection.setAccepting(null);
      await sent(tested);
      equal(await orders(), ["a"]);
    }),

  "a pause that the server asks for is kept, and then it goes on by itself": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested, orders, pushed } = await selling(manager, { once: "busy", retryAfter: 1 }, ["a"]);
      await tested.init();
      await until(() => tested.getSyncStatus().hold, "the hold");
      const { hold } = tested.getSyncStatus();
      const { refusal } = tested.connection.getStatus();
      ok(["rate-limited", "maintenance"].includes(hold.reason) && refusal === hold.reason, `${hold.reason} ${refusal}`);
      await tested.addToSyncQueue("order", order("b"));
      equal((await db.getPendingTransactions()).map(({ attempts }) => attempts), [0, 0]);
      await sent(tested);
      const [first, second] = await pushed();
      ok(second.at - first.at >= 990, `a pause of ${second.at - first.at} ms`);
      equal([sorted(await orders()), tested.connection.getStatus().refusal, (await at.state()).sent.a], [["a", "b"], null, 2]);
    }),

  "after a lost answer the server is asked, and nothing is sent again": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested, orders } = await selling(manager, { once: "lost" }, names(7));
      await tested.init();
      await sent(tested);
      const { sent: times, requests } = await at.state();
      equal([sorted(await orders()), Object.values(times)], [names(7), Array(7).fill(1)]);
      equal([requests.byMethod[PUSH], requests.byMethod[ASK] >= 1, tested.getMetrics().counters.duplicates], [1, true, 7]);
    }),

  "each other failure of the server ends with the order there once": (kit) =>
    desk(kit, async ({ manager, database }) => {
      for (const fault of ["drop", "error", "html", "garbage", "twice", "slow", "hang", ["drop", "lost"], ["error", "html", "drop", "error"]]) {
        const { tested, orders, at } = await selling(manager, { once: fault, slowMs: 10 }, names(3), { timeout: fault === "hang" ? 150 : 5_000 });
        await tested.init();
        await sent(tested);
        equal([fault, sorted(await orders()), (await at.state()).payments.length], [fault, names(3), 3]);
        equal(await tested.getSyncErrorCount(), 0, String(fault));
        tested.destroy();
      }
      ok(!(await textOnDisk(database)).includes("SECRET-TRACEBACK"));
    }),

  "a server that dies and comes back gets everything once": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested, orders } = await selling(manager, { down: true }, names(6), { batch: 2 });
      await tested.init();
      await until(() => tested.getMetrics().counters.failures >= 2, "two failures");
      await at.control({ restart: true, down: false });
      await sent(tested);
      equal([sorted(await orders()), (await at.state()).payments.length], [names(6), 6]);
    }),

  "a draft at the server is not the sale: it is sent again, which completes it": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested } = await selling(manager, {}, []);
      const { orm } = at.pos().env.services;
      await orm.create("pos.order", [order("a", { state: "draft", payment_ids: [] })]);
      await db.saveTransaction({ type: "order", uuid: "a", data: order("a"), uncertain: true, attempts: 1 });
      equal((await tested.syncOfflineTransactions()).synced, 1);
      const { orders, payments, requests } = await at.state();
      equal(orders.map(({ uuid, state }) => [uuid, state]), [["a", "paid"]]);
      equal([payments.length, requests.byMethod[ASK], requests.byMethod[PUSH]], [1, 1, 1]);
    }),

  "a row that saveTransaction() has saved is the order in its data, also at the server": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested, orders } = await selling(manager, { once: "lost" }, []);
      for (const uuid of ["a", "b"]) await db.saveTransaction({ type: "order", data: order(uuid) });
      await tested.init();
      await until(() => tested.getSyncStatus().rejectedCount || !tested.getSyncStatus().pendingCount, "the orders to be settled");
      equal([sorted(await orders()), (await at.state()).sent, await tested.getRejected()], [["a", "b"], { a: 1, b: 1 }, []]);
    }),

  "an order that the answer does not name does not count as synced": (kit) =>
    desk(kit, async ({ manager, db }) => {
      // Long enough not to be tried again in the same drain.
      const { tested, orders } = await selling(manager, {}, ["a", "b"], { backoff: { base: 1e9, cap: 1e9 } });
      const answer = (url) => {
        const result = { "pos.order": [{ id: 1, uuid: "b" }] };
        return url.endsWith(PUSH) ? Response.json({ jsonrpc: "2.0", id: 1, result }) : undefined;
      };
      await network(answer, async () => {
        const { synced, rejected, retried } = await tested.syncOfflineTransactions();
        equal([synced, rejected, retried > 0], [1, 0, true]);
      });
      const [row] = await db.getPendingTransactions();
      equal([row.uuid, row.state, row.last_error.length > 0], ["a", "pending", true]);
      await tested.forceSyncNow();
      equal([await orders(), await db.count("transactions")], [["a"], 0]);
    }),
};
