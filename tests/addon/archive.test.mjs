// The archive that a shop unpacks: what is in it, its sum, and that it comes out the same twice.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const build = () => execFileSync("python3", ["scripts/build-addon.py"], { cwd: root, encoding: "utf8" });
const skip = existsSync(new URL("pkg/index.js", root)) ? false : "pkg/ is not built";

test("the archive holds the module and the package, and its sum is right", { skip }, () => {
  const lines = build().trim().split("\n");
  for (const line of lines) {
    const [sum, name] = line.split("  ");
    const bytes = readFileSync(new URL(`dist/${name}`, root));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sum);
  }
  const script = "import sys,zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
  const names = execFileSync("python3", ["-c", script, `dist/${lines[0].split("  ")[1]}`], { cwd: root, encoding: "utf8" }).trim().split("\n");
  for (const name of ["__manifest__.py", "static/lib/pkg/index.js", "static/src/service_worker.js", "static/description/icon.png", "security/ir.model.access.csv"]) {
    assert.ok(names.includes(`pos_offline/${name}`), name);
  }
  assert.equal(names.filter((name) => name.endsWith(".wasm")).length, 1);
  assert.deepEqual(names, [...names].sort());
  assert.ok(!names.some((name) => name.includes("__pycache__") || name.endsWith(".pyc")));
});

test("two builds give the same bytes", { skip }, () => {
  assert.equal(build(), build());
});
