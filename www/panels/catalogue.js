// Loads products, shows how far it is, and names each one that could not be saved.
import { html, nothing, render } from "lit-html";
import { generate, readFile } from "../products.js";
import { $, act, forget, onClick, onSubmit, span, whole } from "../ui.js";

const FAILURES = 100;

export function catalogue({ db, changed }) {
  let loading;

  /** One load at a time: there is one bar and one button to cancel it. */
  function busy(now) {
    for (const id of ["file", "make", "clear"]) $(id).disabled = now;
    $("cancel").disabled = !now;
  }

  async function load(products, note) {
    loading = new AbortController();
    busy(true);
    $("progress").value = 0;
    render([], $("failures"));
    const began = performance.now();
    const passed = () => performance.now() - began;
    const seconds = () => `${(passed() / 1000).toFixed(2)} s`;
    try {
      let report;
      await db.bulkSaveProducts(products, {
        mode: $("mode").value,
        signal: loading.signal,
        onReport: (value) => (report = value),
        onProgress({ requested, done, saved }) {
          $("progress").value = done / requested;
          const rate = done / passed();
          const left = span((requested - done) / rate);
          $("report").textContent = `${whole(saved)} of ${whole(requested)} saved, ${whole(Math.round(rate * 1000))} a second, ${left} left`;
        },
      });
      $("progress").value = 1;
      const { saved, requested, failures } = report;
      const failed = failures.length ? `, ${whole(failures.length)} not saved:` : "";
      $("report").textContent = `${whole(saved)} of ${whole(requested)} saved in ${seconds()}${failed}${note ? ` (${note})` : ""}`;
      const more = failures.length - FAILURES;
      const lines = failures.slice(0, FAILURES).map(({ message }) => html`<li>${message}</li>`);
      render([...lines, more > 0 ? html`<li>and ${whole(more)} more</li>` : nothing], $("failures"));
    } finally {
      busy(false);
      changed();
    }
  }

  $("file").addEventListener("change", () =>
    act(async () => {
      const [file] = $("file").files;
      if (!file) return;
      try {
        const { products, note } = await readFile(file);
        await load(products, note);
      } finally {
        forget("file");
      }
    }),
  );
  onSubmit("generate", () => load(generate(Number($("amount").value)), ""));
  onClick("cancel", () => loading?.abort());
  onClick("clear", async () => {
    if (!confirm("Clear the catalogue? Sales are not touched.")) return;
    await db.clearAllProducts();
    $("report").textContent = "The catalogue is empty.";
    changed();
  });

  return { show() {} };
}
