/** What a row of the outbox is to the server: `order`, `payment`, `session_update`, or a word that your transport knows. */
export type SyncType = "order" | "payment" | "session_update" | (string & {});

/** The row is on disk, committed strictly: what may be shown before paper is printed. */
export interface Receipt {
  /** Primary key of the row in `transactions`. */
  id: RecordKey;
  /** Idempotency key: the uuid of the data, or one that was made. */
  uuid: string;
  /** Counts from 1 on this till, without a gap. */
  sequence: number;
  /** ISO-8601. */
  committedAt: string;
  /** How it was committed. */
  durability: "strict";
  /**
   * How many copies are on disk: 2, that of the database and the journal's; 1 when the journal could not be written, or is
   * turned off. `offlineDB.status().journal.problems` says why.
   */
  copies: 1 | 2;
}

export interface QueueOptions {
  /** `id` or `uuid` of a row that has to reach the server first. */
  after?: string | null;
}

/** An order with its lines and payments, in the form in which it is sent. */
export interface SaleInput extends QueueOptions {
  order: OrderInput;
  /** Replace the `lines` of the order; a plain object becomes Odoo's `[0, 0, line]`. */
  lines?: readonly unknown[] | null;
  /** Replace the `payment_ids` of the order, in the same way. */
  payments?: readonly unknown[] | null;
}

/** `rejected`: a dead letter, set aside until somebody retries, edits or discards it. A row without state is pending. */
export type OutboxState = "pending" | "in_flight" | "rejected" | "synced";

/** What the outbox keeps in a row of `transactions`. Times are ISO-8601. */
export interface OutboxRecord extends TransactionRecord {
  state?: OutboxState;
  sequence?: number;
  after?: string | null;
  /** Not sent before this time. */
  next_attempt?: string | null;
  /** Of a row in flight: who sends it, and when it counts as abandoned. */
  lease_owner?: string | null;
  lease_until?: string | null;
  /** Whether the server may have it although no answer has come: it is asked before it is sent again. */
  uncertain?: boolean;
  /** Whether the server may have an older form of it under the same uuid: it is sent without asking. */
  replaces?: boolean;
  /** How often its data was changed since it was queued: an answer to an older form does not settle it. */
  revision?: number;
  /** What became of the last attempt, and the server's words. */
  error_type?: string | null;
  last_error?: string | null;
  /** What a row that came with a rescue file was on the till that it came from. */
  rescued?: { database: string; id: RecordKey; sequence?: number; created_at: string };
}

/** What became of an item that was sent. */
export type OutcomeName =
  | "ok"
  /** The server had it already: as good as ok. */
  | "duplicate"
  /** The server refuses the item for what it is; `message` says why. */
  | "rejected"
  /** The server wants a pause of `retryAfter` milliseconds. Nothing was done. */
  | "busy"
  /** Somebody has to sign in. Nothing was done. */
  | "auth-expired"
  /** No answer. */
  | "network"
  | "timeout"
  /** The server failed over it. */
  | "server-error"
  /** An answer without sense. */
  | "unknown";

export type PushOutcome = OutcomeName | { outcome: OutcomeName; message?: string; retryAfter?: number };

export interface PushItem {
  uuid: string;
  type: SyncType;
  data: unknown;
}

/** A way to the server of your own. What it throws counts as `unknown` unless it is an error that Odoo's client throws. */
export interface SyncTransport {
  /**
   * Sends items of one type; resolves with one outcome for each, in their order, or with one for all of them. `signal` is
   * aborted when the time is over.
   */
  push(items: PushItem[], options: { signal: AbortSignal }): Promise<PushOutcome | PushOutcome[]> | PushOutcome | PushOutcome[];
  /** Which of these the server has. Without it, an item whose answer was lost is sent again under its uuid. */
  known?(uuids: string[], type: SyncType): Promise<string[]> | string[];
  /** What the server has of a session. */
  orders?(session: RecordKey): Promise<ServerOrder[]> | ServerOrder[];
  /**
   * The highest `sequence` that the server has from this till; nothing where it has none. It is asked before the first
   * sending of a manager whose till began anew or had something restored, and the next sale gets a number above it.
   */
  highest?(): Promise<number | null | undefined> | number | null | undefined;
  /** The users who may sign in, in the order of the server. */
  users?(ids: RecordKey[]): Promise<UserInput[]> | UserInput[];
  /** The types it sends; every type unless given. */
  types?: readonly SyncType[];
  /** Items per request, 1 unless given. */
  batch?: number;
}

export interface ServerOrder {
  uuid: string;
  amount_total: number;
  state?: string;
}

/** `pos.order` `sync_from_ui` and its relatives over `/web/dataset/call_kw`, with the session's cookie. */
export interface OdooTransport {
  kind: "odoo";
  /** Before `/web/dataset`; the page's own server unless given. */
  url?: string;
  /** `config_id`, `device_identifier`, `allowed_company_ids`, `lang`, `tz`, `uid`. */
  context?: Record<string, unknown>;
}

/** One POST for each item, with its uuid in the header `Idempotency-Key`. */
export interface RestTransport {
  kind: "rest";
  /** Where to post; `{type}` stands for the type. */
  url: string;
  headers?: Record<string, string>;
  /** `GET lookup?uuid=a&uuid=b` and `GET lookup?session=7` answer with an array of `{uuid, amount_total}`. */
  lookup?: string;
}

