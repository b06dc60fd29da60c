export type * from "./index.js";

/** Everything that `pos-offline` exports. */
export type PosOffline = typeof import("./index.js");

/** Where the package's module, `pos-offline/module.wasm`, is to be had. */
export type ModuleSource = string | URL | Response | BufferSource | WebAssembly.Module;

export interface LoadOptions {
  /** Where the module is, or the module itself, as bytes or compiled. Without it, it is fetched from beside the script. */
  module?: ModuleSource | Promise<ModuleSource>;
}

/**
 * Loads the package; nothing happens before. Calling it again gives the same. It rejects with `Unsupported` when the module is
 * not to be had and with `InvalidArgument` when what it was given is not this version's module, and may then be called again.
 */
export declare function load(options?: LoadOptions): Promise<PosOffline>;
