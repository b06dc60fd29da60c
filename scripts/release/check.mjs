// Refuses a release that could not be told from another one, before anything is built. Given a version, it has to be that of the
// manifests, the tree has to be what is committed, and the changelog has to say what is new.
import { execFileSync } from "node:child_process";
import { root, section, version } from "./facts.mjs";

/** Why this version cannot be released, in words; empty when it can. */
export function objections(wanted, folder = root) {
  const found = [];
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(wanted)) found.push(`VERSION=${wanted} is no semantic version such as 1.2.3`);
  const current = version(folder);
  if (current !== wanted) found.push(`Cargo.toml says version ${current}: set it to ${wanted} there, have cargo update Cargo.lock, and commit both`);
  const dirty = execFileSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" }).trim();
  if (dirty) found.push(`the tree is not what is committed, so nobody could build the same again: commit or remove\n${dirty}`);
  const title = section(wanted, folder)?.title;
  if (!title) found.push(`CHANGELOG.md has no section '## ${wanted} - DATE': write what has changed`);
  else if (!/ - \d{4}-\d\d-\d\d$/.test(title)) found.push(`CHANGELOG.md says '${title}': put the date of the release there, '## ${wanted} - 2026-01-31'`);
  return found;
}

if (process.argv[1] === import.meta.filename && process.argv[2]) {
  const found = objections(process.argv[2]);
  if (found.length) {
    console.error(`No release of ${process.argv[2]}:\n- ${found.join("\n- ")}`);
    process.exit(1);
  }
}
