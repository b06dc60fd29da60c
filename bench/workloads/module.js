// How soon the package can be used.
import { timed } from "../measure.js";

/** [script, module] of pkg/: from bytes in memory to a module that can be called, and from the import, fetches included. */
export async function instantiate([script, module]) {
  const [imported] = await timed(() => import("/pkg/index.js"));
  const bytes = await (await fetch(`/pkg/${module}`)).arrayBuffer();
  // Another URL is another instance of the script, so that it instantiates again.
  const bindings = await import(`/pkg/${script}?again`);
  const [instantiated] = await timed(() => bindings.default({ module_or_path: bytes }));
  return { imported, instantiated };
}
