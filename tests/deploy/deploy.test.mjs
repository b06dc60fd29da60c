// Installing, verifying and taking back a release, on hosts that are well, that fail on the way, and that are not to be touched.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MODULE, hosts } from "./hosts.mjs";

const PROGRAM = fileURLToPath(new URL("../../deploy/pos-offline-deploy", import.meta.url));
const sum = (path, algorithm = "sha256") => createHash(algorithm).update(readFileSync(path)).digest("hex");

let net, releases;

/** A release with one archive of the addon; `size` bytes that do not compress in its module. */
function release(version, size = 20_000) {
  const folder = join(releases, version);
  const content = join(releases, "content", MODULE);
  rmSync(join(releases, "content"), { recursive: true, force: true });
  mkdirSync(join(content, "static/lib/pkg"), { recursive: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(content, "__manifest__.py"), `{\n    "name": "POS Offline",\n    "version": "${version}",\n}\n`);
  writeFileSync(join(content, "__init__.py"), "");
  writeFileSync(join(content, "static/lib/pkg/index.js"), `// ${version}\n`);
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = version.length; at < size; at++) bytes[at] = (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  writeFileSync(join(content, "static/lib/pkg/module.wasm"), bytes);
  const archive = `${MODULE}-${version}.zip`;
  const script = "import sys, zipfile, pathlib\nroot = pathlib.Path(sys.argv[2])\nout = zipfile.ZipFile(sys.argv[1], 'w')\nfor path in sorted(root.rglob('*')):\n    if path.is_file(): out.write(path, path.relative_to(root))\n";
  assert.equal(spawnSync("python3", ["-c", script, join(folder, archive), join(releases, "content")]).status, 0);
  writeFileSync(join(folder, "SHA256SUMS"), `${sum(join(folder, archive))}  ${archive}\n`);
  return folder;
}

/** Runs the program on the hosts; what `where` names is asked over HTTP. */
function run(where, ...given) {
  const options = ["--addons", where.addons, "--backups", join(where.root, "backups"), "--url", `http://127.0.0.1:${where.http}`, "--reload", `echo reloaded >>${where.root}/reloads`, "--wait", "1", "--ssh-config", net.config];
  const { status, stdout, stderr } = spawnSync(PROGRAM, [...options, ...given], { encoding: "utf8", timeout: 240_000 });
  return { status, stdout, stderr, said: stdout + stderr };
}

/** Every file below a folder with its content. */
const contents = (folder) =>
  existsSync(folder) ? Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name)).sort().map((path) => [path.slice(folder.length), sum(path)])) : null;
const versionOf = (host) => existsSync(host.live) && readFileSync(join(host.live, "__manifest__.py"), "utf8").match(/"version": "(.+)"/)[1];
const reloads = (host) => (existsSync(join(host.root, "reloads")) ? readFileSync(join(host.root, "reloads"), "utf8").split("\n").length - 1 : 0);

before(async () => {
  releases = mkdtempSync(join(tmpdir(), "pos-offline-releases-"));
  net = await hosts(["one", "two", "small"], { full: "small" });
});
after(() => {
  net.close();
  rmSync(releases, { recursive: true });
});
beforeEach(() => {
  for (const host of [net.one, net.two, net.small]) {
    for (const name of readdirSync(host.addons)) rmSync(join(host.addons, name), { recursive: true });
    for (const name of ["trouble", "reloads"]) rmSync(join(host.root, name), { force: true });
    if (host !== net.small) for (const name of readdirSync(join(host.root, "backups"))) rmSync(join(host.root, "backups", name), { recursive: true });
  }
});

/** A host with version 1.0.0 installed by the program. */
function installed(host, size) {
  const first = run(host, "install", release("19.0.1.0.0", size), host.name);
  assert.equal(first.status, 0, first.said);
  return contents(host.live);
}

