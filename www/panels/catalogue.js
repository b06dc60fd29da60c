// Loads products, shows how far it is, and names each one that could not be saved.
import { html, render } from "lit-html";
import { generate, readFile } from "../products.js";
import { $, act, onClick, onSubmit, span, whole } from "../ui.js";

const FAILURES = 100;

export function catalogue({ db, changed }) {
  let loading;

  async function load(products, note) {
    loading = new AbortController();
    $("cancel").disabled = false;
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
      render(failures.slice(0, FAILURES).map(({ message }) => html`<li>${message}</li>`), $("failures"));
    } finally {
      $("cancel").disabled = true;
      changed();
    }
  }

  $("file").addEventListener("change", () =>
    act(async () => {
      const [file] = $("file").files;
      if (!file) return;
      const { products, note } = await readFile(file);
      await load(products, note);
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
