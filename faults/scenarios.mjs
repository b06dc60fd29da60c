// What the till does when it is killed, and what happens until it starts again.
//
//   load     a catalogue of 20,000 products is saved beside the sales, again and again
//   drain    the sales are sent to the shop's server, which answers late, loses answers and cuts connections
//   pace     milliseconds between two sales
//   heavy    the size of a sale in KB
//   tabs     how many tabs sell
//   clock    the clock of the page is a year behind at every second start
//   goods    the products are counted after each start
//   wipe     every start but the first deletes the database before the library opens it: receipts that said `copies: 2` must be
//            in the journal
//   hasty    the journal's files count half a second after they were made, not a minute: a kill does not take new files
//   reload   tabs other than the first load their page again and again, so their slots of the journal change hands
//   workers  the journal's worker is ended again and again, sometimes without a word to the page
//   damage   something has to be damaged, or the run shows nothing
//   quota    the browser gives the site little more than it has, or less
//
// and functions of the life (life.mjs): `first` before all rounds, `round` in the place of a sitting that ends in a kill, and
// `between` it and the next.

/** So many starts that are killed before they are done. */
const again = (count, how) => async (life) => {
  for (let at = 0; at < count && life.opens; at += 1) await life.killedStart(how);
};

/** A start that is killed while it takes over what an older version has left: in the upgrade, or in that of the catalogue. */
const takesOver = (life) => life.killedStart(life.random() < 0.4 ? { word: "opening" } : { word: "takingOver", longest: 800 });

/** One tab finds the slots of several, and none of the database; it is killed while it brings back what they have. */
const slotsOfOthers = (life) => life.killedStart({ tabs: 1, longest: 600 });

export const SCENARIOS = {
  sales: {},
  load: { load: true },
  drain: { drain: true, pace: 3 },
  tabs: { tabs: 2 },
  recovery: { load: true, between: again(2) },
  damage: { damage: true, between: (life) => life.harm() },
  clock: { clock: true },
  upgrade: { first: (life) => life.leaveOld(), round: takesOver, goods: true },
  takeover: { tabs: 3, reload: true, hasty: true, wipe: true, between: slotsOfOthers },
  worker: { workers: true, hasty: true, wipe: true, pace: 3, round: (life) => life.sitting([2_000, 8_000]) },
  quota: { quota: true, heavy: 20, round: (life) => life.sitting([2_000, 8_000]) },
  day: { load: true, drain: true, pace: 3, tabs: 2, between: again(1) },
};

/** Only this library sends what it keeps, has older versions, and a journal. */
const OURS = ["drain", "first", "wipe"];

/** Whether a scenario can be played with this library in this browser, whose properties are those of engines.mjs. */
export const plays = (library, engine, scenario) =>
  (library === "ours" || !OURS.some((part) => SCENARIOS[scenario][part])) && (!SCENARIOS[scenario].quota || Boolean(engine.setQuota));
