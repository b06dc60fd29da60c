// SQLite in WebAssembly on the origin private file system, in a worker: a row is the indexed columns and the record as
// JSON. Records go to the worker as objects and come back as one text, which the page parses: the cheapest way found.

const worker = new Worker(new URL("sqlite_worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let calls = 0;
worker.onmessage = ({ data: { call, result, error } }) => {
  const { resolve, reject } = waiting.get(call);
  waiting.delete(call);
  if (error) reject(new Error(error));
  else resolve(result);
};
const ask = (method, argument) =>
  new Promise((resolve, reject) => {
    waiting.set(++calls, { resolve, reject });
    worker.postMessage({ call: calls, method, argument });
  });
const parsed = (text) => (text === null ? undefined : JSON.parse(text));
await ask("load");

export async function open() {
  await ask("open");
  return {
    save: (products) => ask("save", products),
    all: async () => JSON.parse(await ask("all")),
    byId: async (id) => parsed(await ask("byId", id)),
    byBarcode: async (barcode) => parsed(await ask("byBarcode", barcode)),
    close: () => ask("close"),
  };
}
