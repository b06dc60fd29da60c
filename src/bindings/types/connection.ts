/** Kind of network, as `navigator.connection.effectiveType` estimates it; `2g` is also `slow-2g`. */
export type NetworkType = "2g" | "3g" | "4g";

/** Times are milliseconds above 0. */
export interface ConnectionMonitorOptions {
  /** Where to ask: `/pdc_pos_offline/ping`, then `/web/login` unless given. The last good one is asked first. */
  urls?: string | readonly string[];
  /** A text that only your server answers with: a good answer whose body lacks it is a captive portal. */
  nonce?: string;
  /** Between two probes: 60,000 on 2g, 45,000 on 3g, 30,000 else. */
  intervals?: Partial<Record<NetworkType, number>>;
  /** For one request: 15,000 on 2g, 10,000 on 3g, 5,000 else. */
  timeouts?: Partial<Record<NetworkType, number>>;
  /** After a failure, between two intervals: 10. */
  retries?: number;
  /** The first retry waits a random time below `base` (2,000), each further one below twice as much, up to `cap` (300,000). */
  backoff?: { base?: number; cap?: number };
  /** A first failure is checked again after this time before it is believed: 1,000. */
  recheck?: number;
  /** Latency below which a connection is excellent (200), good (500) or slow (1,500); beyond it is poor. */
  quality?: { excellent?: number; good?: number; slow?: number };
}

export type ConnectionEvent =
  /** The browser says that there is a network again, or none. */
  | "connection-restored"
  | "connection-lost"
  /** The probes say that the server answers, or does not. */
  | "server-reachable"
  | "server-unreachable"
  /** Whether the server takes data has changed. */
  | "accepting-changed"
  /** A probe has ended, well or not: see `lastProbe`. */
  | "probe";

export type ConnectionQuality = "excellent" | "good" | "slow" | "poor" | "offline" | "unknown";

/** Why the server does not take data although it answers. */
export type Refusal = "rate-limited" | "session-expired" | "maintenance";

export interface ConnectionStatus {
  running: boolean;
  /** The browser says that there is a network. */
  online: boolean;
  /** The server answers; false until it has been asked. */
  serverReachable: boolean;
  /** The server takes data, as far as whoever sends it has said. */
  accepting: boolean;
  /** Why it does not, else null. */
  refusal: Refusal | null;
  quality: ConnectionQuality;
  networkType: NetworkType;
  /** When the last probe ended, in milliseconds since 1970. */
  lastOnlineCheck: number | null;
  /** Retries since the last success. */
  reconnectAttempts: number;
  /** A probe is in flight. */
  probing: boolean;
  /** When the next one starts, in milliseconds since 1970; null while one is in flight or nothing is planned. */
  nextProbeAt: number | null;
  lastProbe: ProbeReport | null;
}

/** What a probe came to. Browsers do not say whether a network error is an unknown name, a refused or a broken connection. */
export type ProbeKind =
  | "ok"
  /** Sent elsewhere: to a sign-in page, or by a captive portal. */
  | "redirected"
  | "captive-portal"
  /** Status 5xx. */
  | "server-error"
  /** Status 429. */
  | "rate-limited"
  /** Another status that is not 2xx. */
  | "refused"
  | "network-error"
  | "timeout"
  | "aborted";

export interface ProbeReport {
  kind: ProbeKind;
  /** The HTTP status of `server-error`, `rate-limited` and `refused`, else null. */
  status: number | null;
  /** The URL that was asked; of several that failed, the first. */
  url: string;
  /** Milliseconds from request to answer. */
  latency: number;
  /** When it ended, in milliseconds since 1970. */
  at: number;
}

/** Odoo's own network state. */
export interface NetworkState {
  /** There is an outage, or a probe has failed and none has succeeded since. */
  warningTriggered: boolean;
  offline: boolean;
  /** A probe is in flight. */
  loading: boolean;
  unsyncData: unknown[];
}
