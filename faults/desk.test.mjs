import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serve } from "../scripts/serve.mjs";
import { Desk, Start } from "./desk.mjs";

const desk = new Desk();
let server;
before(async () => (server = await serve(import.meta.dirname, { routes: [desk.route] })));
after(() => server.close());

const say = (token, word, body) => fetch(`${server.url}/lab/${token}/${word}`, { method: "POST", body: JSON.stringify(body ?? null) });
const begin = (token) => desk.begin(new Start({ token, plan: { library: "ours" }, paper: [], trouble: () => {} }));

test("a till that has said what it found sells only after that was compared", async () => {
  const start = begin("a-1");
  assert.deepEqual(await (await say("a-1", "hello", 1)).json(), { library: "ours" });
  const order = [];
  const tabs = [say("a-1", "found", { rows: [] }), say("a-1", "turn")].map((answer) => answer.then(() => order.push("sells")));
  assert.deepEqual(await start.found, { rows: [] });
  // Another request goes through meanwhile.
  await say("a-1", "marked");
  order.push("compared");
  start.go.resolve();
  await Promise.all(tabs);
  assert.deepEqual(order, ["compared", "sells", "sells"]);
  assert.equal(start.marked, true);
});

test("receipts are on paper in their order, and a page of an earlier start is told to stop", async () => {
  const start = begin("b-1");
  assert.equal((await say("b-1", "paper", [{ uuid: "1" }, { uuid: "2" }])).status, 200);
  await start.sold;
  desk.end(start);
  assert.equal((await say("b-1", "paper", [{ uuid: "3" }])).status, 410);
  assert.equal((await say("b-2", "hello", 1)).status, 410);
  assert.deepEqual(start.paper, [{ uuid: "1" }, { uuid: "2" }]);
});
