// `pos-offline/load`: the package as the result of a function, without top-level await: for service workers, and for bundlers
// that do not carry the module along.
import { sourceOf, start } from "./pos_offline.js";

export async function load(options) {
  // A bundle of another form than an ES module has no address.
  const beside = import.meta.url && new URL("./pos_offline_bg.wasm", import.meta.url);
  return start(sourceOf(options, beside), import.meta.url);
}
