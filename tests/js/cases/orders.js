import { daysAgo, equal, ok, rejects } from "../assert.js";

const ids = (rows) => rows.map((row) => row.id);

async function fill(db) {
  await db.saveOrder({ id: 1, state: "draft", date_order: "2026-01-07 23:30:00" });
  await db.saveOrder({ id: 2, state: "paid", date_order: "2026-01-07T01:00:00.000Z" });
  await db.saveOrder({ id: 3, state: "draft", date_order: "2026-01-07T12:00:00.000Z" });
  await db.saveOrder({ id: 4, state: "cancel", date_order: "2026-01-06 00:00:00" });
  await db.saveOrder({ id: 5, state: "aaa", date_order: "2026-01-05T00:00:00.000Z" });
  await db.saveOrder({ id: 6, state: "zzz", date_order: "2026-01-04 10:00:00" });
  await db.saveOrder({ id: 7, state: "done", date_order: "2026-01-08 10:00:00" });
  await db.saveOrder({ id: 8, state: "invoiced", date_order: new Date("2026-01-07T18:00:00Z") });
}

export default {
  "an order keeps every field and gets JSONuiState and saved_at": async ({ db }) => {
    const uiState = { screen: "payment", tip: 1.5 };
    const saved = await db.saveOrder({ id: 5, state: "draft", date_order: daysAgo(0), uiState, lines: new Map([[1, new Date(3)]]) });
    equal(saved.JSONuiState, JSON.stringify(uiState));
    ok(saved.saved_at);
    equal(await db.getOrder(5), saved);
    equal(saved.lines, new Map([[1, new Date(3)]]));
    equal(await db.getOrder(6), undefined);
    equal((await db.getAllOrders()).length, 1);
    equal(await db.deleteOrder(5), true);
    equal(await db.getAllOrders(), []);
  },
  "an order without an id is kept under its uuid, once": async ({ db }) => {
    await db.saveOrder({ uuid: "u-1", state: "draft", date_order: daysAgo(0) });
    await db.saveOrder({ uuid: "u-1", state: "paid", date_order: daysAgo(0) });
    equal((await db.getAllOrders()).map((row) => [row.id, row.state]), [["u-1", "paid"]]);
    await rejects(db.saveOrder({ id: "u-1", uuid: "u-2" }), "Constraint", "u-1");
    await db.saveOrder({ id: 7, state: "draft" });
    equal((await db.saveOrder({ id: 7, uuid: "u-7", state: "paid" })).state, "paid", "an order may get its uuid later");
  },
  "pending orders are all that are not paid, done, invoiced or cancelled, oldest first": async ({ db }) => {
    await fill(db);
    equal(ids(await db.getPendingOrders()), [6, 5, 3, 1]);
    equal((await db.explain("orders", { index: "state_date" })).index, "state_date");
  },
  "an order without a date or a state is not hidden": async ({ db }) => {
    await fill(db);
    await db.saveOrder({ id: 20, state: "draft", date_order: false });
    await db.saveOrder({ id: 21, date_order: "2026-01-01 00:00:00" });
    await db.saveOrder({ id: 22, state: "paid" });
    equal(ids(await db.getPendingOrders()), [20, 21, 6, 5, 3, 1]);
  },
  "a range of dates is inclusive and reads both ways of writing a time": async ({ db }) => {
    await fill(db);
    equal(ids(await db.getOrdersByDateRange("2026-01-07T01:00:00.000Z", "2026-01-07 23:30:00")), [2, 3, 8, 1]);
    equal(ids(await db.getOrdersByDateRange("2026-01-07", "2026-01-07")), [2, 3, 8, 1], "a day is all of it");
    equal(ids(await db.getOrdersByDateRange("2026-01-07T01:00:00.001Z", "2026-01-07 23:29:59")), [3, 8]);
    equal(ids(await db.getOrdersByDateRange(new Date("2026-01-04"), Date.parse("2026-01-06T00:00:00Z"))), [6, 5, 4]);
    equal(ids(await db.getOrdersByDateRange("2026-01-01", "2026-01-31", "draft")), [3, 1]);
    equal(db.status().lastQuery.index, "state_date");
    equal(ids(await db.getOrdersByDateRange("2026-01-01", "2026-01-31", "invoiced")), [8]);
    equal(await db.getOrdersByDateRange("2026-02-01", "2026-01-01"), [], "an inverted range is empty");
    for (const bad of [undefined, "soon", NaN, new Date(NaN), {}]) {
      await rejects(db.getOrdersByDateRange(bad, "2026-01-01"), "InvalidArgument");
      await rejects(db.getOrdersByDateRange("2026-01-01", bad), "InvalidArgument");
    }
  },
  "only orders in a final state are cleared": async ({ db }) => {
    for (const [id, state] of [[1, "draft"], [2, "paid"], [3, "done"], [4, "invoiced"], [5, "cancel"], [6, "odd"]]) {
      await db.saveOrder({ id, state, date_order: daysAgo(40) });
    }
    await db.saveOrder({ id: 7, state: "paid", date_order: daysAgo(2) });
    equal(await db.clearOldOrders(), 4);
    equal(ids(await db.getAllOrders()), [1, 6, 7]);
    equal(await db.clearOldOrders(1), 1);
  },
  "a date that is no date is refused, an empty one is Odoo's habit": async ({ db }) => {
    for (const date_order of ["tomorrow", NaN, new Date(NaN)]) {
      equal((await rejects(db.saveOrder({ id: 1, date_order }), "InvalidRecord")).field, "date_order");
    }
    for (const date_order of [false, null, undefined]) await db.saveOrder({ id: 1, date_order });
  },
  "an order whose uiState has no JSON form is refused by name": async ({ db }) => {
    const uiState = {};
    uiState.self = uiState;
    equal((await rejects(db.saveOrder({ id: 1, uiState }), "InvalidRecord")).field, "uiState");
  },
};
