// Writes dist/: everything of a release, of the built package. The same commit gives the same bytes, wherever it is built.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { committedAt, crates, npmPackages, root, rustVersion, section, version } from "./release/facts.mjs";
import { licenceTexts } from "./release/licences.mjs";
import { sbom } from "./release/sbom.mjs";

const dist = join(root, "dist");
const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const write = (name, text) => writeFileSync(join(dist, name), text);

const current = version();
const news = section(current);
if (!news) throw new Error(`release: CHANGELOG.md has no section '## ${current}'`);
const facts = { version: current, crates: crates(), npmPackages: npmPackages(), rustVersion: rustVersion(), committedAt: committedAt() };

// Empties dist/ and puts the archives of the addons there.
run("python3", "scripts/build-addon.py");
run("npm", "pack", "./pkg", "--silent", "--pack-destination", dist);
// What is not committed is in the archive too, so that this can be tried; a release with VERSION= begins from a clean tree.
run("cargo", "package", "--quiet", "--no-verify", "--allow-dirty", "--locked");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
copyFileSync(join(target, "package", `pos-offline-${current}.crate`), join(dist, `pos-offline-${current}.crate`));
write(`pos-offline-${current}.cdx.json`, JSON.stringify(sbom(facts), null, 2) + "\n");
write("THIRD-PARTY-LICENCES.txt", licenceTexts(facts.crates, facts.rustVersion));
write(`CHANGES-${current}.md`, news.text);

const files = readdirSync(dist).filter((name) => !name.endsWith("SUMS")).sort();
for (const [algorithm, name] of [["sha256", "SHA256SUMS"], ["md5", "MD5SUMS"]]) {
  const line = (file) => `${createHash(algorithm).update(readFileSync(join(dist, file))).digest("hex")}  ${file}\n`;
  write(name, files.map(line).join(""));
}
console.log(readFileSync(join(dist, "SHA256SUMS"), "utf8").trimEnd());
