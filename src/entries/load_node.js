// `pos-offline/load` in Node, whose fetch reads no files.
import { readFile } from "node:fs/promises";
import { sourceOf, start } from "./pos_offline.js";

export async function load(options) {
  const source = sourceOf(options, new URL("./pos_offline_bg.wasm", import.meta.url));
  const isFile = source instanceof URL && source.protocol === "file:";
  return start(isFile ? readFile(source) : source, import.meta.url);
}
