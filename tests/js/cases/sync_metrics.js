// What a manager counts and measures, as an object and as Prometheus reads it.
import { equal, measuresShortTimes, ok } from "../assert.js";
import { desk, transport } from "../desk.js";

/** Queues six items, of which the server takes four, one of them as known, and refuses one; one has to be sent again. */
async function busyDay(manager) {
  const answers = { a: "ok", b: "ok", c: "ok", d: "duplicate", bad: { outcome: "rejected", message: "no" }, late: "server-error" };
  const sending = transport(([{ uuid }]) => answers[uuid]);
  const tested = manager({ transport: sending, parallel: 1, backoff: { base: 1e9, cap: 1e9 } });
  for (const uuid of Object.keys(answers)) await tested.addToSyncQueue("order", { uuid });
  await tested.syncOfflineTransactions();
  return tested;
}

/** The samples by name and labels, and the type of each metric: the text format 0.0.4, read strictly. */
function parse(text) {
  ok(text.endsWith("\n"), "the last line ends");
  const [samples, types] = [{}, {}];
  for (const line of text.trimEnd().split("\n")) {
    const [, name, type] = line.match(/^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|summary)$/) ?? [];
    if (name) {
      ok(!(name in types), `${name} has two types`);
      types[name] = type;
      continue;
    }
    const [, sample, labels, value] = line.match(/^([a-z_:][a-z0-9_:]*)(\{quantile="0\.\d+"\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/) ?? [];
    ok(sample, `no sample: ${line}`);
    const base = sample in types ? sample : sample.replace(/_(count|sum)$/, "");
    ok(base in types, `${sample} comes before its type`);
    ok(!(sample + (labels ?? "") in samples), `${line} comes twice`);
    samples[sample + (labels ?? "")] = Number(value);
  }
  return { samples, types };
}

export default {
  "a new manager has counted nothing": (kit) =>
    desk(kit, async ({ manager }) => {
      const none = { count: 0, p50: 0, p90: 0, p99: 0 };
      equal(manager({ transport: transport() }).getMetrics(), {
        counters: { queued: 0, pushed: 0, synced: 0, duplicates: 0, rejected: 0, retried: 0, requests: 0, failures: 0 },
        gauges: { pending: 0, rejected: 0, inFlight: 0, oldestAge: 0 },
        latency: { commit: none, push: none },
      });
    }),

  "counters and gauges say what has happened and what is left": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = await busyDay(manager);
      const { counters, gauges, latency } = tested.getMetrics();
      const { retried, pushed, requests, failures, ...rest } = counters;
      equal(rest, { queued: 6, synced: 4, duplicates: 1, rejected: 1 });
      equal([pushed, requests, failures], [5 + retried, 5 + retried, retried]);
      equal([gauges.pending, gauges.rejected, gauges.inFlight, gauges.oldestAge >= 0], [2, 1, 0, true]);
      equal([latency.commit.count, latency.push.count], [6, requests]);
      for (const { p50, p90, p99 } of Object.values(latency)) {
        ok(p50 >= 0 && p50 <= p90 && p90 <= p99 && (p99 > 0 || !measuresShortTimes()), JSON.stringify(latency));
      }
    }),

  "the text for Prometheus says the same": (kit) =>
    desk(kit, async ({ manager }) => {
      const tested = await busyDay(manager);
      const { counters, gauges, latency } = tested.getMetrics();
      const { samples, types } = parse(tested.getMetricsText());
      for (const [name, value] of Object.entries(counters)) {
        equal([name, types[`pos_offline_${name}_total`], samples[`pos_offline_${name}_total`]], [name, "counter", value]);
      }
      for (const [name, value] of [["pending", gauges.pending], ["rejected", gauges.rejected], ["in_flight", gauges.inFlight]]) {
        equal([name, types[`pos_offline_${name}`], samples[`pos_offline_${name}`]], [name, "gauge", value]);
      }
      ok(samples.pos_offline_oldest_age_milliseconds >= gauges.oldestAge);
      for (const [name, { count, p50, p90, p99 }] of Object.entries(latency)) {
        const metric = `pos_offline_${name}_milliseconds`;
        equal([types[metric], samples[`${metric}_count`]], ["summary", count]);
        equal(["0.5", "0.9", "0.99"].map((at) => samples[`${metric}{quantile="${at}"}`]), [p50, p90, p99]);
      }
    }),

  "the text of a new manager can be read as well": (kit) =>
    desk(kit, async ({ manager }) => {
      const { samples } = parse(manager({ transport: transport() }).getMetricsText());
      ok(Object.values(samples).every((value) => value === 0), JSON.stringify(samples));
    }),
};
