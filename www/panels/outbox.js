// What the server has not confirmed: how long it waits, how often it was tried, and the server's words.
import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { $, act, download, forget, many, money, onClick, say, span, time, whole } from "../ui.js";

const ROWS = 50;
const WORDS = { pending: "waiting", in_flight: "in flight", rejected: "rejected" };
const HOLDS = {
  network: "the server does not answer",
  "rate-limited": "the server wants a pause",
  maintenance: "the server is in maintenance",
  "session-expired": "somebody has to sign in",
  failing: "the server fails",
};

export function outbox({ db, sync, session, ask, changed }) {
  const stateOf = ({ state }) => state ?? "pending";

  async function retry(id) {
    const count = await sync.retryRejected(id);
    say("outbox-report", `${whole(count)} on the way again.`);
    changed();
  }

  async function discard(row) {
    if (!confirm(`Discard no. ${row.sequence} for ever? The server does not have it.`)) return;
    await sync.discardRejected(row.id);
    changed();
  }

  const tableRow = (row) => {
    const state = stateOf(row);
    const next = row.next_attempt && state === "pending" ? time(row.next_attempt) : "";
    const actions = html`
      <button type="button" @click=${() => act(() => retry(row.id))}>Retry<span class="away"> no. ${row.sequence}</span></button>
      <button type="button" class="danger" @click=${() => act(() => discard(row))}>Discard<span class="away"> no. ${row.sequence}</span></button>`;
    return html`
      <tr data-uuid=${row.uuid}>
        <td class="number">${row.sequence ?? ""}</td>
        <td><span class="badge ${state === "in_flight" ? "sending" : state}">${WORDS[state]}</span></td>
        <td>${span(Date.now() - Date.parse(row.created_at))}</td>
        <td class="number">${row.attempts}</td>
        <td>${next}</td>
        <td>${row.last_error ?? ""}</td>
        <td class="actions">${state === "rejected" ? actions : nothing}</td>
      </tr>`;
  };

  onClick("sync-now", async () => {
    const reached = await sync.forceSyncNow();
    say("outbox-report", reached ? "" : "The server is not there; the outbox waits for it.");
    changed();
  });
  onClick("retry-all", () => retry());
  onClick("compare", async () => {
    const { local, server, missing, extra, different, requeued, matches } = await sync.reconcile(session);
    const words = matches
      ? `Both have ${many(server.count, "order")}, ${money(server.total)} in all.`
      : `Here ${many(local.count, "order")} (${money(local.total)}), at the server ${whole(server.count)} (${money(server.total)}): ` +
        `${missing.length} missing there, ${extra.length} from elsewhere, ${different.length} with another total, ${requeued.length} queued again.`;
    say("outbox-report", words);
    changed();
  });
  onClick("export", async () => {
    download(`unsynced-${new Date().toISOString().slice(0, 10)}.jsonl`, await sync.exportUnsynced(), "application/jsonl");
  });
  $("import").addEventListener("change", () =>
    act(async () => {
      const [file] = $("import").files;
      if (!file) return;
      const text = await file.text();
      forget("import");
      const { imported, known, failures } = await sync.importUnsynced(text);
      const bad = failures.map(({ line, message }) => ` Line ${line}: ${message}.`).join("");
      say("outbox-report", `${whole(imported)} imported, ${whole(known)} known already, ${whole(failures.length)} bad.${bad}`);
      changed();
    }),
  );
  $("outbox-filter").addEventListener("change", () => changed());

  return {
    async show() {
      const rows = await ask("transactions", { index: "synced_created" }, () => db.getPendingTransactions());
      const count = (state) => rows.filter((row) => stateOf(row) === state).length;
      const { hold, lastSuccess, oldestAge } = sync.getSyncStatus();
      const parts = [
        rows.length ? `${Object.entries(WORDS).map(([state, words]) => `${whole(count(state))} ${words}`).join(", ")}` : "Everything is at the server",
        rows.length && `the oldest for ${span(oldestAge)}`,
        hold && `paused until ${time(hold.until)}: ${HOLDS[hold.reason]}`,
        lastSuccess && `last success ${time(lastSuccess)}`,
      ];
      $("outbox-state").textContent = `${parts.filter(Boolean).join("; ")}.`;
      $("retry-all").disabled = count("rejected") === 0;

      const filter = $("outbox-filter").value;
      const shown = rows.filter((row) => !filter || stateOf(row) === filter);
      const more = shown.length - ROWS;
      const rest = more > 0 ? html`<tr><td colspan="7" class="soft">and ${whole(more)} more</td></tr>` : nothing;
      render(html`${repeat(shown.slice(0, ROWS), (row) => row.id, tableRow)}${rest}`, $("outbox-rows").tBodies[0]);
    },
  };
}
