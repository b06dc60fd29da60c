// The parts of the benchmark that a choice in ARCHITECTURE.md rests on; they run only when they are asked for.
import { each } from "./table.mjs";

const FORMS = { values: "the records themselves", inline: "the same, keys in line", bytes: "JSON as bytes", text: "JSON as text" };
const MEASURES = {
  save: "save",
  saveLongest: "longest task of the save",
  atOnce: "read all by one request",
  atOnceLongest: "longest task of the one request",
  singly: "read all by a request a page",
  singlyLongest: "longest task of a request a page",
  one: "one record of a kept page",
};

export const choiceParts = ({ run, table, raw, quick }) => ({
  /** Why a load is many transactions, and how many. */
  async chunks() {
    const load = async (peer, count, chunkSize) => {
      const options = { chunkSize };
      const found = await run({
        load: ["catalogue", "catalogue", [peer, count, options]],
        sale: ["sale", "sales", [peer, "strict", 0, count, options]],
        ...(peer === "ours" && { find: ["sale", "finds", [count, options]] }),
      });
      raw[`chunks ${peer} ${chunkSize}`] = found;
      const what = `${each(count)} products, ${each(chunkSize)} a transaction${peer === "records" ? ", one record to a value" : ""}`;
      table.state(`${what}: load`, found.load.save);
      table.state(`${what}: longest task`, found.load.longest);
      for (const measure of ["p50", "p99"]) {
        table.state(`${what}: a sale meanwhile, ${measure}`, found.sale[measure]);
        if (found.find) table.state(`${what}: a product found meanwhile, ${measure}`, found.find[measure]);
      }
    };
    for (const chunkSize of [100, 250, 500, 1_000, 2_000, 10_000]) await load("records", quick ? 1_000 : 10_000, chunkSize);
    for (const chunkSize of [1_024, 2_048, 4_096, 8_192, 16_384, 50_000]) await load("ours", quick ? 1_000 : 50_000, chunkSize);
  },

  /** Why a page of the catalogue is a table under a key of its own, why it has 512 records, and why columns are read one by one. */
  async pages() {
    const cases = quick ? [[1_000, 512]] : [[10_000, 512], [50_000, 128], [50_000, 512], [50_000, 2_048], [100_000, 512]];
    for (const [count, per] of cases) {
      // What is kept is measured in a page that has made none of it.
      const contender = (options) => [["pages", "keep"].map((name) => ["pages", name, [count, { per, ...options }]])];
      const found = await run({
        table: contender({ form: "table" }),
        values: contender({}),
        inline: contender({ inline: true }),
        bytes: contender({ form: "bytes" }),
        text: contender({ form: "text" }),
      });
      raw[`pages ${count} ${per}`] = found;
      const compare = (work, measure, unit, scale) => {
        const values = (form) => found[form][measure]?.map((value) => value / scale);
        for (const [form, name] of Object.entries(FORMS)) {
          table.compare(`${each(count)} as tables, ${each(per)} a page: ${work}`, name, values("table"), values(form), { unit });
        }
      };
      for (const [measure, work] of Object.entries(MEASURES)) compare(work, measure, "ms", 1);
      compare("kept in memory", "heap", "MiB", 2 ** 20);
    }
    const { columns } = await run({ columns: ["pages", "columns", { count: 25, size: 57_344 }] });
    raw["pages columns"] = columns;
    table.compare("25 values of 56 KB read, a request each", "one request for all", columns.each, columns.all);
  },
});
