// The Rust test binary and the cases of tests/js/cases on one engine, named by ENGINE. What needs the DevTools protocol
// (tests/js/*.test.mjs) is Chromium's alone.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startEngine } from "../../scripts/engines.mjs";
import { ping } from "../../scripts/ping.mjs";
import { serve } from "../../scripts/serve.mjs";
import { shops } from "../../scripts/shop.mjs";
import { CANNOT } from "./cannot.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NAME = process.env.ENGINE ?? "chromium";
const cannot = CANNOT[NAME] ?? {};
const folder = new URL("../js/cases/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));

let started;
before(async () => (started = await startEngine(NAME)));
after(() => started?.close());

test(`${NAME}: the Rust API`, async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), "engine-"));
  try {
    const capabilities = join(scratch, "webdriver.json");
    writeFileSync(capabilities, JSON.stringify(started.engine.capabilities));
    const words = await cargo(["test", "--target", "wasm32-unknown-unknown", "--test", "browser"], {
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: capabilities,
      WASM_BINDGEN_TEST_TIMEOUT: process.env.WASM_BINDGEN_TEST_TIMEOUT ?? "300",
      [started.engine.remote]: started.url,
    });
    t.diagnostic(words.match(/test result: .*/)?.[0] ?? "no result");
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

describe(NAME, () => {
  let server, shop, session;
  before(async () => {
    shop = shops();
    server = await serve(ROOT, { routes: [shop, ping()] });
    session = await started.session();
  });
  after(async () => {
    await session?.close();
    await server.close();
    shop.close();
  });
  for (const file of files) {
    describe(file.replace(".js", ""), async () => {
      const names = Object.keys((await import(new URL(file, folder))).default);
      before(() => session.goto(`${server.url}/tests/js/page.html`));
      for (const name of names) {
        test(name, { skip: cannot[name] ?? false }, async () => {
          const reported = await session.evaluate(inPage, file, name);
          if (reported.length) throw new Error(`the page reported: ${reported.join("\n")}`);
        });
      }
    });
  }
});

/** Runs a case in the page; resolves with what was thrown or logged as an error meanwhile. */
async function inPage(file, name) {
  const note = (text) => String(text).startsWith("pos-offline:") || window.reported.push(String(text));
  if (!window.reported) {
    window.reported = [];
    window.addEventListener("error", (event) => note(event.message));
    window.addEventListener("unhandledrejection", (event) => note(event.reason));
    const { error } = console;
    console.error = (...words) => (note(words.join(" ")), error.apply(console, words));
  }
  window.reported.length = 0;
  const { run } = await import("/tests/js/in_page.js");
  await run(file, name);
  return window.reported;
}

/** Runs cargo; resolves with what it wrote once it has ended well. */
function cargo(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn("cargo", args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let words = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (words += text));
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve(words) : reject(new Error(`cargo ${args.join(" ")} failed:\n${words}`))));
  });
}
