// What happens to a disk between two starts: a power cut, by LazyFS, and damage on purpose.
import { closeSync, constants, openSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Removes a profile; a file that something had open a moment ago may need a while in a file system of FUSE. */
export const remove = (path) => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

/** A mounted LazyFS, which forgets what was not synced when it is told. */
export class LazyDisk {
  constructor(mount, fifo) {
    Object.assign(this, { mount, fifo });
  }

  async command(text) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        // Without anybody at the other end this fails rather than waits.
        const pipe = openSync(this.fifo, constants.O_WRONLY | constants.O_NONBLOCK);
        writeSync(pipe, `${text}\n`);
        return closeSync(pipe);
      } catch (error) {
        const advice = "Is it mounted, and is this its fifo_path?";
        if (attempt === 20) throw new Error(`No LazyFS listens at ${this.fifo} (${error.message}). ${advice}`);
        await sleep(100);
      }
    }
  }

  /** Everything that was not synced is gone. A file that nobody has synced shows when, and that it is so. */
  async cut() {
    const canary = join(this.mount, `canary-${process.pid}`);
    const is = () => {
      try {
        return readFileSync(canary, "utf8");
      } catch {
        return "";
      }
    };
    writeFileSync(canary, "not synced");
    await this.command("lazyfs::clear-cache");
    for (let wait = 0; is() !== ""; wait += 1) {
      const kept = `What was not synced is still at ${this.mount}`;
      if (wait === 100) throw new Error(`${kept}: it is no LazyFS, or ${this.fifo} belongs to another.`);
      await sleep(50);
    }
    rmSync(canary, { force: true });
  }

  /** Everything is synced: a profile that has been in use for a while. */
  async settle() {
    await this.command("lazyfs::cache-checkpoint");
    await sleep(1_000);
  }
}

const WAYS = {
  "byte changed": (file, random) => {
    const bytes = readFileSync(file);
    bytes[Math.floor(random() * bytes.length)] ^= 1 + Math.floor(random() * 255);
    writeFileSync(file, bytes);
  },
  "file cut": (file, random) => truncateSync(file, Math.floor(random() * statSync(file).size)),
  "file removed": (file) => rmSync(file),
};

/** Damages one file of the profile that fits `pattern`; gives back what was done, or null when there is no such file. */
export function damage(profile, pattern, random) {
  const files = readdirSync(profile, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => pattern.test(file) && statSync(file).size > 0)
    .sort();
  if (!files.length) return null;
  const file = files[Math.floor(random() * files.length)];
  const ways = Object.keys(WAYS);
  const way = ways[Math.floor(random() * ways.length)];
  WAYS[way](file, random);
  return `${way}: ${file.slice(profile.length + 1)}`;
}
