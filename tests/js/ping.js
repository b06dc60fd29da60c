// The page's hand on the server's /ping/ endpoint.
import { equal } from "./assert.js";
import { Clock, until } from "./clock.js";

let made = 0;

/** An endpoint of its own: its URL, what it answers, what has arrived. */
export async function endpoint(answer = "ok") {
  const url = `/ping/till-${++made}-${Math.random().toString(36).slice(2)}`;
  const told = {
    url,
    answer: (kind) => fetch(`${url}?answer=${kind}`, { method: "POST" }),
    log: async () => (await fetch(`${url}?log`)).json(),
    count: async () => (await told.log()).requests.length,
  };
  await told.answer(answer);
  return told;
}

/** The next event of this name. */
export const next = (monitor, event) => new Promise((resolve) => monitor.once(event, resolve));

/** Collects the names of events in the order in which they are heard. */
export function record(monitor, events = ["connection-restored", "connection-lost", "server-reachable", "server-unreachable"]) {
  const heard = [];
  for (const event of events) monitor.on(event, () => heard.push(event));
  return heard;
}

/** Listeners that are on window, document and navigator.connection and were added while this watched. */
export function watchListeners() {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const listening = new Set();
  const places = new Map([
    [window, "window"],
    [document, "document"],
    [navigator.connection, "connection"],
  ]);
  EventTarget.prototype.addEventListener = function (name, callback, ...rest) {
    const place = places.get(this ?? window);
    if (place) listening.add(`${place}:${name}`);
    return addEventListener.call(this ?? window, name, callback, ...rest);
  };
  EventTarget.prototype.removeEventListener = function (name, callback, ...rest) {
    const place = places.get(this ?? window);
    if (place) listening.delete(`${place}:${name}`);
    return removeEventListener.call(this ?? window, name, callback, ...rest);
  };
  return {
    listening,
    stop() {
      Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
    },
  };
}

/** What the browser says about the network, until `restore()`. */
export function pretend({ effectiveType, onLine }) {
  if (effectiveType) Object.defineProperty(navigator.connection, "effectiveType", { value: effectiveType, configurable: true });
  if (onLine !== undefined) Object.defineProperty(navigator, "onLine", { value: onLine, configurable: true });
  return () => {
    delete navigator.connection?.effectiveType;
    delete navigator.onLine;
  };
}

/** A monitor of one endpoint; stopped and freed at the end of the test. */
export async function watching(ConnectionMonitor, test, options = {}, answer = "ok") {
  const server = await endpoint(answer);
  const monitor = new ConnectionMonitor({ urls: [server.url], ...options });
  try {
    await test(monitor, server);
  } finally {
    monitor.stop();
    equal(monitor.pendingTimers, 0, "timers after stop()");
    monitor.free();
  }
}

/** The same with a clock that the test moves. */
export async function timed(ConnectionMonitor, test, options, answer) {
  const clock = new Clock().install();
  try {
    await watching(ConnectionMonitor, (monitor, server) => test(monitor, server, clock), options, answer);
  } finally {
    clock.uninstall();
  }
}

/** Waits for the end of the probe in flight. */
export const idle = (monitor) => until(() => !monitor.getStatus().probing, "the end of the probe");
