// The entries as they are served, without a bundler: pages, workers, content policies, two copies, and what is no module.
import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { VERSION, browser, hashed, packed, project } from "./project.mjs";
import { outcome } from "./shift.js";

const PLACE = "/projects/plain/node_modules/pos-offline";
/** What the server says for a page below /policy/NAME/. */
const POLICIES = { none: "script-src 'self' 'unsafe-inline'; worker-src blob: 'self'", allowed: "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob: 'self'" };

let tarball, chrome, root;
before(async () => {
  tarball = packed();
  root = project(tarball, "plain", { "index.html": '<!doctype html><link rel="icon" href="data:,">' });
  const SIGN_IN = "<!doctype html><h1>Sign in</h1>";
  const answers = { "/portal.wasm": [{ "content-type": "text/html" }, SIGN_IN], "/liar.wasm": [{ "content-type": "application/wasm" }, SIGN_IN] };
  for (const [name, policy] of Object.entries(POLICIES)) {
    answers[`/policy/${name}/`] = [{ "content-type": "text/html", "content-security-policy": policy }, "<!doctype html>"];
  }
  chrome = await browser(tarball.folder, [
    (request, response, { pathname }) => {
      const [headers, body] = answers[pathname] ?? [];
      return headers && response.writeHead(200, headers).end(body);
    },
  ]);
});
after(async () => {
  await chrome.close();
  tarball.close();
});

for (const entry of ["index", "inline"]) {
  test(`a plain module takes ${entry}.js as it is`, { timeout: 300_000 }, async () => {
    const page = await chrome.open("/projects/plain/");
    const result = await page.evaluate(async ([PLACE, entry]) => {
      const pkg = await import(`${PLACE}/${entry}.js`);
      const { shift } = await import("/projects/plain/shift.js");
      return { ...(await shift(pkg, "till")), same: pkg.offlineDB === window.offlineDB };
    }, [PLACE, entry]);
    assert.deepEqual(result, { ...outcome(VERSION), same: true });
    assert.deepEqual(page.told, []);
    await page.context().close();
  });
}

