// This library, as a till uses it.
import { promised } from "/bench/measure.js";
import { ConnectionMonitor, createSyncManager, offlineDB } from "/pkg/index.js";

const NAME = "PDCPOSOfflineDB";
const sleep = (ms) => new Promise((resume) => setTimeout(resume, ms));
const every = (ms) => ({ "2g": ms, "3g": ms, "4g": ms });
const MONITOR = { intervals: every(500), timeouts: every(2_000), recheck: 50, backoff: { base: 50, cap: 300 } };
// A row that a killed till had in flight counts as abandoned after a quarter more than the timeout.
const SYNC = { interval: 1_000, timeout: 4_000, backoff: { base: 50, cap: 400 }, attempts: 1_000 };

export default class Ours {
  constructor({ shop }) {
    this.monitor = new ConnectionMonitor({ urls: [`${shop}/ping`], ...MONITOR });
    this.manager = createSyncManager(null, { monitor: this.monitor, transport: { kind: "odoo", url: shop }, ...SYNC });
  }

  /** The manager of a till that is to keep its sales is not initialised: that would send what waits at once. */
  async open() {
    await offlineDB.init();
    // A database that was there, or that another tab has just made, is compared with the journal in the background.
    for (let wait = 0; !offlineDB.status().journal.recovery; wait += 1) {
      if (wait === 500) throw new Error("the journal was not compared with the database in 10 s");
      await sleep(20);
    }
  }

  /** Reads the rows that the server has not confirmed: rejected ones, and those in flight, too. */
  async rows() {
    const [queued, offline] = await Promise.all([offlineDB.getPendingTransactions(), offlineDB.getUnsyncedOfflineOrders()]);
    return [
      ...queued.map(({ uuid, sequence, data }) => ({ uuid, sequence, ticket: data?.name, total: data?.amount_total })),
      // An older version kept these beside the queue.
      ...offline.map(({ uuid, name, amount_total }) => ({ uuid, ticket: name, total: amount_total })),
    ];
  }

  async sell(parts) {
    const { uuid, sequence, copies } = await this.manager.commitSale(parts);
    return { uuid, sequence, copies };
  }

  load = (products) => offlineDB.bulkSaveProducts(products);
  goods = () => offlineDB.getProductCount();
  waiting = () => offlineDB.getPendingTransactionCount();

  async drain() {
    this.monitor.start();
    await this.manager.init();
    this.manager.startSync();
  }

  /** Deletes the database behind the library's back, as a browser that finds it damaged. */
  wipe = () => promised(indexedDB.deleteDatabase(NAME));

  /** A record beside the sales that nothing but the loss of the database removes. */
  mark = () => offlineDB.getConfig("lab-mark");
  // As safe as a sale: what a power cut takes otherwise would look like a database that is wiped.
  setMark = (token) => offlineDB.put("config", { key: "lab-mark", value: token }, { durability: "strict" });
}
