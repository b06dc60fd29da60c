// The demo and debugging page: everything it shows comes from the package, every error is shown in words.
import { offlineDB } from "../pkg/index.js";
import { generate, readFile } from "./products.js";

const $ = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat();

/** Runs an action of the page; what goes wrong is shown, not swallowed. */
async function act(action) {
  $("problem").hidden = true;
  try {
    await action();
  } catch (error) {
    $("problem").textContent = `${error.code ? `${error.code}: ` : ""}${error.message}`;
    $("problem").hidden = false;
  }
  showState();
}

/** Fills a table body: one row per array of cells. */
function fill(body, rows) {
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      for (const cell of cells) {
        const data = document.createElement("td");
        data.append(cell instanceof Node ? cell : String(cell ?? ""));
        if (typeof cell === "number") data.className = "number";
        row.append(data);
      }
      return row;
    }),
  );
}

const served = ({ lastQuery }) =>
  lastQuery.missingIndex
    ? `read every row of ${lastQuery.store}, because the index ${lastQuery.missingIndex} is missing`
    : `served by ${lastQuery.index === "primary key" ? "the primary key" : `the index ${lastQuery.index}`} of ${lastQuery.store}`;

function showState() {
  const { name, open, version, reopened } = offlineDB.status();
  const healed = reopened ? `, reopened ${reopened} times` : "";
  $("state").textContent = open ? `${name}, version ${version}, open${healed}` : `${name} is closed`;
  $("open").disabled = open;
  $("close").disabled = !open;
}

async function showStorage() {
  const counts = await offlineDB.counts();
  fill($("counts"), Object.entries(counts));
  const { usage, quota, percentUsed } = await offlineDB.checkQuota();
  const megabytes = (bytes) => `${whole.format(Math.round(bytes / 1e5) / 10)} MB`;
  $("usage").textContent = quota
    ? `${megabytes(usage)} of ${megabytes(quota)} used (${(percentUsed * 100).toFixed(1)} %)`
    : "The browser does not say how much is used (it does over https and on localhost).";
  const { lastWrite } = offlineDB.status();
  $("last").textContent = lastWrite ? `Last write: ${lastWrite.stores.join(", ")}, durability ${lastWrite.durability}` : "";
}

async function showPending() {
  const started = performance.now();
  const rows = await offlineDB.getPendingTransactions();
  const took = (performance.now() - started).toFixed(1);
  $("pending-by").textContent = `${whole.format(rows.length)} pending, ${served(offlineDB.status())}, ${took} ms`;
  const shown = rows.slice(0, 50);
  fill(
    $("pending"),
    shown.map((row) => {
      const confirm = document.createElement("button");
      confirm.textContent = "Mark synced";
      confirm.addEventListener("click", () =>
        act(async () => {
          await offlineDB.markTransactionSynced(row.id);
          await refresh();
        }),
      );
      return [row.created_at, row.type, row.uuid, row.attempts, confirm];
    }),
  );
}

async function refresh() {
  await showPending();
  await showStorage();
}

let loading;

async function load(products, note) {
  loading = new AbortController();
  $("cancel").disabled = false;
  $("failures").replaceChildren();
  $("progress").value = 0;
  const started = performance.now();
  const told = () => `${((performance.now() - started) / 1000).toFixed(2)} s`;
  try {
    let report;
    await offlineDB.bulkSaveProducts(products, {
      mode: $("mode").value,
      chunkSize: 1_000,
      signal: loading.signal,
      onReport: (value) => (report = value),
      onProgress: ({ requested, done, saved }) => {
        $("progress").value = done / requested;
        $("report").textContent = `${whole.format(saved)} of ${whole.format(requested)} saved, ${told()}`;
      },
    });
    $("progress").value = 1;
    const failed = report.failures.length ? `, ${whole.format(report.failures.length)} not saved:` : "";
    $("report").textContent =
      `${whole.format(report.saved)} of ${whole.format(report.requested)} saved in ${told()}${failed}${note ? ` (${note})` : ""}`;
    $("failures").replaceChildren(
      ...report.failures.slice(0, 100).map(({ message }) => Object.assign(document.createElement("li"), { textContent: message })),
    );
  } finally {
    $("cancel").disabled = true;
    await refresh();
  }
}

async function find(query) {
  const started = performance.now();
  const products = await query();
  const took = (performance.now() - started).toFixed(1);
  $("found-by").textContent = `${products.length ? `${products.length} found` : "nothing found"}, ${served(offlineDB.status())}, ${took} ms`;
  fill(
    $("found"),
    products.map(({ id, name, barcode, default_code, list_price }) => [id, name, barcode || "", default_code || "", list_price]),
  );
}

const onSubmit = (id, action) =>
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act(action);
  });

$("open").addEventListener("click", () => act(async () => (await offlineDB.init(), refresh())));
$("close").addEventListener("click", () => act(() => offlineDB.close()));
$("reset").addEventListener("click", () =>
  act(async () => {
    if (!confirm("Delete the database with every row in it, pending sales too?")) return;
    await offlineDB.reset();
    await offlineDB.init();
    await refresh();
  }),
);
$("file").addEventListener("change", () =>
  act(async () => {
    const [file] = $("file").files;
    if (!file) return;
    const { products, note } = await readFile(file);
    await load(products, note);
  }),
);
onSubmit("generate", () => load(generate(Number($("amount").value)), ""));
$("cancel").addEventListener("click", () => loading?.abort());
onSubmit("by-barcode", () => find(async () => [await offlineDB.getProductByBarcode($("barcode").value.trim())].filter(Boolean)));
onSubmit("by-name", () => find(() => offlineDB.query("pos_products", { index: "name", prefix: $("name").value, limit: 20 })));
$("sell").addEventListener("click", () =>
  act(async () => {
    await offlineDB.saveTransaction({ type: "order", data: { amount_total: 2.07, lines: [{ product_id: 1, qty: 1 }] } });
    await refresh();
  }),
);
$("refresh").addEventListener("click", () => act(refresh));

for (const event of ["pdc-db-blocked", "pdc-db-versionchange", "pdc-db-connection-lost"]) {
  window.addEventListener(event, ({ detail }) => {
    $("problem").textContent = `${detail.database}: ${detail.message}`;
    $("problem").hidden = false;
    showState();
  });
}

await act(async () => {
  await offlineDB.init();
  await refresh();
});
