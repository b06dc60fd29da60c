// The life of one profile: it starts, says what it finds, sells, is killed, and starts again.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Start } from "./desk.mjs";
import { damage, remove } from "./disk.mjs";
import { ENGINES, start } from "./engines.mjs";
import { judge, seen } from "./judge.mjs";

const YEAR = 365 * 24 * 3_600_000;
/** A browser that has not spoken by then has failed to start. */
const SPEAKS = 60_000;
const DRAINS = 120_000;
/** A till that sells nothing for so long is killed all the same. */
const SELLS = 10_000;
const TRIES = 3;

const COUNTS = ["kills", "cuts", "damaged", "paper", "single", "lost", "doubled", "twice", "altered", "wiped", "told", "failed", "undrained"];
const NOTHING = Object.fromEntries(COUNTS.map((name) => [name, 0]));

export class Life {
  tally = { ...NOTHING };
  paper = [];
  starts = 0;
  /** What was counted already, so that one loss is counted once. */
  counted = { lost: new Set(), doubled: new Set(), twice: new Set(), altered: new Set() };
  /** Whether the record beside the sales is known to be in the database. */
  marked = false;
  /** Whether it can still be used: a till that does not open, however often it is started, is at its end. */
  opens = true;

  /**
   * `{name, engine, library, scenario, desk, origin, shop, random, disk, young, note}`, and the `directory` for the profile.
   * `shop`: {url, orders()}; `disk`: a LazyDisk or null; `note(text)` hears what is worth a line.
   */
  constructor({ directory, ...setting }) {
    Object.assign(this, setting, { profile: join(directory, setting.name) });
  }

  /** So many kills of a till that sells, and what it finds after the last. */
  async live(rounds) {
    try {
      if (this.disk && !this.young) await this.settleIn();
      for (let round = 0; round < rounds && this.opens; round += 1) {
        await this.sitting(300 + this.random() * 1_100);
        if (this.opens) await this.meanwhile();
      }
      if (this.opens) await this.closing();
    } finally {
      await this.browser?.kill();
      for (const path of [this.profile, `${this.profile}.log`]) remove(path);
    }
    this.tally.paper = this.paper.length;
    this.tally.single = this.paper.filter(({ copies }) => copies === 1).length;
    return this.tally;
  }

  /** A profile that has been in use for a while: the kill is none that counts, and all is on disk. */
  async settleIn() {
    await this.sitting(1_000);
    this.tally.kills -= 1;
    await this.disk.settle();
  }

  async begin(more = {}) {
    this.starts += 1;
    const { load, drain, pace, tabs = 1, clock } = this.scenario;
    const offset = clock && this.starts % 2 === 0 ? -YEAR : 0;
    const token = `${this.name}-${this.starts}`;
    const pages = more.closing ? 1 : tabs;
    const urls = Array.from({ length: pages }, (_, at) => `${this.origin}/faults/page.html?token=${token}&tab=${at + 1}`);
    const atOnce = ENGINES[this.engine].onePage ? 1 : pages;
    const plan = { library: this.library, shop: this.shop.url, load, drain, pace, offset, opens: urls.slice(atOnce), ...more };
    const trouble = (text) => this.note(`${token}: ${text}`);
    this.start = this.desk.begin(new Start({ token, plan, paper: this.paper, trouble }));
    this.browser = await start(this.engine, this.profile, urls.slice(0, atOnce));
    return this.start;
  }

  /** The whole browser, at once. */
  async kill() {
    await this.browser.kill();
    this.desk.end(this.start);
    this.marked ||= this.start.marked;
    this.browser = undefined;
  }

