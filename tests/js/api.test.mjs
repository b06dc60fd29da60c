// Every method of OfflineDB, called from an ES module in the browser as a POS page calls it. Each file of cases/
// exports its tests by name; each runs in the page with a database of its own.
import { readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { open, start } from "./harness.mjs";

const files = readdirSync(new URL("cases/", import.meta.url)).filter((name) => name.endsWith(".js"));

for (const file of files) {
  const names = Object.keys((await import(`./cases/${file}`)).default);
  describe(file.replace(".js", ""), () => {
    let host, page;
    before(async () => {
      host = await start();
      page = await open(host);
    });
    after(() => host.close());
    for (const name of names) {
      test(name, async () => {
        page.errors.length = 0;
        await page.evaluate(async ([file, name]) => (await import("/tests/js/in_page.js")).run(file, name), [file, name]);
        // The browser reports every answer that is not 2xx, also one that a test asked for.
        const expected = /^(pos-offline:|Failed to load resource)/;
        const unexpected = page.errors.filter((text) => !expected.test(text));
        if (unexpected.length) throw new Error(`the page reported: ${unexpected.join("\n")}`);
      });
    }
  });
}
