// Runs workloads in a browser: each time a new one with a new profile on disk, because in one profile the same work drifts to
// twice its time; every second round the contenders in reverse order.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cannot, openBrowser } from "./browsers.mjs";

export const ROUNDS = Number(process.env.ROUNDS ?? 5);

/** A browser with this profile, asked one thing after the other: a function of a file of workloads/, with its argument. */
async function sitting({ engine, server, desk }, profile, questions) {
  const browser = await openBrowser(engine, server, desk, profile);
  try {
    const measures = {};
    for (const question of questions) {
      const [file, name, argument] = question;
      const answered = await browser.ask(question).catch((error) => {
        throw new Error(`${file}/${name}(${JSON.stringify(argument)}): ${error.message}`);
      });
      Object.assign(measures, answered);
    }
    return measures;
  } finally {
    await browser.close();
  }
}

/** A new profile, and in it one sitting after the other. */
async function fresh(place, sittings) {
  const profile = mkdtempSync(join(tmpdir(), "pos-offline-bench-"));
  try {
    const measures = {};
    for (const questions of sittings) Object.assign(measures, await sitting(place, profile, questions));
    return measures;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** What could not be asked, and why: each is said once. */
const leftOut = new Map();
export const omissions = () => [...leftOut].map(([what, why]) => `${what}: ${why}`);

/** Why the engine cannot play this contender, or undefined. */
function reasonAgainst(engine, sittings) {
  for (const question of sittings.flat()) {
    const reason = cannot(engine, question);
    if (reason) {
      const [file, name, argument] = question;
      leftOut.set(`${file}/${name} ${[argument].flat()[0]}`, reason);
      return reason;
    }
  }
}

/**
 * `place`: {engine, server, desk}. `contenders`: {name: [file, function, argument]}, or {name: [[question, ...], ...]} for several sittings, each in a browser
 * of its own with the profile that the one before has left. Resolves with {name: {measure: [value of each round]}}; what the engine cannot be asked has no
 * measures.
 */
export async function rounds(place, contenders, times = ROUNDS) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, {}]));
  const sittings = (name) => (Array.isArray(contenders[name][0]) ? contenders[name] : [[contenders[name]]]);
  const playing = Object.keys(contenders).filter((name) => !reasonAgainst(place.engine, sittings(name)));
  for (let round = 0; round < times; round++) {
    const names = [...playing];
    if (round % 2) names.reverse();
    for (const name of names) {
      const measures = await fresh(place, sittings(name));
      for (const [measure, value] of Object.entries(measures)) if (value !== undefined) (results[name][measure] ??= []).push(value);
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return results;
}
