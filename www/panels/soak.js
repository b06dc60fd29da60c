// An accelerated shift with a database and a server of its own: sales at a steady rate, outages at random.
import { html, render } from "lit-html";
import { Chart } from "../charts.js";
import { DemoServer, FAULTS } from "../server.js";
import { pendingTimers } from "../timers.js";
import { $, megabytes, milliseconds, onClick, onSubmit, whole } from "../ui.js";

const DATABASE = "pos-offline-soak";
const OUTAGES = Object.keys(FAULTS).filter((name) => name !== "none" && name !== "expired");
/** Milliseconds: between two looks at the figures, and of an outage on average. */
const LOOK = 1_000;
const OUTAGE = 5_000;
/** Milliseconds after the end within which everything has to be at the server. */
const DRAIN = 60_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const order = (at) => {
  const amount = (100 + (at % 900)) / 100;
  const line = { product_id: 1, qty: 1, price_unit: amount, price_subtotal_incl: amount };
  return { order: { name: "/", state: "paid", session_id: 1, amount_total: amount, amount_paid: amount }, lines: [line], payments: [{ amount, payment_method_id: 1 }] };
};

/** One shift: made with `open`, then `run` until `stop` is called, then `finish`. */
class Shift {
  sold = new Set();
  fault = "none";
  #running = true;
  #draining = true;
  #selling = new Set();

  /** `makers`: {OfflineDB, ConnectionMonitor, createSyncManager, settings}. */
  async open({ OfflineDB, ConnectionMonitor, createSyncManager, settings }) {
    this.server = new DemoServer(`soak-${Date.now()}`);
    this.db = new OfflineDB({ name: DATABASE });
    await this.db.reset();
    await this.db.init();
    this.monitor = new ConnectionMonitor({ ...settings.monitor, urls: [`${this.server.url}/ping`] });
    const transport = { kind: "odoo", url: this.server.url };
    this.sync = createSyncManager({ user: { id: 2 } }, { ...settings.sync, database: this.db, monitor: this.monitor, transport });
    await this.sync.init();
    this.sync.startSync();
    return this;
  }

