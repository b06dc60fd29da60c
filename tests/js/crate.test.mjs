// What is published as a crate: the sources and what a reader needs beside them, and nothing that a build has left here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const BESIDE_SOURCES = [
  ".cargo_vcs_info.json",
  "CHANGELOG.md",
  "Cargo.lock",
  "Cargo.toml",
  "Cargo.toml.orig",
  "LICENSE",
  "README.md",
  "build.rs",
];

test("the crate has its sources, README, LICENSE and CHANGELOG, and nothing of node_modules or pkg", () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const listed = execFileSync("cargo", ["package", "--list", "--allow-dirty"], { cwd, encoding: "utf8" }).trim().split(/\r?\n/);
  const beside = listed.filter((path) => !/^src[/\\]/.test(path));
  assert.deepEqual(beside.filter((path) => !BESIDE_SOURCES.includes(path)), []);
  for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "Cargo.toml"]) assert.ok(beside.includes(path), path);
  assert.ok(listed.includes("src/lib.rs"));
});
