// The till that is killed: it says what it finds of its earlier life, then sells, and puts each receipt on paper.
// Paper is the lab's server, which outlives the browser. The token in the URL names this start of this profile.
import * as evidence from "./evidence.js";
import { sale } from "./goods.js";
import { watch } from "./watch.js";
import { Workers } from "./workers.js";

const query = new URLSearchParams(location.search);
const token = query.get("token");
const tab = Number(query.get("tab"));
const sleep = (ms) => new Promise((resume) => setTimeout(resume, ms));

async function tell(word, body = null) {
  const response = await fetch(`/lab/${token}/${word}`, { method: "POST", body: JSON.stringify(body) });
  // A page that the browser has restored by itself, of an earlier start: nobody waits for it, and it must not sell.
  if (response.status === 410) throw new Error("this start of the browser is over");
  return response.json();
}

/** Sends whatever has gathered while the last of it was under way. */
class Paper {
  gathered = [];

  write(receipt) {
    this.gathered.push(receipt);
    this.sending ??= this.send().catch(() => {}).finally(() => (this.sending = undefined));
  }

  async send() {
    while (this.gathered.length) await tell("paper", this.gathered.splice(0));
  }
}

/** Puts the clock of the page back or forth, for whatever is loaded after. */
function setClock(offset) {
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...given) {
      super(...(given.length ? given : [Real.now() + offset]));
    }
    static now() {
      return Real.now() + offset;
    }
  };
}

/** Looks at what is there before anything is sold. An error is a finding as well. */
async function look(till, words) {
  const found = { rows: [], mark: null, evidence: await evidence.read(), words, error: null };
  try {
    await till.open();
    found.rows = await till.rows();
    found.mark = await till.mark();
  } catch (error) {
    found.error = `${error.code ?? error.name}: ${error.message}`;
  }
  return found;
}

async function sells(till, { pace, heavy, quota }) {
  const paper = new Paper();
  // A tab may load its page again.
  const loaded = performance.timeOrigin;
  for (let number = 1; ; number += 1) {
    const { ticket, total, ...parts } = sale(`${token}/${tab}/${loaded}/${number}`, number, heavy);
    try {
      paper.write({ ticket, total, ...(await till.sell(parts)) });
    } catch (error) {
      const name = error.code ?? error.name;
      const isClear = /^QuotaExceeded/.test(name);
      if (quota) await tell("refused", { uuid: parts.order.uuid, isClear });
      if (!quota || !isClear) await tell("trouble", `${name}: ${error.message}`);
      await sleep(100);
    }
    if (pace) await sleep(pace);
  }
}

/** Ends the workers that there are, again and again; some of them without a last word. */
async function endsWorkers(workers, plan) {
  for (const { after, silently } of plan) {
    await sleep(after);
    workers.end(silently);
  }
}

async function loads(till) {
  const { products } = await import("./goods.js");
  for (let round = 1; ; round += 1) {
    try {
      await till.load(products(20_000, round));
    } catch (error) {
      await tell("trouble", `load: ${error.code ?? error.name}: ${error.message}`);
      await sleep(100);
    }
  }
}

// A till that has stopped selling must not look like one that lost nothing.
const stopped = ({ reason, error, message }) => tell("trouble", `the page stopped: ${reason ?? error ?? message}`).catch(() => {});
addEventListener("unhandledrejection", stopped);
addEventListener("error", stopped);

const plan = await tell("hello", tab);
if (plan.offset) setClock(plan.offset);
if (plan.old) {
  const { leaveOld } = await import("./older.js");
  const { receipts, products } = await leaveOld(plan.old, token);
  await evidence.write(token);
  await tell("paper", receipts);
  await tell("made", { products });
  // That is all of this start.
  await new Promise(() => {});
}
const words = watch();
const workers = new Workers(plan);
if (tab === 1) for (const url of plan.opens) open(url, "_blank", "noopener");
const { default: Till } = await import(`./peers/${plan.library}.js`);
const till = new Till(plan);
if (plan.wipe && tab > 1) await tell("rest");
else if (plan.wipe) {
  await tell("wiping");
  await till.wipe();
  await tell("wiped");
}
// Chromium asks how much there is at the first write, and then reckons by itself for a while: what comes later, only the
// journal's files meet.
const limit = async () => tell("quota", (await navigator.storage.estimate()).usage);
if (plan.quota === "at once") await limit();
if (tab === 1) await tell("opening");
const found = await look(till, words);
if (tab === 1) await tell("found", found);
else await tell("turn");
if (found.error) throw new Error(found.error);

if (tab === 1) {
  try {
    await evidence.write(token);
    await till.setMark(token);
    await tell("marked");
  } catch (error) {
    // There may be no room for it.
    if (!plan.quota) throw error;
  }
}
if (plan.goods) {
  tell("takingOver");
  await tell("goods", await till.goods());
}
if (plan.drain) await till.drain();
if (plan.closing) {
  while (await till.waiting()) await sleep(100);
  await tell("drained", await till.rows());
} else {
  if (plan.quota === "later") await limit();
  if (plan.reload && tab > 1) setTimeout(() => location.reload(), plan.reload * tab);
  // None of them ends before the browser does.
  await Promise.all([
    sells(till, plan),
    plan.load && tab === 1 && loads(till),
    plan.workers && endsWorkers(workers, plan.workers),
  ]);
}
