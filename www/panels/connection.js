// What the monitor knows, and the switch by which the demo server goes wrong.
import { html, render } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { Chart } from "../charts.js";
import { DemoServer, FAULTS } from "../server.js";
import { pendingTimers } from "../timers.js";
import { $, act, many, milliseconds, money, onClick, say, time, whole } from "../ui.js";

const REFUSALS = { "rate-limited": "it wants a pause", "session-expired": "somebody has to sign in", maintenance: "maintenance" };

/** The three truths of a monitor: [name, whether it holds, words]. */
export function truths(monitor) {
  const { online, serverReachable, accepting, refusal } = monitor.getStatus();
  return [
    ["Network", online, online ? "the browser has one" : "the browser has none"],
    ["Server", serverReachable, serverReachable ? "answers" : "does not answer"],
    ["Takes data", accepting, accepting ? "yes" : `no: ${REFUSALS[refusal] ?? "not now"}`],
  ];
}

export function connection({ monitor, server, changed }) {
  const chart = new Chart($("probes"), {
    title: "Probes",
    unit: "ms",
    series: [{ label: "latency", colour: "accent" }, { label: "failed", colour: "danger", points: true }],
  });
  monitor.on("probe", () => {
    const { kind, latency, at } = monitor.getStatus().lastProbe;
    const good = kind === "ok";
    chart.add(at, good ? latency : null, good ? null : latency);
    changed();
  });

  /** The change that was asked for last; what the server said before it is not shown any more. */
  let change;
  function disturb(asked) {
    change = asked;
    return act(() => asked).finally(changed);
  }
  const fault = (name) => disturb(server.fault(name));
  const refuse = () => disturb(server.control({ refuseAll: $("refuse").checked, words: $("words").value }));

  /** What it is set to, be it by another tab. */
  function showFaults(settings) {
    const now = DemoServer.faultOf(settings);
    const choice = ([name, { words }]) => html`
      <label><input type="radio" name="fault" value=${name} .checked=${live(name === now)} @change=${() => fault(name)} /> ${words}</label>`;
    render(Object.entries(FAULTS).map(choice), $("fault-choices"));
    $("refuse").checked = settings.refuseAll;
    if (settings.refuseAll && document.activeElement !== $("words")) $("words").value = settings.words;
  }

  let asking = false;
  async function showServer() {
    if (asking) return;
    asking = true;
    const before = change;
    await before?.catch(() => {});
    const has = await server.summary();
    asking = false;
    if (has && change === before) showFaults(has.settings);
    const words = has && `It has ${many(has.orders, "order")}, ${money(has.total)} in all; ${many(has.requests, "request")} so far.`;
    say("server-has", words ?? "The demo server is not there.");
    $("faults").disabled = !has;
  }

  onClick("check", () => monitor.checkNow());
  onClick("force-online", () => monitor.forceOnline());
  onClick("force-offline", () => monitor.forceOffline());
  onClick("watch", () => {
    if (monitor.getStatus().running) monitor.stop();
    else monitor.start();
  });
  for (const id of ["check", "force-online", "force-offline", "watch"]) $(id).addEventListener("click", changed);
  $("refuse").addEventListener("change", refuse);
  $("words").addEventListener("change", refuse);

  return {
    show() {
      const truth = ([name, holds, words]) => html`<div><dt>${name}</dt><dd><span class="lamp ${holds ? "good" : "bad"}">${holds ? "✓" : "✕"}</span> ${words}</dd></div>`;
      render(truths(monitor).map(truth), $("truths"));
      const { running, lastProbe, nextProbeAt, quality, networkType, reconnectAttempts } = monitor.getStatus();
      const parts = [
        running ? `quality ${quality}, network ${networkType}` : "not watching",
        lastProbe && `last probe ${lastProbe.kind}${lastProbe.status ? ` (${lastProbe.status})` : ""} after ${milliseconds(lastProbe.latency)}`,
        nextProbeAt && `next at ${time(nextProbeAt)}`,
        reconnectAttempts && `retry ${reconnectAttempts}`,
        `${many(monitor.pendingTimers, "timer")} of the monitor, ${whole(pendingTimers())} of the page`,
      ];
      $("connection-more").textContent = `${parts.filter(Boolean).join("; ")}.`;
      $("watch").textContent = running ? "Stop watching" : "Start watching";
      // The other panels do not wait for a server that does not answer.
      showServer();
    },
  };
}
