// A working day of a till, compressed: outages, new networks, a loose cable, sleep.
import { ConnectionMonitor } from "/pkg/index.js";
import { Clock, until } from "/tests/js/clock.js";
import { endpoint, pretend } from "/tests/js/ping.js";

const MINUTE = 60_000;
const OUTAGES = ["drop", "server-error", "captive-header", "redirect", "missing", "rate-limited"];

/** Runs the hours from `from` to `to`; the monitor goes on where it was. */
export async function hours(from, to) {
  window.day ??= { clock: new Clock(), server: await endpoint(), counts: { probe: 0, flips: 0, most: 0 } };
  const { clock, server, counts } = window.day;
  clock.install();
  const monitor = (window.day.monitor ??= new ConnectionMonitor({ urls: [server.url] }));
  if (!monitor.getStatus().running) {
    monitor.on("probe", () => (counts.probe += 1));
    for (const event of ["server-reachable", "server-unreachable"]) monitor.on(event, () => (counts.flips += 1));
    monitor.start();
  }
  const settle = async (ms) => {
    const end = clock.time + ms;
    while (clock.time < end) {
      // Probes are real: the clock stands still until they are answered.
      await until(() => !monitor.getStatus().probing, "the probe");
      counts.most = Math.max(counts.most, clock.timers.size, monitor.pendingTimers);
      clock.advance(Math.max(1, Math.min(end, ...[...clock.timers.values()].map(({ at }) => at)) - clock.time));
    }
    await until(() => !monitor.getStatus().probing, "the probe");
  };
  for (let hour = from; hour < to; hour += 1) {
    await settle(10 * MINUTE);
    // An outage, each hour of another kind.
    await server.answer(OUTAGES[hour % OUTAGES.length]);
    await settle(10 * MINUTE);
    await server.answer("ok");
    await settle(10 * MINUTE);
    // Another network, and back.
    for (const effectiveType of ["3g", "2g", "4g"]) {
      const restore = pretend({ effectiveType });
      navigator.connection.dispatchEvent(new Event("change"));
      restore();
      await settle(3 * MINUTE);
    }
    // The cable is pulled, then loose.
    window.dispatchEvent(new Event("offline"));
    await settle(4 * MINUTE);
    for (let flap = 0; flap < 100; flap += 1) window.dispatchEvent(new Event(flap % 2 ? "online" : "offline"));
    await settle(7 * MINUTE);
    monitor.forceOnline();
    monitor.waitForConnection().catch(() => {});
    // The tablet sleeps over a break.
    clock.sleep(10 * MINUTE);
    document.dispatchEvent(new Event("visibilitychange"));
    await settle(1 * MINUTE);
  }
  const timers = monitor.pendingTimers;
  clock.uninstall();
  return { ...counts, timers, reachable: monitor.getStatus().serverReachable };
}

/** Ends the day: how many timers the monitor, and the page, have left. */
export function close() {
  const { monitor, clock } = window.day;
  clock.install();
  monitor.stop();
  clock.uninstall();
  return [monitor.pendingTimers, clock.timers.size];
}
