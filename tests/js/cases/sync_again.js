// A sale that is committed again: the uuid owns its row and its number, and the server gets its latest form.
import { equal, onDisk } from "../assert.js";
import { until } from "../clock.js";
import { desk, latch, rowsOnDisk, transport } from "../desk.js";

const SLOW = { backoff: { base: 60_000, cap: 60_000 } };
const sale = (uuid, state, values) => ({ order: { uuid, state, amount_total: 2.5, ...values }, payments: [{ amount: 2.5 }] });
const states = (sending) => sending.items.map(({ data }) => data.state);
const cut = () => {
  throw new TypeError("Failed to fetch");
};
const refuse = (items) => items.map(() => ({ outcome: "rejected", message: "no such product" }));

export default {
  "the same sale again gives the same receipt and is sent once": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const sending = transport();
      const tested = manager({ transport: sending });
      const receipts = [];
      for (let time = 0; time < 3; time += 1) receipts.push(await tested.commitSale(sale("a", "paid")));
      const other = await tested.commitSale(sale("b", "paid"));
      equal(receipts.map(({ id, uuid, sequence, copies }) => [id, uuid, sequence, copies]), Array(3).fill([receipts[0].id, "a", 1, 2]));
      equal([other.sequence, (await rowsOnDisk(database, "transactions")).length], [2, 2]);
      equal(tested.getSyncStatus().pendingCount, 2);
      await tested.syncOfflineTransactions();
      equal(sending.requests.flat().sort(), ["a", "b"]);
    }),

  "two at the same moment have one number": (kit) =>
    desk(kit, async ({ manager, another, database }) => {
      const tills = [manager({ transport: transport() }), manager({ transport: transport(), database: await another() })];
      const receipts = await Promise.all(tills.flatMap((till) => [till.commitSale(sale("a", "paid")), till.commitSale(sale("a", "paid"))]));
      equal(receipts.map(({ sequence }) => sequence), [1, 1, 1, 1]);
      equal((await rowsOnDisk(database, "transactions")).length, 1);
    }),

  "a draft that has been paid replaces what waits, under its number": (kit) =>
    desk(kit, async ({ manager, database }) => {
      const sending = transport();
      const tested = manager({ transport: sending });
      const draft = await tested.commitSale(sale("a", "draft"));
      await tested.commitSale(sale("b", "paid"));
      const paid = await tested.commitSale(sale("a", "paid"));
      equal([paid.id, paid.sequence], [draft.id, 1]);
      equal((await onDisk(database, "orders", "a")).state, "paid");
      await tested.syncOfflineTransactions();
      equal(sending.items.map(({ uuid, data }) => [uuid, data.state]).sort(), [["a", "paid"], ["b", "paid"]]);
    }),

  "it follows what is being sent, whatever comes of that": async (kit) => {
    for (const answer of [() => "ok", cut, refuse]) {
      await desk(kit, async ({ manager, db }) => {
        await db.clear("transactions");
        const gate = latch();
        const sending = transport(async (items) => {
          if (states(sending).at(-1) !== "draft") return "ok";
          await gate.promise;
          return answer(items);
        });
        const delivered = [];
        const tested = manager({ transport: sending, ...SLOW });
        window.addEventListener("pdc-sync-progress", ({ detail }) => void delivered.push(detail.uuid), { once: true });
        const draft = await tested.commitSale(sale("a", "draft"));
        const sent = tested.syncOfflineTransactions();
        await until(() => sending.requests.length === 1);
        const paid = await tested.commitSale(sale("a", "paid"));
        equal([paid.id, paid.sequence], [draft.id, draft.sequence]);
        equal(sending.requests.length, 1, "not beside it");
        gate.open();
        await sent;
        await tested.forceSyncNow();
        equal([states(sending), tested.getSyncStatus().pendingCount], [["draft", "paid"], 0]);
        equal(await tested.getRejected(), [], "what was refused was the older form");
      });
    }
  },

  "what the server has of an older form does not count as delivery of the newer": (kit) =>
    desk(kit, async ({ manager }) => {
      const has = new Map();
      const sending = transport(
        ([{ uuid, data }]) => {
          const isLost = !has.has(uuid);
          has.set(uuid, data.state);
          // The server has it, and the answer is lost.
          return isLost ? cut() : "ok";
        },
        { known: (uuids) => uuids.filter((uuid) => has.has(uuid)) },
      );
      const tested = manager({ transport: sending });
      await tested.commitSale(sale("a", "draft"));
      await tested.syncOfflineTransactions();
      await tested.commitSale(sale("a", "paid"));
      await tested.forceSyncNow();
      equal([has.get("a"), tested.getSyncStatus().pendingCount], ["paid", 0]);
    }),

  "a newer form that the server refuses is set aside though the server has the older one": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport((items) => (items[0].data.state === "paid" ? refuse(items) : "ok"), { known: (uuids) => uuids });
      const tested = manager({ transport: sending });
      await tested.commitSale(sale("a", "draft"));
      await tested.syncOfflineTransactions();
      await tested.commitSale(sale("a", "paid"));
      await tested.syncOfflineTransactions();
      equal((await tested.getRejected()).map(({ uuid, data }) => [uuid, data.state]), [["a", "paid"]]);
    }),

  "a sale that was delivered keeps its number: the same is asked for, a changed one is sent": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport(undefined, { known: (uuids) => uuids });
      const tested = manager({ transport: sending });
      await tested.commitSale(sale("a", "draft"));
      await tested.commitSale(sale("b", "paid"));
      await tested.syncOfflineTransactions();
      equal((await tested.commitSale(sale("b", "paid"))).sequence, 2);
      equal((await tested.commitSale(sale("a", "paid"))).sequence, 1);
      await tested.syncOfflineTransactions();
      equal(sending.items.map(({ uuid, data }) => uuid + data.state).sort(), ["adraft", "apaid", "bpaid"]);
      equal((await tested.commitSale(sale("c", "paid"))).sequence, 3, "no number is left out for them");
    }),

  "a dead letter that is committed changed is sent again, an unchanged one is not": (kit) =>
    desk(kit, async ({ manager }) => {
      const sending = transport(refuse);
      const tested = manager({ transport: sending });
      const first = await tested.commitSale(sale("a", "paid"));
      await tested.syncOfflineTransactions();
      equal((await tested.commitSale(sale("a", "paid"))).sequence, first.sequence);
      await tested.syncOfflineTransactions();
      equal([(await tested.getRejected()).length, sending.requests.length], [1, 1]);
      sending.answer = () => "ok";
      await tested.commitSale(sale("a", "paid", { amount_total: 3 }));
      await tested.syncOfflineTransactions();
      equal([(await tested.getRejected()).length, sending.items.at(-1).data.amount_total], [0, 3]);
    }),

  "an answer that comes late says nothing of a dead letter that was corrected meanwhile": (kit) =>
    desk(kit, async ({ manager, another, db }) => {
      const gate = latch();
      const late = transport(() => gate.promise);
      const slow = manager({ transport: late });
      const { id } = await slow.commitSale(sale("a", "paid"));
      const sent = slow.syncOfflineTransactions();
      await until(() => late.requests.length === 1);
      // The computer slept; another tab has taken over, been refused, and been told what is right.
      await db.put("transactions", { ...(await db.get("transactions", id)), state: "rejected", lease_owner: null, lease_until: null });
      const tested = manager({ transport: transport(cut), database: await another(), ...SLOW });
      await tested.editRejected(id, { uuid: "a", state: "paid", amount_total: 3 });
      gate.open("ok");
      await sent;
      // It waits, or has been sent since.
      const waiting = await db.getPendingTransactions();
      equal([...waiting, ...late.items.slice(1)].map(({ data }) => data.amount_total), [3]);
    }),
};
