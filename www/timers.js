// Counts the timers of the page that wait. Imported first, so that no timer is older than the count.
const waiting = new Set();
const { setTimeout: later, clearTimeout: never, setInterval: often, clearInterval: noMore } = window;

window.setTimeout = (run, ms, ...more) => {
  const id = later(() => {
    waiting.delete(id);
    run(...more);
  }, ms);
  waiting.add(id);
  return id;
};
window.setInterval = (run, ms, ...more) => {
  const id = often(run, ms, ...more);
  waiting.add(id);
  return id;
};
const clear = (end) => (id) => {
  waiting.delete(id);
  end(id);
};
window.clearTimeout = clear(never);
window.clearInterval = clear(noMore);

/** Timeouts and intervals that are set and have neither run nor been cleared. */
export const pendingTimers = () => waiting.size;