  /** Starts until the till has said what it finds; null when it never does. */
  async opened(more) {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const { found, token } = await this.begin(more);
      const told = await within(SPEAKS, found);
      if (told && !told.error) {
        this.known = true;
        return told;
      }
      this.tally.failed += 1;
      this.note(`${token}: did not open: ${told?.error ?? "no word in a minute"}`);
      await this.kill();
    }
    if (!this.known) throw new Error(`${this.name}: a new profile did not open in ${TRIES} starts: see the lines above.`);
    this.opens = false;
    return null;
  }

  /** A start that finds, sells, and is killed so many milliseconds after its first receipt. */
  async sitting(ms) {
    await this.compare(await this.opened());
    if (!this.opens) return;
    this.start.go.resolve();
    await within(SELLS, this.start.sold);
    await sleep(ms);
    await this.kill();
    this.tally.kills += 1;
  }

  /** What the scenario has in store between the kill and the next start that may last. */
  async meanwhile() {
    await this.cut();
    for (let again = 0; again < (this.scenario.again ?? 0); again += 1) {
      const { hello, found, go } = await this.begin();
      go.resolve();
      await within(SPEAKS, hello);
      await sleep(this.random() * 400);
      await this.kill();
      this.tally.kills += 1;
      // Should it have come so far: what it was told is told only once.
      this.hear(await within(0, found));
      await this.cut();
    }
    if (this.scenario.damage) this.harm();
  }

  async cut() {
    if (!this.disk) return;
    await this.disk.cut();
    this.tally.cuts += 1;
  }

  /** One of the two copies is damaged, not both at once. */
  harm() {
    const { database, files } = ENGINES[this.engine];
    const order = this.random() < 0.5 ? [database, files] : [files, database];
    const done = damage(this.profile, order[0], this.random) ?? damage(this.profile, order[1], this.random);
    this.tally.damaged += done ? 1 : 0;
    this.note(`${this.name}: ${done ?? "nothing to damage"}`);
  }

  /** The last start: nothing is sold any more, and what is to be sent is sent. */
  async closing() {
    const { drain } = this.scenario;
    await this.compare(await this.opened({ closing: true, pace: 0, load: false }));
    if (!this.opens) return;
    this.start.go.resolve();
    if (drain) {
      const rows = await within(DRAINS, this.start.drained);
      if (!rows) this.tally.undrained += 1;
      else await this.count(rows);
    }
    await this.kill();
  }

  hear(found) {
    for (const { event, detail } of found?.words ?? []) this.note(`${this.name}: ${event} ${detail}`);
    if (found?.words.some(({ event }) => event === "pdc-data-loss")) this.tally.told += 1;
  }

  /** What a start has found against what is known. A till that does not open has nothing. */
  async compare(found) {
    this.hear(found);
    if (this.starts > 1 && found) this.prove(found);
    if (this.marked && !found?.mark) {
      this.tally.wiped += 1;
      this.note(`${this.name}: the database was wiped; ${this.paper.length} receipts are on paper`);
      this.marked = false;
    }
    await this.count(found?.rows ?? []);
  }

  /** That this start sees the profile of the one before, or else that its browser has the files of it open. */
  prove(found) {
    const shown = seen(found, { profile: this.name, paper: this.paper });
    if (shown === null && this.paper.length && !this.browser.uses(this.profile)) {
      throw new Error(`${this.name}: nothing shows that the browser uses the profile of the start before.`);
    }
    if (shown === null && this.marked) this.note(`${this.name}: only the open files show which profile this is`);
  }

  /** The first few, by ticket and place on paper where they are uuids of receipts. */
  examples(keys) {
    const words = keys.slice(0, 3).map((key) => {
      const at = this.paper.findIndex(({ uuid }) => uuid === key);
      return at < 0 ? key : `${this.paper[at].ticket} (receipt ${at + 1})`;
    });
    return words.join(", ") + (keys.length > 3 ? ", ..." : "");
  }

  /** Counts what is wrong and has not been counted. */
  async count(rows) {
    const books = await this.shop.orders();
    // What is at the server would hide that the till has lost it.
    if (books.length && !this.scenario.drain) throw new Error(`${this.name}: the till has sent sales that it was to keep.`);
    const verdict = judge({ paper: this.paper, rows, books });
    for (const [kind, keys] of Object.entries(verdict)) {
      const fresh = keys.filter((key) => !this.counted[kind].has(key));
      for (const key of fresh) this.counted[kind].add(key);
      this.tally[kind] += fresh.length;
      if (fresh.length) this.note(`${this.name}: ${kind} ${fresh.length} of ${this.paper.length}: ${this.examples(fresh)}`);
    }
  }
}

/** What is promised, or null when it is not there after so many milliseconds. */
async function within(ms, promised) {
  const timer = new AbortController();
  try {
    return await Promise.race([promised, sleep(ms, null, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

/** The sum of several tallies. */
export const sum = (tallies) =>
  tallies.reduce((all, one) => Object.fromEntries(COUNTS.map((name) => [name, all[name] + one[name]])), NOTHING);