  /** Sells until `stop`, never more at once than a person could: what is late is caught up. */
  async run({ rate, outages }) {
    const began = performance.now();
    const weather = this.#weather(outages / 100);
    while (this.#running) {
      const due = Math.floor(((performance.now() - began) * rate) / 60_000) - this.sold.size - this.#selling.size;
      for (let at = 0; at < Math.min(due, 50); at++) this.#sell();
      await sleep(Math.min(100, 60_000 / rate));
    }
    await Promise.all(this.#selling);
    await weather;
  }

  #sell() {
    const selling = this.sync.commitSale(order(this.sold.size)).then(({ uuid }) => this.sold.add(uuid));
    this.#selling.add(selling);
    selling.catch((error) => (this.failure ??= error)).finally(() => this.#selling.delete(selling));
  }

  async #weather(share) {
    const while_ = async (ms) => {
      for (const end = performance.now() + ms; this.#running && performance.now() < end; ) await sleep(100);
    };
    while (this.#running && share > 0) {
      await while_(((Math.random() + 0.5) * OUTAGE * (1 - share)) / share);
      if (!this.#running) break;
      await this.#disturb(OUTAGES[Math.floor(Math.random() * OUTAGES.length)]);
      await while_((Math.random() + 0.5) * OUTAGE);
      await this.#disturb("none");
    }
  }

  /** A server that is not there to be told is one more outage. */
  async #disturb(name) {
    this.fault = await this.server.fault(name).then(() => name, () => null);
  }

  /** Ends the sales; told again, also the wait for what is not at the server yet. */
  stop() {
    if (!this.#running) this.#draining = false;
    this.#running = false;
  }

  /** Waits for the outbox to be empty; resolves with what the server has of it, or null when it is not there. */
  async finish() {
    for (const end = performance.now() + DRAIN; this.#draining && performance.now() < end; await sleep(200)) {
      await this.#disturb("none");
      await this.sync.forceSyncNow();
      if ((await this.sync.updatePendingCount()) === 0) break;
    }
    const orders = await this.server.orders().catch(() => null);
    if (!orders) return null;
    const uuids = new Set(orders.map(({ uuid }) => uuid));
    return { twice: orders.length - uuids.size, missing: [...this.sold].filter((uuid) => !uuids.has(uuid)).length };
  }

  close() {
    this.stop();
    this.sync?.destroy();
    this.monitor?.stop();
    this.db?.close();
  }
}

/** Bytes of the page's JavaScript, where the browser says so, and of the WebAssembly module. */
const memory = (db) => [performance.memory?.usedJSHeapSize ?? null, db.status().memory];

export function soak(makers) {
  let shift, charts;

  const makeCharts = () => {
    const chart = (title, unit, ...series) => {
      const host = document.createElement("div");
      host.className = "chart";
      $("soak-charts").append(host);
      return new Chart(host, { title, unit, series });
    };
    return {
      memory: chart("Memory", "MB", { label: "JavaScript", colour: "accent" }, { label: "WebAssembly", colour: "danger" }),
      timers: chart("Timers of the page", "", { label: "timers", colour: "accent" }),
      queue: chart("Queue", "", { label: "rows that wait", colour: "accent" }),
      commit: chart("Commit of a sale", "ms", { label: "p50", colour: "accent" }, { label: "p99", colour: "danger" }),
    };
  };

  function look(began) {
    const { queueDepth } = shift.sync.getSyncStatus();
    const { latency, counters } = shift.sync.getMetrics();
    const now = Date.now();
    const [heap, module] = memory(shift.db);
    const mb = (bytes) => (bytes === null ? null : bytes / 1e6);
    charts.memory.add(now, mb(heap), mb(module));
    charts.timers.add(now, pendingTimers());
    charts.queue.add(now, queueDepth);
    charts.commit.add(now, latency.commit.p50, latency.commit.p99);
    const figures = [
      ["Sold", `${whole(shift.sold.size)} in ${Math.round((performance.now() - began) / 1000)} s`],
      ["Synced", whole(counters.synced)],
      ["Waiting", whole(queueDepth)],
      ["Commit", `p50 ${milliseconds(latency.commit.p50)}, p99 ${milliseconds(latency.commit.p99)}`],
      ["Memory", `${heap === null ? "" : `JavaScript ${megabytes(heap)}, `}WebAssembly ${megabytes(module)}`],
      ["The server", FAULTS[shift.fault]?.words ?? "is not there"],
    ];
    render(figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`), $("soak-figures"));
  }

  async function run() {
    $("soak-start").disabled = true;
    $("soak-stop").disabled = false;
    const say = (words) => ($("soak-report").textContent = words);
    charts ??= makeCharts();
    for (const chart of Object.values(charts)) chart.clear();
    shift = new Shift();
    let looking;
    try {
      await shift.open(makers);
      say("The shift runs.");
      const began = performance.now();
      looking = setInterval(() => look(began), LOOK);
      await shift.run({ rate: Number($("rate").value), outages: Number($("outages").value) });
      say("Bringing the rest to the server ...");
      const proof = await shift.finish();
      look(began);
      if (shift.failure) throw shift.failure;
      const sold = whole(shift.sold.size);
      if (!proof) return say(`${sold} sold; the demo server is not there to compare them with.`);
      const { twice, missing } = proof;
      say(twice || missing ? `${sold} sold: the server lacks ${missing} and has ${twice} twice.` : `${sold} sold, each of them at the server once.`);
    } finally {
      clearInterval(looking);
      shift.close();
      $("soak-start").disabled = false;
      $("soak-stop").disabled = true;
    }
  }

  onSubmit("soak-form", run);
  onClick("soak-stop", () => shift?.stop());
  $("outages").addEventListener("input", () => ($("outages-share").value = `${$("outages").value} %`));

  return { show() {} };
}
