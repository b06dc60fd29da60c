// What the workloads share: timing, checking, and the longest task of the page.

export async function timed(body) {
  const began = performance.now();
  const result = await body();
  return [performance.now() - began, result];
}

/** A wrong result is the one thing that the benchmark fails on. */
export function check(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

/** The value that a share of all is not above. */
export const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
export const median = (values) => percentile(values, 0.5);

/** The mean time of `times` calls one after the other, each with its number: the clock counts tenths of milliseconds. */
export async function repeated(times, body) {
  const [taken] = await timed(async () => {
    for (let at = 0; at < times; at++) await body(at);
  });
  return taken / times;
}

export const pause = (ms = 100) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs `body`; the longest task of the main thread meanwhile in milliseconds, 0 when none took 50, undefined where the browser
 * does not tell (Long Tasks API).
 */
export async function longestTask(body) {
  if (!PerformanceObserver.supportedEntryTypes.includes("longtask")) return [undefined, await body()];
  // What the caller did until now is part of this task, and no part of `body`.
  await pause();
  let longest = 0;
  const note = (list) => list.forEach(({ duration }) => (longest = Math.max(longest, duration)));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "longtask" });
  const result = await body();
  // The entry of a task is queued after the task.
  await pause();
  note(observer.takeRecords());
  observer.disconnect();
  return [longest, result];
}

/** Records as the answer of a server gives them: parsed, each text in one piece. */
export const received = (list) => JSON.parse(JSON.stringify(list));

export const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
export const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
