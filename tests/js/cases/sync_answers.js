// What each answer of a server means for a sale and for the queue. The answers of Odoo are as recorded on Odoo 19.0.
import { equal, ok } from "../assert.js";
import { until } from "../clock.js";
import { desk, network, order, sent, textOnDisk, till, uuidsOf } from "../desk.js";

const json = (body, init) => Response.json(body, init);
const page = (status) => new Response("<!DOCTYPE html><h1>Elsewhere</h1>", { status, headers: { "content-type": "text/html; charset=utf-8" } });
const error = (name, message, { code = 0, title = "Odoo Server Error" } = {}) => ({
  jsonrpc: "2.0",
  id: code ? null : 1,
  error: { code, message: title, data: { name, message, arguments: [message], context: {}, debug: "Traceback: SECRET-TRACEBACK" } },
});
const stored = (init) => {
  const { method, args } = JSON.parse(init.body).params;
  const found = method === "search_read" ? [] : { "pos.order": args[0].map(({ uuid }) => ({ uuid })) };
  return json({ jsonrpc: "2.0", id: 1, result: found });
};

const EXPIRED = error("odoo.http.SessionExpiredException", "Session expired", { code: 100, title: "Odoo Session Expired" });
const REFUSALS = {
  "odoo.exceptions.ValidationError": "The operation cannot be completed: Contacts require a name",
  "odoo.exceptions.UserError": "You cannot sell to yourself",
  "odoo.exceptions.AccessError": "You are not allowed to create 'Point of Sale Orders'",
  "odoo.exceptions.MissingError": "Record does not exist or has been deleted.\n(Record: pos.session(99999999,), User: 2)",
};
const NONSENSE = {
  "builtins.KeyError": "lines",
  "builtins.ValueError": "invalid literal for int()",
  "builtins.AttributeError": "The method 'pos.order.nope' does not exist",
};
/** What says nothing about the sale, however often it comes: [what, the answer]. */
const ELSEWHERE = [
  ["a sign-in page", () => page(200)],
  ["a page with 404", () => page(404)],
  ["a page with 403", () => page(403)],
  ["a page with 500", () => page(500)],
  ["a page with 502", () => page(502)],
  ["a page with 503", () => page(503)],
  ["a text with 500", () => new Response("oops", { status: 500 })],
  ["half an answer", () => new Response('{"jsonrpc": "2.0", "resu', { headers: { "content-type": "application/json" } })],
  ["no answer", () => Promise.reject(new TypeError("Failed to fetch"))],
  ["a busy database", () => json(error("psycopg2.errors.SerializationFailure", "could not serialize access"))],
];

/** Answers every push so, and finds nothing when it is asked. */
const pushesGet = (answer) => (url, init) => (url.includes("/call_kw/") ? (url.endsWith("search_read") ? stored(init) : answer(init)) : undefined);

