// The parts of the benchmark that are about the catalogue.
import { NAMES } from "./peers/names.mjs";
import { atMost, below, each, faster } from "./table.mjs";

const PEERS = ["raw", "idb", "dexie", "sqlite"];
const FLOOR = "packed";

export const catalogueParts = ({ run, table, raw, quick, sizes }) => ({
  async save() {
    for (const count of sizes(1_000, 10_000, 50_000)) {
      const contender = (peer, options) => ["catalogue", "catalogue", [peer, count, options]];
      const contenders = Object.fromEntries(["ours", "records", FLOOR, ...PEERS].map((peer) => [peer, contender(peer)]));
      const found = await run({ ...contenders, whole: contender("records", { chunkSize: count }) });
      raw[`save ${count}`] = found;
      const many = each(count);
      const compare = (work, measure, peers, targets = {}) => {
        for (const peer of peers) {
          const target = count === 50_000 ? targets[peer] : null;
          table.compare(work, NAMES[peer], found.ours[measure], found[peer][measure], { target });
        }
      };
      compare(`save ${many} products`, "save", [...PEERS, FLOOR], { dexie: faster(20), sqlite: faster(5) });
      compare(`longest task while ${many} are saved`, "longest", PEERS, { dexie: below(50, "ms") });
      compare(`read all ${many}`, "all", [...PEERS, FLOOR]);
      compare(`open and read all ${many}`, "reopened", [...PEERS, FLOOR], { dexie: faster(6) });
      compare(`one of ${many} by id`, "byId", PEERS);
      compare(`one of ${many} by barcode`, "byBarcode", PEERS, { dexie: faster(50) });
      compare(`one of ${many} by barcode, the first of its page`, "first", PEERS);

      const perRecord = (work, measure, ours = "records", target = null) =>
        table.compare(`${work}, one record to a value`, NAMES.raw, found[ours][measure], found.raw[measure], { target });
      const target = count === 10_000 ? atMost(1.1) : null;
      perRecord(`save ${many} products`, "save", "records", target);
      perRecord(`save ${many} products in one transaction`, "save", "whole", target);
      perRecord(`read all ${many}`, "all");
      perRecord(`one of ${many} by id`, "byId");
      perRecord(`one of ${many} by barcode`, "byBarcode");
    }
  },

  /** The catalogue through a day: the till starts, prices change, the cashier types; and what memory that takes. */
  async catalogue() {
    const [count, most] = quick ? [1_000, 2_000] : [50_000, 100_000];
    const many = each(count);

    const start = (peer, ...asked) => [
      [["start", "prepare", [peer, count]]],
      ...asked.map((ask) => ["cold", "warm"].map((when) => ["start", ask, [peer, count, `${when} ${ask}`]])),
    ];
    const starts = await run({ ours: start("ours", "find", "read"), dexie: start("dexie", "find", "read"), [FLOOR]: start(FLOOR, "read") });
    const started = (work, measure, peer, target) =>
      table.compare(work, NAMES[peer], starts.ours[measure], starts[peer][measure], { target });
    started(`cold start to the first barcode of ${many}`, "cold find", "dexie", atMost(1.5));
    started(`cold start to all ${many} read`, "cold read", "dexie", faster(5));
    started(`cold start to all ${many} read`, "cold read", FLOOR);
    started(`page reloaded, to the first barcode of ${many}`, "warm find", "dexie");
    started(`page reloaded, to all ${many} read`, "warm read", "dexie");
    started(`page reloaded, to all ${many} read`, "warm read", FLOOR);

    const changes = await run(Object.fromEntries(["ours", "dexie"].map((peer) => [peer, ["changes", "changes", [peer, count]]])));
    const changed = (work, measure, target) => table.compare(work, NAMES.dexie, changes.ours[measure], changes.dexie[measure], { target });
    changed(`100 of ${many} updated`, "update", atMost(1));
    changed(`100 of ${many} updated, 50 deleted`, "delta");

    const { search } = await run({ search: ["search", "search", most] });
    const filter = "a plain filter";
    table.compare(`a keystroke among ${each(most)}`, filter, search.typical, search.filterTypical);
    table.compare(`the slowest keystroke among ${each(most)}`, filter, search.slowest, search.filterSlowest, { target: below(5, "ms") });

    const { memory } = await run({ memory: [[["memory", "save", most], ["memory", "hold", most]]] });
    const mib = (name) => memory[name]?.map((bytes) => bytes / 2 ** 20);
    table.compare(`memory of ${each(most)} looked up`, "their JSON", mib("held"), mib("packed"), { unit: "MiB", target: atMost(1.5) });
    table.state("of it WebAssembly", mib("webassembly"), { unit: "MiB" });
    Object.assign(raw, { starts, changes, search, memory });
  },
});
