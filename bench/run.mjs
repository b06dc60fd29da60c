// Measures this library beside what else a user would pick, prints the table and writes results.json. Wrong results end
// it; slow ones do not.
//
//   ROUNDS=5            rounds of each comparison
//   ONLY=save,users     only these of PARTS; all but `chunks` and `pages`, which explain a choice, unless given
//   ENGINE=chromium     or chromium-sqlite, firefox, webkit; what one cannot be asked is named and left out
//   QUICK=1             small sizes and one round, to see that everything runs
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { serve } from "../scripts/serve.mjs";
import { shops } from "../scripts/shop.mjs";
import { Desk, NAMES as ENGINES, closeDisplay, versionOf } from "./browsers.mjs";
import { catalogueParts } from "./catalogue.mjs";
import { choiceParts } from "./choices.mjs";
import { NAMES } from "./peers/names.mjs";
import { ROUNDS, omissions, rounds } from "./rounds.mjs";
import { Table, atMost, below, each, faster } from "./table.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const quick = Boolean(process.env.QUICK);
const times = quick ? 1 : ROUNDS;
const only = process.env.ONLY?.split(",");
const engine = process.env.ENGINE || "chromium";
if (!ENGINES.includes(engine)) throw new Error(`ENGINE=${engine}: there is no such engine; there is ${ENGINES.join(", ")}.`);
const version = await versionOf(engine);
const route = shops();
const desk = new Desk();
// A page that is isolated has a clock of microseconds in every browser.
const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const server = await serve(root, { routes: [desk.route, route], headers });
const run = (contenders, count = times) => rounds({ engine, server: server.url, desk }, contenders, count);
const table = new Table();
const raw = {};

const sizes = (...all) => (quick ? all.slice(0, 1) : all);
const bench = { run, table, raw, quick, sizes };

