// The page's hand on the server's /ping/ endpoint.
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

/** Collects events in order, as `name` or `[name, status]`. */
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
    delete navigator.connection.effectiveType;
    delete navigator.onLine;
  };
}
