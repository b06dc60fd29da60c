// A sample consumer: compiles only while the declarations say what the package does.
import {
  ConnectionMonitor,
  connectionMonitor,
  createSyncManager,
  OfflineDB,
  offlineDB,
  SyncManager,
  type BulkReport,
  type CatalogDelta,
  type CatalogStoreName,
  type ConnectionStatus,
  type ErrorCode,
  type OrderRecord,
  type PosOfflineError,
  type ProductMatch,
  type ProductRecord,
  type Query,
  type Receipt,
  type RecordKey,
  type SyncStatus,
  type SyncTransport,
  type TransactionRecord,
  version,
} from "../../pkg/index.js";

/** Fails to compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <T extends true>(): T | undefined => undefined;

async function till(): Promise<void> {
  const mine: OfflineDB = window.offlineDB;
  await mine.init();
  same<Same<ReturnType<typeof offlineDB.isReady>, boolean>>();

  const saved = await offlineDB.saveTransaction({ type: "order", data: { lines: [] }, note: 1 });
  same<Same<typeof saved, TransactionRecord>>();
  const text: string = saved.uuid + saved.created_at;
  const flag: boolean = saved.synced;
  const count: number = await offlineDB.getPendingTransactionCount();
  const marked: boolean = await offlineDB.markTransactionSynced(saved.id);
  await offlineDB.clearOldTransactions();
  await offlineDB.clearOldTransactions(Date.now());
  await offlineDB.clearOldTransactions(new Date());

  const { id, login, isUpdate } = await offlineDB.saveUser({ login: "ann" });
  const order: OrderRecord | undefined = await offlineDB.getOrder(id);
  await offlineDB.getOrdersByDateRange("2026-01-01", new Date(), "paid");
  const errors = await offlineDB.getSyncErrors({ limit: 5, error_type: "network" });
  const context: unknown = errors[0]?.context;

  const product: ProductRecord | null = await offlineDB.getProductByBarcode("590");
  const stored: number = await offlineDB.bulkSaveProducts([{ id: 1, barcode: false, categ_id: [5, "Office"] }]);
  const { products, taxes } = await offlineDB.getAllPOSData();
  const quota: boolean = (await offlineDB.checkQuota()).ok;

  const db = new OfflineDB({
    name: "shop",
    stores: [{ name: "cards", keyPath: ["shop", "no"], indexes: [{ name: "by", keyPath: "by", unique: true }], flags: ["paid"] }],
    timeouts: { open: 1000 },
  });
  const query: Query = { index: "synced_created", prefix: [false], order: "desc", limit: 10 };
  const rows = await db.query("transactions", query);
  const value: unknown = rows[0]?.["anything"];
  const report: BulkReport = await db.bulkSave("cards", [{ shop: "s", no: 1 }], {
    mode: "all-or-nothing",
    durability: "strict",
    signal: new AbortController().signal,
    onProgress: ({ done, requested }) => console.log(done / requested),
  });
  const position: number | undefined = report.failures[0]?.position;
  const explained: string = (await db.explain("cards", { index: "by" })).index;
  const native: IDBTransaction = db.getNewTransaction(["cards"], "readwrite");
  const all: number = (await db.counts()).transactions;
  window.addEventListener("pdc-db-blocked", ({ detail }) => console.log(detail.message));

  try {
    await db.reset();
  } catch (error) {
    const { code, saved } = error as PosOfflineError;
    const known: ErrorCode = code;
    same<Same<typeof saved, number | undefined>>();
    console.log(known);
  }

  // @ts-expect-error a user needs a login
  await offlineDB.saveUser({ id: 1 });
  // @ts-expect-error a product needs an id
  await offlineDB.bulkSaveProducts([{ name: "x" }]);
  // @ts-expect-error null is not a key
  await offlineDB.get("orders", null);
  // @ts-expect-error a boolean is not a key
  await offlineDB.getOrder(true);
  // @ts-expect-error a misspelt option
  await db.query("cards", { indx: "by" });
  // @ts-expect-error a misspelt mode
  await db.bulkSave("cards", [], { mode: "some" });
  // @ts-expect-error an unknown method
  await offlineDB.saveOrders([]);

  console.log(text, flag, count, marked, login, isUpdate, order, context, product, stored, products, taxes, quota);
  console.log(value, position, explained, native, all);
}

async function catalogue(): Promise<void> {
  const below: ProductRecord[] = await offlineDB.getProductsByCategory(5, { subcategories: true });
  const cheap = await offlineDB.getProductsByPrice(null, 10);
  same<Same<typeof cheap, ProductRecord[]>>();
  await offlineDB.getProductsByPrice();
  const matches: ProductMatch[] = await offlineDB.searchProducts("tea", { limit: 5 });
  const [begin, end]: [begin?: number, end?: number] = matches[0]?.highlights.name?.[0] ?? [];
  same<Same<ProductMatch["rank"], "barcode" | "prefix" | "word" | "inside">>();
  const delta: CatalogDelta = { store: "pos_taxes", upserts: [{ id: 1, amount: 15 }], deletes: [2, "x"], watermark: "2026-01-07 10:00:00" };
  const { saved, deleted } = await offlineDB.applyDelta(delta);
  await offlineDB.applyDelta({ watermark: null });
  const watermark = await offlineDB.getWatermark("pos_taxes");
  same<Same<typeof watermark, string | null>>();
  await offlineDB.getWatermark();
  window.addEventListener("pdc-catalog-damaged", ({ detail }) => {
    const [store, keys]: [CatalogStoreName, RecordKey[]] = [detail.store, detail.keys];
    console.log(detail.database, detail.message, store, keys);
  });
  // @ts-expect-error not one of the catalogue's stores
  await offlineDB.applyDelta({ store: "orders" });
  // @ts-expect-error a misspelt part
  await offlineDB.applyDelta({ upsert: [] });
  // @ts-expect-error a watermark is a text
  await offlineDB.applyDelta({ watermark: new Date() });
  // @ts-expect-error not one of the catalogue's stores
  await offlineDB.getWatermark("orders");
  // @ts-expect-error a text is missing
  await offlineDB.searchProducts();
  // @ts-expect-error a misspelt option
  await offlineDB.searchProducts("tea", { limt: 5 });
  // @ts-expect-error a price is a number
  await offlineDB.getProductsByPrice("1");
  // @ts-expect-error a misspelt option
  await offlineDB.getProductsByCategory(5, { below: true });
  void [below, begin, end, saved, deleted];
}

async function connection(): Promise<void> {
  const monitor = new ConnectionMonitor({ urls: ["/ping"], intervals: { "4g": 10_000 }, quality: { good: 300 } });
  const listener = (status: ConnectionStatus): void => console.log(status.lastProbe?.kind, status.refusal);
  connectionMonitor.on("server-reachable", listener);
  connectionMonitor.off("server-reachable", listener);
  const unsubscribe: () => void = connectionMonitor.onNetworkStateChange(({ offline }) => offline);
  unsubscribe();
  const reachable: boolean = await monitor.checkNow();
  const connected: true = await monitor.waitForConnection(5_000);
  same<Same<ReturnType<typeof monitor.getConnectionQuality>, "excellent" | "good" | "slow" | "poor" | "offline" | "unknown">>();
  const timers: number = monitor.pendingTimers;
  monitor.setAccepting(null);
  monitor.setAccepting("maintenance", 60_000);
  // @ts-expect-error no such event
  monitor.on("online", listener);
  // @ts-expect-error no such reason
  monitor.setAccepting("busy");
  // @ts-expect-error read only
  monitor.pendingTimers = 0;
  void [reachable, connected, timers];
}

async function sync(): Promise<void> {
  const manager = createSyncManager({ user: { id: 2 } }, { transport: { kind: "odoo", context: { config_id: 1 } }, backoff: { cap: 60_000 } });
  await manager.init();
  const storage: IDBFactory = await offlineDB.bulkStorage();
  const { journal } = offlineDB.status();
  const lost: "rows" | "database" | "everything" | null = journal?.recovery?.lost ?? null;
  window.addEventListener("pdc-data-loss", ({ detail: { restored, reason } }) => [restored.offlineOrders + 1, reason, lost, storage]);
  const receipt: Receipt = await manager.addToSyncQueue("order", { amount_total: 2.07 });
  const copies: 1 | 2 = receipt.copies;
  const { sequence } = await manager.commitSale({ order: { state: "paid" }, lines: [{ qty: 1 }], after: receipt.uuid });
  same<Same<typeof sequence, number>>();
  const { pendingCount, hold }: SyncStatus = manager.getSyncStatus();
  same<Same<NonNullable<typeof hold>["reason"], "network" | "rate-limited" | "maintenance" | "session-expired" | "failing">>();
  const [dead] = await manager.getRejected();
  const words: string | null | undefined = dead?.last_error;
  const { matches, missing } = await manager.reconcile(7);
  const file: string = await manager.exportUnsynced();
  const { imported, known, failures } = await manager.importUnsynced(file);
  const [line, rescuedFrom]: [number | undefined, string | undefined] = [failures[0]?.line, dead?.rescued?.database];
  same<Same<typeof version, string>>();
  const p99: number = manager.getMetrics().latency.commit.p99;
  const transport: SyncTransport = {
    batch: 5,
    push: async (items) => items.map(({ uuid }) => (uuid ? "ok" : { outcome: "rejected", message: "no uuid" })),
  };
  new SyncManager(null, { transport, keepSynced: true }).destroy();
  window.addEventListener("pos-sync-progress", ({ detail }) => console.log(detail.synced, detail.transactionId));
  // @ts-expect-error no such outcome
  new SyncManager(null, { transport: { push: () => "fine" } });
  // @ts-expect-error a REST transport needs a URL
  new SyncManager(null, { transport: { kind: "rest" } });
  // @ts-expect-error a misspelt option
  new SyncManager(null, { intervall: 1 });
  // @ts-expect-error a text, not a file
  await manager.importUnsynced(new Blob());
  // @ts-expect-error an order is missing
  await manager.commitSale({ lines: [] });
  manager.destroy();
  void [pendingCount, words, matches, missing, p99, imported, known, line, rescuedFrom];
}

void till;
void catalogue;
void connection;
void sync;

// The entries have one text of types.
import { load, type LoadOptions, type PosOffline } from "../../pkg/load.js";
import * as inline from "../../pkg/inline.js";

const sources: LoadOptions[] = [{}, { module: "/m.wasm" }, { module: new URL("https://shop.example/m.wasm") }, { module: new Uint8Array(8) }, { module: fetch("/m.wasm") }];
const loaded: PosOffline = await load(sources[0]);
const sameDb: OfflineDB = loaded.offlineDB;
const sameClass: typeof OfflineDB = inline.OfflineDB;
// @ts-expect-error there is one option
void load({ url: "/m.wasm" });
// @ts-expect-error no place of a module
void load({ module: null });
const byNumber = await sameDb.getProductByBarcode(5901234123457);
void [sameClass, byNumber];
