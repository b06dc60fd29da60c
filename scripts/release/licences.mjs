// The licences of what is in the module, each text once, with the crates that it is of.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const NAMES = /^(LICEN[CS]E|COPYING|UNLICENSE)/i;
const APACHE = /^\s*Apache License\s+Version 2\.0/;
const normal = (text) => text.replace(/\r\n?/g, "\n").trim();

/** The text for THIRD-PARTY-LICENCES.txt. */
export function licenceTexts(crates, rustVersion) {
  const shipped = crates.filter(({ shipped }) => shipped);
  const texts = new Map();
  const without = [];
  for (const { name, version, licence, folder } of shipped) {
    const files = readdirSync(folder).filter((file) => NAMES.test(file)).sort();
    if (!files.length) without.push({ name: `${name} ${version}`, licence });
    for (const file of files) {
      const text = normal(readFileSync(join(folder, file), "utf8"));
      // All have the same words; some leave out the appendix or the blanks in it.
      const key = APACHE.test(text) ? "Apache-2.0" : text;
      const known = texts.get(key) ?? { text, crates: [] };
      known.crates.push(`${name} ${version}`);
      texts.set(key, known);
    }
  }
  const apache = texts.get("Apache-2.0");
  for (const { name, licence } of [...without, { name: `the Rust standard library ${rustVersion}`, licence: "MIT OR Apache-2.0" }]) {
    // Such a crate offers the Apache License by its manifest alone.
    if (!apache || !/Apache-2\.0/.test(licence)) throw new Error(`licences: ${name} (${licence}) has no licence file and is not under the Apache License`);
    apache.crates.push(name);
  }
  const list = [
    ...shipped.map(({ name, version, licence }) => `${name} ${version}: ${licence}`),
    `the Rust standard library ${rustVersion}: MIT OR Apache-2.0`,
  ];
  const rule = "-".repeat(80);
  const parts = [...texts.values()].map(({ text, crates }) => `${rule}\n${crates.join("\n")}\n${rule}\n\n${text}\n`);
  return `pos_offline_bg.wasm and the scripts beside it contain:\n\n${list.join("\n")}\n\n${parts.join("\n")}`;
}
