// Turns wasm-pack's output in pkg/ into the package: the entries (src/entries), one minified script with its source map, content
// hashes in every URL, npm metadata.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const pkg = new URL("../pkg/", import.meta.url);
const entries = new URL("../src/entries/", import.meta.url);
const read = (name) => readFileSync(new URL(name, pkg), "utf8");
const write = (name, content) => writeFileSync(new URL(name, pkg), content);

const hashOf = (...contents) => {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex").slice(0, 16);
};

/** Replaces a text in another where it must occur. */
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

/** A module with a section of this name behind all others, which says what it is. */
function marked(module, name, text) {
  const sized = (bytes) => {
    if (bytes.length > 127) throw new Error("pkg: the size takes more than a byte");
    return [bytes.length, ...bytes];
  };
  const section = sized([...sized(Buffer.from(name)), ...Buffer.from(text)]);
  return Buffer.concat([module, Buffer.from([0, ...section])]);
}

/** Bundles an entry with what it imports into one minified script with a source map; null for what is only in the map. */
async function bundled(entry, define) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, entries))],
    outfile: fileURLToPath(new URL(entry, pkg)),
    bundle: true,
    format: "esm",
    // The oldest browsers whose databases and files the package is tested with have all of it.
    target: "es2022",
    minify: true,
    sourcemap: "external",
    loader: { ".wasm": "binary" },
    define,
    write: false,
  });
  const content = (suffix) => outputFiles.find(({ path }) => path.endsWith(suffix)).text;
  return { script: content(".js"), map: content(".map") };
}

/** Writes a script and its map beside it. */
function writeScript(name, { script, map }) {
  write(`${name}.map`, map);
  write(name, `${script}//# sourceMappingURL=${name}.map\n`);
}

// wasm-pack has taken the version from Cargo.toml.
const metadata = JSON.parse(read("package.json"));

const plain = readFileSync(new URL("pos_offline_bg.wasm", pkg));
const buildId = hashOf(plain);
const module = marked(plain, "pos-offline", `${metadata.version}, build ${buildId}`);
write("pos_offline_bg.wasm", module);
const wasm = `pos_offline_bg-${hashOf(module)}.wasm`;

// Every entry says itself where the module is; a second place would have bundlers carry it along twice.
const ownPlace = "module_or_path = new URL('pos_offline_bg.wasm', import.meta.url);";
const script = shortened(read("pos_offline.js"), JSON.parse(read("names.json")));
write("pos_offline.js", replaced(script, ownPlace, 'throw new Error("no module was given");'));
const define = { VERSION: JSON.stringify(metadata.version), BUILD: JSON.stringify(buildId) };
const shared = await bundled("package.js", define);
const glue = `pos_offline-${hashOf(shared.script, shared.map)}.js`;
writeScript(glue, shared);
writeScript("inline.js", await bundled("inline.js", define));
renameSync(new URL("pos_offline_bg.wasm", pkg), new URL(wasm, pkg));
for (const name of ["index.js", "load.js", "load_node.js"]) {
  const text = readFileSync(new URL(name, entries), "utf8");
  write(name, replaced(replaced(text, "pos_offline_bg.wasm", wasm), "pos_offline.js", glue));
}

// The entries instantiate the module; the declarations of how to do that by hand are of no use, and full of `any`.
const types = read("pos_offline.d.ts");
const instantiation = types.indexOf("export type InitInput");
if (instantiation < 0) throw new Error("pkg: the declarations of the instantiation are not where they were");
write("pos_offline.d.ts", types.slice(0, instantiation));
for (const name of ["index.d.ts", "load.d.ts", "inline.d.ts"]) copyFileSync(new URL(name, entries), new URL(name, pkg));

for (const name of ["snippets", "names.json", "pos_offline.js", ".gitignore", "pos_offline_bg.wasm.d.ts"]) {
  // wasm-pack's .gitignore would make `npm pack` leave everything out.
  rmSync(new URL(name, pkg), { recursive: true });
}
Object.assign(metadata, {
  main: "index.js",
  module: "index.js",
  types: "index.d.ts",
  exports: {
    ".": { types: "./index.d.ts", node: "./inline.js", default: "./index.js" },
    "./load": { types: "./load.d.ts", node: "./load_node.js", default: "./load.js" },
    "./inline": { types: "./inline.d.ts", default: "./inline.js" },
    "./module.wasm": `./${wasm}`,
    "./package.json": "./package.json",
  },
  files: readdirSync(pkg).filter((name) => name !== "package.json"),
  // The oldest that the tests run on.
  engines: { node: ">=20" },
  // Importing them sets window.offlineDB.
  sideEffects: ["./index.js", "./inline.js"],
});
write("package.json", JSON.stringify(metadata, null, 2) + "\n");

const kilobytes = (size) => `${(size / 1024).toFixed(1)} KB`;
for (const name of [wasm, glue, "inline.js"]) {
  const bytes = readFileSync(new URL(name, pkg));
  console.log(`pkg/${name}: ${kilobytes(bytes.length)}, gzipped ${kilobytes(gzipSync(bytes, { level: 9 }).length)}`);
}
