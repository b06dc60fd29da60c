// A shop's server that keeps on disk what it accepts, and fails in every way that it is told. For the tests and the demo.
// It speaks as Odoo 19 does, and as a plain REST server.
//
//   HEAD or GET /shop/<name>/ping
//   POST        /shop/<name>/web/dataset/call_kw/<model>/<method>   what METHODS names
//   POST        /shop/<name>/orders, .../payments                   one item, its uuid in the header Idempotency-Key
//   GET         /shop/<name>/orders?uuid=a&uuid=b or ?session=7     [{uuid, amount_total, state}]; the same of payments
//   POST        /shop/<name>/control                                changes SETTINGS; {restart: true} starts it anew
//   GET         /shop/<name>/state                                  what it has, and what has arrived
//   GET         /shop/<name>/summary                                how much of it: {orders, total, requests, settings}
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { Books, Refused } from "./shop_books.mjs";

const SETTINGS = {
  seed: 1,
  /** How often each of FAULTS happens to a request, a ping too: {lost: 0.3}. */
  rates: {},
  /** A fault, or a list of them, for the next pushes. */
  once: null,
  /** Uuids that the server does not take; a list with one of them is refused as a whole, in these words. */
  refuse: [],
  refuseAll: false,
  words: "The operation cannot be completed: Another model is using the record you are trying to delete.",
  /** For every request until false again. Where only the session has expired, a ping is answered. */
  expired: false,
  busy: false,
  /** Every connection is cut. */
  down: false,
  /** Milliseconds: there and back, and before a `slow` answer. */
  latency: 0,
  slowMs: 300,
  /** Seconds. */
  retryAfter: 1,
  /** The database refuses a second row with the same uuid; else `create` stores it twice. */
  unique: true,
  /** What REST answers to a known key: "conflict" or "replay". */
  rest: "conflict",
  users: [{ id: 2, name: "Mitchell Admin", login: "admin", pos_offline_pin_hash: false }],
};

/** Does not keep a server going that has nothing else to do. */
const sleep = (ms) => timer(ms, undefined, { ref: false });
const JSON_TYPE = "application/json; charset=utf-8";
const reply = (status, type, body, headers) => ({ status, body, headers: { "content-type": type, ...headers } });
const json = (value, status = 200) => reply(status, JSON_TYPE, JSON.stringify(value));
const html = (status, text) => reply(status, "text/html; charset=utf-8", `<!DOCTYPE html>\n<html><h1>${text}</h1></html>`);
const CUT = "the connection is cut";
const HANG = "the client waits";

/** What goes wrong: given the work, which stores and answers, each says what the client gets. */
const FAULTS = {
  /** Cut before anything is done. */
  drop: () => CUT,
  /** Done and stored, and no answer. */
  lost: (work) => (work(), CUT),
  /** Done twice, as when a browser or a proxy sends again by itself; the second answer is given. */
  twice: (work) => (work(), work()),
  /** 500 and nothing is done; or 502, the word of a proxy that does not know. */
  error(work, { random }) {
    if (random() < 0.5) return html(500, "Internal Server Error");
    if (random() < 0.5) work();
    return html(502, "Bad Gateway");
  },
  busy(_, { random, settings }) {
    return reply(random() < 0.5 ? 429 : 503, "text/plain", "later", { "retry-after": settings.retryAfter });
  },
  expired: (work, _, call) => (call.name === "ping" ? work() : call.error(EXPIRED)),
  /** No answer and no end, until the client gives up; done or not. */
  hang: (work, { random }) => (random() < 0.5 && work(), HANG),
  /** Done, and the answer ends in the middle. */
  garbage: (work) => reply(200, JSON_TYPE, work().body.slice(0, -3)),
  /** The sign-in page in place of the answer. */
  html: () => html(200, "Log in"),
  async slow(work, { settings }) {
    const answer = work();
    await sleep(settings.slowMs);
    return answer;
  },
};

