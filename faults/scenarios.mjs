// What the till does when it is killed, and what happens until it starts again.
//
//   load    a catalogue of 20,000 products is saved beside the sales, again and again
//   drain   the sales are sent to the shop's server, which answers late, loses answers and cuts connections
//   pace    milliseconds between two sales
//   tabs    how many tabs sell
//   again   how many of the starts after a kill are killed before they are done
//   damage  a file of the database, or of the origin private file system, is damaged between two starts
//   clock   the clock of the page is a year behind at every second start
export const SCENARIOS = {
  sales: {},
  load: { load: true },
  drain: { drain: true, pace: 3 },
  tabs: { tabs: 2 },
  recovery: { load: true, again: 2 },
  damage: { damage: true },
  clock: { clock: true },
  day: { load: true, drain: true, pace: 3, tabs: 2, again: 1 },
};

/** What a peer has to have a scenario compared: only this library sends what it keeps. */
export const plays = (library, scenario) => library === "ours" || !SCENARIOS[scenario].drain;
