/** A valid IndexedDB key. Booleans, null and NaN are not keys. */
export type RecordKey = number | string | Date | ArrayBuffer | ArrayBufferView | RecordKey[];

/** The stores of a till. */
export type TillStoreName =
  | "sessions"
  | "users"
  | "config"
  | "transactions"
  | "orders"
  | "sync_errors"
  | "pos_products"
  | "pos_categories"
  | "pos_payment_methods"
  | "pos_taxes"
  | "pos_offline_orders";

/** A store of the till, or one of your own. */
export type StoreName = TillStoreName | (string & {});

/** A point in time: ISO-8601 text, Odoo's `2026-01-07 10:00:00` (UTC), a Date, or milliseconds since 1970. */
export type Time = string | number | Date;

/** A record as it comes from disk: every field that was saved, whatever its kind. */
export interface StoredRecord {
  [field: string]: unknown;
}

export interface SessionInput extends StoredRecord {
  id?: RecordKey;
  user_id?: RecordKey | null;
  user_data?: { id?: RecordKey; [field: string]: unknown } | null;
  created?: Time;
}
export interface SessionRecord extends SessionInput {
  id: RecordKey;
  created: Time;
  lastAccessed: string;
}

export interface UserInput extends StoredRecord {
  id?: RecordKey;
  login: string;
}
export interface UserRecord extends UserInput {
  id: RecordKey;
  cached_at: string;
}
export interface SavedUser {
  id: RecordKey;
  login: string;
  /** Whether a user with this login existed. */
  isUpdate: boolean;
}

export interface TransactionInput extends StoredRecord {
  /** Made when missing. Never reused: an id that belongs to another uuid is refused with code `Constraint`. */
  id?: RecordKey;
  type?: "order" | "payment" | "session_update" | (string & {});
  data?: unknown;
  args?: unknown[];
  created_at?: Time;
  synced?: boolean;
  attempts?: number;
  /** Idempotency key; made when missing. */
  uuid?: string;
}
export interface TransactionRecord extends TransactionInput {
  id: RecordKey;
  args: unknown[];
  created_at: string;
  synced: boolean;
  attempts: number;
  uuid: string;
  synced_at?: string;
  last_attempt?: string;
}

export interface OrderInput extends StoredRecord {
  /** The uuid when missing. */
  id?: RecordKey;
  uuid?: string;
  state?: "draft" | "paid" | "done" | "invoiced" | "cancel" | (string & {}) | false | null;
  date_order?: Time | false | null;
  uiState?: unknown;
}
export interface OrderRecord extends OrderInput {
  id: RecordKey;
  /** JSON text of `uiState`, when there is one. */
  JSONuiState?: string;
  saved_at: string;
}

export interface SyncErrorInput extends StoredRecord {
  id?: number;
  transaction_id?: RecordKey | null;
  error_message?: string;
  error_type?: string;
  timestamp?: Time;
  attempts?: number;
  context?: unknown;
}
export interface SyncErrorRecord extends SyncErrorInput {
  id: number;
  transaction_id: RecordKey | null;
  error_message: string;
  error_type: string;
  timestamp: string;
  attempts: number;
  context: unknown;
}
export interface SyncErrorQuery {
  /** At most so many. */
  limit?: number | null;
  /** Of this kind only. */
  error_type?: string | null;
}

export interface OfflineOrderInput extends StoredRecord {
  /** Made when missing. */
  offline_id?: RecordKey;
  created_at?: Time;
  synced?: boolean;
  sync_attempts?: number;
  pos_session_id?: RecordKey;
}
export interface OfflineOrderRecord extends OfflineOrderInput {
  offline_id: RecordKey;
  created_at: string;
  synced: boolean;
  sync_attempts: number;
  synced_at?: string;
  last_attempt?: string;
}

/** When a commit counts as done: `strict` survives a power cut, `relaxed` is faster. */
export type Durability = "strict" | "relaxed";