export default {
  "an error that is about the sale sets it aside at once, in the server's words": (kit) =>
    desk(kit, async ({ manager, database }) => {
      for (const [name, words] of Object.entries(REFUSALS)) {
        let requests = 0;
        const tested = manager({ transport: { kind: "odoo" } });
        await tested.addToSyncQueue("order", order(name));
        await network(
          pushesGet(() => ((requests += 1), json(error(name, words)))),
          async () => equal([name, await tested.syncOfflineTransactions()], [name, { synced: 0, rejected: 1, retried: 0 }]),
        );
        const [row] = await tested.getRejected();
        equal([row.last_error, row.error_type, requests], [words, "rejected", 1]);
        await tested.discardRejected(row.id);
      }
      ok(!(await textOnDisk(database)).includes("SECRET-TRACEBACK"));
    }),

  "an error without sense is tried five times, then the sale is set aside in the server's words": (kit) =>
    desk(kit, async ({ manager, database }) => {
      for (const [name, words] of Object.entries(NONSENSE)) {
        let requests = 0;
        const tested = manager({ transport: { kind: "odoo" } });
        await tested.addToSyncQueue("order", order(name));
        await network(
          pushesGet(() => ((requests += 1), json(error(name, words)))),
          async () => {
            await tested.init();
            await until(() => tested.getSyncStatus().rejectedCount === 1, `${name} to be set aside`);
          },
        );
        const [row] = await tested.getRejected();
        equal([row.last_error, row.error_type, requests], [words, "unknown", 5]);
        await tested.discardRejected(row.id);
        tested.destroy();
      }
      ok(!(await textOnDisk(database)).includes("SECRET-TRACEBACK"));
    }),

  "an expired session, and a user who may not sign in, hold the queue and cost the sale no attempt": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const body of [EXPIRED, error("odoo.exceptions.AccessDenied", "Access Denied")]) {
        const tested = manager({ transport: { kind: "odoo" }, backoff: undefined });
        await tested.addToSyncQueue("order", order("a"));
        await network(
          pushesGet(() => json(body)),
          async () => equal(await tested.syncOfflineTransactions(), { synced: 0, rejected: 0, retried: 1 }),
        );
        const [row] = await db.getPendingTransactions();
        equal([row.state, row.attempts, row.error_type, row.uncertain], ["pending", 0, "auth-expired", false]);
        equal(tested.getSyncStatus().hold.reason, "session-expired");
        equal(tested.connection.getStatus().refusal, "session-expired");
        await db.clear("transactions");
      }
    }),

  "an answer that is not of Odoo says nothing about the sale, however often it comes": (kit) =>
    desk(kit, async ({ manager }) => {
      const setAside = [];
      for (const [what, answer] of ELSEWHERE) {
        let times = 8;
        const tested = manager({ transport: { kind: "odoo" } });
        await tested.addToSyncQueue("order", order(what));
        await network(
          pushesGet((init) => (times-- > 0 ? answer() : stored(init))),
          async () => {
            await tested.init();
            await until(() => tested.getSyncStatus().rejectedCount || !tested.getSyncStatus().pendingCount, what);
          },
        );
        tested.destroy();
        for (const { id, last_error } of await tested.getRejected()) {
          setAside.push(`${what}: ${last_error}`);
          await tested.discardRejected(id);
        }
      }
      equal(setAside, []);
    }),

  "one order over which the server fails each time holds up nobody": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: { kind: "odoo" } });
      for (const uuid of ["a", "poison", "b", "c", "d"]) await tested.addToSyncQueue("order", order(uuid));
      const answer = (init) => (init.body.includes('"poison"') ? page(500) : stored(init));
      await network(pushesGet(answer), async () => {
        await tested.init();
        await sent(tested, { but: 1 });
        equal([tested.getNetworkState().unsyncData, await tested.getRejected()], [["poison"], []]);
        tested.stopSync();
      });
    }),

  "data that has no JSON form is set aside, and the orders that came with it arrive": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: { kind: "odoo" } });
      for (const uuid of ["a", "b", "c"]) await tested.addToSyncQueue("order", order(uuid, uuid === "b" ? { amount_total: 5n } : {}));
      await network(pushesGet(stored), () => tested.syncOfflineTransactions());
      const rejected = await tested.getRejected();
      equal([uuidsOf(rejected), await tested.updatePendingCount()], [["b"], 1]);
      ok(rejected[0].last_error.includes("BigInt"), rejected[0].last_error);
    }),

  "a server that refuses a sale which it has already is taken at its word": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: { kind: "odoo" } });
      await tested.addToSyncQueue("order", order("a"));
      const refusal = error("odoo.exceptions.ValidationError", "An order with this uuid already exists");
      const there = json({ jsonrpc: "2.0", id: 1, result: [{ id: 3, uuid: "a", state: "paid" }] });
      await network(
        (url) => (url.endsWith("search_read") ? there : url.includes("/call_kw/") ? json(refusal) : undefined),
        async () => equal(await tested.syncOfflineTransactions(), { synced: 1, rejected: 0, retried: 0 }),
      );
      equal([await tested.getSyncErrorCount(), tested.getMetrics().counters.duplicates], [0, 1]);
    }),

  "a question that the server does not allow is no reason to keep the sale": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveTransaction({ type: "order", uuid: "a", data: order("a"), uncertain: true });
      const tested = manager({ transport: { kind: "odoo" } });
      const denied = json(error("odoo.exceptions.AccessError", "You may not read"));
      await network(
        (url, init) => (url.endsWith("search_read") ? denied : url.includes("/call_kw/") ? stored(init) : undefined),
        async () => equal((await tested.syncOfflineTransactions()).synced, 1),
      );
    }),

  "what Odoo's client throws is told apart as the answers are": (kit) =>
    desk(kit, async ({ manager, db }) => {
      class RPCError extends Error {
        name = "RPC_ERROR";
      }
      class ConnectionLostError extends Error {}
      const rpc = (name, message, code = 0) => {
        const data = { name, message, debug: "SECRET-TRACEBACK" };
        return Object.assign(new RPCError("Odoo Server Error"), { exceptionName: name, code, data });
      };
      for (const [thrown, type, state] of [
        [rpc("odoo.exceptions.ValidationError", "no"), "rejected", "rejected"],
        [rpc("odoo.exceptions.UserError", "no"), "rejected", "rejected"],
        [rpc("odoo.http.SessionExpiredException", "Session expired", 100), "auth-expired", "pending"],
        [rpc("builtins.KeyError", "lines"), "unknown", "pending"],
        [new ConnectionLostError("Connection to x couldn't be established"), "network", "pending"],
        [new TypeError("Failed to fetch"), "network", "pending"],
        [new TypeError("x is not a function"), "unknown", "pending"],
        ["a text", "unknown", "pending"],
        [undefined, "unknown", "pending"],
      ]) {
        const tested = manager({ pos: till({ answer: () => Promise.reject(thrown) }), backoff: { base: 60_000, cap: 60_000 }, attempts: 1_000 });
        await tested.addToSyncQueue("order", order("a"));
        await tested.syncOfflineTransactions();
        const [row] = await db.getPendingTransactions();
        equal([String(thrown), row.error_type, row.state], [String(thrown), type, state]);
        ok(!JSON.stringify([row, await db.getSyncErrors()]).includes("SECRET-TRACEBACK"));
        await db.clear("transactions");
      }
    }),

  "a page without its client keeps the sale until there is one": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const pos = {};
      const tested = manager({ pos });
      await tested.init();
      await tested.addToSyncQueue("order", order("a"));
      await until(() => tested.getSyncStatus().lastError, "the failure");
      equal(uuidsOf(await db.getPendingTransactions()), ["a"]);
      pos.env = till().env;
      await tested.retryRejected();
      await sent(tested);
    }),
};
