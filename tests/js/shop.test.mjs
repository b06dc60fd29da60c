// The shop's server of the tests does what it says.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "../../scripts/serve.mjs";
import { shops } from "../../scripts/shop.mjs";
import { at, shop } from "./shop.js";

let route, server;
before(async () => {
  route = shops();
  server = await serve(".", { routes: [route] });
});
after(async () => {
  await server.close();
  route.close();
});

const payment = (uuid, amount = 2.5) => [0, 0, { uuid: `${uuid}-paid`, amount, payment_method_id: 1 }];
const order = (uuid, values) => ({
  uuid,
  state: "paid",
  amount_total: 2.5,
  session_id: 7,
  lines: [[0, 0, { product_id: 1, qty: 1, price_unit: 2.5 }]],
  payment_ids: [payment(uuid)],
  ...values,
});
const opened = (settings) => shop(settings, server.url);

/** A call as the wire has it: [status, body as it came]. */
async function wire(at, method, args, { model = "pos.order", kwargs = {}, signal } = {}) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 5, method: "call", params: { model, method, args, kwargs } });
  const response = await fetch(`${at.url}/web/dataset/call_kw/${model}/${method}`, { method: "POST", body, signal });
  return [response.status, await response.text(), response.headers];
}
const told = async (...call) => JSON.parse((await wire(...call))[1]);
const push = (at, ...orders) => told(at, "sync_from_ui", [orders]);
const rest = (at, path, key, body) =>
  fetch(`${at.url}/${path}`, { method: "POST", headers: key ? { "idempotency-key": key } : {}, body: JSON.stringify(body) });
const uuids = async (at) => (await at.state()).orders.map((row) => row.uuid);

test("sync_from_ui answers with the rows, and stores a uuid once however often it comes", async () => {
  const at = await opened();
  const first = await push(at, order("a"), order("b"));
  assert.deepEqual(first.result["pos.order"], [
    { id: 1, uuid: "a", state: "paid", amount_total: 2.5, session_id: 7 },
    { id: 2, uuid: "b", state: "paid", amount_total: 2.5, session_id: 7 },
  ]);
  assert.deepEqual(first.result["pos.payment"][0], { id: 1, uuid: "a-paid", pos_order_id: 1, amount: 2.5, session_id: 7 });
  assert.deepEqual([first.jsonrpc, first.id, first.result["pos.session"]], ["2.0", 5, []]);
  const again = await push(at, order("a", { amount_total: 99 }), order("c"));
  assert.deepEqual(again.result["pos.order"].map((row) => [row.id, row.amount_total]), [[1, 2.5], [3, 2.5]]);
  const { orders, payments, sent, requests } = await at.state();
  assert.deepEqual([orders.length, payments.length, sent], [3, 3, { a: 2, b: 1, c: 1 }]);
  assert.deepEqual(requests, { total: 2, byMethod: { "pos.order/sync_from_ui": 2 }, most: 1 });
  assert.deepEqual((await push(at)).result["pos.order"], []);
});

test("a draft is updated until it is paid, and its payments are stored once", async () => {
  const at = await opened();
  await push(at, order("a", { state: "draft" }));
  await push(at, order("a", { amount_total: 4, payment_ids: [payment("a", 4)] }));
  const { orders, payments } = await at.state();
  assert.deepEqual([orders.length, orders[0].state, orders[0].amount_total], [1, "paid", 4]);
  assert.deepEqual([payments.length, payments[0].amount], [1, 4]);
});

test("one bad order rolls the whole list back", async () => {
  const at = await opened({ refuse: ["bad"], words: "Not this one" });
  const { error, result } = await push(at, order("a"), order("bad"), order("b"));
  assert.equal(result, undefined);
  assert.deepEqual([error.code, error.message], [0, "Odoo Server Error"]);
  const { debug, ...data } = error.data;
  assert.deepEqual(data, {
    name: "odoo.exceptions.ValidationError",
    message: "Not this one",
    arguments: ["Not this one"],
    context: {},
  });
  assert.match(debug, /SECRET-TRACEBACK/);
  for (const [bad, message] of [[{ uuid: "c" }, "lines"], [order("c", { lines: [{ qty: 1 }] }), "2"]]) {
    const { data } = (await push(at, order("a"), bad)).error;
    assert.deepEqual([data.name, data.message], ["builtins.KeyError", message]);
  }
  assert.deepEqual(await uuids(at), []);
  await at.control({ refuse: [], refuseAll: true });
  assert.equal((await push(at, order("a"))).error.data.message, "Not this one");
});

test("create refuses a uuid that exists, or stores it twice where the database is not unique", async () => {
  const [strict, loose] = [await opened(), await opened({ unique: false })];
  for (const at of [strict, loose]) {
    assert.deepEqual((await told(at, "create", [[order("a"), order("b")]])).result, [1, 2]);
    const loosePayment = { uuid: "p", amount: 1, session_id: 7 };
    assert.deepEqual((await told(at, "create", [[loosePayment]], { model: "pos.payment" })).result, [3]);
  }
  const { error } = await told(strict, "create", [[order("c"), order("a")]]);
  assert.equal(error.data.message, "The operation cannot be completed: An order with this uuid already exists");
  assert.deepEqual(await uuids(strict), ["a", "b"]);
  assert.deepEqual((await told(loose, "create", [[order("c"), order("a")]])).result, [3, 4]);
  assert.deepEqual(await uuids(loose), ["a", "b", "c", "a"]);
});

