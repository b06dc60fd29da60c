// What `make release` writes of the built package, and what it refuses.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { objections } from "../../scripts/release/check.mjs";
import { crates, npmPackages, version } from "../../scripts/release/facts.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(root, "dist");
const current = version();
const read = (name) => readFileSync(join(dist, name), "utf8");
const release = () => {
  execFileSync(process.execPath, ["scripts/release.mjs"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return Object.fromEntries(readdirSync(dist).map((name) => [name, createHash("sha256").update(readFileSync(join(dist, name))).digest("hex")]));
};

let first;
before(() => (first = release()));

test("a release has the package, the crate, the addons, and what a shop needs to check them", () => {
  const files = Object.keys(first);
  for (const name of [`pos-offline-${current}.tgz`, `pos-offline-${current}.crate`, `pos-offline-${current}.cdx.json`, `CHANGES-${current}.md`, "THIRD-PARTY-LICENCES.txt", "SHA256SUMS", "MD5SUMS"]) {
    assert.ok(files.includes(name), name);
  }
  for (const module of ["pos_offline", "pdc_pos_offline"]) assert.equal(files.filter((name) => name.startsWith(`${module}-`) && name.endsWith(".zip")).length, 1, module);
  // The programs that a shop has.
  for (const [program, sums] of [["sha256sum", "SHA256SUMS"], ["md5sum", "MD5SUMS"]]) {
    execFileSync(program, ["--check", "--strict", "--quiet", sums], { cwd: dist });
    assert.deepEqual(read(sums).trim().split("\n").map((line) => line.split("  ")[1]).sort(), files.filter((name) => !name.endsWith("SUMS")).sort());
  }
  assert.ok(read(`CHANGES-${current}.md`).startsWith(`## ${current} `));
  assert.equal(read(`CHANGES-${current}.md`).match(/^## /gm).length, 1);
});

test("the same commit gives the same bytes", () => {
  assert.deepEqual(release(), first);
});

test("the bill of materials has every crate of the module with its sum, and every npm package", () => {
  const bill = JSON.parse(read(`pos-offline-${current}.cdx.json`));
  assert.deepEqual([bill.bomFormat, bill.specVersion, bill.metadata.component.version], ["CycloneDX", "1.6", current]);
  const byPurl = new Map(bill.components.map((one) => [one.purl, one]));
  assert.equal(byPurl.size, bill.components.length);
  const made = crates();
  for (const name of ["wasm-bindgen", "rexie", "serde", "futures-util"]) assert.ok(made.some((crate) => crate.name === name && crate.shipped), name);
  assert.ok(!made.some(({ name }) => ["proptest", "wasm-bindgen-test"].includes(name)), "what only tests need");
  for (const { name, version, shipped } of made) {
    const one = byPurl.get(`pkg:cargo/${name}@${version}`);
    assert.equal(one.scope, shipped ? "required" : "excluded", name);
    assert.match(one.hashes[0].content, /^[0-9a-f]{64}$/);
    assert.ok(one.licenses[0].expression && !one.licenses[0].expression.includes("/"), name);
  }
  const npm = npmPackages();
  assert.ok(npm.some(({ name }) => name === "esbuild"));
  for (const { name, version } of npm) {
    const one = byPurl.get(`pkg:npm/${name.replace("@", "%40")}@${version}`);
    assert.equal(one.scope, "excluded", name);
    assert.match(one.hashes[0].content, /^[0-9a-f]{128}$/);
  }
  const refs = new Set(bill.components.map((one) => one["bom-ref"]));
  for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) assert.ok(refs.has(ref), ref);
});

test("every crate of the module is among the licences, with a text", () => {
  const text = read("THIRD-PARTY-LICENCES.txt");
  for (const { name, version } of crates().filter(({ shipped }) => shipped)) {
    assert.equal(text.split("\n").filter((line) => line === `${name} ${version}`).length >= 1, true, name);
  }
  assert.match(text, /Permission is hereby granted, free of charge/);
  assert.match(text, /Apache License\s+Version 2\.0/);
  assert.equal(text.match(/^-{80}\n\nApache License\n/gm).length, 1, "the same text once");
});

test("nothing of a release names a folder of the machine", () => {
  // A folder right below / could have the name of one of the sources.
  const folders = [root, join(homedir(), ".cargo")].filter((folder) => folder.split("/").length > 3);
  const parts = readdirSync(dist).map((name) => [name, readFileSync(join(dist, name))]);
  const pkg = join(root, "pkg");
  for (const [name, bytes] of [...parts, ...readdirSync(pkg).map((name) => [name, readFileSync(join(pkg, name))])]) {
    for (const folder of folders) assert.ok(!bytes.includes(folder), `${name} names ${folder}`);
    assert.ok(!bytes.includes(".cargo/registry"), `${name} says where the crates are`);
  }
});

test("with VERSION= a release is refused unless version, tree and changelog are as they are published", () => {
  const folder = mkdtempSync(join(tmpdir(), "pos-offline-release-"));
  const git = (...args) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  const commit = () => (git("add", "-A"), git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"));
  const put = (name, text) => writeFileSync(join(folder, name), text);
  try {
    git("init", "-q");
    put("Cargo.toml", '[package]\nname = "x"\nversion = "1.2.0"\n');
    put("CHANGELOG.md", "# Changelog\n\n## 1.2.0 - 2026-01-31\n\n- New.\n\n## 1.1.0 - unreleased\n\n- Old.\n");
    commit();
    assert.deepEqual(objections("1.2.0", folder), []);
    put("more.txt", "");
    assert.match(objections("1.2.0", folder).join(), /the tree is not what is committed[^]*more\.txt/);
    commit();
    assert.match(objections("1.3.0", folder).join(), /Cargo\.toml says version 1\.2\.0: set it to 1\.3\.0.*no section '## 1\.3\.0 - DATE'/s);
    assert.match(objections("1.2", folder).join(), /no semantic version/);
    put("Cargo.toml", '[package]\nname = "x"\nversion = "1.1.0"\n');
    commit();
    assert.deepEqual(objections("1.1.0", folder).length, 1);
    assert.match(objections("1.1.0", folder).join(), /put the date of the release there/);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const check = join(root, "scripts/release/check.mjs");
  assert.throws(() => execFileSync(process.execPath, [check, "99.0.0"], { stdio: "pipe" }), /No release of 99\.0\.0/);
});
