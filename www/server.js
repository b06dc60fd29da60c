// The demo server (scripts/shop.mjs), as a person sees and disturbs it.

const CALM = { rates: {}, down: false, busy: false, expired: false, latency: 0 };

/** Milliseconds after which the server counts as away. */
const PATIENCE = 2_000;

/** What the server can do wrong: {words, settings}. */
export const FAULTS = {
  none: { words: "works", settings: {} },
  slow: { words: "is slow", settings: { rates: { slow: 1 }, slowMs: 2_500 } },
  error: { words: "fails (500, 502)", settings: { rates: { error: 1 } } },
  busy: { words: "wants a pause (429, 503)", settings: { busy: true } },
  portal: { words: "is behind a captive portal", settings: { rates: { html: 1 } } },
  lost: { words: "loses every second answer", settings: { rates: { lost: 0.5 } } },
  expired: { words: "has ended the session", settings: { expired: true } },
  down: { words: "is down", settings: { down: true } },
};

export class DemoServer {
  constructor(name) {
    this.url = `/shop/${name}`;
  }

  /** Changes settings; resolves with all of them. */
  async control(settings) {
    const response = await fetch(`${this.url}/control`, { method: "POST", body: JSON.stringify(settings), signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(`The demo server did not take the setting: ${await response.text()}`);
    return response.json();
  }

  /** One of FAULTS, in place of the one before. */
  fault(name) {
    return this.control({ ...CALM, ...FAULTS[name].settings });
  }

  /** Which of FAULTS these settings are. */
  static faultOf(settings) {
    const text = (value) => JSON.stringify(value);
    const fits = ([, fault]) => Object.entries({ ...CALM, ...fault.settings }).every(([name, value]) => text(settings[name]) === text(value));
    return Object.entries(FAULTS).find(fits)?.[0];
  }

  /** How much it has, and how it is set: {orders, total, requests, settings}; null when the server itself is not there. */
  async summary() {
    try {
      return await (await fetch(`${this.url}/summary`, { signal: AbortSignal.timeout(PATIENCE) })).json();
    } catch {
      return null;
    }
  }

  /** Every order that it has. */
  async orders() {
    return (await (await fetch(`${this.url}/state`)).json()).orders;
  }
}