export interface OfflineDBOptions {
  /** Name of the database; `PDCPOSOfflineDB` unless given. */
  name?: string;
  /** Stores besides the eleven of the till. */
  stores?: readonly StoreOptions[];
  /**
   * Whether a second copy is kept of what the server may not have yet, in files that no loss of the database takes along.
   * True unless given.
   */
  journal?: boolean;
  /** Milliseconds after which a call rejects with `Timeout` or `Blocked`. */
  timeouts?: {
    /** 10,000 unless given. */
    open?: number;
    /** Counted from the end of `open`; 120,000 unless given. */
    upgrade?: number;
    /** 10,000 unless given. */
    delete?: number;
  };
}
export interface StoreOptions {
  name: string;
  keyPath: string | readonly string[];
  autoIncrement?: boolean;
  indexes?: readonly IndexOptions[];
  /** Boolean fields: stored as 0 or 1 so that an index can hold them, booleans again when read. */
  flags?: readonly string[];
  /** Time fields: the time of saving unless given, stored as ISO-8601 text. */
  times?: readonly string[];
  /** `strict` unless given. */
  durability?: Durability;
}
export interface IndexOptions {
  name: string;
  keyPath: string | readonly string[];
  unique?: boolean;
  multiEntry?: boolean;
}

export interface WriteOptions {
  /** That of the store unless given. */
  durability?: Durability;
}

/** A flag of a key may be written as a boolean. Give `only`, or `prefix`, or `from` and `to`. */
export interface Query {
  /** Name of an index; the primary key unless given. */
  index?: string;
  /** This key alone. */
  only?: RecordKey | boolean | (RecordKey | boolean)[];
  /** Composite keys that begin with these parts, or texts that begin with this text. */
  prefix?: RecordKey | boolean | (RecordKey | boolean)[];
  /** The smallest key, inclusive. */
  from?: RecordKey | boolean | (RecordKey | boolean)[];
  /** The largest key, inclusive. */
  to?: RecordKey | boolean | (RecordKey | boolean)[];
  /** `asc` unless given. */
  order?: "asc" | "desc";
  /** At most so many records. */
  limit?: number;
}

export interface Explanation {
  store: StoreName;
  /** Name of the index, `primary key`, or `scan` when the index is missing on disk. */
  index: string;
  /** The index that is missing on disk, else null. */
  missingIndex: string | null;
  /** How a write to the store commits unless a call says otherwise. */
  durability: Durability;
}

export interface DatabaseStatus {
  name: string;
  open: boolean;
  /** Version on disk while open. */
  version: number | null;
  /** How often a dead connection was replaced. */
  reopened: number;
  lastQuery: { store: StoreName; index: string; missingIndex: string | null } | null;
  lastWrite: { stores: StoreName[]; durability: Durability } | null;
  /** Bytes of memory that the WebAssembly module has taken from the browser, all databases together. */
  memory: number;
  /** The second copy of what the server may not have yet; `null` when it is turned off. */
  journal: JournalStatus | null;
}

/** State of the journal, the second copy of what the server may not have yet. */
export interface JournalStatus {
  /** Whether it is written into files. Otherwise a small database of its own holds the copy. */
  files: boolean;
  /**
   * Whether the files count as a copy: a new one can be gone after a power cut, so for the first minute the small database
   * holds the copy too.
   */
  settled: boolean;
  /** Bytes of the file that is written. It is begun anew when it has grown long. */
  bytes: number;
  /** Copies of what was saved last, that of the database among them: 2 unless something is wrong; 0 before anything was. */
  copies: number;
  /** When something was last copied, ISO-8601. */
  copiedAt: string | null;
  /** Troubles of the journal, in words. Empty when all is well. */
  problems: string[];
  /** Result of the comparison at the last opening of the database; `null` before. */
  recovery: Recovery | null;
}

/** Result of a comparison of journal and database. */
export interface Recovery {
  /** ISO-8601. */
  at: string;
  /** How long it took, in milliseconds. */
  took: number;
  /** Extent of the loss; `null` when nothing was lost. */
  lost: Loss | null;
  /** Rows that the journal has brought back. */
  restored: Restored;
}

/**
 * How much of the database was lost: single rows, as after a power cut; all of it, of which the journal has brought back what
 * the server may not have yet; or everything, the journal too.
 */
export type Loss = "rows" | "database" | "everything";

/** How many rows the journal has brought back. The server is asked before a transaction among them is sent. */
export interface Restored {
  transactions: number;
  orders: number;
  offlineOrders: number;
}

