// Lines of the table: what was compared, medians, the ratio with its spread over the rounds, and the target.

const sorted = (values) => [...values].sort((a, b) => a - b);
export const median = (values) => sorted(values)[values.length >> 1];

/** A count as people read it. */
export const each = (count) => count.toLocaleString("en-US");

/** Targets of a ratio of times, ours to theirs, and of our value by itself. */
export const atMost = (limit) => ({ text: `<= ${limit}x`, met: ({ ratio }) => ratio <= limit });
export const faster = (times) => ({ text: `>= ${times}x faster`, met: ({ ratio }) => ratio <= 1 / times });
export const below = (limit, unit) => ({ text: `<= ${limit} ${unit}`, met: ({ ours }) => ours <= limit });

const verdict = (target, found) => (target ? (target.met(found) ? "met" : "missed") : null);

export class Table {
  lines = [];

  /** Our values beside theirs, one of each per round, in a unit. */
  compare(work, peer, ours, theirs, { unit = "ms", target = null } = {}) {
    // What an engine cannot be asked has no line.
    if (!ours || !theirs) return;
    // Nothing is a multiple of nothing.
    const defined = [...ours, ...theirs].every((value) => value > 0);
    const ratios = sorted(ours.map((value, round) => value / theirs[round]));
    const ratio = defined ? median(ours) / median(theirs) : null;
    this.lines.push({
      work, peer, unit,
      ours: median(ours), theirs: median(theirs),
      ratio, spread: defined ? [ratios[0], ratios.at(-1)] : null,
      target: target?.text ?? null, verdict: verdict(target, { ratio, ours: median(ours) }),
    });
  }

  /** A value that is compared with nothing but its target. */
  state(work, values, { unit = "ms", target = null } = {}) {
    if (!values) return;
    const ours = median(values);
    this.lines.push({ work, peer: null, unit, ours, theirs: null, ratio: null, spread: null, target: target?.text ?? null, verdict: verdict(target, { ours }) });
  }

  print() {
    console.table(this.lines.map(cells));
  }
}

const digits = (value) => (!value ? String(value ?? "") : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3));
const times = (ratio) => (!ratio ? "" : ratio < 1 / 3 ? `1/${digits(1 / ratio)}` : digits(ratio));

/** A line as people read it. */
export const cells = ({ work, peer, unit, ours, theirs, ratio, spread, target, verdict }) => ({
  work,
  "compared with": peer ?? "",
  ours: `${digits(ours)} ${unit}`,
  theirs: theirs === null ? "" : `${digits(theirs)} ${unit}`,
  ratio: times(ratio),
  spread: ratio && spread ? `${times(spread[0])} to ${times(spread[1])}` : "",
  target: target ? `${target}: ${verdict}` : "",
});