test("a release is installed, verified, listed, and taken back under a minute", { timeout: 600_000 }, () => {
  const { one } = net;
  const old = installed(one);
  const second = run(one, "install", release("19.0.1.1.0"), "one");
  assert.equal(second.status, 0, second.said);
  assert.match(second.stdout, /one: 19\.0\.1\.0\.0 -> 19\.0\.1\.1\.0\n.*is installed and served; the backup is \d{8}T\d{6}Z/);
  assert.deepEqual([versionOf(one), reloads(one)], ["19.0.1.1.0", 2]);
  assert.match(run(one, "verify", "one").stdout, /19\.0\.1\.1\.0, as it was installed, and served/);
  const listed = run(one, "list", "one").stdout;
  assert.match(listed, /one: 19\.0\.1\.1\.0 \(same\)\n {2}\d{8}T\d{6}Z\s*\n {2}\d{8}T\d{6}Z 19\.0\.1\.0\.0\n/);

  const back = run(one, "rollback", "one");
  assert.equal(back.status, 0, back.said);
  assert.match(back.stdout, /back to .*, 19\.0\.1\.0\.0/);
  assert.deepEqual(contents(one.live), old);
  assert.equal(run(one, "verify", "one").status, 0);
  // Again is harmless, and what was taken back can be had again.
  assert.equal(run(one, "rollback", "one").status, 0);
  assert.equal(versionOf(one), "19.0.1.0.0");
  const [, forth] = run(one, "list", "one").stdout.match(/(\S+-before-rollback) 19\.0\.1\.1\.0/);
  assert.equal(run(one, "rollback", forth, "one").status, 0);
  assert.equal(versionOf(one), "19.0.1.1.0");
  assert.equal(run(one, "verify", "one").status, 0);
});

test("what Python leaves beside the files is no change, and a file that somebody has changed is", { timeout: 600_000 }, () => {
  const { one } = net;
  installed(one);
  mkdirSync(join(one.live, "__pycache__"));
  writeFileSync(join(one.live, "__pycache__/x.pyc"), "");
  assert.equal(run(one, "verify", "one").status, 0);
  appendFileSync(join(one.live, "static/lib/pkg/index.js"), "// mine\n");
  const verified = run(one, "verify", "one");
  assert.equal(verified.status, 1);
  assert.match(verified.stderr, /its files are not what the release left/);
  const changed = contents(one.live);
  const next = release("19.0.1.1.0");
  const refused = run(one, "install", next, "one");
  assert.equal(refused.status, 2, refused.said);
  assert.match(refused.stderr, /--force keeps a copy/);
  assert.deepEqual(contents(one.live), changed);
  assert.equal(run(one, "--force", "install", next, "one").status, 0);
  assert.equal(run(one, "rollback", "one").status, 0);
  assert.deepEqual(contents(one.live), changed, "the copy has what somebody had changed");
});

test("files of unknown origin are not replaced unless told", { timeout: 300_000 }, () => {
  const { one } = net;
  mkdirSync(one.live, { recursive: true });
  writeFileSync(join(one.live, "__manifest__.py"), '{"version": "19.0.1.0.0"}');
  assert.equal(run(one, "install", release("19.0.1.1.0"), "one").status, 2);
  assert.equal(readdirSync(one.live).length, 1);
});

