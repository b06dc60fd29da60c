import { equal, namesTheIndex, ok, rejects } from "../assert.js";

const rows = (count, from = 0) => Array.from({ length: count }, (_, at) => ({ id: from + at, name: `n${at}` }));
const STORE = { name: "cards", keyPath: "id", indexes: [{ name: "no", keyPath: "no", unique: true }] };

async function cards({ OfflineDB, database }) {
  const db = new OfflineDB({ name: database, stores: [STORE] });
  await db.init();
  return db;
}

export default {
  "each put is counted and the report says so": async ({ db }) => {
    equal(await db.bulkSave("pos_products", rows(2_500)), { requested: 2500, saved: 2500, failures: [] });
    equal(await db.count("pos_products"), 2500);
    equal(await db.bulkSave("pos_products", []), { requested: 0, saved: 0, failures: [] });
    equal(db.status().lastWrite.durability, "relaxed");
    await db.bulkSave("pos_products", rows(1), { durability: "strict" });
    equal(db.status().lastWrite.durability, "strict");
  },
  "bad records are reported by position with key, field and cause; the good ones are saved": async (context) => {
    const db = await cards(context);
    const { requested, saved, failures } = await db.bulkSave("cards", [
      { id: 1, no: "a" },
      { id: 2, no: "a" },
      null,
      { id: 3, no: "b" },
      { no: "c" },
      { id: 4, no: "b" },
      { id: 5, f() {} },
      { id: 6, no: "d" },
    ]);
    equal([requested, saved], [8, 3]);
    equal(
      failures.map((failure) => [failure.position, failure.key, failure.code, failure.field]),
      [
        [1, 2, "Constraint", namesTheIndex() ? "no" : undefined],
        [2, undefined, "InvalidRecord", undefined],
        [4, undefined, "InvalidRecord", "id"],
        [5, 4, "Constraint", namesTheIndex() ? "no" : undefined],
        [6, 5, "InvalidRecord", "f"],
      ],
    );
    ok(failures.every((failure) => typeof failure.message === "string" && failure.message.length > 10));
    equal([failures[0].cause.name, failures[4].cause.name], ["ConstraintError", "DataCloneError"]);
    equal((await db.getAll("cards")).map((row) => row.id), [1, 3, 6]);
    db.close();
  },
  "all-or-nothing saves nothing when one is bad, whatever the size, and names every bad one": async (context) => {
    const db = await cards(context);
    const list = [...rows(11_000).map((row) => ({ ...row, no: row.id })), { id: 20_000, no: 5 }, { no: 1 }];
    const progress = [];
    const options = { mode: "all-or-nothing", chunkSize: 100, onProgress: (value) => progress.push(value) };
    const report = await db.bulkSave("cards", list, options);
    equal([report.requested, report.saved], [11_002, 0]);
    equal(report.failures.map((failure) => failure.position), [11_000, 11_001]);
    equal(await db.count("cards"), 0);
    equal((await db.bulkSave("cards", list.slice(0, 11_000), options)).saved, 11_000);
    equal(progress.at(-1), { requested: 11_000, done: 11_000, saved: 11_000 });
    equal(progress.length, 2, "one transaction each");
    db.close();
  },
  "a load above the chunk size is one transaction after the other, with progress": async ({ db }) => {
    const progress = [];
    const report = await db.bulkSave("pos_products", rows(250), { chunkSize: 100, onProgress: (value) => progress.push(value) });
    equal(report.saved, 250);
    equal(progress, [
      { requested: 250, done: 100, saved: 100 },
      { requested: 250, done: 200, saved: 200 },
      { requested: 250, done: 250, saved: 250 },
    ]);
  },
  "a sale gets in between the transactions of a load": async ({ db }) => {
    // What is done once for the first sale is not what is looked at.
    await db.saveTransaction({ type: "order", data: {} });
    let done = 0;
    const load = db.bulkSave("pos_products", rows(20_000), { chunkSize: 250, onProgress: (value) => (done = value.done) });
    await db.saveTransaction({ type: "order", data: {} });
    ok(done < 20_000, `${done} products were saved before the sale`);
    equal((await load).saved, 20_000);
  },

  "a signal stops between chunks and the error says what is on disk": async ({ db }) => {
    const controller = new AbortController();
    const error = await rejects(
      db.bulkSave("pos_products", rows(500), { chunkSize: 100, signal: controller.signal, onProgress: ({ done }) => done === 200 && controller.abort() }),
      "Aborted",
      "200 records are on disk",
    );
    equal(error.saved, 200);
    equal(await db.count("pos_products"), 200);
    await rejects(db.bulkSave("pos_products", rows(1), { signal: AbortSignal.abort() }), "Aborted");
    await rejects(db.bulkSave("pos_products", rows(1), { signal: {} }), "InvalidArgument", "AbortSignal");
  },
  "a callback that throws is logged and stops nothing": async ({ db }) => {
    const report = await db.bulkSave("pos_products", rows(3), {
      chunkSize: 1,
      onProgress() {
        throw new Error("mine");
      },
    });
    equal(report.saved, 3);
    await rejects(db.bulkSave("pos_products", rows(1), { onProgress: 5 }), "InvalidArgument", "function");
    await rejects(db.bulkSave("pos_products", rows(1), { mode: "some" }), "InvalidArgument", "all-or-nothing");
    await rejects(db.bulkSave("pos_products", rows(1), { chunkSize: 0 }), "InvalidArgument");
  },
  "100,000 records at once": async ({ db }) => {
    equal((await db.bulkSave("config", Array.from({ length: 100_000 }, (_, key) => ({ key })))).saved, 100_000);
    equal(await db.count("config"), 100_000);
  },
};