/** Detail of the event `pdc-data-loss`. */
export interface DataLossDetail extends DatabaseEventDetail {
  lost: Loss;
  /** Why, in the browser's words; empty when it gives none. */
  reason: string;
  restored: Restored;
}

export interface BulkOptions {
  /** `skip-the-bad` unless given. `all-or-nothing` is one transaction whatever the size. */
  mode?: "skip-the-bad" | "all-or-nothing";
  /** That of the store unless given. */
  durability?: Durability;
  /**
   * Records per transaction: what a sale that comes meanwhile waits for. 250 unless given; 8,192 in the catalogue's stores,
   * which stop for a sale within a transaction.
   */
  chunkSize?: number;
  /** Called after each committed transaction. */
  onProgress?: (progress: BulkProgress) => void;
  /** Called with the report when the save is done. */
  onReport?: (report: BulkReport) => void;
  /** Stops between two transactions: the call rejects with code `Aborted` and `saved`. */
  signal?: AbortSignal;
}
export interface BulkProgress {
  requested: number;
  /** Dealt with: saved or failed. */
  done: number;
  /** On disk. */
  saved: number;
}
export interface BulkReport {
  requested: number;
  /** On disk. */
  saved: number;
  failures: BulkFailure[];
}
export interface BulkFailure {
  /** Position in the array that was given, from 0. */
  position: number;
  /** The record's key, undefined when it has none. */
  key: RecordKey | undefined;
  code: ErrorCode;
  message: string;
  /** The field or index at fault, when one is; of what is deep in a record its path, such as `data.lines[0].onClick`. */
  field: string | undefined;
  /** The browser's exception, when there is one. */
  cause: unknown;
}

export interface QuotaStatus {
  /** Less than nine tenths in use. */
  ok: boolean;
  /** Bytes used; 0 when the browser does not say. */
  usage: number;
  /** Bytes allowed; 0 when the browser does not say. */
  quota: number;
  /** Share in use, 0 to 1. */
  percentUsed: number;
  /** How many more sales fit, going by what the last ones took; null before the first, and where the browser does not say. */
  salesLeft: number | null;
}

/** Stable names of what can go wrong. */
export type ErrorCode =
  | "QuotaExceeded"
  | "Blocked"
  | "Timeout"
  | "Closed"
  | "ConnectionLost"
  | "SchemaTooNew"
  | "Constraint"
  | "InvalidRecord"
  | "InvalidArgument"
  | "NotFound"
  | "Aborted"
  | "Unsupported"
  | "Offline"
  | "Rejected"
  | "AuthExpired"
  | "Other";

/** What every method rejects with. */
export interface PosOfflineError extends Error {
  name: "PosOfflineError";
  code: ErrorCode;
  /** The browser's exception, when there is one. */
  cause?: unknown;
  /** Of `InvalidRecord`: position in the array that was given. */
  position?: number;
  /** Of `InvalidRecord`: the field at fault. */
  field?: string;
  /** The unique index of a `Constraint`, or the key field, where it is known: Chromium names the index, others do not. */
  index?: string;
  /** Of a bulk save that ended early, whatever the code: how many records are on disk. */
  saved?: number;
  /** Of `SchemaTooNew`: version on disk. */
  onDisk?: number;
  /** Of `SchemaTooNew`: newest version this library reads. */
  supported?: number;
}

/** `detail` of the events that are dispatched on window (in a worker: on self). */
export interface DatabaseEventDetail {
  database: string;
  message: string;
}

declare global {
  interface WindowEventMap {
    /** Opening or deleting waits for another tab. */
    "pdc-db-blocked": CustomEvent<DatabaseEventDetail>;
    /** Another tab upgrades or deletes the database; this connection has closed. */
    "pdc-db-versionchange": CustomEvent<DatabaseEventDetail>;
    /** The browser closed the connection; the next call opens it again. */
    "pdc-db-connection-lost": CustomEvent<DatabaseEventDetail>;
    /** Rows that were on disk are gone: how much, and what the journal has brought back. */
    "pdc-data-loss": CustomEvent<DataLossDetail>;
    /** The journal cannot do what it is there for: why. Sales go on, with one copy as long as `status().journal.copies` is 1. */
    "pdc-journal-trouble": CustomEvent<DatabaseEventDetail>;
  }
}
