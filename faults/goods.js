// The goods: sales, and the catalogue that is loaded beside them.

/** A text of about so many KB that no disk makes smaller by much. */
const filling = (kb) => Array.from({ length: kb * 28 }, () => crypto.randomUUID()).join("");

/**
 * Makes a paid order of one line, in the parts that `commitSale` takes. `ticket` is the lab's own name of the sale; a `heavy`
 * one has a note of so many KB.
 */
export function sale(ticket, number, heavy = 0) {
  const uuid = crypto.randomUUID();
  const total = (1 + ((number * 7919) % 20_000)) / 100;
  return {
    ticket,
    total,
    order: { uuid, name: ticket, state: "paid", session_id: 7, amount_total: total, amount_paid: total, note: filling(heavy) },
    lines: [{ uuid: `${uuid}-line`, product_id: 60, qty: 1, price_unit: total, price_subtotal_incl: total }],
    payments: [{ uuid: `${uuid}-payment`, amount: total, payment_method_id: 1 }],
  };
}

/** Cuts a list into parts, so that sales come between the transactions of a load. */
export const parts = (list, size = 500) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

/** Makes a catalogue with other prices each round, as a catalogue that is loaded again has them. */
export const products = (count, round) =>
  Array.from({ length: count }, (_, at) => ({
    id: at + 1,
    name: `Product ${at + 1}, round ${round}`,
    barcode: String(4_000_000_000_000 + at),
    default_code: `P${at + 1}`,
    list_price: ((at * round) % 10_000) / 100,
    categ_id: at % 40,
  }));
