// A small till: find a product, fill the basket, pay. A receipt is shown when the sale is on disk, not before.
import { html, nothing, render } from "lit-html";
import { $, act, many, money, onClick, onSubmit, milliseconds, say, served, time } from "../ui.js";

const FOUND = 8;
const HINT = "Enter adds the first product.";
const RECEIPTS = 6;
/** The basket of this tab; what is in it is not sold yet. */
const KEY = "pos-offline-basket";

const STATES = {
  pending: ["waiting", "waits for the server"],
  in_flight: ["sending", "is being sent"],
  rejected: ["rejected", "refused by the server"],
  synced: ["done", "at the server"],
};

/** A text with some ranges of it marked. */
function marked(text, ranges = []) {
  const pieces = ranges.flatMap(([begin, end], at) => [text.slice(ranges[at - 1]?.[1] ?? 0, begin), html`<mark>${text.slice(begin, end)}</mark>`]);
  return [...pieces, (text || "").slice(ranges.at(-1)?.[1] ?? 0)];
}

export function till({ db, sync, queries, ask, changed }) {
  let basket = { uuid: crypto.randomUUID(), lines: [] };
  let found = [];
  let paying = false;
  /** Milliseconds that the commit of a sale took, by uuid. */
  const took = new Map();

  const cents = () => basket.lines.reduce((sum, { price, qty }) => sum + Math.round(price * 100) * qty, 0);

  /** Remembers the basket over a reload. */
  function keep() {
    sessionStorage.setItem(KEY, JSON.stringify(basket));
    showBasket();
  }

  /** The basket from before a reload, unless it was paid just then. */
  async function restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (kept && !(await db.getOrder(kept.uuid))) basket = kept;
    showBasket();
  }

  function add(product) {
    const { id, name } = product;
    const price = priceOf(product);
    const line = basket.lines.find((line) => line.id === id);
    if (line) line.qty += 1;
    else basket.lines.push({ id, name, price, qty: 1 });
    found = [];
    $("scan").value = "";
    $("scan").focus();
    showFound();
    keep();
  }

  function change(line, by) {
    line.qty += by;
    basket.lines = basket.lines.filter(({ qty }) => qty > 0);
    keep();
    // The button that had the focus is gone.
    if (!line.qty) $("scan").focus();
  }

  async function search() {
    const text = $("scan").value.trim();
    const began = performance.now();
    const matches = text ? await db.searchProducts(text, { limit: FOUND }) : [];
    const took = performance.now() - began;
    // Whoever types on has asked again.
    if (text !== $("scan").value.trim()) return;
    found = matches;
    showFound();
    if (!text) return say("found-by", HINT);
    const how = { index: matches[0]?.rank === "barcode" ? "barcode" : "search", missingIndex: null, took };
    queries.set("pos_products", how);
    say("found-by", `${matches.length ? many(matches.length, "product") : "Nothing found"}, ${served(how)}`);
  }

  async function pay() {
    if (paying || !basket.lines.length) return;
    paying = true;
    showBasket();
    try {
      // A copied tab has a copy of the basket.
      if (await db.getOrder(basket.uuid)) {
        basket = { uuid: crypto.randomUUID(), lines: [] };
        throw new Error("This basket has already been paid, in another tab. Nothing was sold twice.");
      }
      const began = performance.now();
      const { uuid } = await sync.commitSale(saleOf(basket, cents() / 100));
      took.set(uuid, performance.now() - began);
      basket = { uuid: crypto.randomUUID(), lines: [] };
    } finally {
      paying = false;
      keep();
      changed();
    }
    $("scan").focus();
  }

  function showFound() {
    const match = ({ product, highlights }) => {
      const code = ["barcode", "default_code"].find((field) => highlights[field]) ?? (product.barcode ? "barcode" : "default_code");
      return html`
        <li><button type="button" class="quiet" @click=${() => add(product)}>
          <span>${marked(product.name, highlights.name)}</span> <span class="soft">${marked(product[code], highlights[code])}</span>
          <b>${money(priceOf(product))}</b>
        </button></li>`;
    };
    render(found.map(match), $("found"));
  }

  function showBasket() {
    const line = (line) => html`
      <tr>
        <td>${line.name}</td>
        <td class="number">${money(line.price)}</td>
        <td class="quantity">
          <button type="button" class="quiet" aria-label="One less of ${line.name}" @click=${() => change(line, -1)}>−</button>
          <span>${line.qty}</span>
          <button type="button" class="quiet" aria-label="One more of ${line.name}" @click=${() => change(line, 1)}>+</button>
        </td>
        <td class="number">${money(line.price * line.qty)}</td>
      </tr>`;
    render(basket.lines.map(line), $("basket").tBodies[0]);
    $("total").value = money(cents() / 100);
    $("pay").disabled = paying || !basket.lines.length;
    $("empty").disabled = paying || !basket.lines.length;
  }

  const receipt = (row) => {
    const [kind, words] = STATES[row.synced ? "synced" : (row.state ?? "pending")];
    return html`
      <li data-uuid=${row.uuid}>
        <b>No. ${row.sequence}</b> <span class="number">${money(row.data.amount_total)}</span>
        <span class="soft">committed strict at ${time(row.created_at)}${took.has(row.uuid) ? ` in ${milliseconds(took.get(row.uuid))}` : ""}</span>
        <span class="badge ${kind}">${words}${row.synced ? ` since ${time(row.synced_at)}` : ""}</span>
        ${row.state === "rejected" && !row.synced ? html`<q>${row.last_error}</q>` : nothing}
      </li>`;
  };

  onSubmit("search", async () => {
    await search();
    if (found.length) add(found[0].product);
  });
  $("scan").addEventListener("input", () => act(search));
  onClick("pay", pay);
  onClick("empty", () => {
    basket.lines = [];
    keep();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") $("scan").focus();
    else if (event.key === "F9") act(pay);
    else return;
    event.preventDefault();
  });

  return {
    restore,
    async show() {
      const rows = await ask("transactions", { index: "created_at", order: "desc", limit: RECEIPTS });
      const sales = rows.filter(({ type }) => type === "order");
      render(sales.length ? sales.map(receipt) : html`<li class="soft">No sale yet.</li>`, $("receipts"));
    },
  };
}

/** Odoo sends false, or nothing, for a price that is not set. */
const priceOf = ({ list_price }) => Number(list_price) || 0;

/** What `commitSale` takes: prices are those of the shelf, taxes included. */
function saleOf({ uuid, lines }, total) {
  const order = {
    uuid,
    name: "/",
    state: "paid",
    session_id: 1,
    date_order: new Date().toISOString().slice(0, 19).replace("T", " "),
    amount_total: total,
    amount_paid: total,
    amount_tax: 0,
    amount_return: 0,
  };
  return {
    order,
    lines: lines.map(({ id, name, price, qty }) => ({
      uuid: crypto.randomUUID(),
      product_id: id,
      full_product_name: name,
      qty,
      price_unit: price,
      price_subtotal_incl: Math.round(price * 100) * qty / 100,
    })),
    payments: [{ uuid: crypto.randomUUID(), amount: total, payment_method_id: 1 }],
  };
}
