// Runs workloads in Chromium: each time a new browser with a new profile on disk, because in one profile the same work
// drifts to twice its time; every second round the contenders in reverse order.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { LAUNCH } from "../scripts/chromium.mjs";

export const ROUNDS = Number(process.env.ROUNDS ?? 5);

/** What a page is asked: a function of a file of workloads/, with its argument. Resolves with its measures. */
async function ask(page, [file, name, argument]) {
  const run = async ([file, name, argument]) => (await import(`/bench/workloads/${file}.js`))[name](argument);
  try {
    return await page.evaluate(run, [file, name, argument]);
  } catch (error) {
    throw new Error(`${file}/${name}(${JSON.stringify(argument)}): ${error.message}`);
  }
}

/** A browser with this profile, asked one thing after the other, each in the page loaded anew. */
async function sitting(server, profile, questions) {
  const context = await chromium.launchPersistentContext(profile, LAUNCH);
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    // What JavaScript holds, buffers included; not the memory of a WebAssembly module.
    await page.exposeFunction("look", async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      const { usedSize, backingStorageSize } = await devtools.send("Runtime.getHeapUsage");
      return usedSize + backingStorageSize;
    });
    const measures = {};
    for (const question of questions) {
      await page.goto(`${server}/bench/page.html`);
      Object.assign(measures, await ask(page, question));
    }
    return measures;
  } finally {
    await context.close();
  }
}

/** A new profile, and in it one sitting after the other. */
async function fresh(server, sittings) {
  const profile = mkdtempSync(join(tmpdir(), "pos-offline-bench-"));
  try {
    const measures = {};
    for (const questions of sittings) Object.assign(measures, await sitting(server, profile, questions));
    return measures;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/**
 * `contenders`: {name: [file, function, argument]}, or {name: [[question, ...], ...]} for several sittings, each in a browser
 * of its own with the profile that the one before has left. Resolves with {name: {measure: [value of each round]}}.
 */
export async function rounds(server, contenders, times = ROUNDS) {
  const results = {};
  for (let round = 0; round < times; round++) {
    const names = Object.keys(contenders);
    if (round % 2) names.reverse();
    for (const name of names) {
      const contender = contenders[name];
      const measures = await fresh(server, Array.isArray(contender[0]) ? contender : [[contender]]);
      for (const [measure, value] of Object.entries(measures)) ((results[name] ??= {})[measure] ??= []).push(value);
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return results;
}
