// A clock and timers that a test moves by hand, in place of the browser's own.
const real = { now: Date.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

export class Clock {
  time = real.now();
  timers = new Map();
  #last = 0;

  install() {
    Date.now = () => this.time;
    globalThis.setTimeout = (callback, ms = 0) => {
      this.timers.set(++this.#last, { at: this.time + ms, callback });
      return this.#last;
    };
    globalThis.clearTimeout = (id) => this.timers.delete(id);
    return this;
  }

  uninstall() {
    Date.now = real.now;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
  }

  /** Time passes and no timer fires, as in a computer that sleeps. */
  sleep(ms) {
    this.time += ms;
  }

  /** Time passes; timers fire when they are due. Answers of the network arrive only when the test awaits them. */
  advance(ms) {
    const end = this.time + ms;
    for (;;) {
      const [id, next] = [...this.timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!next || next.at > end) break;
      this.timers.delete(id);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }
}

/** Waits in real time until a condition holds. */
export async function until(condition, what = "the condition") {
  const limit = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited 20 s for ${what}`);
    await new Promise((resume) => real.setTimeout.call(globalThis, resume, 2));
  }
}
