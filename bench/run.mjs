// Runs the workloads, each contender in a fresh profile on disk and in alternating order; prints medians and ratios.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { LAUNCH } from "../scripts/chromium.mjs";
import { serve } from "../scripts/serve.mjs";
import { shops } from "../scripts/shop.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const root = fileURLToPath(new URL("..", import.meta.url));
const route = shops();
const server = await serve(root, { routes: [route] });

/** Runs one workload in a new browser with a new profile. */
async function fresh(workload, argument) {
  const profile = mkdtempSync(join(tmpdir(), "pos-offline-bench-"));
  const context = await chromium.launchPersistentContext(profile, LAUNCH);
  try {
    const page = await context.newPage();
    await page.goto(`${server.url}/bench/page.html`);
    return await page.evaluate(async ([workload, argument]) => (await import("/bench/workloads.js"))[workload](argument), [workload, argument]);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];

/** Rounds of several contenders, every second round backwards: {contender: {measure: [ms]}}. */
async function rounds(contenders) {
  const results = {};
  for (let round = 0; round < ROUNDS; round++) {
    const order = Object.keys(contenders);
    if (round % 2) order.reverse();
    for (const name of order) {
      const measures = await fresh(...contenders[name]);
      for (const [measure, time] of Object.entries(measures)) ((results[name] ??= {})[measure] ??= []).push(time);
    }
  }
  return results;
}

const table = [];
/** One line: what, our times, their times, and the target for the ratio. */
function compare(work, ours, theirs, target) {
  const ratios = sorted(ours.map((time, at) => time / theirs[at]));
  const ratio = median(ours) / median(theirs);
  table.push({
    work,
    "ours ms": median(ours).toFixed(2),
    "theirs ms": median(theirs).toFixed(2),
    ratio: ratio.toFixed(3),
    spread: `${ratios[0].toFixed(2)}-${ratios.at(-1).toFixed(2)}`,
    target: target?.text ?? "-",
    met: target ? (target.met(ratio) ? "met" : "missed") : "-",
  });
}
const atMost = (limit) => ({ text: `<= ${limit}x`, met: (ratio) => ratio <= limit });
const faster = (times) => ({ text: `>= ${times}x faster`, met: (ratio) => ratio <= 1 / times });

const save = await rounds({ raw: ["saveRaw", 10_000], ours: ["saveOurs", 10_000] });
compare("save 10,000 products, 5 indexes / raw put loop", save.ours.save, save.raw.save, atMost(1.1));
compare("read 10,000 products / raw getAll", save.ours.read, save.raw.read);
const { queue } = await rounds({ queue: ["pending", 50_000] });
compare("pending 100 of 50,000 / raw index getAll", queue.query, queue.rawQuery, atMost(1.3));
compare("pending 100 of 50,000 / full scan", queue.query, queue.scan, faster(50));
compare("pending count of 50,000 / raw index count", queue.count, queue.rawCount, atMost(1.5));
const { sell } = await rounds({ sell: ["sales", 300] });
compare("one sale, strict, p50 / raw put", sell.oursP50, sell.rawP50);
compare("one sale, strict, p99 / raw put", sell.oursP99, sell.rawP99);
for (const count of [10, 50]) {
  const { list } = await rounds({ list: ["users", count] });
  compare(`${count} users, one transaction / one after the other`, list.together, list.sequence, faster(4));
}
for (const latency of [0, 50]) {
  const { queued } = await rounds({ queued: ["drain", [200, latency]] });
  compare(`200 orders, ${latency} ms away, batches / one by one`, queued.batches, queued.oneByOne);
}
const files = readdirSync(join(root, "pkg"));
const glue = files.find((name) => /^pos_offline-\w+\.js$/.test(name));
const wasm = files.find((name) => name.endsWith(".wasm"));
const { start } = await rounds({ start: ["instantiate", [glue, wasm]] });

const gzipped = gzipSync(readFileSync(join(root, "pkg", wasm)), { level: 9 }).length / 1024;
const instantiate = median(start.instantiated);
const browser = await chromium.launch(LAUNCH);
const version = browser.version();
await browser.close();
await server.close();
route.close();

console.log(`Chromium ${version}, ${cpus().length} x ${cpus()[0].model}, Node ${process.version}, medians of ${ROUNDS} rounds`);
console.table(table);
console.log(`open a database with 50,000 transactions: ${median(queue.open).toFixed(1)} ms`);
console.log(`module: ${gzipped.toFixed(1)} KB gzipped (target <= 150: ${gzipped <= 150 ? "met" : "missed"})`);
console.log(`compile and instantiate: ${instantiate.toFixed(1)} ms (target <= 20: ${instantiate <= 20 ? "met" : "missed"})`);
console.log(`import to ready in a new browser, fetches included: ${median(start.imported).toFixed(1)} ms`);
writeFileSync(
  new URL("results.json", import.meta.url),
  JSON.stringify({ browser: version, rounds: ROUNDS, table, gzipped, instantiate, raw: { save, queue, sell, start } }, null, 2),
);
