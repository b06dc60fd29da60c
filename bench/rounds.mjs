// Runs workloads in Chromium: each time a new browser with a new profile on disk, because in one profile the same work
// drifts to twice its time; every second round the contenders in reverse order.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { LAUNCH } from "../scripts/chromium.mjs";

export const ROUNDS = Number(process.env.ROUNDS ?? 5);

/** A function of a file of workloads/, with its argument, in a page of `server`. */
async function fresh(server, file, name, argument) {
  const profile = mkdtempSync(join(tmpdir(), "pos-offline-bench-"));
  const context = await chromium.launchPersistentContext(profile, LAUNCH);
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await page.exposeFunction("look", async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      return (await devtools.send("Runtime.getHeapUsage")).usedSize;
    });
    await page.goto(`${server}/bench/page.html`);
    const run = async ([file, name, argument]) => (await import(`/bench/workloads/${file}.js`))[name](argument);
    return await page.evaluate(run, [file, name, argument]);
  } catch (error) {
    throw new Error(`${file}/${name}(${JSON.stringify(argument)}): ${error.message}`);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** `contenders`: {name: [file, function, argument]}; resolves with {name: {measure: [value of each round]}}. */
export async function rounds(server, contenders, times = ROUNDS) {
  const results = {};
  for (let round = 0; round < times; round++) {
    const names = Object.keys(contenders);
    if (round % 2) names.reverse();
    for (const name of names) {
      const measures = await fresh(server, ...contenders[name]);
      for (const [measure, value] of Object.entries(measures)) ((results[name] ??= {})[measure] ??= []).push(value);
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return results;
}
