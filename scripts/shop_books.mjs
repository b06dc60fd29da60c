// The books of a shop: what its server has stored and how it takes more, as Odoo 19 does. Each change is on disk before it
// is answered, one line of JSON per transaction. The server around it, with all that can go wrong, is shop.mjs.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** An exception of Odoo. */
export class Refused extends Error {
  constructor(name, message, { code = 0, title = "Odoo Server Error", status = 422 } = {}) {
    super(message);
    Object.assign(this, { name, code, title, status });
  }
}
const validation = (message) => new Refused("odoo.exceptions.ValidationError", message);
const EXISTS = {
  orders: "The operation cannot be completed: An order with this uuid already exists",
  payments: "The operation cannot be completed: A payment with this uuid already exists",
};
const REPLY = ["pos.order", "pos.session", "pos.payment", "pos.order.line", "pos.pack.operation.lot"];

const pick = (row, fields) => Object.fromEntries(fields.map((field) => [field, row[field] ?? false]));
const byUuid = (table, uuid) => (uuid ? table.uuids.get(uuid) : undefined);
const brief = (row) => ({ uuid: row.uuid, amount_total: row.amount_total ?? row.amount, state: row.state ?? "paid" });

/** The values in a list of `[0, 0, values]`. */
const commands = (list) =>
  (list || []).map((command) => {
    if (!Array.isArray(command)) throw new Refused("builtins.KeyError", "2");
    return command[2];
  });

/** Rows by id; of several with one uuid, the first by uuid. */
class Table extends Map {
  uuids = new Map();

  set(id, row) {
    super.set(id, row);
    const { uuid } = row;
    if (uuid && (this.uuids.get(uuid)?.id ?? id) === id) this.uuids.set(uuid, row);
    return this;
  }

  /** Makes the row what it was before, which may be nothing. */
  undo(id, before) {
    const { uuid } = this.get(id);
    if (this.uuids.get(uuid)?.id === id) this.uuids.delete(uuid);
    if (before) this.set(id, before);
    else this.delete(id);
  }
}

export class Books {
  /** `settings`: {refuse, refuseAll, words, unique, users}, read at each call. */
  constructor(file, settings) {
    Object.assign(this, { file, settings });
    this.load();
  }

  /** Forgets everything, and reads what is on disk. */
  load() {
    this.tables = { orders: new Table(), payments: new Table(), sessions: new Table() };
    const lines = existsSync(this.file) ? readFileSync(this.file, "utf8").trim().split("\n") : [];
    for (const [table, row] of lines.flatMap((line) => JSON.parse(line))) this.tables[table].set(row.id, row);
  }

  rows(table) {
    return table === "users" ? this.settings.users : [...this.tables[table].values()];
  }

  /** All or nothing: what `body` puts is on disk when this returns, and nowhere when it throws. */
  transact(body) {
    const { tables } = this;
    const lines = [];
    const undo = [];
    try {
      const result = body(tables, (table, values) => {
        const rows = tables[table];
        const row = { ...values, id: values.id ?? rows.size + 1 };
        const before = rows.get(row.id);
        rows.set(row.id, row);
        undo.push(() => rows.undo(row.id, before));
        lines.push([table, row]);
        return row;
      });
      if (lines.length) appendFileSync(this.file, `${JSON.stringify(lines)}\n`);
      return result;
    } catch (error) {
      while (undo.length) undo.pop()();
      throw error;
    }
  }

  /** Puts a row; an order with the payments in it, over the draft that is known. */
  put(tables, put, table, values, known) {
    if (table !== "orders") return put(table, values);
    const row = put(table, { state: "draft", ...known, ...values, id: known?.id, payment_ids: [] });
    for (const payment of commands(values.payment_ids)) {
      const id = known && byUuid(tables.payments, payment.uuid)?.id;
      row.payment_ids.push(put("payments", { ...payment, id, pos_order_id: row.id, session_id: row.session_id }).id);
    }
    return row;
  }

  check(uuid) {
    const { refuse, refuseAll, words } = this.settings;
    if (refuseAll || refuse.includes(uuid)) throw validation(words);
  }

  /** What is known is returned as it is, unless it is a draft. */
  sync_from_ui(_, [orders]) {
    return this.transact((tables, put) => {
      const empty = [...REPLY, "product.attribute.custom.value", "account.move"].map((model) => [model, []]);
      const reply = Object.fromEntries(empty);
      for (const order of orders) {
        if (!order.lines) throw new Refused("builtins.KeyError", "lines");
        commands(order.lines);
        const known = byUuid(tables.orders, order.uuid);
        const done = known && known.state !== "draft";
        if (!done) this.check(order.uuid);
        const row = done ? known : this.put(tables, put, "orders", order, known);
        const payments = row.payment_ids.map((id) => tables.payments.get(id));
        reply["pos.order"].push(pick(row, ["id", "uuid", "state", "amount_total", "session_id"]));
        reply["pos.payment"].push(...payments.map((one) => pick(one, ["id", "uuid", "pos_order_id", "amount", "session_id"])));
      }
      return reply;
    });
  }

  create(table, [list]) {
    return this.transact((tables, put) =>
      list.map((values) => {
        if (this.settings.unique && byUuid(tables[table], values.uuid)) throw validation(EXISTS[table]);
        this.check(values.uuid);
        return this.put(tables, put, table, values).id;
      }),
    );
  }

  write(table, [ids, values]) {
    this.check();
    return this.transact((tables, put) => {
      for (const id of [ids].flat()) put(table, { ...tables[table].get(id), ...values, id });
      return true;
    });
  }

  search_read(table, args, { domain = args[0] ?? [], fields = args[1] ?? [] }) {
    const fits = (row) => domain.every(([field, is, value]) => (is === "in" ? value.includes(row[field]) : row[field] === value));
    const found = this.rows(table).filter(fits);
    return found.map((row) => ({ id: row.id, ...pick(row, fields.length ? fields : Object.keys(row)) }));
  }

  /** The REST server: [what it has under this uuid, whether it had it before]. */
  post(table, uuid, values) {
    const known = byUuid(this.tables[table], uuid);
    if (known) return [brief(known), true];
    this.check(uuid);
    return [brief(this.transact((tables, put) => this.put(tables, put, table, { ...values, uuid }))), false];
  }

  list(table, uuids, session) {
    const fits = (row) => uuids.includes(row.uuid) || (session !== null && String(row.session_id) === session);
    return this.rows(table).filter(fits).map(brief);
  }
}