test("write changes a session, and search_read finds by uuid, session and id", async () => {
  const at = await opened({ users: [{ id: 2, name: "Ann", login: "ann" }, { id: 3, name: "Bob", login: "bob" }] });
  await push(at, order("a"), order("b", { session_id: 8 }));
  assert.equal((await told(at, "write", [7, { state: "closing" }], { model: "pos.session" })).result, true);
  assert.equal((await told(at, "write", [[7, 8], { note: "x" }], { model: "pos.session" })).result, true);
  const { sessions } = await at.state();
  assert.deepEqual(sessions, [{ id: 7, state: "closing", note: "x" }, { id: 8, note: "x" }]);
  const fields = ["uuid", "state", "amount_total"];
  const row = { id: 2, uuid: "b", state: "paid", amount_total: 2.5 };
  assert.deepEqual((await told(at, "search_read", [[["uuid", "in", ["b", "x"]]], fields])).result, [row]);
  const kwargs = { domain: [["session_id", "=", 8]], fields };
  assert.deepEqual((await told(at, "search_read", [], { kwargs })).result, [row]);
  const users = at.pos().env.services.orm.searchRead("res.users", [["id", "in", [3]]], ["login", "pos_offline_pin_hash"]);
  assert.deepEqual(await users, [{ id: 3, login: "bob", pos_offline_pin_hash: false }]);
});

test("an unknown method and an unknown model are the errors that Odoo makes of them", async () => {
  const at = await opened();
  assert.equal((await told(at, "nope", [])).error.data.name, "builtins.AttributeError");
  const { error, id } = await told(at, "create", [], { model: "pos.nope" });
  assert.deepEqual([id, error.code, error.data.name], [null, 404, "werkzeug.exceptions.NotFound"]);
});

test("REST wants a key, knows it again, and finds by uuid and session", async () => {
  const at = await opened({ refuse: ["bad"], words: "Not this one" });
  assert.equal((await rest(at, "orders", null, order("a"))).status, 400);
  const first = await rest(at, "orders", "a", order("a"));
  assert.deepEqual([first.status, await first.json()], [201, { uuid: "a", amount_total: 2.5, state: "paid" }]);
  const second = await rest(at, "orders", "a", order("a"));
  assert.deepEqual([second.status, await second.json()], [409, { error: "duplicate" }]);
  await at.control({ rest: "replay" });
  const third = await rest(at, "orders", "a", order("a"));
  assert.deepEqual([third.status, (await third.json()).uuid], [200, "a"]);
  const bad = await rest(at, "orders", "bad", order("bad"));
  assert.deepEqual([bad.status, await bad.json()], [422, { error: "Not this one" }]);
  assert.equal((await rest(at, "payments", "p", { amount: 3, session_id: 7 })).status, 201);
  await rest(at, "orders", "b", order("b", { session_id: 8 }));
  const list = async (query) => (await (await fetch(`${at.url}/${query}`)).json()).map((row) => row.uuid);
  assert.deepEqual(await list("orders?uuid=a&uuid=b&uuid=x"), ["a", "b"]);
  assert.deepEqual(await list("orders?session=8"), ["b"]);
  assert.deepEqual(await list("payments?uuid=p"), ["p"]);
  assert.equal((await at.state()).log[1].key, "a");
});

test("drop stores nothing, lost stores without an answer, twice stores and answers the second time", async () => {
  const at = await opened();
  for (const fault of ["drop", "lost"]) {
    await at.control({ once: fault });
    await assert.rejects(push(at, order(fault)), TypeError);
  }
  assert.deepEqual(await uuids(at), ["lost"]);
  await at.control({ once: "twice" });
  assert.match((await told(at, "create", [[order("a")]])).error.data.message, /uuid already exists/);
  assert.deepEqual(await uuids(at), ["lost", "a"]);
  const { log } = await at.state();
  const seen = log.map(({ name, items, uuids, fault, outcome }) => [name, items, uuids[0], fault, outcome]);
  assert.deepEqual(seen, [
    ["pos.order/sync_from_ui", 1, "drop", "drop", null],
    ["pos.order/sync_from_ui", 1, "lost", "lost", "ok"],
    ["pos.order/create", 1, "a", "twice", "odoo.exceptions.ValidationError"],
  ]);
});

