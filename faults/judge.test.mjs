import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, seen } from "./judge.mjs";

const receipt = (sequence, more) => ({ uuid: `u${sequence}`, sequence, ticket: `t${sequence}`, total: sequence, ...more });
const book = (sequence, more) => ({ uuid: `u${sequence}`, ticket: `t${sequence}`, total: sequence, ...more });
const NOTHING = { lost: [], doubled: [], twice: [], altered: [] };

test("a sale may wait, be at the server, or both, and need not be on paper", () => {
  const paper = [receipt(1), receipt(2), receipt(3)];
  assert.deepEqual(judge({ paper, rows: [receipt(2), receipt(3), receipt(4)], books: [book(1), book(2)] }), NOTHING);
  assert.deepEqual(judge({ paper: [], rows: [], books: [] }), NOTHING);
});

test("a sale that is on paper and nowhere else is lost", () => {
  const { lost, ...rest } = judge({ paper: [receipt(1), receipt(2)], rows: [receipt(2)], books: [] });
  assert.deepEqual([lost, rest], [["u1"], { doubled: [], twice: [], altered: [] }]);
});

test("two rows, two orders at the server, and one sale under two uuids are doubled", () => {
  const paper = [receipt(1), receipt(2), receipt(3)];
  const rows = [receipt(1), receipt(1), receipt(3)];
  const books = [book(2), book(2), book(2), book(9, { ticket: "t3" })];
  assert.deepEqual(judge({ paper, rows, books }).doubled, ["u1", "u2", "t3"]);
});

test("a refused sale that is there all the same is doubled", () => {
  const given = { paper: [receipt(1)], rows: [receipt(1), receipt(2)], books: [book(3)], refused: ["u2", "u3", "u4"] };
  assert.deepEqual(judge(given), { ...NOTHING, doubled: ["u2", "u3"] });
});

test("a number of two sales is given twice, on paper or in the till; a row of its own receipt is not", () => {
  const again = receipt(1, { uuid: "other", ticket: "other" });
  assert.deepEqual(judge({ paper: [receipt(1)], rows: [receipt(1)], books: [] }).twice, []);
  assert.deepEqual(judge({ paper: [receipt(1), again], rows: [receipt(1), again], books: [] }).twice, [1]);
  assert.deepEqual(judge({ paper: [receipt(1)], rows: [again], books: [book(1)] }).twice, [1]);
});

test("a sale that comes back with another total is altered", () => {
  const paper = [receipt(1), receipt(2), receipt(3)];
  const books = [book(2), book(3, { total: 4 })];
  assert.deepEqual(judge({ paper, rows: [receipt(1, { total: 5 }), receipt(2)], books }).altered, ["u1", "u3"]);
});

test("a start shows its profile by evidence, by the mark or by rows, and a wiped database is no foreign profile", () => {
  const till = { profile: "p1", paper: [receipt(1)] };
  const found = { evidence: [], mark: null, rows: [] };
  assert.equal(seen({ ...found, evidence: ["p1-1"] }, till), "evidence");
  assert.equal(seen({ ...found, mark: "p1-2" }, till), "mark");
  assert.equal(seen({ ...found, rows: [receipt(1)] }, till), "rows");
  assert.equal(seen({ ...found, rows: [receipt(2)] }, till), null);
  assert.throws(() => seen({ ...found, evidence: ["p12-1"] }, till), /not its own: it holds 'p12-1'/);
  assert.throws(() => seen({ ...found, mark: "p2-1" }, till), /not its own/);
});
