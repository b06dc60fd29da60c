// What the repository says about itself and about what it is made from.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path, folder = root) => readFileSync(join(folder, path), "utf8");
const lines = (command, ...args) => execFileSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }).trim();

/** The version, which stands in Cargo.toml alone. */
export const version = (folder) => read("Cargo.toml", folder).match(/^version = "(.+)"$/m)[1];

/** A version's section of the changelog, with the line above it; undefined when there is none. */
export function section(wanted, folder) {
  const sections = read("CHANGELOG.md", folder).split(/^(?=## )/m);
  const text = sections.find((text) => text.split(/\s/)[1] === wanted);
  return text && { title: text.split("\n")[0], text: text.trim() + "\n" };
}

/** When the commit was made that is released. */
export const committedAt = () => new Date(lines("git", "log", "-1", "--format=%cI")).toISOString();

/**
 * The crates behind the package, sorted: name, version, licence, folder, checksum, the `ids` of those that each needs, and whether
 * it is in the module (`shipped`) or only makes it, as macros and build scripts do.
 */
export function crates() {
  const { packages, resolve } = JSON.parse(
    lines("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown", "--features", "package"),
  );
  const sums = new Map([...read("Cargo.lock").matchAll(/^name = "(.+)"\nversion = "(.+)"\n.*\nchecksum = "(.+)"$/gm)].map(([, name, version, sum]) => [`${name} ${version}`, sum]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const byId = new Map(packages.map((one) => [one.id, one]));
  const isMacro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const needs = (id, kinds) => nodes.get(id).deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kinds.includes(kind))).map(({ pkg }) => pkg);
  const reached = (follows) => {
    const seen = new Set();
    const walk = (id) => void (seen.has(id) || (seen.add(id), follows(id).forEach(walk)));
    walk(resolve.root);
    return seen;
  };
  const shipped = reached((id) => (isMacro(id) ? [] : needs(id, [null])).filter((id) => !isMacro(id)));
  return [...reached((id) => needs(id, [null, "build"]))]
    .filter((id) => id !== resolve.root)
    .map((id) => {
      const { name, version, license, manifest_path: path } = byId.get(id);
      const named = (id) => `${byId.get(id).name}@${byId.get(id).version}`;
      return {
        name, version, folder: join(path, ".."), shipped: shipped.has(id), sum: sums.get(`${name} ${version}`),
        // The form that was in use before SPDX expressions.
        licence: license.replaceAll("/", " OR "),
        needs: needs(id, [null, "build"]).map(named).sort(),
      };
    })
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** The npm packages that build and test the package, sorted: name, version, licence, SHA-512 in hexadecimal. None is in it. */
export function npmPackages() {
  const { packages } = JSON.parse(read("package-lock.json"));
  const all = new Map();
  for (const [path, { version, license, integrity }] of Object.entries(packages)) {
    const name = path.split("node_modules/").at(-1);
    if (name) all.set(`${name}@${version}`, { name, version, licence: license, sum: Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex") });
  }
  return [...all.keys()].sort().map((key) => all.get(key));
}

/** The Rust compiler whose standard library is in the module. */
export const rustVersion = () => lines("rustc", "--version").split(" ")[1];
