// The rescue file: the unsynced sales of one till, into another or back, each of them once, whatever happens to the file.
import { equal, ok, onDisk, rejects } from "../assert.js";
import { until } from "../clock.js";
import { desk, latch, order, rowsOnDisk, sent, sorted, timed, transport, uuidsOf } from "../desk.js";
import { shop } from "../shop.js";

const linesOf = (text) => text.trimEnd().split("\n");
const parsed = (text) => linesOf(text).map((line) => JSON.parse(line));
const joined = (lines) => lines.map((line) => `${line}\n`).join("");
const count = ({ imported, known, failures }) => [imported, known, failures.length];
const refusing = () => transport(() => ({ outcome: "rejected", message: "the drawer is closed" }));

/** Runs a test with a second till, on a database of its own. */
const tills = (kit, test) =>
  desk(kit, async (tools) => {
    const other = new kit.OfflineDB({ name: `${kit.database}-other` });
    await other.init();
    try {
      await test({ ...tools, other });
    } finally {
      await other.reset();
      other.close();
    }
  });

/** The file of a till with these orders in its outbox. */
async function fileOf(manager, uuids, options) {
  const tested = manager({ transport: transport(), ...options });
  for (const uuid of uuids) await tested.addToSyncQueue("order", order(uuid));
  return tested.exportUnsynced();
}