test("load gives what the package exports, once, and begins nothing before it is called", { timeout: 300_000 }, async () => {
  const page = await chrome.open("/projects/plain/");
  const result = await page.evaluate(async (PLACE) => {
    const { load } = await import(`${PLACE}/load.js`);
    const before = [performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm")).length, "offlineDB" in window];
    const [one, two] = await Promise.all([load(), load({})]);
    const pkg = await import(`${PLACE}/index.js`);
    return { before, same: one === two && one.offlineDB === window.offlineDB, named: Object.keys(pkg).sort().every((name) => pkg[name] === one[name]), count: Object.keys(pkg).length };
  }, PLACE);
  assert.deepEqual(result, { before: [0, false], same: true, named: true, count: 7 });
  assert.deepEqual(page.told, []);
  await page.context().close();
});

test("a service worker that is a module takes load.js", { timeout: 300_000 }, async () => {
  const script = `import { load } from "${PLACE}/load.js";
    import { shift } from "/projects/plain/shift.js";
    self.addEventListener("message", ({ data, ports: [port] }) => {
      load().then((pkg) => shift(pkg, data)).then((result) => port.postMessage(result), (error) => port.postMessage(String(error)));
    });`;
  writeFileSync(join(root, "worker.js"), script);
  const page = await chrome.open("/projects/plain/");
  const result = await page.evaluate(async () => {
    const { installing } = await navigator.serviceWorker.register("worker.js", { type: "module" });
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    installing.postMessage("till", [port2]);
    return answer;
  });
  assert.deepEqual(result, outcome(VERSION));
  await page.context().close();
});

test("without 'wasm-unsafe-eval' every entry is Unsupported and says the line to add, with it all work", { timeout: 300_000 }, async () => {
  for (const policy of Object.keys(POLICIES)) {
    for (const entry of ["index", "load", "inline"]) {
      const page = await chrome.open(`/policy/${policy}/`);
      const result = await page.evaluate(async ([PLACE, entry]) => {
        const pkg = import(`${PLACE}/${entry}.js`).then((pkg) => (pkg.load ? pkg.load() : pkg));
        return pkg.then(({ version }) => version, ({ name, code, message, cause }) => ({ name, code, message, cause: cause.name }));
      }, [PLACE, entry]);
      if (policy === "allowed") {
        assert.equal(result, VERSION, entry);
      } else {
        assert.deepEqual([result.name, result.code, result.cause], ["PosOfflineError", "Unsupported", "CompileError"], entry);
        assert.match(result.message, /Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'/);
      }
      await page.context().close();
    }
  }
});

test("of two copies the first is used, and the other says so once", { timeout: 300_000 }, async () => {
  // Another version at another place.
  const other = join(tarball.folder, "other");
  cpSync(tarball.content, other, { recursive: true });
  for (const name of readdirSync(other).filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(join(other, name), "utf8");
    writeFileSync(join(other, name), text.replaceAll(`"${VERSION}"`, '"99.0.0"').replaceAll(`pos-offline ${VERSION}`, "pos-offline 99.0.0"));
  }
  for (const entries of [["index", "index"], ["index", "inline"], ["load", "index"]]) {
    const page = await chrome.open("/projects/plain/");
    const result = await page.evaluate(async ([places, entries]) => {
      const taken = [];
      for (const place of [0, 1, 1]) {
        const pkg = await import(`${places[place]}/${entries[place]}.js`);
        taken.push(await (pkg.load ? pkg.load() : pkg));
      }
      const [first, ...others] = taken;
      return others.map((other) => other.version === first.version && other.OfflineDB === first.OfflineDB && other.offlineDB === window.offlineDB);
    }, [[PLACE, "/other"], entries]);
    assert.deepEqual(result, [true, true], entries.join());
    assert.equal(page.told.length, 1, page.told.join("\n"));
    assert.match(page.told[0], new RegExp(`version 99\\.0\\.0 from .* is loaded beside version ${VERSION} from .*/${entries[0]}\\.js`));
    await page.context().close();
  }
});

test("two copies that are loaded at the same time agree on one", { timeout: 300_000 }, async () => {
  const copy = join(tarball.folder, "copy");
  cpSync(tarball.content, copy, { recursive: true });
  const page = await chrome.open("/projects/plain/");
  const same = await page.evaluate(async (PLACE) => {
    const [a, b] = await Promise.all([import(`${PLACE}/index.js`), import("/copy/index.js")]);
    return a.OfflineDB === b.OfflineDB && a.offlineDB === b.offlineDB && a.offlineDB === window.offlineDB;
  }, PLACE);
  assert.equal(same, true);
  assert.equal(page.told.length, 1);
  await page.context().close();
});

test("what is no module of this version is refused with what was expected, and load can be called again", { timeout: 300_000 }, async () => {
  const { wasm } = hashed(root);
  // A module of another build differs in the section that says so, which is the last.
  const module = readFileSync(join(root, "node_modules/pos-offline", wasm));
  writeFileSync(join(root, "other.wasm"), Buffer.concat([module.subarray(0, -1), Buffer.from("~")]));
  const page = await chrome.open("/projects/plain/");
  const results = await page.evaluate(async ([PLACE, wasm]) => {
    const { load } = await import(`${PLACE}/load.js`);
    const bytes = await (await fetch(`${PLACE}/${wasm}`)).arrayBuffer();
    const other = await (await fetch("other.wasm")).arrayBuffer();
    const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    const given = {
      "a URL that is not there": { module: "/nothing.wasm" },
      "a sign-in page": { module: new URL("/portal.wasm", location.href) },
      "a sign-in page that says it is a module": { module: "/liar.wasm" },
      "a server that is not there": { module: "http://127.0.0.1:9/x.wasm" },
      "another build by URL": { module: "other.wasm" },
      "another build as bytes": { module: other },
      "another build as a module": { module: await WebAssembly.compile(other) },
      "a module of something else": { module: empty },
      "cut off": { module: bytes.slice(0, 100_000) },
      "nothing": { module: new ArrayBuffer(0) },
      "text as bytes": { module: new TextEncoder().encode("<html>") },
      "a number": { module: 5 },
      "null": { module: null },
      "a promise that fails": { module: Promise.reject(new Error("no disk")) },
      "no options": null,
      "a text in their place": "/nothing.wasm",
      "an unknown option": { url: "/x.wasm" },
    };
    const results = {};
    for (const [what, options] of Object.entries(given)) {
      results[what] = await load(options).then(() => "loaded", (error) => [error.name, error.code, error.message]);
    }
    results.well = (await load({ module: new Uint8Array(bytes) })).version;
    return results;
  }, [PLACE, wasm]);
  const expected = {
    "a URL that is not there": ["Unsupported", /404 Not Found at http:.*nothing\.wasm/],
    "a sign-in page": ["Unsupported", /HTML instead of a WebAssembly module at http:.*portal\.wasm/],
    "a sign-in page that says it is a module": ["Unsupported", /expected magic word.* at http:.*liar\.wasm/],
    "a server that is not there": ["Unsupported", /Failed to fetch at http:.*x\.wasm/],
    "another build by URL": ["Unsupported", /it is of pos-offline .*~/],
    "another build as bytes": ["InvalidArgument", /it is of pos-offline .*~/],
    "another build as a module": ["InvalidArgument", /it is of pos-offline .*~/],
    "a module of something else": ["InvalidArgument", /it is no module of pos-offline/],
    "cut off": ["InvalidArgument", /^module: /],
    nothing: ["InvalidArgument", /0 bytes of something else instead of a WebAssembly module/],
    "text as bytes": ["InvalidArgument", /HTML instead of a WebAssembly module/],
    "a number": ["InvalidArgument", /must be a URL, a Response, bytes or a WebAssembly\.Module, and is number/],
    null: ["InvalidArgument", /and is null/],
    "a promise that fails": ["Unsupported", /no disk/],
    "no options": ["InvalidArgument", /^options: must be an object/],
    "a text in their place": ["InvalidArgument", /^options: must be an object/],
    "an unknown option": ["InvalidArgument", /^url: is no option/],
  };
  for (const [what, [code, words]] of Object.entries(expected)) {
    const [name, found, message] = results[what];
    assert.deepEqual([name, found], ["PosOfflineError", code], `${what}: ${results[what]}`);
    assert.match(message, words, what);
    if (!/^(options|url): /.test(message)) assert.match(message, /expected the module of pos-offline \d/, what);
  }
  assert.equal(results.well, VERSION);
  await page.context().close();
});

test("the script is minified, and its source map leads to the sources", () => {
  const place = join(root, "node_modules/pos-offline");
  for (const name of [hashed(root).script, "inline.js"]) {
    const script = readFileSync(join(place, name), "utf8");
    assert.ok(script.endsWith(`//# sourceMappingURL=${name}.map\n`), name);
    assert.ok(!/\n {4,}/.test(script), `${name} is indented`);
    const map = JSON.parse(readFileSync(join(place, `${name}.map`), "utf8"));
    assert.ok(map.sources.some((path) => path.endsWith("src/entries/package.js")), map.sources.join());
    assert.ok(map.sources.every((path) => !path.startsWith("/")), map.sources.join());
    assert.equal(map.sources.length, map.sourcesContent.length);
  }
});