const EXPIRED = new Refused("odoo.http.SessionExpiredException", "Session expired", {
  code: 100,
  title: "Odoo Session Expired",
  status: 401,
});
const NO_MODEL = new Refused("werkzeug.exceptions.NotFound", "404 Not Found: The requested URL was not found on the server.", {
  code: 404,
  title: "404: Not Found",
});

/** An error as Odoo says it, with status 200. Nobody may store or show the traceback: tests look for its word. */
function rpcError(error, id) {
  const { name, message, code, title } = error instanceof Refused ? error : new Refused("builtins.ValueError", error.message);
  const debug = `Traceback (most recent call last):\n  SECRET-TRACEBACK\n${name}: ${message}`;
  const data = { name, message, arguments: code === 404 ? [] : [message], context: {}, debug };
  return json({ jsonrpc: "2.0", id: code ? null : id, error: { code, message: title, data } });
}

const TABLES = { "pos.order": "orders", "pos.payment": "payments", "pos.session": "sessions", "res.users": "users" };
const PUSHES = ["pos.order/sync_from_ui", "pos.order/create", "pos.payment/create", "pos.session/write"];
const METHODS = [...PUSHES, "pos.order/search_read", "pos.payment/search_read", "res.users/search_read"];

/** Numbers from 0 to 1, the same for the same seed. */
export const randomness = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

class Shop {
  settings = structuredClone(SETTINGS);
  random = randomness(SETTINGS.seed);
  /** The last requests but pings; how often each uuid came; how many requests of each name, and how many at once. */
  log = [];
  sent = {};
  byMethod = {};
  most = 0;
  open = new Set();

  constructor(file) {
    this.books = new Books(file, this.settings);
  }

  /** Ends every request that waits; what had not begun is not done. */
  cut() {
    for (const request of this.open) request.socket.destroy();
    this.open.clear();
  }

  restart() {
    this.cut();
    this.books.load();
  }

  control({ restart, ...settings }) {
    const faults = [...Object.keys(settings.rates ?? {}), ...[settings.once ?? []].flat()];
    const wrong = Object.keys(settings).find((name) => !(name in SETTINGS)) ?? faults.find((name) => !(name in FAULTS));
    if (wrong) throw new Error(`no setting or fault '${wrong}'`);
    Object.assign(this.settings, settings);
    if (settings.seed !== undefined) this.random = randomness(settings.seed);
    if (settings.down) this.cut();
    if (restart) this.restart();
    return this.settings;
  }

  get requests() {
    return Object.values(this.byMethod).reduce((sum, count) => sum + count, 0);
  }

  summary() {
    const orders = this.books.rows("orders");
    const total = orders.reduce((sum, { amount_total }) => sum + amount_total, 0);
    return { orders: orders.length, total, requests: this.requests, settings: this.settings };
  }

  state() {
    const [orders, payments, sessions] = ["orders", "payments", "sessions"].map((table) => this.books.rows(table));
    const requests = { total: this.requests, byMethod: this.byMethod, most: this.most };
    return { orders, payments, sessions, requests, sent: this.sent, log: this.log };
  }

  /** What is asked for: its name, the items it brings, how it is done and how an error is said. */
  call({ method: verb, headers }, path, query, body) {
    const [, name, model, method] = path.match(/^web\/dataset\/call_kw\/(([\w.]+)\/(\w+))$/) ?? [];
    if (name) {
      const { id = null, params: { args = [], kwargs = {} } = {} } = body;
      const push = PUSHES.includes(name);
      const run = () => {
        if (!TABLES[model]) throw NO_MODEL;
        if (METHODS.includes(name)) return json({ jsonrpc: "2.0", id, result: this.books[method](TABLES[model], args, kwargs) });
        throw new Refused("builtins.AttributeError", `The method '${model}.${method}' does not exist`);
      };
      return { name, push, items: push ? [args[0]].flat() : [], run, error: (error) => rpcError(error, id) };
    }
    const error = ({ message, status = 400 }) => json({ error: message }, status);
    if (path === "ping") return { name: path, items: [], run: () => reply(200, "text/plain", "pong"), error };
    if (path !== "orders" && path !== "payments") return { name: "unknown", items: [], run: () => html(404, "Not Found"), error };
    if (verb === "GET") {
      const run = () => json(this.books.list(path, query.getAll("uuid"), query.get("session")));
      return { name: `GET ${path}`, items: [], run, error };
    }
    const key = headers["idempotency-key"];
    const run = () => {
      if (!key) throw new Error("the header Idempotency-Key is missing");
      const [row, known] = this.books.post(path, key, body);
      return known && this.settings.rest === "conflict" ? json({ error: "duplicate" }, 409) : json(row, known ? 200 : 201);
    };
    return { name: `POST ${path}`, push: true, items: [{ uuid: key }], key, run, error };
  }

