// Sales on their way from one till to another, in a file.
import { equal, ok, rejects } from "../assert.js";
import { desk, order, sent, sorted, transport, uuidsOf } from "../desk.js";
import { shop } from "../shop.js";

const lines = (text) => text.trimEnd().split("\n").map((line) => JSON.parse(line));

/** Another till: a manager of a database of its own. */
async function elsewhere({ OfflineDB }, manager, body) {
  const db = new OfflineDB({ name: `elsewhere-${crypto.randomUUID()}` });
  await db.init();
  try {
    await body(db, (options) => manager({ database: db, ...options }));
  } finally {
    await db.reset();
  }
}

/** Runs a test with a till that has these orders in its outbox, and with another one that has nothing. */
const rescue = (uuids, test) => (kit) =>
  desk(kit, async (tools) => {
    const from = tools.manager({ transport: transport() });
    for (const uuid of uuids) await from.addToSyncQueue("order", order(uuid));
    await elsewhere(kit, tools.manager, (db, manager) => test({ ...tools, from, elsewhere: { db, manager } }));
  });

export default {
  "what is exported arrives at the server once, from whichever till": rescue(["a", "b", "c"], async ({ db, from, manager, elsewhere }) => {
    const { url, state } = await shop();
    const text = await from.exportUnsynced();
    const to = elsewhere.manager({ transport: { kind: "odoo", url } });
    equal(await to.importUnsynced(text), { imported: 3, known: 0, failures: [] });
    equal(to.getSyncStatus().pendingCount, 3);
    equal(uuidsOf(await db.getPendingTransactions()), ["a", "b", "c"]);
    const first = manager({ transport: { kind: "odoo", url } });
    await Promise.all([to.syncOfflineTransactions(), first.syncOfflineTransactions()]);
    await sent(to);
    await sent(first);
    equal(sorted(uuidsOf((await state()).orders)), ["a", "b", "c"]);
  }),

  "the file says what it is and how much it holds, and each row has its checksum": rescue(["a", "ä\n🧀"], async ({ database, from }) => {
    const text = await from.exportUnsynced();
    const [header, ...rows] = lines(text);
    ok(text.endsWith("\n"), text);
    equal([header.format, header.version, header.database, header.count], ["pos-offline-rescue", 1, database, 2]);
    ok(Date.parse(header.exported_at) > 0, header.exported_at);
    equal(rows.map(({ store, row }) => [store, row.uuid, row.synced]), [["transactions", "a", false], ["transactions", "ä\n🧀", false]]);
    ok(rows.every(({ crc32 }) => /^[0-9a-f]{8}$/.test(crc32)), rows);
  }),

  "a file that is imported twice changes nothing the second time": rescue(["a", "b"], async ({ from, elsewhere: { db, manager } }) => {
    const text = await from.exportUnsynced();
    const to = manager({ transport: transport() });
    await to.importUnsynced(text);
    const before = await db.getPendingTransactions();
    equal(await to.importUnsynced(text), { imported: 0, known: 2, failures: [] });
    equal(await from.importUnsynced(text), { imported: 0, known: 2, failures: [] });
    equal(await db.getPendingTransactions(), before);
  }),

  "a sale is known by its uuid under whatever id, and when it has been confirmed since": rescue(["a", "b"], async ({ db, from, elsewhere: { db: other, manager } }) => {
    const [, second] = await db.getPendingTransactions();
    const to = manager({ transport: transport(), keepSynced: true });
    await to.addToSyncQueue("order", order("a"));
    await other.put("transactions", { ...second, synced: true, state: "synced" });
    equal(await to.importUnsynced(await from.exportUnsynced()), { imported: 0, known: 2, failures: [] });
    equal(uuidsOf(await other.getPendingTransactions()), ["a"]);
  }),

  "a file in other white space is the same file": rescue(["a"], async ({ from, elsewhere: { manager } }) => {
    const text = (await from.exportUnsynced()).split("\n").map((line) => line && JSON.stringify(JSON.parse(line)).replaceAll(",", ", ")).join("\r\n");
    equal(await manager().importUnsynced(`${text}\n\n`), { imported: 1, known: 0, failures: [] });
  }),

  "a line that was changed is named, and the others are taken": rescue(["a", "b", "c", "d"], async ({ from, elsewhere: { db, manager } }) => {
    const text = (await from.exportUnsynced()).split("\n");
    text[2] = text[2].replace('"amount_total":2.5', '"amount_total":9.5');
    text[3] = text[3].slice(0, -20);
    const { imported, known, failures } = await manager().importUnsynced(text.join("\n"));
    equal([imported, known], [2, 0]);
    equal(failures.map(({ line, code }) => [line, code]), [[3, "InvalidRecord"], [4, "InvalidRecord"]]);
    ok(failures[0].message.includes("checksum"), failures[0].message);
    ok(failures[1].message.includes("JSON"), failures[1].message);
    equal(uuidsOf(await db.getPendingTransactions()), ["a", "d"]);
  }),

  "a file that is cut off says so, and what is left is taken": rescue(["a", "b", "c"], async ({ from, elsewhere: { manager } }) => {
    const text = (await from.exportUnsynced()).split("\n").slice(0, 3).join("\n");
    const { imported, failures } = await manager().importUnsynced(text);
    equal([imported, failures.map(({ line }) => line)], [2, [4]]);
    ok(failures[0].message.includes("2 of 3 rows"), failures[0].message);
  }),

  "what is no rescue file is refused as a whole": rescue(["a"], async ({ from, elsewhere: { db, manager } }) => {
    const to = manager();
    const text = await from.exportUnsynced();
    for (const other of ["", "{", "[]", '{"format":"other"}', text.slice(text.indexOf("\n") + 1)]) {
      await rejects(to.importUnsynced(other), "InvalidArgument", "no rescue file");
    }
    await rejects(to.importUnsynced(text.replace('"version":1', '"version":2')), "InvalidArgument", "version 2");
    await rejects(to.importUnsynced(7), "InvalidArgument", "text");
    equal((await db.counts()).transactions, 0);
  }),

  "rows of other stores, without uuid or without key are named": rescue([], async ({ db, from, elsewhere: { manager } }) => {
    await from.addToSyncQueue("order", order("a"));
    await db.put("transactions", { ...(await db.getPendingTransactions())[0], id: "bare", uuid: "", data: {}, sequence: 9 });
    const text = (await from.exportUnsynced()).split("\n");
    const stray = text[1].replace('"store":"transactions"', '"store":"users"');
    const { imported, failures } = await manager().importUnsynced([...text.slice(0, 3), stray].join("\n"));
    // The same time: "bare" comes before the id of the other.
    equal([imported, failures.map(({ line }) => line)], [1, [2, 4]]);
    ok(failures[0].message.includes("uuid"), failures[0].message);
    ok(failures[1].message.includes("store"), failures[1].message);
  }),

  "a dead letter stays one, with the server's words": rescue(["a", "b"], async ({ from, manager, elsewhere }) => {
    const refusing = transport(() => ({ outcome: "rejected", message: "the drawer is closed" }));
    await manager({ transport: refusing }).syncOfflineTransactions();
    const sending = transport();
    const to = elsewhere.manager({ transport: sending });
    equal((await to.importUnsynced(await from.exportUnsynced())).imported, 2);
    await to.syncOfflineTransactions();
    const rows = await to.getRejected();
    equal(rows.map(({ uuid, last_error, error_type }) => [uuid, last_error, error_type]), [
      ["a", "the drawer is closed", "rejected"],
      ["b", "the drawer is closed", "rejected"],
    ]);
    equal([sending.requests, to.getSyncStatus().rejectedCount], [[], 2]);
  }),

  "a row that was in flight is asked about before it is sent": rescue(["a", "b"], async ({ db, from, elsewhere: { db: other, manager } }) => {
    const [row] = await db.getPendingTransactions();
    const until = new Date(Date.now() + 60_000).toISOString();
    await db.put("transactions", { ...row, state: "in_flight", lease_owner: "somebody", lease_until: until });
    const sending = transport(() => "ok", { known: (uuids) => uuids.filter((uuid) => uuid === "a") });
    const to = manager({ transport: sending });
    await to.importUnsynced(await from.exportUnsynced());
    equal((await other.getPendingTransactions()).map(({ state, lease_owner, uncertain }) => [state, lease_owner, uncertain]), [
      ["pending", null, true],
      ["pending", null, true],
    ]);
    await to.syncOfflineTransactions();
    equal([sending.requests, to.getSyncStatus().pendingCount], [[["b"]], 0]);
  }),

  "what is imported goes on with this till's sequence, and remembers its own": rescue(["a", "b"], async ({ from, elsewhere: { db, manager } }) => {
    const to = manager({ transport: transport() });
    const mine = await to.addToSyncQueue("order", order("mine"));
    const text = await from.exportUnsynced();
    await to.importUnsynced(text);
    const next = await to.addToSyncQueue("order", order("next"));
    equal([mine.sequence, next.sequence], [1, 4]);
    const rows = await db.getPendingTransactions();
    equal(rows.map(({ uuid, sequence }) => [uuid, sequence]), [["mine", 1], ["a", 2], ["b", 3], ["next", 4]]);
    const { row } = lines(text)[1];
    const { database } = lines(text)[0];
    equal(rows[1].rescued, { database, id: row.id, sequence: 1, created_at: row.created_at });
  }),

  "an id that another sale has here becomes a new one, and what waits for it follows": rescue(["a"], async ({ db, from, elsewhere: { db: other, manager } }) => {
    const [first] = await db.getPendingTransactions();
    await from.addToSyncQueue("payment", { uuid: "paid", amount: 2.5 }, { after: first.id });
    await other.saveTransaction({ id: first.id, uuid: "somebody else's", type: "order", data: {} });
    await manager().importUnsynced(await from.exportUnsynced());
    const rows = await other.getPendingTransactions();
    equal(uuidsOf(rows), ["somebody else's", "a", "paid"]);
    ok(rows[1].id !== first.id, rows[1].id);
    equal(rows[2].after, rows[1].id);
  }),

  "offline orders come along, and another one under the same key is refused": rescue([], async ({ db, from, elsewhere: { db: other, manager } }) => {
    await db.saveOfflineOrder({ offline_id: "o1", uuid: "u1", total: 5 });
    await db.saveOfflineOrder({ offline_id: "o2", uuid: "u2", total: 6 });
    await db.saveOfflineOrder({ offline_id: "o3", uuid: "u3" });
    await db.markOfflineOrderSynced("o3");
    await other.saveOfflineOrder({ offline_id: "o2", uuid: "another" });
    const text = await from.exportUnsynced();
    const { imported, known, failures } = await manager().importUnsynced(text);
    equal([imported, known, failures.map(({ line, code }) => [line, code])], [1, 0, [[3, "Constraint"]]]);
    const rows = await other.getUnsyncedOfflineOrders();
    equal(rows.map(({ offline_id, uuid, total, synced }) => [offline_id, uuid, total, synced]).sort(), [["o1", "u1", 5, false], ["o2", "another", undefined, false]]);
    equal((await manager().importUnsynced(text)).known, 1);
  }),

  "a row without JSON form is named in the file and at its import": rescue(["a", "b"], async ({ db, from, elsewhere: { manager } }) => {
    const [row] = await db.getPendingTransactions();
    await db.put("transactions", { ...row, data: order("a", { amount_total: 5n }) });
    const { imported, failures } = await manager().importUnsynced(await from.exportUnsynced());
    equal([imported, failures.map(({ line }) => line)], [1, [2]]);
    ok(failures[0].message.includes("JSON form"), failures[0].message);
  }),

  "an outbox with nothing in it is a file too": rescue([], async ({ from, elsewhere: { manager } }) => {
    const text = await from.exportUnsynced();
    equal(lines(text).length, 1);
    equal(await manager().importUnsynced(text), { imported: 0, known: 0, failures: [] });
  }),

  "what is imported is sent soon when the server can be reached": rescue(["a"], async ({ from, monitor, elsewhere: { manager } }) => {
    const sending = transport();
    const connection = monitor();
    const to = manager({ transport: sending, monitor: connection });
    await to.init();
    await connection.checkNow();
    await to.importUnsynced(await from.exportUnsynced());
    await sent(to);
    equal(sending.requests, [["a"]]);
  }),
};
