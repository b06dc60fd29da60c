// Plain REST: one POST for each item, with its uuid in the header Idempotency-Key.
import { equal, ok } from "../assert.js";
import { until } from "../clock.js";
import { desk, network, order, sent, sorted, uuidsOf } from "../desk.js";
import { shop } from "../shop.js";

/** A manager and its shop; `{type}` makes /orders of an order. */
async function selling(manager, settings = {}, options = {}) {
  const { lookup, headers, ...more } = options;
  const at = await shop(settings);
  const transport = { kind: "rest", url: `${at.url}/{type}s`, headers, lookup: lookup ? `${at.url}/orders` : undefined };
  const tested = manager({ transport, ...more });
  const add = async (...uuids) => {
    for (const uuid of uuids) await tested.addToSyncQueue("order", order(uuid));
  };
  const count = async (name) => (await at.state()).requests.byMethod[name] ?? 0;
  return { at, tested, add, count, orders: async () => uuidsOf((await at.state()).orders) };
}
/** Answers every POST so. */
const posts = (answer) => (url, init) => (init?.method === "POST" && url.endsWith("/orders") ? answer(init) : undefined);
const json = (body, status) => Response.json(body, { status });

export default {
  "each item is one POST with its uuid as the key, its headers and its data": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested } = await selling(manager, {}, { headers: { authorization: "Bearer x", "x-till": "7" } });
      const seen = [];
      await tested.addToSyncQueue("order", order("a"));
      const { uuid } = await tested.addToSyncQueue("payment", { amount: 3 });
      await network(
        (url, init) => void (init?.method === "POST" && seen.push([url, Object.fromEntries(init.headers), JSON.parse(init.body)])),
        () => tested.syncOfflineTransactions(),
      );
      const headers = (key) => ({ authorization: "Bearer x", "content-type": "application/json", "idempotency-key": key, "x-till": "7" });
      equal(seen.sort(), [
        [`${at.url}/orders`, headers("a"), order("a")],
        [`${at.url}/payments`, headers(uuid), { amount: 3, uuid }],
      ]);
      const { orders, payments, log } = await at.state();
      equal([uuidsOf(orders), uuidsOf(payments), sorted(log.map(({ key }) => key))], [["a"], ["a-paid", uuid], sorted(["a", uuid])]);
    }),

  "409 means that the server has it already": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const rest of ["conflict", "replay"]) {
        const { tested, add, orders, count } = await selling(manager, { rest, once: "lost" });
        await tested.init();
        await add("a");
        await sent(tested);
        equal([rest, await orders(), await count("POST orders"), await db.count("transactions")], [rest, ["a"], 2, 0]);
        equal([tested.getMetrics().counters.duplicates, await tested.getSyncErrorCount()], [rest === "conflict" ? 1 : 0, 0]);
        tested.destroy();
      }
    }),

  "with a lookup, a lost answer is asked about and nothing is sent again": (kit) =>
    desk(kit, async ({ manager }) => {
      const { at, tested, add, orders, count } = await selling(manager, { once: "lost" }, { lookup: true });
      await tested.init();
      await add("a b&c=ü");
      await sent(tested);
      equal([await orders(), await count("POST orders"), await count("GET orders")], [["a b&c=ü"], 1, 1]);
      await at.control({ once: "drop" });
      await add("d");
      await sent(tested);
      equal([sorted(await orders()), (await at.state()).sent.d], [["a b&c=ü", "d"], 2]);
    }),

  "422 is a refusal in the server's words": (kit) =>
    desk(kit, async ({ manager }) => {
      const { tested, add, orders } = await selling(manager, { refuse: ["bad"], words: "Not this one" });
      await add("a", "bad", "b");
      equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 1, retried: 0 });
      equal((await tested.getRejected()).map(({ uuid, last_error }) => [uuid, last_error]), [["bad", "Not this one"]]);
      equal(sorted(await orders()), ["a", "b"]);
    }),

  "the words of a refusal are found where servers put them": (kit) =>
    desk(kit, async ({ manager }) => {
      for (const [status, body, words] of [
        [422, { error: "one" }, "one"],
        [400, { message: "two" }, "two"],
        [403, { type: "about:blank", title: "Forbidden", detail: "three" }, "three"],
        [404, { title: "four" }, "four"],
        [422, { message: "x".repeat(2_000) }, "x".repeat(500)],
        [422, [], "the server answers with status 422"],
      ]) {
        const { tested, add } = await selling(manager);
        await add("a");
        await network(posts(() => json(body, status)), () => tested.syncOfflineTransactions());
        const [row] = await tested.getRejected();
        equal([status, row?.last_error], [status, words]);
        await tested.discardRejected(row.id);
      }
    }),

  "401 holds the queue and tells the monitor, until somebody has signed in": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const { at, tested, add, orders, count } = await selling(manager, { expired: true }, { backoff: undefined });
      await tested.init();
      await add("a");
      await until(() => tested.getSyncStatus().hold && !tested.getSyncStatus().isSyncing, "the hold");
      equal([tested.getSyncStatus().hold.reason, tested.connection.getStatus().refusal], ["session-expired", "session-expired"]);
      await add("b");
      await tested.syncOfflineTransactions();
      equal([await count("POST orders"), (await db.getPendingTransactions()).map(({ attempts }) => attempts)], [1, [0, 0]]);
      await at.control({ expired: false });
      await tested.forceSyncNow();
      equal([sorted(await orders()), tested.connection.getStatus().accepting], [["a", "b"], true]);
    }),

  "each status means what it says": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const [status, type, state] of [
        [401, "auth-expired", "pending"],
        [419, "auth-expired", "pending"],
        [408, "timeout", "pending"],
        [425, "timeout", "pending"],
        [429, "rate-limited", "pending"],
        [500, "server-error", "pending"],
        [502, "server-error", "pending"],
        [503, "maintenance", "pending"],
        [400, "rejected", "rejected"],
        [413, "rejected", "rejected"],
      ]) {
        const { tested, add } = await selling(manager, {}, { backoff: { base: 60_000, cap: 60_000 } });
        await add("a");
        await network(posts(() => json({ error: "so" }, status)), () => tested.syncOfflineTransactions());
        const [row] = await db.getPendingTransactions();
        equal([status, row.error_type, row.state], [status, type, state]);
        await db.clear("transactions");
      }
      for (const status of [200, 201, 202, 204]) {
        const { tested, add } = await selling(manager);
        await add("a");
        const answer = () => new Response(status === 204 ? null : "", { status });
        await network(posts(answer), async () => equal([status, (await tested.syncOfflineTransactions()).synced], [status, 1]));
      }
    }),

  "Retry-After is kept, in seconds and as a date, and an hour at most": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const inSeconds = (seconds) => new Date(Date.now() + seconds * 1_000).toUTCString();
      for (const [status, value, least, most] of [
        [429, "90", 90_000, 90_000],
        [503, "120", 120_000, 120_000],
        [503, inSeconds(1_000), 980_000, 1_000_000],
        [429, "999999", 3_600_000, 3_600_000],
      ]) {
        const { tested, add } = await selling(manager);
        await add("a");
        const before = Date.now();
        const answer = () => new Response("later", { status, headers: { "retry-after": value } });
        await network(posts(answer), () => tested.syncOfflineTransactions());
        const { hold } = tested.getSyncStatus();
        ok(hold.until >= before + least && hold.until <= Date.now() + most, `${status} ${value}: ${hold.until - before} ms`);
        equal(hold.reason, status === 429 ? "rate-limited" : "maintenance");
        await db.clear("transactions");
      }
    }),

  "every failure ends with the order there once": (kit) =>
    desk(kit, async ({ manager }) => {
      for (const fault of ["drop", "lost", "twice", "error", "garbage", "html", "hang"]) {
        const options = { lookup: fault !== "lost", timeout: fault === "hang" ? 150 : 5_000 };
        const { tested, add, orders, at } = await selling(manager, { once: fault }, options);
        await tested.init();
        await add("a", "b");
        await sent(tested);
        equal([fault, sorted(await orders()), (await at.state()).payments.length], [fault, ["a", "b"], 2]);
        equal([fault, await tested.getSyncErrorCount()], [fault, 0]);
        tested.destroy();
      }
    }),
};
