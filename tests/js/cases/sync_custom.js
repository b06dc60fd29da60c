// A transport of the page's own: what it is given, what it may answer, and everything it may do wrong.
import { equal, ok } from "../assert.js";
import { until } from "../clock.js";
import { desk, latch, order, sent, sorted, timed, transport, uuidsOf } from "../desk.js";

const add = async (tested, ...uuids) => {
  for (const uuid of uuids) await tested.addToSyncQueue("order", { uuid });
};
const SLOW = { backoff: { base: 60_000, cap: 60_000 } };
const names = (count) => Array.from({ length: count }, (_, at) => `o${at}`);

export default {
  "it gets the data as it was given, of whatever kind, and a signal": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport();
      const tested = manager({ transport: sending });
      const data = { at: new Date(5), raw: new Uint8Array([7]), tags: new Map([["a", 1]]), gone: undefined };
      const { uuid } = await tested.addToSyncQueue("stock", data);
      await tested.addToSyncQueue("words", "only a text");
      await tested.syncOfflineTransactions();
      const [first, second] = sending.items.sort((a, b) => a.type.localeCompare(b.type));
      equal([first, second.data], [{ uuid, type: "stock", data }, "only a text"]);
      ok(sending.signals.every((signal) => signal instanceof AbortSignal));
    }),

  "it is called on the object that was given": (kit) =>
    desk(kit, async ({ manager }) => {
      class Mine {
        #sent = [];
        push(items) {
          this.#sent.push(...uuidsOf(items));
          return "ok";
        }
        get sent() {
          return this.#sent;
        }
      }
      const mine = new Mine();
      const tested = manager({ transport: mine });
      await add(tested, "a");
      await tested.syncOfflineTransactions();
      equal(mine.sent, ["a"]);
    }),

  "numbers go on after the highest that the server has from this till": (kit) =>
    desk(kit, async ({ manager }) => {
      const answers = [new Error("not now"), "many", 41.5, 41];
      let asked = 0;
      const highest = () => {
        const answer = answers[asked++];
        if (answer instanceof Error) throw answer;
        return answer;
      };
      const tested = manager({ transport: transport(undefined, { highest }) });
      const numbers = [];
      for (const uuid of names(6)) {
        numbers.push((await tested.addToSyncQueue("order", { uuid })).sequence);
        equal((await tested.syncOfflineTransactions()).pending ?? 0, 0);
      }
      equal([numbers, asked], [[1, 2, 3, 4, 42, 43], 4]);
    }),

  "a till that knows its numbers does not ask for them, and never goes back": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: transport(undefined, { highest: () => 1 }) });
      const numbers = [];
      for (const uuid of names(3)) numbers.push((await tested.addToSyncQueue("order", { uuid })).sequence);
      await tested.syncOfflineTransactions();
      numbers.push((await tested.addToSyncQueue("order", { uuid: "last" })).sequence);
      equal(numbers, [1, 2, 3, 4]);
    }),

  "items of one type go together, as many as `batch` says": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport(undefined, { batch: 3 });
      const tested = manager({ transport: sending, parallel: 1 });
      await add(tested, ...names(4));
      await tested.addToSyncQueue("payment", { uuid: "p" });
      await add(tested, "o4");
      equal((await tested.syncOfflineTransactions()).synced, 6);
      equal(sending.requests, [["o0", "o1", "o2"], ["o3", "o4"], ["p"]]);
    }),

  "one outcome counts for all, or there is one for each in their order": (kit) =>
    desk(kit, async ({ manager }) => {
      const answers = [
        "ok",
        ["ok", { outcome: "duplicate" }, { outcome: "rejected", message: "not c" }],
        { outcome: "ok", message: "thanks" },
      ];
      const tested = manager({ transport: transport(() => answers.shift(), { batch: 3 }) });
      for (const [synced, rejected] of [[3, 0], [2, 1], [3, 0]]) {
        await add(tested, "a", "b", "c");
        equal(await tested.syncOfflineTransactions(), { synced, rejected, retried: 0 });
        for (const { id, uuid, last_error } of await tested.getRejected()) {
          equal([uuid, last_error], ["c", "not c"]);
          await tested.discardRejected(id);
        }
      }
    }),

  "each outcome means what it says": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const [outcome, state, attempts, hold] of [
        ["ok", undefined, undefined, undefined],
        ["duplicate", undefined, undefined, undefined],
        ["rejected", "rejected", 1, undefined],
        ["busy", "pending", 0, "rate-limited"],
        ["auth-expired", "pending", 0, "session-expired"],
        ["network", "pending", 1, "network"],
        ["timeout", "pending", 1, undefined],
        ["server-error", "pending", 1, undefined],
        ["unknown", "pending", 1, undefined],
      ]) {
        const tested = manager({ transport: transport(() => ({ outcome, message: `said ${outcome}` })), ...SLOW });
        await add(tested, "a");
        await tested.syncOfflineTransactions();
        const [row] = await db.getPendingTransactions();
        equal([outcome, row?.state, row?.attempts, tested.getSyncStatus().hold?.reason], [outcome, state, attempts, hold]);
        equal(row?.last_error, row && `said ${outcome}`);
        await db.clear("transactions");
      }
    }),

  "a pause that it asks for is kept": (kit) =>
    timed(kit, async ({ manager, clock }) => {
      let answer = { outcome: "busy", retryAfter: 40_000 };
      const sending = transport(() => answer);
      const tested = manager({ transport: sending });
      await tested.init();
      await add(tested, "a");
      await until(() => tested.getSyncStatus().hold && !tested.getSyncStatus().isSyncing, "the hold");
      equal(tested.getSyncStatus().hold, { reason: "rate-limited", until: clock.time + 40_000 });
      answer = "ok";
      clock.advance(39_999);
      equal(sending.items.length, 1);
      clock.advance(1);
      await sent(tested);
    }),

  "only the types that it names are sent": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport(undefined, { types: ["order", "stock"] });
      const tested = manager({ transport: sending });
      for (const type of ["stock", "payment", "order"]) await tested.addToSyncQueue(type, { uuid: type });
      equal(await tested.syncOfflineTransactions(), { synced: 2, rejected: 1, retried: 0 });
      equal([sorted(uuidsOf(sending.items)), uuidsOf(await tested.getRejected())], [["order", "stock"], ["payment"]]);
    }),

  "what throws, rejects or makes no sense is tried five times, and then it is set aside and nothing is lost": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const wrong = {
        "throws at once": () => {
          throw new Error("out of paper");
        },
        "throws a text": () => {
          throw "out of paper";
        },
        rejects: () => Promise.reject(new Error("out of paper")),
        nothing: () => undefined,
        null: () => null,
        "a number": () => 42,
        "another word": () => "perhaps",
        "an object": () => ({ result: "ok" }),
        "no outcome for the item": () => [],
        "too many": () => ["ok", "ok"],
        "a list of nonsense": async () => [{ outcome: "perhaps" }],
        "a thenable that throws": () => ({
          then() {
            throw new Error("out of paper");
          },
        }),
      };
      for (const [what, answer] of Object.entries(wrong)) {
        const sending = transport(([{ uuid }]) => (uuid === "bad" ? answer() : "ok"));
        const tested = manager({ transport: sending });
        await tested.init();
        await add(tested, "bad", "good");
        await sent(tested, { but: 1 });
        await until(() => tested.getSyncStatus().rejectedCount === 1, `${what} to be set aside`);
        const [row] = await tested.getRejected();
        equal([what, row.uuid, row.data, sending.items.filter(({ uuid }) => uuid === "bad").length], [what, "bad", { uuid: "bad" }, 5]);
        ok(row.last_error && (await tested.getSyncErrorsByTransaction(row.id)).length === 1, what);
        tested.destroy();
        await db.clear("transactions");
      }
    }),

  "a batch that was answered without sense is split, so that one bad item does not spoil the others": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport((items) => (uuidsOf(items).includes("o3") ? Promise.reject(new Error("no")) : "ok"), { batch: 8 });
      const tested = manager({ transport: sending, ...SLOW });
      await add(tested, ...names(8));
      equal(await tested.syncOfflineTransactions(), { synced: 7, rejected: 0, retried: 1 });
      equal(tested.getNetworkState().unsyncData, ["o3"]);
    }),

  "what never settles is given up after the timeout, its signal is aborted, and it is tried again": (kit) =>
    desk(kit, async ({ manager, db }) => {
      let hangs = true;
      const sending = transport(() => (hangs ? new Promise(() => {}) : "ok"));
      // The lease is a quarter longer, and has to outlast the copy of the claim on a busy machine.
      const tested = manager({ transport: sending, timeout: 400 });
      await tested.init();
      await add(tested, "a");
      await until(() => sending.items.length >= 3, "further tries");
      ok(sending.signals[0].aborted && sending.signals[1].aborted);
      const [row] = await db.getPendingTransactions();
      ok(row.uuid === "a" && row.attempts >= 2 && row.state !== "rejected", JSON.stringify(row));
      hangs = false;
      await sent(tested);
      equal(await tested.getSyncErrorCount(), 0);
    }),

  "the signal of a request that was answered in time is not aborted": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport();
      const tested = manager({ transport: sending });
      await add(tested, "a");
      await tested.syncOfflineTransactions();
      equal(sending.signals.map(({ aborted }) => aborted), [false]);
    }),

  "an answer that comes after the timeout changes nothing": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const late = latch();
      const sending = transport(() => late.promise);
      const tested = manager({ transport: sending, timeout: 50, ...SLOW });
      await add(tested, "a");
      await tested.syncOfflineTransactions();
      late.open({ outcome: "rejected", message: "too late" });
      await late.promise;
      const [row] = await db.getPendingTransactions();
      equal([row.state, row.error_type, await tested.getSyncErrorCount()], ["pending", "timeout", 0]);
    }),

  "after a lost answer it is asked with known(), and only what it does not know is sent again": (kit) =>
    desk(kit, async ({ manager }) => {
      let answers = 0;
      const questions = [];
      const known = async (uuids, type) => (questions.push([type, ...uuids]), ["o1"]);
      const sending = transport(() => (answers++ ? "ok" : "network"), { known, batch: 3 });
      const tested = manager({ transport: sending });
      await tested.init();
      await add(tested, ...names(1));
      await sent(tested);
      equal([questions, sending.requests], [[["order", "o0"]], [["o0"], ["o0"]]]);
      answers = 0;
      await add(tested, "o1");
      await sent(tested);
      equal([questions.at(-1), sending.requests.slice(2)], [["order", "o1"], [["o1"]]]);
    }),

  "as long as known() fails nothing is sent again, and the row stays": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const questions = { rejects: () => Promise.reject(new Error("no")), "no list": () => "o1", hangs: () => new Promise(() => {}) };
      for (const [what, known] of Object.entries(questions)) {
        let answer = "timeout";
        const sending = transport(() => answer, { known });
        const tested = manager({ transport: sending, timeout: 60, attempts: 1_000 });
        await tested.init();
        await add(tested, "a");
        await until(() => tested.getMetrics().counters.failures >= 4, "some questions");
        answer = "ok";
        equal([what, sending.items.length, uuidsOf(await db.getPendingTransactions())], [what, 1, ["a"]]);
        sending.known = () => [];
        await sent(tested);
        equal(sending.items.length, 2);
        tested.destroy();
      }
    }),

  "it is not asked about what it has never been given": (kit) =>
    desk(kit, async ({ manager }) => {
      let asked = 0;
      const sending = transport(undefined, { known: () => ((asked += 1), []) });
      const tested = manager({ transport: sending });
      await tested.addToSyncQueue("order", order("a"));
      await tested.syncOfflineTransactions();
      equal([asked, sending.items.length], [0, 1]);
    }),
};
