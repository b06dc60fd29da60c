// A line chart over time that keeps its last points and follows the colours of the page.
import uPlot from "uplot";

const POINTS = 300;
/** Seconds that are shown at least. */
const WINDOW = 30;

const swatch = document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
/** A colour of style.css as a canvas knows it, in the light or the dark. */
const colour = (name) => () => {
  swatch.style.color = `var(--${name})`;
  return getComputedStyle(swatch).color;
};

/**
 * A chart in `host`. `series` are {label, colour, points}: the colour is a name of style.css, `points` draws points
 * without a line. The last values are also said in words.
 */
export class Chart {
  #data;
  #plot;

  constructor(host, { title, unit, series }) {
    this.#data = [[], ...series.map(() => [])];
    this.host = host;
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", `${title}: nothing yet`);
    this.title = title;
    this.unit = unit;
    this.labels = series.map(({ label }) => label);
    const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line") } };
    this.#plot = new uPlot(
      {
        title,
        width: host.clientWidth || 300,
        height: 140,
        cursor: { show: false },
        legend: { show: series.length > 1, live: false },
        axes: [axis, { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => `${tick.toLocaleString()}${unit ? ` ${unit}` : ""}`) }],
        scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 1, 1)] } },
        series: [
          {},
          ...series.map(({ label, colour: name, points }) => ({
            label,
            stroke: colour(name),
            width: 1.5,
            paths: points ? () => null : undefined,
            points: points ? { show: true, size: 8, fill: colour(name), stroke: colour(name) } : { show: false },
            spanGaps: !points,
          })),
        ],
      },
      this.#data,
      host,
    );
    new ResizeObserver(() => this.#plot.setSize({ width: host.clientWidth, height: 140 })).observe(host);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot.redraw());
  }

  /** A point of each series at a time in milliseconds; null where a series has none. */
  add(at, ...values) {
    if (!this.#data[0].length) this.#data.forEach((list, index) => list.push(index ? null : at / 1000 - WINDOW));
    for (const [index, value] of [at / 1000, ...values].entries()) {
      this.#data[index].push(value);
      if (this.#data[index].length > POINTS) this.#data[index].shift();
    }
    this.#plot.setData(this.#data);
    const words = this.labels.map((label, index) => `${label} ${values[index] === null ? "none" : `${Math.round(values[index] * 10) / 10} ${this.unit}`}`);
    this.host.setAttribute("aria-label", `${this.title}: ${words.join(", ")}`);
  }

  clear() {
    for (const values of this.#data) values.length = 0;
    this.#plot.setData(this.#data);
  }
}
