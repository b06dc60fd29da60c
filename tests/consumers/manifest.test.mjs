// What tools for package authors say about the packed tarball: paths, conditions, and the types behind each entry.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { packed } from "./project.mjs";

let tarball;
before(() => (tarball = packed()));
after(() => tarball.close());

test("publint has nothing to say", { timeout: 300_000 }, async () => {
  const { messages, pkg } = await publint({ pkgDir: tarball.content, pack: false, strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
});

test("attw finds the types of every entry, of an ES module", { timeout: 300_000 }, () => {
  const attw = fileURLToPath(new URL("../../node_modules/.bin/attw", import.meta.url));
  // The module itself has no types: what it is when it is imported depends on the bundler.
  const output = execFileSync(attw, [tarball.tarball, "--profile", "esm-only", "--exclude-entrypoints", "./module.wasm", "--format", "json", "--no-emoji"], { encoding: "utf8" });
  const { analysis } = JSON.parse(output);
  assert.deepEqual(Object.keys(analysis.entrypoints).sort(), [".", "./inline", "./load", "./package.json"]);
  const problems = analysis.problems.filter(({ resolutionKind }) => resolutionKind === "bundler" || resolutionKind === "node16-esm");
  assert.deepEqual(problems, []);
});

test("every file that is named is packed, and what is packed is named", () => {
  const manifest = JSON.parse(readFileSync(join(tarball.content, "package.json"), "utf8"));
  const files = readdirSync(tarball.content);
  const paths = (entry) => (typeof entry === "string" ? [entry.slice(2)] : Object.values(entry).flatMap(paths));
  const named = Object.values(manifest.exports).flatMap(paths);
  for (const name of named) assert.ok(files.includes(name), name);
  const texts = files.filter((name) => /\.(js|d\.ts)$/.test(name)).map((name) => readFileSync(join(tarball.content, name), "utf8"));
  for (const name of files.filter((name) => !["README.md", "LICENSE", "CHANGELOG.md", "package.json"].includes(name))) {
    const isNamed = named.includes(name) || texts.some((text) => text.includes(name) || text.includes(name.replace(/\.d\.ts$/, ".js")));
    assert.ok(isNamed, `${name} is packed, and nothing leads to it`);
  }
});