test("what would go wrong is refused before anything is changed on any host", { timeout: 600_000 }, () => {
  const { one } = net;
  const old = installed(one);
  const good = release("19.0.1.1.0");
  const broken = join(releases, "broken");
  cpSync(good, broken, { recursive: true });
  appendFileSync(join(broken, `${MODULE}-19.0.1.1.0.zip`), "x");
  const empty = join(releases, "empty");
  mkdirSync(empty, { recursive: true });
  writeFileSync(join(empty, "SHA256SUMS"), "");
  const cases = [
    [["install", good, "one", "stranger"], /stranger: cannot be used: its key is not known here/],
    [["install", good, "one", "nowhere.invalid"], /nowhere\.invalid: cannot be used/],
    [["install", empty, "one"], /has no archive of pos_offline/],
    [["install", join(releases, "none"), "one"], /has no SHA256SUMS/],
    [["install", broken, "one"], /has not the sum that SHA256SUMS says/],
    [["install", release("19.0.2.0.0"), "one"], /another major version or series.*--new-major/],
    [["install", release("20.0.1.0.0"), "one"], /another major version or series/],
    [["install", good], /needs a folder with a release, and hosts/],
    [["--addons", "addons", "install", good, "one"], /must begin with \//],
    [["--wait", "soon", "install", good, "one"], /no number of seconds/],
    [["--what", "install", good, "one"], /no option/],
    [["remove", "one"], /no command/],
  ];
  for (const [given, words] of cases) {
    const { status, stderr } = run(one, ...given);
    assert.equal(status, 2, `${given.join(" ")}: ${stderr}`);
    assert.match(stderr, words);
    assert.deepEqual(contents(one.live), old);
  }
  const dry = run(one, "--dry-run", "install", good, "one");
  assert.equal(dry.status, 0, dry.said);
  assert.match(dry.stdout, /19\.0\.1\.0\.0 -> 19\.0\.1\.1\.0\nnothing was changed/);
  assert.deepEqual(contents(one.live), old);
  assert.equal(run(one, "--new-major", "install", release("19.0.2.0.0"), "one").status, 0);
});

for (const [trouble, words] of [["cut", /failed while copying/], ["other", /failed while unpacking\. the archive has arrived with the sum/]]) {
  test(`a transfer that is ${trouble === "cut" ? "cut off" : "changed on the way"} leaves the host as it was, and the hosts behind it`, { timeout: 300_000 }, () => {
    const { one } = net;
    const old = installed(one, 200_000);
    one.trouble(trouble);
    const { status, stderr } = run(one, "install", release("19.0.1.1.0", 200_000), "one", "two");
    assert.equal(status, 1, stderr);
    assert.match(stderr, words);
    assert.match(stderr, /one: nothing was changed there/);
    assert.match(stderr, /not touched: two/);
    assert.deepEqual(contents(one.live), old);
    assert.equal(run(one, "verify", "one").status, 0);
    // The same again, without the trouble.
    assert.equal(run(one, "install", join(releases, "19.0.1.1.0"), "one").status, 0);
  });
}

test("a full disk leaves the host as it was", { timeout: 300_000 }, () => {
  const { small } = net;
  const old = installed(small, 100_000);
  const { status, stderr } = run(small, "install", release("19.0.1.1.0", 700_000), "small");
  assert.equal(status, 1, stderr);
  assert.match(stderr, /failed while unpacking/);
  assert.match(stderr, /nothing was changed there/);
  assert.deepEqual(contents(small.live), old);
  assert.equal(run(small, "verify", "small").status, 0);
});

test("a host that does not serve the new files is rolled back by itself", { timeout: 300_000 }, () => {
  const { one, two } = net;
  const old = installed(one);
  // What is asked is another host, as when a cache or a wrong folder serves the old files.
  const { status, stderr } = run({ ...one, http: two.http }, "install", release("19.0.1.1.0"), "one");
  assert.equal(status, 1, stderr);
  assert.match(stderr, /index\.js is not served: .*404/);
  assert.match(stderr, /one: rolled back to what was there/);
  assert.deepEqual(contents(one.live), old);
  assert.equal(reloads(one), 3);
  assert.equal(run(one, "verify", "one").status, 0);
});

test("a reload that fails is rolled back, and on a host that had nothing nothing is left", { timeout: 300_000 }, () => {
  const { one } = net;
  const { status, stderr } = run(one, "--reload", "echo no such service; exit 3", "install", release("19.0.1.0.0"), "one");
  assert.equal(status, 1, stderr);
  assert.match(stderr, /'echo no such service; exit 3' has failed: no such service/);
  assert.equal(existsSync(one.live), false);
  assert.match(run(one, "verify", "one").stderr, /is not installed/);
});

for (const step of ["unpack", "swap", "confirm"]) {
  test(`a host that goes down before ${step} is told, the next ones are not touched, and it can be rolled back later`, { timeout: 300_000 }, () => {
    const { one } = net;
    const old = installed(one);
    one.trouble(`down-${step}`);
    const { status, stderr } = run(one, "install", release("19.0.1.1.0"), "one", "two");
    assert.equal(status, 1, stderr);
    assert.match(stderr, /could not be rolled back .*when it can be reached again: rollback one/);
    assert.match(stderr, /not touched: two/);
    assert.match(run(one, "verify", "one").stderr, /cannot be used/);
    rmSync(join(one.root, "trouble"));
    if (step === "confirm") {
      assert.equal(versionOf(one), "19.0.1.1.0");
      assert.match(run(one, "verify", "one").stderr, /a deployment broke off there: rollback one/);
      assert.equal(run(one, "install", join(releases, "19.0.1.1.0"), "one").status, 2, "not before it was rolled back");
      assert.equal(run(one, "rollback", "one").status, 0);
    }
    assert.deepEqual(contents(one.live), old);
    assert.equal(run(one, "verify", "one").status, 0);
  });
}

test("several hosts, each with its own folders, are deployed one after the other", { timeout: 300_000 }, () => {
  // The two share a machine here, so what they share is the folder of one; the second finds what the first has left.
  const { one } = net;
  const { status, stdout, stderr } = run(one, "install", release("19.0.1.0.0"), "one", "two");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /one: 19\.0\.1\.0\.0 is installed and served[^]*two: 19\.0\.1\.0\.0 is installed and served/);
});
