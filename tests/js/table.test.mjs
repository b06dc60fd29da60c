// Records as tables, and back: random records through src/catalog/table.js, which needs no browser. What IndexedDB does with a
// table is a structured clone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { found, gather, pack, row, rows, take } from "../../src/catalog/table.js";
import { random } from "./shelves.js";

const ROUNDS = 5_000;
const FIELDS = ["id", "categ_id", "name", "tags"];
const SEED = Number(process.env.SEED ?? Date.now() % 1e9);

const { below, pick, chance } = random(SEED);
const tuple = () => [below(3), `x${below(2)}`];
const long = () => Array.from({ length: 10 }, (_, at) => at);
const named = () => Object.assign([1], { more: 1 });
const value = () =>
  pick([() => below(5), () => -0, () => 0.5, () => NaN, () => `t${below(3)}`, () => false, () => null, () => undefined, () => [], () => [1], tuple, long, () => [, 1], named, () => [{}], () => ({ a: 1 }), () => new Date(5)])();

/** A field that mostly has one of a few values, as in real lists. */
function habit() {
  const few = Array.from({ length: 1 + below(3) }, value);
  return () => (chance(0.9) ? structuredClone(pick(few)) : value());
}

function records() {
  const fields = FIELDS.slice(0, 1 + below(FIELDS.length)).map((field) => [field, habit()]);
  return Array.from({ length: 1 + below(12) }, () =>
    Object.fromEntries(fields.filter(() => chance(0.97)).map(([field, next]) => [field, next()])),
  );
}

/** The same values, and the same fields in the same order. */
function same(actual, expected) {
  assert.deepStrictEqual(actual, expected);
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
}

const number = (value) => (typeof value === "number" ? value : NaN);

test(`random records come back from a table as they were (SEED=${SEED})`, () => {
  for (let round = 0; round < ROUNDS; round++) {
    const list = records();
    const stamp = chance(0.3) ? "2026-01-01T00:00:00.000Z" : undefined;
    const expected = list.map((record) => ({ ...structuredClone(record), ...(stamp && { cached_at: stamp }) }));
    const [made, refused] = take(list, stamp);
    assert.deepEqual(refused, []);
    const table = structuredClone(made);
    for (const [at, record] of rows(table).entries()) same(record, expected[at]);
    const again = structuredClone(made);
    for (const [at, record] of expected.entries()) {
      const mine = row(again, at);
      same(mine, record);
      // Whoever gets a record may change it.
      for (const list of Object.values(mine).filter(Array.isArray)) list.push("changed");
      same(found(again, at), record);
      const plain = Object.keys(record).find((field) => typeof record[field] === "string");
      if (plain) same(found(again, at, plain, record[plain]), record);
      assert.equal(found(again, at, "id", "none has this"), undefined);
    }
    const from = below(list.length);
    const to = from + 1 + below(list.length - from);
    for (const [at, record] of rows(structuredClone(pack([[made, from, to]]))).entries()) same(record, expected[from + at]);
    const joined = [...expected.slice(from, to), ...expected];
    for (const [at, record] of rows(structuredClone(pack([[made, from, to], [made, 0, list.length]]))).entries()) same(record, joined[at]);
    const [keys, prices, categories] = gather(again, ["id", undefined, "categ_id", "name", undefined, "tags"]);
    assert.equal(prices, undefined);
    assert.deepEqual([...keys], expected.map(({ id }) => number(id)));
    assert.deepEqual([...categories], expected.map(({ categ_id: id }) => number(Array.isArray(id) ? id[0] : id)));
  }
});
