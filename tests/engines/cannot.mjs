// What an engine cannot do, by the name of the test that needs it, and why. Everything else has to pass everywhere.
const NO_CONNECTION = {
  "each kind of network has its interval, also when it changes while the monitor runs, and after stop and start":
    "it has no navigator.connection",
};

export const CANNOT = {
  firefox: { cases: NO_CONNECTION },
  webkit: { cases: NO_CONNECTION },
};