/** CRC-32 of a text, by another way than the module's. */
function crc32(text) {
  const table = Array.from({ length: 256 }, (_, at) => {
    for (let bit = 0; bit < 8; bit += 1) at = at & 1 ? (at >>> 1) ^ 0xedb88320 : at >>> 1;
    return at >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/** A line for a row. */
const lineOf = (row, store = "transactions") => JSON.stringify({ store, crc32: crc32(JSON.stringify(row)), row });
const header = (values) => JSON.stringify({ format: "pos-offline-rescue", version: 1, database: "there", exported_at: "2026-01-01T00:00:00.000Z", count: 0, ...values });

export default {
  "the file names what it is, and has every row that the server has not confirmed, oldest first": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const tested = manager({ transport: transport() });
      for (const uuid of ["a", "ü€"]) await tested.addToSyncQueue("order", order(uuid));
      await db.saveTransaction({ id: "done", type: "order", synced: true });
      await db.saveOfflineOrder({ offline_id: "off", uuid: "o", total: 1 });
      await db.saveOfflineOrder({ offline_id: "off done", synced: true });
      const before = [await rowsOnDisk(database, "transactions"), await rowsOnDisk(database, "pos_offline_orders")];
      const [head, ...lines] = parsed(await tested.exportUnsynced());
      equal({ ...head, exported_at: "" }, { format: "pos-offline-rescue", version: 1, database, exported_at: "", count: 3 });
      ok(Math.abs(Date.now() - Date.parse(head.exported_at)) < 60_000, head.exported_at);
      equal(lines.map(({ store }) => store), ["transactions", "transactions", "pos_offline_orders"]);
      equal(lines.map(({ row }) => row.uuid), ["a", "ü€", "o"]);
      for (const { crc32: sum, row } of lines) equal(sum, crc32(JSON.stringify(row)), row.uuid);
      const after = [await rowsOnDisk(database, "transactions"), await rowsOnDisk(database, "pos_offline_orders")];
      equal(after, before, "nothing is changed");
    }),

  "a till without work gives a file with a header, and importing it does nothing": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = manager({ transport: transport() });
      const text = await tested.exportUnsynced();
      equal(parsed(text).map(({ count }) => count), [0]);
      equal(await tested.importUnsynced(text), { imported: 0, known: 0, failures: [] });
    }),

  "the sales of a till reach the server once, through another till": (kit) =>
    tills(kit, async ({ manager, db, other, database }) => {
      const at = await shop();
      const options = { transport: { kind: "odoo", url: at.url } };
      const uuids = ["a", "b", "c", "d"];
      const source = manager(options);
      for (const uuid of uuids) await source.addToSyncQueue("order", order(uuid));
      await db.saveOfflineOrder({ offline_id: "off", uuid: "o", total: 1 });
      const text = await source.exportUnsynced();
      const tested = manager({ ...options, database: other });
      equal(await tested.importUnsynced(text), { imported: 5, known: 0, failures: [] });
      equal(other.status().lastWrite, { stores: ["transactions", "config", "pos_offline_orders"], durability: "strict" });
      const [there, here] = [await db.getPendingTransactions(), await other.getPendingTransactions()];
      equal(here.map(({ id, data }) => [id, data]), there.map(({ id, data }) => [id, data]));
      const rescued = there.map(({ id, sequence, created_at }) => ({ database, id, sequence, created_at }));
      equal(here.map((row) => row.rescued), rescued);
      equal(here.map(({ state, uncertain, synced }) => [state, uncertain, synced]), uuids.map(() => ["pending", true, false]));
      equal((await other.getUnsyncedOfflineOrders()).map(({ offline_id, total }) => [offline_id, total]), [["off", 1]]);
      await tested.syncOfflineTransactions();
      // The till that was given up lives after all.
      await source.syncOfflineTransactions();
      const { orders, sent: pushed } = await at.state();
      equal([sorted(uuidsOf(orders)), await db.count("transactions"), await other.count("transactions")], [uuids, 0, 0]);
      ok(uuids.every((uuid) => pushed[uuid] <= 2), JSON.stringify(pushed));
    }),

  "what is imported twice, or put back, is known and left as it is": (kit) =>
    tills(kit, async ({ manager, db, other }) => {
      const source = manager({ transport: transport() });
      for (const uuid of ["a", "b"]) await source.addToSyncQueue("order", order(uuid));
      // Two rows of one sale follow one another.
      await source.addToSyncQueue("order", order("a", { state: "done" }));
      await db.saveOfflineOrder({ offline_id: 7, total: 1 });
      const text = await source.exportUnsynced();
      const tested = manager({ transport: transport(), database: other });
      equal(count(await tested.importUnsynced(text)), [4, 0, 0]);
      const before = [await other.getAll("transactions"), await other.getAll("pos_offline_orders"), await other.getAll("config")];
      equal(count(await tested.importUnsynced(text)), [0, 4, 0]);
      equal([await other.getAll("transactions"), await other.getAll("pos_offline_orders"), await other.getAll("config")], before);
      equal(before[0].map(({ uuid }) => uuid).sort(), ["a", "a", "b"]);
      const whole = await db.getAll("transactions");
      equal(count(await source.importUnsynced(text)), [0, 4, 0]);
      equal(await db.getAll("transactions"), whole);
    }),

  "a line that is in the file twice is imported once": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const [head, ...lines] = linesOf(await fileOf(manager, ["a", "b"]));
      const tested = manager({ transport: transport(), database: other });
      equal(count(await tested.importUnsynced(joined([head, ...lines, lines[0]]))), [2, 1, 0]);
      equal(uuidsOf(await other.getPendingTransactions()), ["a", "b"]);
    }),

  "what was confirmed and kept is known": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const text = await fileOf(manager, ["a"]);
      const tested = manager({ transport: transport(), database: other, keepSynced: true });
      await tested.importUnsynced(text);
      await tested.syncOfflineTransactions();
      equal([count(await tested.importUnsynced(text)), await other.count("transactions")], [[0, 1, 0], 1]);
    }),

  "a flipped character is named by its line, and the other lines are imported": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const [head, ...lines] = linesOf(await fileOf(manager, ["a", "b", "c"]));
      const tested = manager({ transport: transport(), database: other });
      const flipped = lines[1].replace('"amount_total":2.5', '"amount_total":3.5');
      ok(flipped !== lines[1]);
      const { imported, known, failures } = await tested.importUnsynced(joined([head, lines[0], flipped, lines[2]]));
      equal([imported, known, failures.map(({ line, code }) => [line, code])], [2, 0, [[3, "InvalidRecord"]]]);
      ok(failures[0].message.includes("checksum"), failures[0].message);
      equal(sorted(uuidsOf(await other.getPendingTransactions())), ["a", "c"]);
    }),

  "indenting a line, and blank lines, do no harm": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const [head, ...lines] = linesOf(await fileOf(manager, ["a", "b"]));
      const spaced = lines.map((line) => JSON.stringify(JSON.parse(line), null, 2).replaceAll("\n", " "));
      const tested = manager({ transport: transport(), database: other });
      equal(await tested.importUnsynced([head, "", ...spaced, " ", ""].join("\r\n")), { imported: 2, known: 0, failures: [] });
    }),

  "every line that cannot be imported is named, with why": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const good = { id: "g", uuid: "g", type: "order", data: {}, synced: 0, created_at: "2026-01-01T00:00:00.000Z" };
      const { uuid, ...nameless } = good;
      const faults = [
        ["{", "JSON"],
        ["null", "store"],
        [lineOf(good, "users"), "store"],
        [JSON.stringify({ store: "transactions", row: good }), "checksum"],
        [JSON.stringify({ store: "transactions", crc32: crc32("") }), "object"],
        [lineOf([good]), "object"],
        [lineOf(nameless), "uuid"],
        [lineOf({ total: 1 }, "pos_offline_orders"), "uuid"],
        [lineOf({ ...good, uuid: "h", created_at: "today" }), "created_at"],
        [lineOf({ ...good, uuid: "i", data: null, export_error: "a BigInt" }), "BigInt"],
      ];
      const tested = manager({ transport: transport() });
      const lines = [header({ count: faults.length + 1 }), ...faults.map(([line]) => line), lineOf(good)];
      const { imported, failures } = await tested.importUnsynced(joined(lines));
      equal([imported, failures.map(({ line }) => line)], [1, faults.map((_, at) => at + 2)]);
      for (const [at, { code, message }] of failures.entries()) {
        equal(code, "InvalidRecord");
        ok(message.includes(faults[at][1]), `"${message}" must mention "${faults[at][1]}"`);
      }
      equal(uuidsOf(await db.getPendingTransactions()), ["g"]);
    }),

  "a file that was cut says so, and what is there is imported": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const lines = linesOf(await fileOf(manager, ["a", "b", "c"]));
      const tested = manager({ transport: transport(), database: other });
      const { imported, failures } = await tested.importUnsynced(joined(lines.slice(0, 3)));
      equal([imported, failures.map(({ line, code }) => [line, code])], [2, [[4, "InvalidRecord"]]]);
      ok(failures[0].message.includes("2 rows and should have 3"), failures[0].message);
      const half = await tested.importUnsynced(joined(lines).slice(0, -20));
      equal([half.imported, half.known, half.failures.map(({ line }) => line)], [0, 2, [4]], "cut within a line");
    }),

  "what is no rescue file, or one of a newer version, is refused and nothing is written": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const tested = manager({ transport: transport() });
      const line = lineOf({ id: "a", uuid: "a", type: "order", data: {}, created_at: "2026-01-01T00:00:00.000Z" });
      const none = "not the header";
      for (const [text, words] of [
        ["", none],
        ["{", none],
        [joined([line]), none],
        [joined(["", header(), line]), none],
        [joined([header({ format: "tar" }), line]), none],
        [joined([header({ version: undefined }), line]), none],
        [joined([header({ count: undefined }), line]), none],
        [joined([header({ version: 2 }), line]), "newer"],
      ]) {
        await rejects(tested.importUnsynced(text), "InvalidArgument", words);
      }
      for (const value of [undefined, null, 1, {}]) await rejects(tested.importUnsynced(value), "InvalidArgument", "must be a text");
      equal([await db.count("transactions"), await db.count("config")], [0, 0]);
    }),

  "a refused row stays refused, with the server's words, and can be sent again": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const source = manager({ transport: refusing() });
      await source.addToSyncQueue("order", order("a"));
      await source.syncOfflineTransactions();
      const [dead] = await source.getRejected();
      const sending = transport();
      const tested = manager({ transport: sending, database: other });
      equal(count(await tested.importUnsynced(await source.exportUnsynced())), [1, 0, 0]);
      const [row] = await tested.getRejected();
      const words = ({ state, last_error, error_type, attempts, rejected_at }) => [state, last_error, error_type, attempts, rejected_at];
      equal([words(row), row.last_error], [words(dead), "the drawer is closed"]);
      equal([tested.getSyncStatus().rejectedCount, tested.getSyncStatus().pendingCount], [1, 1]);
      await tested.syncOfflineTransactions();
      equal(sending.items, [], "it is not sent by itself");
      await tested.retryRejected();
      await tested.syncOfflineTransactions();
      equal(uuidsOf(sending.items), ["a"]);
    }),

  "imported rows come after those that wait, and the sequence has no gap": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const text = await fileOf(manager, ["a", "b", "c"]);
      const tested = manager({ transport: transport(), database: other, parallel: 1 });
      await tested.addToSyncQueue("order", order("x"));
      await tested.importUnsynced(text);
      const receipt = await tested.addToSyncQueue("order", order("y"));
      equal(receipt.sequence, 5);
      const rows = await other.getPendingTransactions();
      equal(rows.map(({ uuid, sequence }) => [uuid, sequence]), [["x", 1], ["a", 2], ["b", 3], ["c", 4], ["y", 5]]);
      const times = rows.map(({ created_at }) => created_at);
      equal([times, new Set(times).size], [sorted(times), 5]);
    }),

  "a row in flight is asked about, and not doubled when the server has it": (kit) =>
    tills(kit, async ({ manager, other }) => {
      const at = await shop({ once: "slow", slowMs: 60_000 });
      const options = { transport: { kind: "odoo", url: at.url }, timeout: 60_000 };
      const source = manager(options);
      await source.addToSyncQueue("order", order("a"));
      source.syncOfflineTransactions().catch(() => {});
      await until(async () => (await at.state()).orders.length === 1, "the order at the server");
      const text = await source.exportUnsynced();
      source.destroy();
      equal(parsed(text)[1].row.state, "in_flight");
      const tested = manager({ ...options, database: other });
      await tested.importUnsynced(text);
      const [row] = await other.getPendingTransactions();
      equal([row.state, row.uncertain, row.lease_owner, row.lease_until, row.next_attempt], ["pending", true, null, null, null]);
      equal(await tested.syncOfflineTransactions(), { synced: 1, rejected: 0, retried: 0 });
      const { orders, sent: pushed } = await at.state();
      equal([uuidsOf(orders), pushed.a, await other.count("transactions")], [["a"], 1, 0]);
    }),

  "an id that is taken becomes another, and what waits for the row still does": (kit) =>
    tills(kit, async ({ manager, db, other }) => {
      const source = manager({ transport: transport() });
      await db.saveTransaction({ id: 5, uuid: "a", type: "order", data: order("a") });
      await source.addToSyncQueue("payment", { uuid: "p" }, { after: "5" });
      await source.addToSyncQueue("payment", { uuid: "q" }, { after: "p" });
      await db.saveOfflineOrder({ offline_id: "off", uuid: "o" });
      const text = await source.exportUnsynced();
      await other.saveTransaction({ id: 5, uuid: "mine", type: "order", data: order("mine") });
      await other.saveOfflineOrder({ offline_id: "off", uuid: "other" });
      const tested = manager({ transport: transport(), database: other });
      equal(count(await tested.importUnsynced(text)), [4, 0, 0]);
      const rows = await other.getPendingTransactions();
      const [mine, a, p, q] = rows;
      equal(rows.map(({ uuid }) => uuid), ["mine", "a", "p", "q"]);
      equal([mine.id, mine.rescued, a.rescued.id, p.after, q.after], [5, undefined, 5, a.id, "p"]);
      ok(/^order_/.test(a.id), a.id);
      equal((await other.getUnsyncedOfflineOrders()).map(({ uuid, offline_id }) => [uuid, offline_id === "off"]).sort(), [["o", false], ["other", true]]);
      // A second time, the row that is known under its new id is the one that is waited for.
      await other.deleteTransaction(p.id);
      equal(count(await tested.importUnsynced(text)), [1, 3, 0]);
      equal((await onDisk(other.status().name, "transactions", p.id)).after, a.id);
    }),

  "a row of the legacy module keeps the uuid of its sale": (kit) =>
    tills(kit, async ({ manager, db, other }) => {
      await db.saveTransaction({ id: "l", uuid: "of the row", type: "order", data: order("of the sale") });
      const tested = manager({ transport: transport(), database: other });
      await tested.importUnsynced(await manager({ transport: transport() }).exportUnsynced());
      equal((await other.getPendingTransactions()).map(({ uuid, data }) => [uuid, data.uuid]), [["of the sale", "of the sale"]]);
    }),

  "data without a JSON form does not keep the others from being rescued": (kit) =>
    tills(kit, async ({ manager, db, other }) => {
      await db.saveTransaction({ type: "order", uuid: "bad", data: { amount: 1n } });
      const text = await fileOf(manager, ["good"]);
      const { imported, failures } = await manager({ transport: transport(), database: other }).importUnsynced(text);
      equal([imported, failures.length, uuidsOf(await other.getPendingTransactions())], [1, 1, ["good"]]);
      ok(failures[0].message.includes("BigInt"), failures[0].message);
    }),

  "what is imported is counted here and in other tabs, and sent": (kit) =>
    tills(kit, async ({ manager, monitor, other }) => {
      const text = await fileOf(manager, ["a", "b"]);
      const away = monitor();
      away.start();
      away.forceOffline();
      const name = other.status().name;
      const second = new kit.OfflineDB({ name });
      await second.init();
      try {
        const watching = manager({ monitor: away, database: second });
        await watching.init();
        const gate = latch();
        const sending = transport(async () => (await gate.promise, "ok"));
        const tested = manager({ transport: sending, database: other, timeout: 60_000 });
        await tested.init();
        await until(() => !tested.getSyncStatus().isSyncing, "the first round");
        await tested.importUnsynced(text);
        equal(tested.getSyncStatus().pendingCount, 2);
        await until(() => watching.getSyncStatus().pendingCount === 2, "the count in the other tab");
        equal(watching.getNetworkState().unsyncData, ["a", "b"]);
        gate.open();
        await sent(tested);
        equal(sorted(uuidsOf(sending.items)), ["a", "b"]);
      } finally {
        second.close();
      }
    }),

  "what a tab imports and cannot send, another sends": (kit) =>
    timed(kit, async ({ manager, monitor, another, clock }) => {
      const away = monitor();
      away.start();
      away.forceOffline();
      const sending = transport();
      const tested = manager({ transport: sending });
      await tested.init();
      await until(() => !tested.getSyncStatus().isSyncing, "the first round");
      const importing = manager({ transport: transport(), monitor: away, database: await another() });
      await importing.init();
      const row = { id: "a", uuid: "a", type: "order", data: order("a"), created_at: "2026-01-01T00:00:00.000Z" };
      await importing.importUnsynced(joined([header({ count: 1 }), lineOf(row)]));
      await until(() => tested.getSyncStatus().pendingCount === 1, "the notice");
      clock.advance(2_000);
      await sent(tested);
      equal(uuidsOf(sending.items), ["a"]);
    }),
};
