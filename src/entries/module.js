// Compiles the module, wherever a caller has it, or says what was found instead of it and what was expected.

/** The section in which a module says which version and build it is; script and module of two builds would not fit. */
const SECTION = "pos-offline";
const EXPECTED = `the module of pos-offline ${VERSION}, build ${BUILD}`;

/** The smallest module there is. */
const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** An error as those of the module itself. */
export function failure(code, message, cause) {
  return Object.assign(new Error(message), { name: "PosOfflineError", code, ...(cause && { cause }) });
}

const unavailable = (reason, cause) =>
  failure(
    "Unsupported",
    `the module of the package is not available (${reason}): expected ${EXPECTED}; serve it beside the script, give it to ` +
      "load({ module }) of pos-offline/load, or import pos-offline/inline, which has it inside",
    cause,
  );
const unfit = (reason, cause) => failure("InvalidArgument", `module: ${reason}; expected ${EXPECTED}`, cause);

/** What a value is, also one of another frame or of a test runner. */
const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/** The module from a URL, a Response, bytes, a WebAssembly.Module, or a promise of one of them. */
export async function compiled(source) {
  let given;
  try {
    given = await source;
    if (typeof given === "string" || kindOf(given) === "URL") given = await fetch(given);
  } catch (cause) {
    throw unavailable(`${cause?.message ?? cause}${addressOf(given)}`, cause);
  }
  if (kindOf(given) === "Response") return checked(await received(given), unavailable);
  if (kindOf(given) === "WebAssembly.Module") return checked(given, unfit);
  if (!ArrayBuffer.isView(given) && kindOf(given) !== "ArrayBuffer") {
    throw unfit(`must be a URL, a Response, bytes or a WebAssembly.Module, and is ${given === null ? "null" : typeof given}`);
  }
  begins(given, unfit, "");
  try {
    return checked(await WebAssembly.compile(given), unfit);
  } catch (error) {
    return refused(error, unfit);
  }
}

/** The module from its own bytes, at once. */
export function compiledNow(bytes) {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    return refused(error, unavailable);
  }
}

const addressOf = (given) => (given ? ` at ${given}` : "");

async function received(response) {
  const at = addressOf(response.url);
  if (!response.ok) throw unavailable(`${response.status} ${response.statusText}${at}`);
  try {
    if (WebAssembly.compileStreaming && /^application\/wasm\b/.test(response.headers.get("content-type"))) {
      return await WebAssembly.compileStreaming(response);
    }
    const bytes = await response.arrayBuffer();
    begins(bytes, unavailable, at);
    return await WebAssembly.compile(bytes);
  } catch (error) {
    return refused(error, (reason, cause) => unavailable(`${reason}${at}`, cause));
  }
}

/** Refuses what does not begin as every module does. */
function begins(given, refuse, at) {
  const bytes = new Uint8Array(given.buffer ?? given, given.byteOffset, Math.min(given.byteLength, EMPTY.length));
  if (bytes.length === EMPTY.length && EMPTY.every((byte, place) => byte === bytes[place])) return;
  const what = bytes[0] === "<".charCodeAt(0) ? "HTML" : `${given.byteLength} bytes of something else`;
  throw refuse(`${what} instead of a WebAssembly module${at}`);
}

/** Throws why a module was not compiled: when not even an empty one may be, it is not about this one. */
function refused(error, refuse) {
  if (error.name === "PosOfflineError") throw error;
  try {
    new WebAssembly.Module(EMPTY);
  } catch (cause) {
    throw failure(
      "Unsupported",
      `WebAssembly is not available (${cause.message}): add 'wasm-unsafe-eval' to the content policy of the page, ` +
        "Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval', or use a browser that has WebAssembly",
      cause,
    );
  }
  throw refuse(error.message, error);
}

/** The module, when it is of this build. */
function checked(module, refuse) {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  const found = section && new TextDecoder().decode(section);
  if (found === `${VERSION}, build ${BUILD}`) return module;
  throw refuse(found ? `it is of pos-offline ${found}` : "it is no module of pos-offline");
}