/** What the library uses of Odoo's `pos`. */
export interface Pos {
  /** Who may sign in at this till; `user.id` alone unless given. */
  user_ids?: readonly RecordKey[];
  user?: { id: RecordKey };
  env?: {
    services: {
      orm?: {
        create(model: string, values: object[]): Promise<unknown>;
        write(model: string, ids: RecordKey[], values: object): Promise<unknown>;
        searchRead(model: string, domain: unknown[], fields: string[]): Promise<unknown[]>;
      };
      bus_service?: { trigger(event: string, detail: unknown): void };
    };
  };
}

/** Times are milliseconds above 0. */
export interface SyncManagerOptions {
  /** `offlineDB` unless given. */
  database?: OfflineDB;
  /** `connectionMonitor` unless given. */
  monitor?: ConnectionMonitor;
  /** `pos.env.services.orm` unless given. */
  transport?: SyncTransport | OdooTransport | RestTransport;
  /** Between two rounds of `startSync()`: 300,000. */
  interval?: number;
  /** For one request: 60,000. A row that is in flight a quarter longer counts as abandoned. */
  timeout?: number;
  /** Orders per request at most: 20. */
  batch?: number;
  /** Requests at once: 4. */
  parallel?: number;
  /** The first retry waits a random time below `base` (2,000), each further one below twice as much, up to `cap` (300,000). */
  backoff?: { base?: number; cap?: number };
  /** After so many answers without sense an item is set aside: 5. */
  attempts?: number;
  /** Keeps what the server has confirmed, with `synced` true, until it is 30 days old. */
  keepSynced?: boolean;
  /** Removes users whom the server does not name any more. */
  pruneUsers?: boolean;
}

/** Why nothing is sent for now. */
export type HoldReason = "network" | "rate-limited" | "maintenance" | "session-expired" | "failing";

export interface SyncStatus {
  isSyncing: boolean;
  /** Rows that the server has not confirmed, rejected ones too. */
  pendingCount: number;
  lastError: string | null;
  isOnline: boolean;
  /** Rows that are waiting or in flight. */
  queueDepth: number;
  rejectedCount: number;
  inFlightCount: number;
  /** Age of the oldest row in milliseconds; 0 when there is none. */
  oldestAge: number;
  /** When the server last took something, in milliseconds since 1970. */
  lastSuccess: number | null;
  /** When something is sent next, in milliseconds since 1970; null when nothing waits or nothing is started. */
  nextAttempt: number | null;
  hold: { reason: HoldReason; until: number } | null;
}

/** Odoo's network state, with what the outbox knows. */
export interface SyncNetworkState extends NetworkState {
  /** The uuids of the rows that the server has not confirmed, oldest first. */
  unsyncData: string[];
  pendingCount: number;
  /** When all phases were last through, ISO-8601. */
  lastSync: string | null;
  /** The last few errors, newest first. */
  errors: string[];
}

/** What a round came to. */
export interface SyncSummary {
  synced: number;
  rejected: number;
  /** To be tried again. */
  retried: number;
}

export interface UsersSummary {
  saved: number;
  pruned: number;
  failures: { position: number; login: string | null; message: string }[];
}

/** `detail` of `pos-sync-progress` on window (in a worker: on self) and on `pos.env.services.bus_service`. */
export interface SyncProgress {
  /** Rows that this round has brought to the server. */
  synced: number;
  transactionId: RecordKey;
  uuid: string;
  type: SyncType;
}

/** `detail` of `pos-sync-rejected`. */
export interface SyncRejected {
  transactionId: RecordKey;
  type: SyncType;
  message: string;
}

export interface Reconciliation {
  session: RecordKey;
  /** Orders of the session on this till that are paid, done or invoiced, or in the outbox. */
  local: { count: number; total: number };
  server: { count: number; total: number };
  /** On this till, not at the server. */
  missing: string[];
  /** At the server, not on this till. */
  extra: string[];
  /** At both with another total. */
  different: { uuid: string; local: number; server: number }[];
  /** Those of the missing that were put into the outbox again; the others are there already. */
  requeued: string[];
  /** Nothing is missing, extra or different. */
  matches: boolean;
}

/** What became of a rescue file. */
export interface RescueReport {
  /** Rows that are on disk now. */
  imported: number;
  /** Rows that were here already, and were left as they are. */
  known: number;
  /** Lines that could not be imported, from 1, the header, on; one beyond the last when the end of the file is missing. */
  failures: { line: number; code: ErrorCode; message: string }[];
}

export interface Percentiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
}

/** Since this manager was made. */
export interface SyncMetrics {
  counters: {
    queued: number;
    pushed: number;
    synced: number;
    duplicates: number;
    rejected: number;
    retried: number;
    requests: number;
    failures: number;
  };
  gauges: { pending: number; rejected: number; inFlight: number; oldestAge: number };
  /** In milliseconds, of the last 512 of each. */
  latency: { commit: Percentiles; push: Percentiles };
}

declare global {
  interface WindowEventMap {
    "pos-sync-progress": CustomEvent<SyncProgress>;
    "pos-sync-rejected": CustomEvent<SyncRejected>;
  }
}
