// Makes RESULTS.md of results.json.
import { readFileSync, writeFileSync } from "node:fs";

const at = (name) => new URL(name, import.meta.url);
const lines = JSON.parse(readFileSync(at("results.json"), "utf8"));
const row = (values) => `| ${values.join(" | ")} |`;
const COLUMNS = {
  engine: "engine",
  library: "library",
  scenario: "scenario",
  fault: "fault",
  kills: "kills",
  paper: "on paper",
  wiped: "databases wiped",
  told: "told",
  lost: "lost",
  doubled: "doubled",
  twice: "numbers given twice",
  altered: "altered",
};
const commands = [...new Set(lines.map(({ command, date }) => `\`${command}\` (${date})`))];

writeFileSync(
  at("RESULTS.md"),
  `# Faults

What real browsers have left of acknowledged sales after they were killed; the words are explained in README.md. Made by
${commands.join(", ")} and \`make faults-report\`.

${row(Object.values(COLUMNS))}
${row(Object.keys(COLUMNS).map(() => "---"))}
${lines.map((line) => row(Object.keys(COLUMNS).map((name) => line[name]))).join("\n")}
`,
);
