// What is on disk and how healthy the way to it is; a report to copy for whoever helps.
import { html, nothing, render } from "lit-html";
import { pendingTimers } from "../timers.js";
import { $, megabytes, milliseconds, onClick, problem, say, time, whole } from "../ui.js";

const EVENTS = ["pdc-db-blocked", "pdc-db-versionchange", "pdc-db-connection-lost", "pdc-data-loss", "pdc-journal-trouble"];

const servedBy = ({ index, missingIndex, took }) => `${missingIndex ? `every row: ${missingIndex} is missing` : index}, ${milliseconds(took)}`;

/** What the journal is doing, as facts. */
function journalFacts({ files, settled, bytes, copies, copiedAt, problems, recovery }) {
  const where = files ? `files, ${megabytes(bytes)}${settled ? "" : "; beside them a database, until they are a minute old"}` : "a database of its own";
  const { lost, restored, took, at } = recovery ?? {};
  const back = lost && `${restored.transactions} transactions, ${restored.orders} orders and ${restored.offlineOrders} offline orders came back`;
  return [
    ["Journal", where],
    ["Last copied", copiedAt ? `${time(copiedAt)}, ${copies} copies` : "nothing yet"],
    ["Last compared", recovery ? `${time(at)}, ${milliseconds(took)}: ${lost ? `${lost} lost; ${back}` : "nothing was lost"}` : "not yet"],
    ...problems.map((text) => ["Journal's trouble", text]),
  ];
}

/** Deletes a database as a browser does that finds it damaged. */
const lose = (name) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onerror = () => reject(request.error);
  });

export function storage({ db, monitor, sync, queries, version, changed }) {
  /** What happened to the connection: {at, event, message}. */
  const events = [];
  for (const event of EVENTS) {
    window.addEventListener(event, ({ detail }) => {
      const message = `${detail.database}: ${detail.message}`;
      events.push({ at: new Date().toISOString(), event, message });
      problem(message);
      changed();
    });
  }

  /** The indexes of each store as they are on disk: {store: [name]}. */
  async function indexes(stores) {
    if (!db.isReady()) return {};
    const transaction = db.getNewTransaction(stores, "readonly");
    return Object.fromEntries(stores.map((store) => [store, [...transaction.objectStore(store).indexNames]]));
  }

  async function facts() {
    const counts = await db.counts();
    const [quota, persisted, onDisk] = await Promise.all([db.checkQuota(), navigator.storage?.persisted?.() ?? false, indexes(Object.keys(counts))]);
    return { counts, quota, persisted, indexes: onDisk };
  }

  /** Everything but what was sold and to whom. */
  async function report() {
    const errors = await db.getSyncErrors({ limit: 10 });
    return {
      at: new Date().toISOString(),
      version,
      page: location.href,
      browser: navigator.userAgent,
      database: db.status(),
      ...(await facts()),
      queries: Object.fromEntries(queries),
      events,
      connection: monitor.getStatus(),
      timers: { monitor: monitor.pendingTimers, page: pendingTimers() },
      outbox: sync.getSyncStatus(),
      metrics: sync.getMetrics(),
      errors: errors.map(({ timestamp, error_type, error_message }) => ({ timestamp, error_type, error_message })),
    };
  }

  onClick("persist", async () => {
    const granted = await navigator.storage.persist();
    say("storage-report", granted ? "Granted: the browser does not clear this site by itself." : "The browser has declined; it decides by how the site is used. It may grant it once the page is installed.");
    changed();
  });
  onClick("diagnose", async () => {
    const text = JSON.stringify(await report(), null, 2);
    $("diagnosis").hidden = false;
    $("diagnosis").querySelector("pre").textContent = text;
    await navigator.clipboard.writeText(text).then(
      () => say("storage-report", "The report is in the clipboard."),
      () => {
        $("diagnosis").open = true;
        say("storage-report", "The browser does not let the page copy; the report is below.");
      },
    );
  });
  onClick("open", async () => {
    await db.init();
    changed();
  });
  onClick("close", () => {
    db.close();
    changed();
  });
  onClick("lose", async () => {
    if (!confirm("Delete the database as a damaged one is deleted? What the server may not have yet comes back from the journal; products, users and settings do not.")) return;
    const { name } = db.status();
    db.close();
    await lose(name);
    await db.init();
    await sync.updatePendingCount();
    changed();
  });
  onClick("reset", async () => {
    if (!confirm("Delete the database with every row in it, unsynced sales too?")) return;
    await db.reset();
    await db.init();
    changed();
  });

  return {
    async show() {
      const { name, open, version: onDisk, reopened, lastWrite, journal } = db.status();
      $("open").disabled = open;
      $("close").disabled = $("lose").disabled = !open;
      const last = events.at(-1);
      const fact = ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
      const health = [
        ["Database", open ? `${name}, version ${onDisk}, open` : `${name} is closed`],
        ["Library", version],
        ["Reopened", reopened ? `${reopened} times` : "never"],
        ["Last write", lastWrite ? `${lastWrite.stores.join(", ")}, ${lastWrite.durability}` : "none"],
      ];
      if (journal) health.push(...journalFacts(journal));
      if (last) health.push(["Last event", `${time(last.at)} ${last.message}`]);
      if (!open) return render(health.map(fact), $("health"));

      const { counts, quota, persisted, indexes } = await facts();
      const { usage, quota: limit, percentUsed } = quota;
      health.push(["Space", limit ? `${megabytes(usage)} of ${megabytes(limit)}` : "the browser does not say"]);
      health.push(["Persistent", persisted ? "yes" : "no: a full disk may clear it"]);
      $("quota").value = percentUsed;
      render(health.map(fact), $("health"));
      const row = ([store, count]) => html`
        <tr>
          <th scope="row">${store}<br /><small>${queries.has(store) ? servedBy(queries.get(store)) : nothing}</small></th>
          <td class="number">${whole(count)}</td>
          <td>${indexes[store]?.map((name) => html`<code>${name}</code> `)}</td>
        </tr>`;
      render(Object.entries(counts).map(row), $("stores").tBodies[0]);
    },
  };
}
