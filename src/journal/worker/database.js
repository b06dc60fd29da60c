// What is open in the till's database, which this worker reads by itself: the page need not.
const FINAL = ["paid", "done", "invoiced", "cancel"];
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** The rows that the server has not confirmed, without their index too. */
async function unsynced(store) {
  if (store.indexNames.contains("synced")) return done(store.index("synced").getAll(0));
  return (await done(store.getAll())).filter((row) => !row.synced);
}

/** The rows of the database that are open, and the number of the last change that they have in them. */
async function readDatabase(name, [config, transactions, offlineOrders, orders], counter, sequence, refuge) {
  const request = (await factoryOf(refuge)).open(name);
  // It is not this worker that makes a database.
  request.onupgradeneeded = () => request.transaction.abort();
  const database = await done(request);
  database.onversionchange = () => database.close();
  try {
    const transaction = database.transaction([config, transactions, offlineOrders, orders]);
    const store = (store) => transaction.objectStore(store);
    const [number, last, queued, offline, kept] = await Promise.all([
      done(store(config).get(counter)),
      done(store(config).get(sequence)),
      unsynced(store(transactions)),
      unsynced(store(offlineOrders)),
      done(store(orders).getAll()),
    ]);
    const open = new Set(queued.map(({ uuid }) => uuid));
    const latest = kept.reduce((time, { saved_at: saved }) => Math.max(time, Date.parse(saved) || 0), 0);
    return {
      number: number?.value ?? 0,
      rows: [
        ...(last ? [[config, sequence, last]] : []),
        ...queued.map((row) => [transactions, row.id, row]),
        ...offline.map((row) => [offlineOrders, row.offline_id, row]),
        ...kept.filter((row) => isOpen(row, open, latest)).map((row) => [orders, row.id, row]),
      ],
    };
  } finally {
    database.close();
  }
}

/** Whether the server may not have an order: one that was queued here is open as long as it waits; of another nobody says. */
function isOpen(order, open, latest) {
  if (!FINAL.includes(order.state) || open.has(order.uuid)) return true;
  return !("sequence" in order) && !(Date.parse(order.saved_at) < latest - WEEK_MS);
}
