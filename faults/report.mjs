// Makes RESULTS.md of results.json, for whoever reads and does not run.
import { readFileSync, writeFileSync } from "node:fs";
import { ENGINES } from "./engines.mjs";
import { SCENARIOS } from "./scenarios.mjs";

const at = (name) => new URL(name, import.meta.url);
const lines = JSON.parse(readFileSync(at("results.json"), "utf8"));

const COLUMNS = {
  browser: ({ engine }) => engine,
  library: ({ library }) => library,
  scenario: ({ scenario }) => scenario,
  fault: ({ fault }) => fault,
  faults: ({ fault, kills, cuts }) => (fault === "kill" ? kills : cuts),
  "on paper": ({ paper }) => paper.toLocaleString("en"),
  "of these with one copy": ({ single }) => (single ?? 0).toLocaleString("en"),
  refused: ({ refused }) => refused ?? 0,
  lost: ({ lost }) => lost.toLocaleString("en"),
  doubled: ({ doubled }) => doubled,
  "numbers given twice": ({ twice }) => twice.toLocaleString("en"),
  altered: ({ altered }) => altered,
  "catalogues torn": ({ torn }) => torn ?? 0,
  "databases wiped": ({ wiped }) => wiped,
  "losses told": ({ told }) => told,
  "starts that failed": ({ failed }) => failed,
};
const row = (values) => `| ${values.join(" | ")} |`;
const place = (list, name) => list.indexOf(name);
const [engines, scenarios] = [Object.keys(ENGINES), Object.keys(SCENARIOS)];
const order = ({ engine, library, scenario, fault }) => [
  fault === "kill" ? 0 : 1,
  place(engines, engine),
  place(scenarios, scenario),
  place(["ours", "raw", "dexie"], library),
];
const before = (one, other) => order(one).map((value, part) => value - order(other)[part]).find((difference) => difference) ?? 0;
const commands = [...new Set(lines.map(({ command, date }) => `- \`${command}\`, ${date}`))];

writeFileSync(
  at("RESULTS.md"),
  `# Faults

A till sells in a real browser, all of whose processes are killed at a random moment, and is started again on the same profile.
What it finds is compared with the receipts on paper: the sales that were acknowledged before. \`ours\` is this library, \`raw\`
plain IndexedDB with strict durability, \`dexie\` Dexie with the same. What the scenarios and the columns are: README.md.

${row(Object.keys(COLUMNS))}
${row(Object.keys(COLUMNS).map(() => "---"))}
${[...lines].sort(before).map((line) => row(Object.values(COLUMNS).map((cell) => cell(line)))).join("\n")}

Made by:

${commands.join("\n")}
`,
);
console.log("faults/RESULTS.md is made");