test("each other fault is what it is called", async () => {
  const at = await opened({ retryAfter: 3, slowMs: 80 });
  const once = async (fault) => (await at.control({ once: fault }), wire(at, "sync_from_ui", [[order(fault)]]));
  const [status, page, headers] = await once("error");
  assert.ok([500, 502].includes(status) && page.startsWith("<!DOCTYPE html>"), page);
  assert.match(headers.get("content-type"), /^text\/html/);
  const busy = await once("busy");
  assert.ok([429, 503].includes(busy[0]) && busy[2].get("retry-after") === "3", `status ${busy[0]}`);
  const expired = JSON.parse((await once("expired"))[1]);
  assert.deepEqual([expired.id, expired.error.code, expired.error.message], [null, 100, "Odoo Session Expired"]);
  const [fine, garbage] = await once("garbage");
  assert.equal(fine, 200);
  assert.throws(() => JSON.parse(garbage), SyntaxError);
  assert.match((await once("html"))[1], /Log in/);
  const start = performance.now();
  assert.match((await once("slow"))[1], /"uuid":"slow"/);
  assert.ok(performance.now() - start > 70);
  const stored = await uuids(at);
  assert.deepEqual([stored.includes("garbage"), stored.includes("html"), stored.includes("busy")], [true, false, false]);
  await at.control({ once: "hang" });
  await assert.rejects(wire(at, "sync_from_ui", [[order("hang")]], { signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
  await at.control({ expired: true });
  assert.equal((await rest(at, "orders", "r", order("r"))).status, 401);
  assert.equal((await fetch(`${at.url}/ping`, { method: "HEAD" })).status, 200);
  await assert.rejects(at.control({ rates: { lots: 1 } }), /no setting or fault 'lots'/);
});

test("faults come as often as they are told to, and the same for the same seed", async () => {
  const seen = [];
  for (const seed of [5, 5, 6]) {
    const at = await opened({ seed, rates: { busy: 0.25, html: 0.25 } });
    for (let count = 0; count < 60; count += 1) await wire(at, "sync_from_ui", [[]]);
    seen.push((await at.state()).log.map((entry) => entry.fault).join());
  }
  assert.equal(seen[0], seen[1]);
  assert.notEqual(seen[0], seen[2]);
  const faults = seen[0].split(",").filter(Boolean).length;
  assert.ok(faults > 15 && faults < 45, `${faults} of 60`);
});

test("a restart keeps what was accepted, ends what waits, and a new server finds the same file", async () => {
  const at = await opened({ once: "hang" });
  const waiting = assert.rejects(push(at, order("never")), TypeError);
  while (!(await at.state()).log.length) await sleep(5);
  await push(at, order("a"), order("b", { state: "draft" }));
  await told(at, "write", [7, { state: "closed" }], { model: "pos.session" });
  const { orders, payments, sessions } = await at.state();
  await at.control({ restart: true });
  await waiting;
  route.restart(at.name);
  const after = await at.state();
  assert.deepEqual([after.orders, after.payments, after.sessions], [orders, payments, sessions]);
  await push(at, order("c"));
  assert.equal(new Set((await at.state()).orders.map((row) => row.id)).size, orders.length + 1);
});

test("a directory of one's own is kept, and another server goes on with it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "shop-test-"));
  for (const expected of [["a"], ["a", "b"]]) {
    const route = shops({ directory });
    const server = await serve(".", { routes: [route] });
    await push(at("kept", server.url), order(expected.at(-1)));
    assert.deepEqual(await uuids(at("kept", server.url)), expected);
    await server.close();
    route.close();
  }
  rmSync(directory, { recursive: true });
});

test("down cuts every connection but those of control and state", async () => {
  const at = await opened({ down: true });
  await assert.rejects(fetch(`${at.url}/ping`), TypeError);
  await assert.rejects(push(at, order("a")), TypeError);
  await at.control({ down: false });
  assert.equal(await (await fetch(`${at.url}/ping`)).text(), "pong");
  assert.deepEqual(await uuids(at), []);
});

test("the till's object throws what Odoo's client throws, and its bus remembers", async () => {
  const at = await opened({ refuse: ["bad"], words: "Not this one" });
  const pos = at.pos({ users: [4, 5] });
  const { orm, bus_service } = pos.env.services;
  assert.deepEqual(await orm.create("pos.order", [order("a")]), [1]);
  assert.equal(await orm.write("pos.session", [7], { state: "closed" }), true);
  const refused = await orm.create("pos.order", [order("bad")]).catch((error) => error);
  assert.deepEqual([refused.name, refused.code, refused.exceptionName], ["RPC_ERROR", 0, "odoo.exceptions.ValidationError"]);
  assert.deepEqual([refused.message, refused.data.message], ["Odoo Server Error", "Not this one"]);
  for (const [once, name, code] of [["expired", "RPCError", 100], ["lost", "ConnectionLostError"], ["html", "ConnectionLostError"]]) {
    await at.control({ once });
    const error = await orm.create("pos.order", [order(once)]).catch((error) => error);
    assert.deepEqual([error.constructor.name, error.code], [name, code]);
  }
  bus_service.trigger("seen", { synced: 1 });
  assert.deepEqual([pos.user.id, pos.user_ids, pos.events], [4, [4, 5], [{ event: "seen", detail: { synced: 1 } }]]);
});
