// Kills browsers that sell, and compares what is left with the receipts on paper. Options: README.md beside this file.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../scripts/serve.mjs";
import { randomness, shops } from "../scripts/shop.mjs";
import { Desk } from "./desk.mjs";
import { LazyDisk, remove } from "./disk.mjs";
import { ENGINES, closeDisplay, installed, killAll } from "./engines.mjs";
import { Life, sum } from "./life.mjs";
import { SCENARIOS, plays } from "./scenarios.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = new URL("results.json", import.meta.url);
const LIBRARIES = ["ours", "raw", "dexie"];

/** What must not happen to this library. */
const FAULTS = ["lost", "doubled", "twice", "altered", "torn", "unclear", "undrained"];

/** The option as a list of names of which each is known. */
function names(option, known, preset) {
  const given = process.env[option] ? process.env[option].split(",") : preset;
  const wrong = given.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`${option}=${wrong}: there is no such thing; there is ${known.join(", ")}.`);
  return given;
}

function number(option, preset) {
  const value = Number(process.env[option] || preset);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${option}=${process.env[option]}: a whole number above 0 is needed.`);
}

const OPTIONS = ["ROUNDS", "SEED", "ENGINE", "SCENARIO", "LIBRARY", "KILLS", "PARALLEL", "LAZYFS", "YOUNG"];
const lazy = process.env.LAZYFS;
const options = {
  rounds: number("ROUNDS", 20),
  seed: number("SEED", 1),
  engines: names("ENGINE", Object.keys(ENGINES), Object.keys(ENGINES)),
  scenarios: names("SCENARIO", Object.keys(SCENARIOS), Object.keys(SCENARIOS)),
  libraries: names("LIBRARY", LIBRARIES, ["ours"]),
  /** Kills of one profile before there is a new one. */
  kills: number("KILLS", 4),
  // A power cut is one for all that lies on the disk.
  parallel: lazy ? 1 : number("PARALLEL", Math.min(2, availableParallelism())),
  young: Boolean(process.env.YOUNG),
  keep: process.env.KEEP,
};
const given = OPTIONS.filter((name) => process.env[name]);
const command = ["make faults", ...given.map((name) => (name === "LAZYFS" ? "LAZYFS=mount" : `${name}=${process.env[name]}`))].join(" ");

const directory = mkdtempSync(join(lazy || tmpdir(), "pos-offline-faults-"));
const disk = lazy ? new LazyDisk(lazy, process.env.LAZYFS_FIFO || `${lazy}.fifo`) : null;
const desk = new Desk();
// The server's books are in no profile: no power cut reaches them.
const shop = shops();
const { url: origin, close } = await serve(ROOT, { routes: [desk.route, shop] });

let made = 0;
async function life(run, rounds, seed) {
  const name = `p${(made += 1)}`;
  const url = `/shop/${name}`;
  const scenario = SCENARIOS[run.scenario];
  if (scenario.drain) {
    const settings = { seed, latency: 10, rates: { lost: 0.1, drop: 0.05, error: 0.05 } };
    await fetch(`${origin}${url}/control`, { method: "POST", body: JSON.stringify(settings) });
  }
  const orders = async () => {
    const { orders } = await (await fetch(`${origin}${url}/state`)).json();
    return orders.map(({ uuid, name, amount_total }) => ({ uuid, ticket: name, total: amount_total }));
  };
  const random = randomness(seed);
  const note = (text) => console.log(`  ${run.engine} ${run.library} ${run.scenario} ${text}`);
  const place = { directory, desk, origin, shop: { url, orders }, disk, young: options.young, keep: options.keep };
  return new Life({ ...run, ...place, name, scenario, random, note }).live(rounds);
}

/** All rounds of one engine, library and scenario, in several profiles, some of them at the same time. */
async function play(run) {
  const lives = [];
  for (let left = options.rounds; left > 0; left -= options.kills) lives.push(Math.min(left, options.kills));
  const tallies = [];
  let next = 0;
  const worker = async () => {
    while (next < lives.length) {
      const at = next++;
      tallies.push(await life(run, lives[at], options.seed * 1_000 + at));
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, lives.length) }, worker));
  const fault = disk ? (options.young ? "power cut, new profile" : "power cut") : "kill";
  return { ...run, fault, ...sum(tallies), command, date: new Date().toISOString().slice(0, 10) };
}

/** Writes a line in the place of the one of an earlier run of the same kind. */
function keep(line) {
  const key = ({ engine, library, scenario, fault }) => [engine, library, scenario, fault].join(" ");
  const earlier = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : [];
  const others = earlier.filter((other) => key(other) !== key(line));
  writeFileSync(RESULTS, `${JSON.stringify([...others, line], null, 1)}\n`);
}

async function end() {
  await killAll();
  await closeDisplay();
  await close();
  shop.close();
  remove(directory);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end().finally(() => process.exit(130)));

let failed = false;
try {
  for (const engine of options.engines) {
    if (!installed(engine)) {
      console.log(`${engine}: not installed (${ENGINES[engine].command}), left out`);
      continue;
    }
    for (const library of options.libraries) {
      for (const scenario of options.scenarios.filter((name) => plays(library, ENGINES[engine], name))) {
        const line = await play({ engine, library, scenario });
        keep(line);
        const counts = Object.entries(line).filter(([, value]) => typeof value === "number");
        const words = counts.map(([name, value]) => `${name} ${value}`).join(", ");
        console.log(`${engine} ${library} ${scenario}, ${line.fault}: ${words}`);
        // Without a receipt nothing can be lost, without damage nothing is borne, and nothing is shown.
        failed ||= line.paper === 0 || (SCENARIOS[scenario].damage && line.damaged === 0);
        failed ||= library === "ours" && FAULTS.some((kind) => line[kind] > 0);
      }
    }
  }
} finally {
  await end();
}
if (failed) {
  console.error("Something acknowledged is lost, doubled, altered, numbered twice or not sent, or nothing was sold or damaged: see the lines above.");
  process.exitCode = 1;
}
