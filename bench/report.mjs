// Makes RESULTS.md and chart.svg of results.json, for whoever reads and does not run; with a table of each other browser that was
// measured (results-<engine>.json).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { NAMES } from "./browsers.mjs";
import { cells } from "./table.mjs";

const at = (name) => new URL(name, import.meta.url);
const { machine, browser, node, peers, rounds, date, lines } = JSON.parse(readFileSync(at("results.json")));

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const row = (values) => `| ${values.join(" | ")} |`;
const table = (lines) => {
  const columns = Object.keys(cells(lines[0]));
  return [row(columns), row(columns.map(() => "---")), ...lines.map((line) => row(Object.values(cells(line))))].join("\n");
};

/** Another browser: what was measured there, and what was left out and why. */
function section(engine) {
  const { browser, rounds, date, lines, omitted } = JSON.parse(readFileSync(at(`results-${engine}.json`)));
  const left = omitted.length ? `\n\nLeft out: ${omitted.join("; ")}.` : "";
  return `\n## ${browser}\n\n\`make bench ENGINE=${engine}\`, on ${date}; medians of ${rounds} rounds.\n\n${table(lines)}${left}\n`;
}
const others = NAMES.filter((engine) => engine !== "chromium" && existsSync(at(`results-${engine}.json`)));
const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(", ");

writeFileSync(
  at("RESULTS.md"),
  `# Benchmark

\`make bench\`, then \`make bench-report\`, on ${date}: ${machine}, ${browser}, Node ${node}; ${versions}. Medians of ${rounds} rounds,
each contender in a new browser with a new profile on disk, in alternating order. A ratio is our time divided by theirs: below
1 we are faster, 1/20 is twenty times faster. Its spread is that of the rounds. Times of machines that others use as well
differ from run to run; compare within a line. A cold start is one in a new browser, with the profile that another has left.

![How many times faster this library is, on a scale of powers of ten](chart.svg)

${table(lines)}
${others.map(section).join("")}`,
);

/**
 * What the chart shows: the largest catalogue that every peer has saved, a till's start and a day with it, and what else is
 * compared with another way.
 */
const CHARTED = new RegExp(
  [
    "^save 50,000 products(, one record to a value)?$",
    "^open and read all 50,000|^one of 50,000 by barcode$",
    "^cold start|^100 of 50,000 updated|keystroke among",
    "^100 pending of 50,000|users saved|^an order of|^sale, strict, p50|^sale, strict, p99, while",
  ].join("|"),
);
const bars = lines.filter(({ work, ratio }) => ratio && CHARTED.test(work));

const [LINE, LABEL, WIDTH, TOP] = [20, 430, 900, 30];
const reach = Math.max(1, ...bars.map(({ ratio }) => Math.abs(Math.log10(ratio))));
const middle = LABEL + (WIDTH - LABEL - 60) * 0.35;
const scale = (WIDTH - 60 - middle) / reach;
const height = TOP + bars.length * LINE + 30;
const bar = ({ work, peer, ratio }, index) => {
  const y = TOP + index * LINE;
  const length = Math.max(1, Math.abs(Math.log10(ratio)) * scale);
  const faster = ratio < 1;
  const left = faster ? middle : Math.max(LABEL, middle - length);
  const words = faster ? `${(1 / ratio).toFixed(1)}x` : `1/${ratio.toFixed(1)}`;
  return `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escape(`${work} / ${peer}`)}</text>
<rect class="${faster ? "faster" : "slower"}" x="${left.toFixed(1)}" y="${y + 3}" width="${length.toFixed(1)}" height="${LINE - 6}" rx="2"/>
<text x="${(middle + (faster ? length : 0) + 6).toFixed(1)}" y="${y + 14}">${words}</text>`;
};
const grid = Array.from({ length: Math.floor(reach) + 1 }, (_, power) => {
  const x = (middle + power * scale).toFixed(1);
  return `<line x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${height - 26}"/><text x="${x}" y="${height - 8}" text-anchor="middle">${10 ** power}x</text>`;
});
writeFileSync(
  at("chart.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>How many times faster this library is, on a scale of powers of ten</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #333 } line { stroke: #8886 } .faster { fill: #0b7a75 } .slower { fill: #b5483a }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }
</style>
<text x="${middle}" y="14" text-anchor="middle">times faster than ...</text>
${grid.join("\n")}
${bars.map(bar).join("\n")}
</svg>
`,
);
console.log("bench/RESULTS.md and bench/chart.svg are made");
