// ConnectionMonitor as a POS page uses it: events, states, what it leaves behind.
import { equal, ok, rejects } from "../assert.js";
import { Clock, until } from "../clock.js";
import { endpoint, idle, next, record, timed, watching, watchListeners } from "../ping.js";

export default {
  async "the singleton is a monitor of the till's own server that does nothing before start"({ connectionMonitor, ConnectionMonitor }) {
    ok(connectionMonitor instanceof ConnectionMonitor);
    equal(connectionMonitor.pendingTimers, 0);
    const status = connectionMonitor.getStatus();
    equal([status.running, status.serverReachable, status.lastOnlineCheck, status.reconnectAttempts], [false, false, null, 0]);
    equal([connectionMonitor.isOffline(), connectionMonitor.getConnectionQuality()], [false, "unknown"]);
  },

  async "the browser's online and offline become connection-restored and connection-lost"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      monitor.start();
      await next(monitor, "server-reachable");
      clock.advance(5_000);
      const heard = record(monitor);
      window.dispatchEvent(new Event("offline"));
      equal(heard, ["connection-lost", "server-unreachable"]);
      equal([monitor.isOffline(), monitor.getStatus().online, monitor.getConnectionQuality()], [true, false, "offline"]);
      clock.advance(5_000);
      window.dispatchEvent(new Event("online"));
      await next(monitor, "server-reachable");
      equal(heard.slice(2), ["connection-restored", "server-reachable"]);
      equal(monitor.isOffline(), false);
    });
  },

  async "start and stop are idempotent, and stop leaves no listener, timer or request"({ ConnectionMonitor }) {
    const watched = watchListeners();
    try {
      await watching(ConnectionMonitor, async (monitor, server) => {
        monitor.start();
        monitor.start();
        equal([...watched.listening].sort(), [
          ...(navigator.connection ? ["connection:change"] : []),
          "document:resume",
          "document:visibilitychange",
          "window:focus",
          "window:offline",
          "window:online",
          "window:pageshow",
        ]);
        const heard = record(monitor, ["connection-lost", "connection-restored", "server-reachable", "server-unreachable", "probe"]);
        await until(server.count, "the probe to arrive");
        equal([await server.count(), monitor.pendingTimers], [1, 1]);
        const [check, wait] = [monitor.checkServerConnectivity(), monitor.waitForConnection(60_000)];
        monitor.stop();
        monitor.stop();
        equal([...watched.listening], []);
        equal([monitor.pendingTimers, monitor.getStatus().probing, monitor.getStatus().running], [0, false, false]);
        equal(await check, false);
        await rejects(wait, "Aborted");
        await until(async () => (await server.log()).requests[0].cut, "the request to be cut");
        for (const name of ["online", "offline", "focus", "pageshow"]) window.dispatchEvent(new Event(name));
        document.dispatchEvent(new Event("visibilitychange"));
        equal([heard, await server.count(), monitor.pendingTimers], [[], 1, 0]);
        await server.answer("ok");
        monitor.start();
        await next(monitor, "server-reachable");
        equal(watched.listening.size, navigator.connection ? 7 : 6);
      }, {}, "hang");
      equal(watched.listening.size, 0);
    } finally {
      watched.stop();
    }
  },

  async "a monitor that is freed while it runs leaves nothing behind"({ ConnectionMonitor }) {
    const watched = watchListeners();
    const clock = new Clock().install();
    try {
      const server = await endpoint("hang");
      const monitor = new ConnectionMonitor({ urls: [server.url] });
      monitor.start();
      const [check, wait] = [monitor.checkNow(), monitor.waitForConnection()];
      const unsubscribe = monitor.onNetworkStateChange(() => {});
      await until(server.count, "the probe to arrive");
      equal(clock.timers.size, 2);
      monitor.free();
      equal([clock.timers.size, watched.listening.size], [0, 0]);
      equal(await check, false);
      await rejects(wait, "Aborted");
      await until(async () => (await server.log()).requests[0].cut, "the request to be cut");
      unsubscribe();
    } finally {
      clock.uninstall();
      watched.stop();
    }
  },

  async "forceOnline holds for five seconds and leaves one timer however often it is called"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      monitor.start();
      await next(monitor, "server-unreachable");
      const heard = record(monitor);
      for (let n = 0; n < 1_000; n += 1) monitor.forceOnline();
      equal([monitor.pendingTimers, clock.timers.size], [1, 1]);
      equal([heard, monitor.isOffline(), await monitor.checkNow()], [["server-reachable"], false, true]);
      const before = await server.count();
      clock.advance(4_999);
      equal(monitor.getStatus().probing, false);
      clock.advance(1);
      equal(monitor.getStatus().probing, true);
      await until(async () => (await server.count()) === before + 1, "the probe");
    }, {}, "missing");
  },

  async "forceOffline holds until somebody checks"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      monitor.start();
      await next(monitor, "server-reachable");
      const heard = record(monitor);
      monitor.forceOffline();
      clock.advance(3_600_000);
      equal([heard, monitor.isOffline(), monitor.getConnectionQuality()], [["server-unreachable"], true, "offline"]);
      equal(await monitor.checkNow(), true);
      equal(heard, ["server-unreachable", "server-reachable"]);
    });
  },

  async "waitForConnection resolves when the server answers, rejects in time, and leaves nothing in either case"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      const waiting = monitor.waitForConnection();
      await until(server.count, "the probe: waiting asks at once");
      await idle(monitor);
      clock.advance(29_999);
      await idle(monitor);
      equal(monitor.pendingTimers, 1);
      clock.advance(1);
      const error = await rejects(waiting, "Timeout", "Connection timeout");
      ok(error.message.includes("30000 ms"), error.message);
      equal([monitor.pendingTimers, clock.timers.size], [0, 0]);

      monitor.start();
      await next(monitor, "server-unreachable");
      const many = Array.from({ length: 10 }, () => monitor.waitForConnection(60_000));
      await server.answer("ok");
      monitor.checkServerConnectivity();
      equal(new Set(await Promise.all(many)), new Set([true]));
      equal(await monitor.waitForConnection(1), true, "reachable already");
      equal(monitor.pendingTimers, 1, "the next probe");
    }, {}, "missing");
  },

  async "the network state is Odoo's, and its changes are told until unsubscribed"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      equal(monitor.getNetworkState(), { warningTriggered: false, offline: false, loading: false, unsyncData: [] });
      const states = [];
      const unsubscribe = monitor.onNetworkStateChange((state) => states.push([state.offline, state.warningTriggered]));
      monitor.start();
      equal(monitor.getNetworkState().loading, true);
      await next(monitor, "server-unreachable");
      await until(() => states.length, "the change");
      equal(states, [[true, true]]);
      await server.answer("ok");
      clock.advance(2_000);
      await next(monitor, "server-reachable");
      await until(() => states.length === 2, "the second change");
      equal(states[1], [false, false]);
      unsubscribe();
      unsubscribe();
      monitor.forceOffline();
      equal(states.length, 2);
    }, {}, "missing");
  },

  async "a listener that throws is logged and stops no other"({ ConnectionMonitor }) {
    await watching(ConnectionMonitor, async (monitor) => {
      const logged = [];
      const { error } = console;
      console.error = (...words) => logged.push(words);
      try {
        const heard = [];
        const thrown = new Error("of the test");
        monitor.on("server-reachable", () => {
          throw thrown;
        });
        monitor.on("server-reachable", (status) => heard.push(status.serverReachable));
        monitor.forceOnline();
        equal(heard, [true]);
        equal([logged.length, logged[0][1] === thrown], [1, true]);
        ok(String(logged[0][0]).startsWith("pos-offline:"));
      } finally {
        console.error = error;
      }
    });
  },

  async "a listener may add, remove and stop without another one being skipped or called too much"({ ConnectionMonitor }) {
    await watching(ConnectionMonitor, async (monitor) => {
      const heard = [];
      const hears = (name) => () => heard.push(name);
      const [third, added] = [hears("third"), hears("added")];
      const first = () => {
        heard.push("first");
        monitor.off("server-reachable", first);
        monitor.off("server-reachable", third);
        monitor.on("server-reachable", added);
      };
      monitor.on("server-reachable", first);
      monitor.on("server-reachable", hears("second"));
      monitor.on("server-reachable", third);
      monitor.once("server-reachable", hears("once"));
      monitor.forceOnline();
      equal(heard, ["first", "second", "once"]);
      monitor.forceOffline();
      monitor.forceOnline();
      equal(heard.slice(3), ["second", "added"]);

      heard.length = 0;
      monitor.once("server-unreachable", () => monitor.stop());
      monitor.on("server-unreachable", hears("after stop"));
      monitor.forceOffline();
      equal([heard, monitor.pendingTimers], [[], 0]);
      monitor.on("server-reachable", () => monitor.forceOffline());
      monitor.forceOnline();
      equal(heard, ["second", "added", "after stop"], "events of a listener come after the event under way");
    });
  },

  async "whoever sends data says whether the server takes it, and for how long not"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      monitor.start();
      await next(monitor, "server-reachable");
      const heard = [];
      monitor.on("accepting-changed", ({ accepting, refusal }) => heard.push([accepting, refusal]));
      monitor.setAccepting("rate-limited", 20_000);
      const { serverReachable, accepting } = monitor.getStatus();
      equal([serverReachable, accepting, monitor.isOffline()], [true, false, false]);
      clock.advance(20_000);
      monitor.setAccepting("session-expired");
      clock.advance(5_000);
      monitor.setAccepting(null);
      clock.advance(5_000);
      equal(heard, [[false, "rate-limited"], [true, null], [false, "session-expired"], [true, null]]);
    });
  },

  async "flapping does not flood listeners"({ ConnectionMonitor }) {
    await timed(ConnectionMonitor, async (monitor, server, clock) => {
      monitor.start();
      await next(monitor, "server-reachable");
      clock.advance(5_000);
      const heard = record(monitor, ["connection-lost", "connection-restored"]);
      for (let n = 0; n < 1_001; n += 1) {
        window.dispatchEvent(new Event(n % 2 ? "online" : "offline"));
        clock.advance(1);
      }
      clock.advance(1_000);
      ok(heard.length <= 4, `${heard.length} events in two seconds`);
      equal([heard.at(-1), monitor.getStatus().online], ["connection-lost", false]);
    });
  },

  async "bad input is refused at once, by name"({ ConnectionMonitor }) {
    const refused = (call, text) => rejects((async () => call())(), "InvalidArgument", text);
    for (const [options, text] of [
      [{ urls: [] }, "urls"],
      [{ urls: ["http://"] }, "'http://' is not a URL"],
      [{ urls: ["/ping", "ftp://server/ping"] }, "'ftp://server/ping' is not a URL of http"],
      [{ urls: [5] }, "urls"],
      [{ intervals: { "4g": -1 } }, "4g"],
      [{ intervals: { "3g": NaN } }, "NaN"],
      [{ intervals: { "2g": Infinity } }, "2g"],
      [{ intervals: 30_000 }, "intervals"],
      [{ intervals: { "5g": 1 } }, "unknown option '5g'"],
      [{ timeouts: { "4g": 0 } }, "4g"],
      [{ timeouts: { "4g": "5 s" } }, "5 s"],
      [{ backoff: { base: -2 } }, "base"],
      [{ recheck: NaN }, "recheck"],
      [{ retries: 1.5 }, "retries"],
      [{ retries: -1 }, "retries"],
      [{ quality: { excellent: 900 } }, "quality"],
      [{ nonce: 7 }, "nonce"],
      [{ url: "/ping" }, "unknown option 'url'"],
      ["/ping", "options"],
    ]) {
      await refused(() => new ConnectionMonitor(options), text);
    }
    const monitor = new ConnectionMonitor();
    for (const method of ["on", "once", "off"]) {
      await refused(() => monitor[method]("probe"), "callback");
      await refused(() => monitor[method]("probe", "a text"), "must be a function, got the text 'a text'");
      await refused(() => monitor[method]("online", () => {}), "event");
      await refused(() => monitor[method](undefined, () => {}), "event");
    }
    await refused(() => monitor.onNetworkStateChange({}), "callback");
    await refused(() => monitor.setAccepting("no"), "refusal");
    await refused(() => monitor.setAccepting("maintenance", -1), "ms");
    for (const ms of [-1, NaN, 0, "soon"]) await rejects(monitor.waitForConnection(ms), "InvalidArgument", "ms");
    monitor.off("probe", () => {});
    equal(monitor.pendingTimers, 0);
    monitor.free();
  },
};
