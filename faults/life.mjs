// The life of one profile: it starts, says what it finds, sells, is killed, and starts again.
import { cpSync } from "node:fs";
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
const MB = 2 ** 20;
/** Products of an older catalogue: some parts of those that are taken over at a time. */
const GOODS = 9_000;

const COUNTS = [
  ...["kills", "cuts", "damaged", "paper", "single", "refused"],
  ...["lost", "doubled", "twice", "altered", "torn", "unclear", "wiped", "told", "failed", "undrained"],
];
const NOTHING = Object.fromEntries(COUNTS.map((name) => [name, 0]));

export class Life {
  tally = { ...NOTHING };
  paper = [];
  /** The sales that the till did not take: {uuid, isClear}, whether the error has told why. */
  refused = [];
  /** How many products there are, where a catalogue has to stay whole. */
  goods = 0;
  starts = 0;
  /** What was counted already, so that one loss is counted once. */
  counted = { lost: new Set(), doubled: new Set(), twice: new Set(), altered: new Set() };
  /** Whether the record beside the sales is known to be in the database. */
  marked = false;
  /** Whether it can still be used: a till that does not open, however often it is started, is at its end. */
  opens = true;

  /**
   * `{name, engine, library, scenario, desk, origin, shop, random, disk, young, keep, note}`, and the `directory` for the
   * profile. `shop`: {url, orders()}; `disk`: a LazyDisk or null; `keep`: where profiles go in which something is wrong, or
   * undefined; `note(text)` hears what is worth a line.
   */
  constructor({ directory, ...setting }) {
    Object.assign(this, setting, { profile: join(directory, setting.name) });
  }

  /** So many rounds of the scenario, each of which ends in a kill, and what the till finds after the last. */
  async live(rounds) {
    const { first, round = (life) => life.sitting(), between } = this.scenario;
    try {
      if (first) await first(this);
      else if (this.disk && !this.young) await this.settleIn();
      for (let at = 0; at < rounds && this.opens; at += 1) {
        await round(this);
        if (this.opens) await between?.(this);
      }
      if (this.opens) await this.closing();
    } finally {
      await this.browser?.kill();
      for (const path of [this.profile, `${this.profile}.log`]) remove(path);
    }
    this.tally.paper = this.paper.length;
    this.tally.single = this.paper.filter(({ copies }) => copies === 1).length;
    this.tally.refused = this.refused.length;
    this.tally.unclear = this.refused.filter(({ isClear }) => !isClear).length;
    return this.tally;
  }

  /** A profile that has been in use for a while: the kill is none that counts, and all is on disk. */
  async settleIn() {
    await this.sells([1_000, 1_000]);
    await this.kill();
    await this.disk.settle();
  }

  /** What a till of an older version has left: sales that are not sent, and a catalogue. Its browser is ended, not killed. */
  async leaveOld() {
    const versions = [1, 3, 4, 4, 5, 6, 6];
    const version = versions[Math.floor(this.random() * versions.length)];
    await this.begin({ old: { version, sales: 300, products: GOODS } });
    const made = await within(SPEAKS, this.start.made);
    if (!made) throw new Error(`${this.name}: no database of version ${version} could be made.`);
    this.goods = made.products;
    await this.disk?.settle();
    await this.browser.quit();
    await this.kill();
  }

  async begin(more = {}) {
    this.starts += 1;
    const { load, drain, pace, heavy, tabs = 1, clock, wipe, hasty, goods } = { ...this.scenario, ...more };
    const offset = clock && this.starts % 2 === 0 ? -YEAR : 0;
    const token = `${this.name}-${this.starts}`;
    const urls = Array.from({ length: tabs }, (_, at) => `${this.origin}/faults/page.html?token=${token}&tab=${at + 1}`);
    const atOnce = ENGINES[this.engine].onePage ? 1 : tabs;
    const plan = {
      ...{ library: this.library, shop: this.shop.url, opens: urls.slice(atOnce) },
      ...{ load, drain, pace, heavy, offset, goods },
      // A power cut does take new files.
      hasty: hasty && !this.disk,
      wipe: wipe && this.starts > 1,
      ...this.disturbances(),
      ...more,
    };
    const { paper, refused } = this;
    const trouble = (text) => this.note(`${token}: ${text}`);
    const quota = (usage) => this.browser.setQuota(this.origin, Math.max(0, usage + (this.random() * 2 - 0.3) * MB));
    const wiping = () => {
      this.marked = false;
      for (const receipt of paper) receipt.mayGo ||= receipt.copies === 1;
    };
    this.start = this.desk.begin(new Start({ token, plan, paper, refused, trouble, quota, wiping }));
    this.browser = await start(this.engine, this.profile, urls.slice(0, atOnce));
    return this.start;
  }