const CHOICES = choiceParts(bench);
const PARTS = {
  ...catalogueParts(bench),
  ...CHOICES,

  async queue() {
    for (const count of sizes(1_000, 10_000, 50_000, 200_000)) {
      const { found } = await run({ found: ["queue", "pending", count] });
      raw[`queue ${count}`] = found;
      const at50 = (target) => (count === 50_000 ? target : null);
      const work = `100 pending of ${each(count)}`;
      table.compare(work, "raw getAll of the index", found.query, found.rawQuery, { target: at50(atMost(1.3)) });
      table.compare(work, "the legacy full scan", found.query, found.scan, { target: at50(faster(50)) });
      table.compare(`count of ${work}`, "raw count of the index", found.count, found.rawCount, { target: at50(atMost(1.5)) });
    }
  },

  async users() {
    for (const count of sizes(10, 50)) {
      const { found } = await run({ found: ["users", "users", count] });
      raw[`users ${count}`] = found;
      table.compare(`${count} users saved`, "legacy, one after the other", found.ours, found.oneByOne, { target: faster(4) });
      table.compare(`${count} users saved`, "the puts alone, raw", found.ours, found.floor);
    }
  },

  async sale() {
    const products = quick ? 1_000 : 50_000;
    for (const durability of sizes("strict", "relaxed")) {
      const contender = (peer, ...load) => ["sale", "sales", [peer, durability, quick ? 20 : 500, ...load]];
      const peers = ["ours", "raw", "dexie"];
      const alone = await run(Object.fromEntries(peers.map((peer) => [peer, contender(peer)])));
      const beside = await run(Object.fromEntries(peers.map((peer) => [peer, contender(peer, products)])));
      raw[`sale ${durability}`] = { alone, beside };
      for (const peer of peers.slice(1)) {
        for (const measure of ["p50", "p99"]) table.compare(`sale, ${durability}, ${measure}`, NAMES[peer], alone.ours[measure], alone[peer][measure]);
        table.compare(`sale, ${durability}, p99, while ${each(products)} products load`, NAMES[peer], beside.ours.p99, beside[peer].p99);
      }
      const target = durability === "strict" ? atMost(3) : null;
      table.compare(`sale, ${durability}, p99, while ${each(products)} products load`, "the same without load", beside.ours.p99, alone.ours.p99, { target });
    }
  },

  async copies() {
    const contender = (options) => ["sale", "sales", ["ours", "strict", quick ? 20 : 500, 0, options]];
    const { one, two, young } = await run({ one: contender({ journal: false }), two: contender({ settled: true }), young: contender({}) });
    raw.copies = { one, two, young };
    for (const [measure, limit] of [["p50", 1.3], ["p99", 1.5]]) {
      table.compare(`sale, strict, with two copies, ${measure}`, "with one copy", two[measure], one[measure], { target: atMost(limit) });
      table.compare(`sale, strict, in the first minute of a till, ${measure}`, "with one copy", young[measure], one[measure]);
    }
  },

  async drain() {
    // One after the other 1,000 orders would take 70 s at 50 ms; 100 of them tell the time of one.
    const [many, few] = quick ? [40, 5] : [1_000, 100];
    for (const latency of [0, 50]) {
      const found = await run({ batches: ["outbox", "drain", ["batches", many, latency]], oneByOne: ["outbox", "drain", ["oneByOne", few, latency]] });
      raw[`drain ${latency}`] = found;
      table.compare(`an order of ${each(many)}, ${latency} ms away`, `one request after the other (of ${few})`, found.batches.perOrder, found.oneByOne.perOrder);
      table.state(`all ${each(many)} orders, ${latency} ms away`, found.batches.all);
    }
  },

  async module() {
    const files = readdirSync(new URL("../pkg", import.meta.url));
    const script = files.find((name) => /^pos_offline-\w+\.js$/.test(name));
    const module = files.find((name) => name.endsWith(".wasm"));
    const bytes = readFileSync(new URL(`../pkg/${module}`, import.meta.url));
    const { found } = await run({ found: ["module", "instantiate", [script, module]] });
    raw.module = found;
    table.state("module, gzipped", [gzipSync(bytes, { level: 9 }).length / 1024], { unit: "KB", target: below(150, "KB") });
    table.state("compile and instantiate", found.instantiated, { target: below(20, "ms") });
    table.state("import to ready, fetches included", found.imported);
  },

  async soak() {
    const count = quick ? 100 : 10_000;
    const { found } = await run({ found: ["outbox", "soak", count] }, 1);
    raw.soak = found;
    const mb = (name) => found[name]?.map((bytes) => bytes / 2 ** 20);
    table.compare(`JavaScript memory after ${each(count)} sales`, `after ${each(count / 10)}`, mb("heapAfter"), mb("heapBefore"), { unit: "MiB" });
    table.compare(`WebAssembly memory after ${each(count)} sales`, `after ${each(count / 10)}`, mb("moduleAfter"), mb("moduleBefore"), { unit: "MiB" });
  },
};

try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (only ? !only.includes(name) : name in CHOICES) continue;
    process.stderr.write(`${name} `);
    await part();
  }
} finally {
  await closeDisplay();
  await server.close();
  route.close();
}

const { devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
const peers = Object.fromEntries(["dexie", "idb", "@sqlite.org/sqlite-wasm"].map((name) => [name, devDependencies[name]]));
const machine = `${cpus().length} x ${cpus()[0].model.trim()}`;
const where = { machine, engine, browser: version, omitted: omissions(), node: process.version, peers, rounds: times, date: new Date().toISOString().slice(0, 10) };
console.log(`${where.machine}, ${version}, Node ${where.node}; ${Object.entries(peers).map((pair) => pair.join(" ")).join(", ")}; medians of ${times} rounds`);
table.print();
for (const omission of where.omitted) console.log(`left out: ${omission}`);
const missed = table.lines.filter(({ verdict }) => verdict === "missed");
console.log(missed.length ? `targets missed: ${missed.map(({ work, peer }) => `${work}${peer ? ` / ${peer}` : ""}`).join("; ")}` : "every target is met");
writeFileSync(new URL(engine === "chromium" ? "results.json" : `results-${engine}.json`, import.meta.url), JSON.stringify({ ...where, lines: table.lines, raw }, null, 2));
