// Compares receipts on paper with what a till and the server have. Nothing here knows browsers, files or time.

/** The keys that more than one of `values` shares, with how many different values of `other` each has. */
function shared(rows, key, other) {
  const all = new Map();
  for (const row of rows) {
    if (row[key] === undefined || row[key] === null) continue;
    if (!all.has(row[key])) all.set(row[key], new Set());
    all.get(row[key]).add(row[other]);
  }
  return [...all].filter(([, others]) => others.size > 1).map(([value]) => value);
}

/** The values that are there more than once. */
function repeated(values) {
  const once = new Set();
  return [...new Set(values.filter((value) => once.size === once.add(value).size))];
}

/**
 * `paper`: the receipts that were given out, `rows`: what waits in the till, `books`: what the server has; each a list of
 * `{uuid, sequence, ticket, total}`, in which books have no sequence. A ticket is one sale, whatever uuid it has. `refused`:
 * the uuids of sales that the till has not taken.
 *
 * - lost: uuids on paper that are neither in the till nor in the books
 * - doubled: uuids with two rows or two orders in the books, tickets with two uuids, and what is there although it was
 *   refused, for the cashier has entered it again
 * - twice: numbers that two sales have
 * - altered: uuids that are there with another total
 */
export function judge({ paper, rows, books, refused = [] }) {
  const there = new Map([...rows, ...books].map((row) => [row.uuid, row]));
  const everything = [...paper, ...rows, ...books];
  const uuids = (list) => list.map(({ uuid }) => uuid);
  const totals = new Map(paper.map(({ uuid, total }) => [uuid, total]));
  const differs = ({ uuid, total }) => totals.has(uuid) && totals.get(uuid) !== total;
  return {
    lost: uuids(paper).filter((uuid) => !there.has(uuid)),
    doubled: [...new Set([...repeated(uuids(rows)), ...repeated(uuids(books)), ...shared(everything, "ticket", "uuid"), ...refused.filter((uuid) => there.has(uuid))])],
    twice: shared([...paper, ...rows], "sequence", "uuid"),
    altered: [...new Set(uuids([...rows, ...books].filter(differs)))],
  };
}

/** Whether a start has seen the profile of the one before: the name of what shows it, or null. */
export function seen({ evidence, mark, rows }, { profile, paper }) {
  const ofProfile = (token) => String(token ?? "").startsWith(`${profile}-`);
  const foreign = [...evidence, ...(mark ? [mark] : [])].find((token) => !ofProfile(token));
  if (foreign) throw new Error(`the page sees a profile that is not its own: it holds '${foreign}', and this is '${profile}'`);
  if (evidence.length) return "evidence";
  if (mark) return "mark";
  const known = new Set(paper.map(({ uuid }) => uuid));
  return rows.some(({ uuid }) => known.has(uuid)) ? "rows" : null;
}
