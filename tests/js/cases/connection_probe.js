// How ConnectionMonitor asks the server, against a real one that answers as it is told.
import { equal, ok } from "../assert.js";
import { endpoint, idle, next, pretend, timed, watching } from "../ping.js";

const KINDS = [
  ["ok", "ok", null],
  ["redirect", "redirected", null],
  ["redirect-away", "redirected", null],
  ["missing", "refused", 404],
  ["server-error", "server-error", 500],
  ["bad-gateway", "server-error", 502],
  ["unavailable", "server-error", 503],
  ["rate-limited", "rate-limited", 429],
  ["captive-header", "captive-portal", null],
  ["drop", "network-error", null],
  ["hang", "timeout", null],
];

export default {
  async "the probe is a HEAD request with the header of the legacy module, past every cache"({ ConnectionMonitor }) {
    await watching(ConnectionMonitor, async (monitor, server) => {
      equal(await monitor.checkServerConnectivity(), true);
      const [{ method, headers }] = (await server.log()).requests;
      equal(method, "HEAD");
      equal(headers["x-pdc-connectivity-check"], "1");
      equal(headers["cache-control"], "max-age=0", "what cache: no-cache sends");
    });
  },

  async "every kind of answer has its name, and only a good one means reachable"({ ConnectionMonitor }) {
    for (const [answer, kind, status] of KINDS) {
      await watching(
        ConnectionMonitor,
        async (monitor, server) => {
          equal(await monitor.checkServerConnectivity(), kind === "ok", answer);
          const { lastProbe, serverReachable } = monitor.getStatus();
          equal([lastProbe.kind, lastProbe.status, serverReachable], [kind, status, kind === "ok"], answer);
          equal(lastProbe.url, new URL(server.url, location.href).href);
          ok(lastProbe.latency >= 0 && lastProbe.at > 1e12);
        },
        { timeouts: { "2g": 300, "3g": 300, "4g": 300 } },
        answer,
      );
    }
  },

  async "a name that does not exist and a port where nobody listens are network errors"({ ConnectionMonitor }) {
    for (const url of ["http://no-such-name.invalid/ping", "http://127.0.0.1:9/"]) {
      await watching(ConnectionMonitor, async (monitor) => {
        equal(await monitor.checkServerConnectivity(), false);
        equal(monitor.getStatus().lastProbe.kind, "network-error", url);
      }, { urls: [url] });
    }
  },

  async "with a nonce, a good answer of somebody else is a captive portal"({ ConnectionMonitor }) {
    for (const [answer, kind] of [["captive", "captive-portal"], ["ok", "ok"], ["missing", "refused"]]) {
      await watching(ConnectionMonitor, async (monitor, server) => {
        await monitor.checkServerConnectivity();
        equal(monitor.getStatus().lastProbe.kind, kind);
        equal((await server.log()).requests[0].method, "GET");
      }, { nonce: "pong" }, answer);
    }
  },

  async "the pause that a server asks for is kept, in seconds or as a date"({ ConnectionMonitor }) {
    for (const [answer, seconds] of [["rate-limited", 90], ["rate-limited-until", 90], ["unavailable", 120]]) {
      await watching(ConnectionMonitor, async (monitor) => {
        monitor.start();
        const { lastProbe } = await next(monitor, "probe");
        const pause = monitor.getStatus().nextProbeAt - lastProbe.at;
        ok(Math.abs(pause - seconds * 1000) <= 2_000, `${answer}: ${pause} ms`);
      }, {}, answer);
    }
  },

  async "the URLs are asked in order, the last good one first"({ ConnectionMonitor }) {
    const [first, second] = [await endpoint("missing"), await endpoint("ok")];
    const monitor = new ConnectionMonitor({ urls: [first.url, second.url] });
    equal(await monitor.checkServerConnectivity(), true);
    equal(await monitor.checkServerConnectivity(), true);
    equal([await first.count(), await second.count()], [1, 2]);
    await second.answer("missing");
    await first.answer("ok");
    equal(await monitor.checkServerConnectivity(), true);
    equal([await first.count(), await second.count()], [2, 3]);
    monitor.free();
  },

  async "a failure after a success is checked again before the state flips, and a retry that succeeds is told"({ ConnectionMonitor }) {
    await watching(
      ConnectionMonitor,
      async (monitor, server) => {
        monitor.start();
        await next(monitor, "server-reachable");
        await server.answer("drop");
        const lost = next(monitor, "server-unreachable");
        monitor.checkServerConnectivity();
        await next(monitor, "probe");
        equal(monitor.getStatus().serverReachable, true, "a doubt is no outage");
        await lost;
        equal((await server.log()).requests.length >= 3, true);
        ok(monitor.getStatus().reconnectAttempts >= 1);
        await server.answer("ok");
        const { reconnectAttempts } = await next(monitor, "server-reachable");
        equal(reconnectAttempts, 0);
      },
      { recheck: 20, retries: 10_000, backoff: { base: 20, cap: 50 } },
    );
  },

  async "each kind of network has its interval, also when it changes while the monitor runs, and after stop and start"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      const interval = () => monitor.getStatus().nextProbeAt - monitor.getStatus().lastProbe.at;
      for (let run = 0; run < 2; run += 1) {
        monitor.start();
        await next(monitor, "server-reachable");
        equal(interval(), 30_000);
        for (const [effectiveType, expected] of [["slow-2g", 60_000], ["3g", 45_000], ["2g", 60_000], ["4g", 30_000]]) {
          const restore = pretend({ effectiveType });
          navigator.connection.dispatchEvent(new Event("change"));
          restore();
          equal(monitor.getStatus().nextProbeAt - clock.time, 100, "checked again after 100 ms");
          clock.advance(100);
          await idle(monitor);
          equal(interval(), expected, effectiveType);
        }
        monitor.stop();
        navigator.connection.dispatchEvent(new Event("change"));
        equal(monitor.pendingTimers, 0);
      }
    });
  },

  async "no probe overlaps another, however many ask"({ ConnectionMonitor }) {
    await watching(ConnectionMonitor, async (monitor, server) => {
      monitor.start();
      const asked = Array.from({ length: 50 }, (_, n) => (n % 2 ? monitor.checkServerConnectivity() : monitor.checkConnectivity()));
      for (let n = 0; n < 20; n += 1) window.dispatchEvent(new Event("focus"));
      equal(new Set(await Promise.all(asked)), new Set([true]));
      const log = await server.log();
      equal([log.most, log.requests.length], [1, 1]);
    });
  },

  async "checkNow within two seconds shares a probe, and every call is answered"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      equal(await monitor.checkNow(), true);
      await server.answer("missing");
      const late = Promise.all([monitor.checkNow(), monitor.checkNow(), monitor.checkNow()]);
      equal([await server.count(), monitor.pendingTimers], [1, 1]);
      clock.advance(2_000);
      await idle(monitor);
      clock.advance(1_000);
      equal(await late, [false, false, false], "by probes that began after the call");
      equal(await server.count(), 3, "one, and two because a first failure is checked again");
    });
  },

  async "checkConnectivity asks nobody when the browser says that there is no network"({ ConnectionMonitor }) {
    await watching(ConnectionMonitor, async (monitor, server) => {
      const restore = pretend({ onLine: false });
      const offline = await monitor.checkConnectivity();
      equal([offline, monitor.getStatus().online, monitor.isOffline(), await server.count()], [false, false, true, 0]);
      restore();
      equal([await monitor.checkConnectivity(), monitor.getStatus().online], [true, true]);
    });
  },

  async "quality is named by the latency and the thresholds of the options"({ ConnectionMonitor }) {
    for (const [quality, name] of [
      [{ excellent: 1e6, good: 2e6, slow: 3e6 }, "excellent"],
      [{ excellent: 0.001, good: 1e6, slow: 1e6 }, "good"],
      [{ excellent: 0.001, good: 0.001, slow: 1e6 }, "slow"],
      [{ excellent: 0.001, good: 0.001, slow: 0.001 }, "poor"],
    ]) {
      await timed(ConnectionMonitor, async (monitor, server, clock) => {
        const checked = monitor.checkServerConnectivity();
        clock.sleep(100);
        await checked;
        equal(monitor.getConnectionQuality(), name);
      }, { quality });
    }
  },

  async "after sleep the clock decides: each event of waking up probes when a probe is due, and only then"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      monitor.start();
      await next(monitor, "server-reachable");
      const wakes = [[document, "visibilitychange"], [window, "pageshow"], [document, "resume"], [window, "focus"]];
      for (const [target, name] of wakes) {
        const before = await server.count();
        clock.sleep(29_000);
        target.dispatchEvent(new Event(name));
        equal(monitor.getStatus().probing, false, `${name}: not due`);
        clock.sleep(8 * 3_600_000);
        target.dispatchEvent(new Event(name));
        equal(monitor.getStatus().probing, true, name);
        await idle(monitor);
        equal(await server.count(), before + 1);
      }
      clock.sleep(1_000);
      window.dispatchEvent(new Event("online"));
      equal(monitor.getStatus().probing, true, "a new network is asked at once");
    });
  },

  async "a worker made from a blob, whose own address nothing can be relative to, asks the server of the page"() {
    const server = await endpoint();
    const script = `
      const { ConnectionMonitor, connectionMonitor } = await import("${location.origin}/pkg/index.js");
      const monitor = new ConnectionMonitor({ urls: ["${server.url}"] });
      monitor.start();
      const reachable = await monitor.waitForConnection();
      monitor.stop();
      postMessage([reachable, monitor.pendingTimers, connectionMonitor.getStatus().running]);
    `;
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    try {
      const answer = await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
      equal(answer, [true, 0, false]);
      equal(await server.count(), 1);
    } finally {
      worker.terminate();
      URL.revokeObjectURL(url);
    }
  },
};