  /** The fault of a request. One number is drawn for each, whatever is set. */
  fault({ push }) {
    const { down, expired, busy, once, rates } = this.settings;
    let left = this.random();
    const drawn = Object.keys(rates).find((name) => (left -= rates[name]) < 0);
    if (down) return "drop";
    const [next, ...later] = [once ?? []].flat();
    if (push) this.settings.once = later;
    return (push && next) || (expired && "expired") || (busy && "busy") || drawn || null;
  }

  /** The entry in the log; a ping is only counted. */
  note(request, call, fault) {
    const { name, items, key = null } = call;
    const uuids = items.map((item) => item?.uuid).filter(Boolean);
    const entry = { at: Date.now(), method: request.method, name, items: items.length, uuids, key, fault, outcome: null };
    this.byMethod[name] = (this.byMethod[name] ?? 0) + 1;
    if (name === "ping") return entry;
    for (const uuid of uuids) this.sent[uuid] = (this.sent[uuid] ?? 0) + 1;
    this.log = [...this.log.slice(-199), entry];
    this.open.add(request);
    this.most = Math.max(this.most, this.open.size);
    return entry;
  }

  async answer(request, response, path, query) {
    const body = JSON.parse((await request.setEncoding("utf8").toArray()).join("") || "{}");
    if (path === "control") return json(this.control(body));
    if (path === "state") return json(this.state());
    if (path === "summary") return json(this.summary());
    const call = this.call(request, path, query, body);
    const fault = this.fault(call);
    const entry = this.note(request, call, fault);
    response.once("close", () => this.open.delete(request));
    await sleep(this.settings.latency / 2);
    if (request.socket.destroyed) return CUT;
    const work = () => {
      try {
        const answer = call.run();
        entry.outcome = "ok";
        return answer;
      } catch (error) {
        entry.outcome = error.name;
        return call.error(error);
      }
    };
    const answer = await (fault ? FAULTS[fault](work, this, call) : work());
    await sleep(this.settings.latency / 2);
    return answer;
  }
}

/**
 * A handler for `serve()`: answers requests to `/shop/`, and is undefined for any other. The shops are kept in `directory`,
 * else in one that `close()` of the handler removes. `restart(name)` of the handler does what `control` does.
 */
export function shops({ directory } = {}) {
  const all = new Map();
  let made;
  const shop = (name) => {
    const place = directory ?? (made ??= mkdtempSync(join(tmpdir(), "shops-")));
    if (!all.has(name)) all.set(name, new Shop(join(place, `${name}.jsonl`)));
    return all.get(name);
  };
  const handler = (request, response, url) => {
    // A browser sends again, by itself, what a connection that it has used before does not answer: here, none is used twice.
    response.setHeader("connection", "close");
    const [, name, path] = url.pathname.match(/^\/shop\/([\w-]+)\/(.+)$/) ?? [];
    if (!name) return undefined;
    const told = shop(name).answer(request, response, path, url.searchParams);
    told.catch((error) => json({ error: error.message }, 400)).then((answer) => {
      if (answer === CUT) request.socket.destroy();
      else if (answer !== HANG) response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    return null;
  };
  handler.restart = (name) => shop(name).restart();
  handler.close = () => made && rmSync(made, { recursive: true, force: true });
  return handler;
}