  /** What happens in the page while it sells, and when, in milliseconds. */
  disturbances() {
    const { reload, workers, quota } = this.scenario;
    const several = (make) => Array.from({ length: 50 }, make);
    return {
      reload: reload && 200 + this.random() * 500,
      workers: workers && several(() => ({ after: 50 + this.random() * 1_500, silently: this.random() < 0.3 })),
      quota: quota && this.starts > 1 && (this.random() < 0.6 ? "at once" : "later"),
    };
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

  /** A start that finds, sells, and is killed some milliseconds after its first receipt. */
  async sitting(lasts) {
    await this.sells(lasts);
    if (this.opens) await this.strike();
  }

  async sells([shortest, longest] = [300, 1_400]) {
    await this.compare(await this.opened());
    if (!this.opens) return;
    this.start.go.resolve();
    await within(SELLS, this.start.sold);
    await sleep(shortest + this.random() * (longest - shortest));
  }

  /** A kill that counts, and the power cut that follows it. */
  async strike() {
    await this.kill();
    this.tally.kills += 1;
    if (!this.disk) return;
    await this.disk.cut();
    this.tally.cuts += 1;
  }

  /** A start that is killed at most `longest` milliseconds after its first word, or after that `word`. */
  async killedStart({ word = "hello", longest = 400, ...more } = {}) {
    const { found, go, [word]: said } = await this.begin(more);
    go.resolve();
    await within(SPEAKS, said);
    await sleep(this.random() * longest);
    await this.strike();
    // Should it have come so far: what it was told is told only once.
    this.hear(await within(0, found));
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
    await this.compare(await this.opened({ closing: true, tabs: 1, pace: 0, load: false }));
    if (!this.opens) return;
    this.start.go.resolve();
    if (this.goods) this.inspect(await within(SPEAKS, this.start.goods));
    if (drain) {
      const rows = await within(DRAINS, this.start.drained);
      if (!rows) this.tally.undrained += 1;
      else await this.count(rows);
    }
    await this.kill();
  }

  /** All products, or none where the database was lost: then the till loads them again. Some of them is a fault. */
  inspect(count) {
    if (count === this.goods) return;
    this.note(`${this.name}: of ${this.goods} products there are ${count}`);
    if (count !== 0) this.tally.torn += 1;
  }

  hear(found) {
    // What the lab itself has deleted need not be read by anybody.
    if (!this.start.plan.wipe) for (const { event, detail } of found?.words ?? []) this.note(`${this.name}: ${event} ${detail}`);
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
    const paper = this.paper.filter(({ mayGo }) => !mayGo);
    const verdict = judge({ paper, rows, books, refused: this.refused.map(({ uuid }) => uuid) });
    let isWrong = false;
    for (const [kind, keys] of Object.entries(verdict)) {
      const fresh = keys.filter((key) => !this.counted[kind].has(key));
      for (const key of fresh) this.counted[kind].add(key);
      this.tally[kind] += fresh.length;
      isWrong ||= fresh.length > 0;
      if (fresh.length) this.note(`${this.name}: ${kind} ${fresh.length} of ${this.paper.length}: ${this.examples(fresh)}`);
    }
    if (isWrong && this.keep) cpSync(this.profile, join(this.keep, `${this.engine}-${this.name}-${this.starts}`), { recursive: true });
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
