// Turns wasm-pack's output in pkg/ into the package: the door (index.js), content hashes in every URL, npm metadata.
import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync, copyFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const pkg = new URL("../pkg/", import.meta.url);
const door = new URL("../src/bindings/", import.meta.url);
const read = (name) => readFileSync(new URL(name, pkg), "utf8");

/** Renames a file of pkg/ to carry a hash of its content; returns the new name. */
function hashed(name) {
  const hash = createHash("sha256").update(readFileSync(new URL(name, pkg))).digest("hex").slice(0, 16);
  const renamed = name.replace(/\.(\w+)$/, `-${hash}.$1`);
  renameSync(new URL(name, pkg), new URL(renamed, pkg));
  return renamed;
}

/** Replaces a file name in a text where it must occur. */
function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`pkg: '${from}' not found where it was expected`);
  return text.replaceAll(from, to);
}

/** The script with the short names that wasm-opt has given to what the module imports and exports. */
function shortened(script, { imports, exports }) {
  const given = new Map(imports.map(([, name, short]) => [name, short]));
  const taken = new Map(exports);
  // What neither of them knows was unused, and is left out of the module.
  const text = script
    .replace(/^( {8})(__wb\w+):/gm, (line, indent, name) => (given.has(name) ? `${indent}${given.get(name)}:` : line))
    .replace(/\bwasm\.(\w+)/g, (use, name) => (taken.has(name) ? `wasm.${taken.get(name)}` : use));
  const kept = [...given.keys()].find((name) => text.includes(`${name}:`));
  if (kept) throw new Error(`pkg: '${kept}' is not imported where it was expected`);
  return replaced(text, '"./pos_offline_bg.js": import0', '"a": import0');
}

/** The script with what it imports from scripts of the crate in itself, so that there is one file to load. */
function whole(script) {
  return script.replace(/^import \{ ([\w, ]+) \} from '(\.\/snippets\/[^']+)';$/gm, (statement, names, file) => {
    const inside = read(file).replace(/^export (?=const )/gm, "");
    return `const { ${names} } = (() => {\n${inside}return { ${names} };\n})();`;
  });
}

// From the inside out, so that each hash covers the names of the files behind it.
const wasm = hashed("pos_offline_bg.wasm");
const script = shortened(whole(read("pos_offline.js")), JSON.parse(read("names.json")));
if (script.includes("/snippets/")) throw new Error("pkg: a script of the crate is not where it was expected");
rmSync(new URL("snippets", pkg), { recursive: true });
rmSync(new URL("names.json", pkg));
writeFileSync(new URL("pos_offline.js", pkg), replaced(script, "pos_offline_bg.wasm", wasm));
const glue = hashed("pos_offline.js");
// wasm-pack has taken the version from Cargo.toml.
const metadata = JSON.parse(read("package.json"));
let index = readFileSync(new URL("index.js", door), "utf8");
for (const [from, to] of [["pos_offline_bg.wasm", wasm], ["pos_offline.js", glue], ["{version}", metadata.version]]) {
  index = replaced(index, from, to);
}
writeFileSync(new URL("index.js", pkg), index);
// The door instantiates the module; the declarations of how to do that by hand are of no use, and full of `any`.
const types = read("pos_offline.d.ts");
const instantiation = types.indexOf("export type InitInput");
if (instantiation < 0) throw new Error("pkg: the declarations of the instantiation are not where they were");
writeFileSync(new URL("pos_offline.d.ts", pkg), types.slice(0, instantiation));
copyFileSync(new URL("index.d.ts", door), new URL("index.d.ts", pkg));

Object.assign(metadata, {
  main: "index.js",
  module: "index.js",
  types: "index.d.ts",
  exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
  files: ["index.js", "index.d.ts", wasm, glue, "pos_offline.d.ts", "LICENSE", "README.md"],
  // Importing the door sets window.offlineDB.
  sideEffects: ["./index.js"],
});
writeFileSync(new URL("package.json", pkg), JSON.stringify(metadata, null, 2) + "\n");
// wasm-pack's .gitignore would make `npm pack` leave everything out.
for (const name of readdirSync(pkg)) {
  if (name === ".gitignore" || name.endsWith(".wasm.d.ts")) rmSync(new URL(name, pkg));
}

const bytes = readFileSync(new URL(wasm, pkg));
const kilobytes = (size) => `${(size / 1024).toFixed(1)} KB`;
console.log(`pkg/${wasm}: ${kilobytes(bytes.length)}, gzipped ${kilobytes(gzipSync(bytes, { level: 9 }).length)}`);
