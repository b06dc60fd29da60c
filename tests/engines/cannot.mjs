// What an engine cannot do, by the name of the test that needs it, and why. Everything else has to pass everywhere.
const NO_CONNECTION = {
  "each kind of network has its interval, also when it changes while the monitor runs, and after stop and start":
    "it has no navigator.connection",
};

const ODD_INDEX = "its indexes also hold rows whose value is no key, so it is no witness for the others";
const NO_BLOB = "a driven WebKitGTK keeps its data in memory and cannot store a Blob there";
const NO_ESTIMATE = "it has no navigator.storage.estimate";

export const CANNOT = {
  firefox: NO_CONNECTION,
  webkit: {
    ...NO_CONNECTION,
    "every query answers as an index of IndexedDB over the same rows": ODD_INDEX,
    "the products of a category come in the order of the index: the id, then Odoo's pairs": ODD_INDEX,
    "every value that a structured clone can hold comes back, whichever way": NO_BLOB,
    "any value in a field that has a column is kept, and loses no neighbour": NO_BLOB,
    "quota is told and a full store is a clear error": NO_ESTIMATE,
    "a quota that is nearly used up is cleaned first, and saveFn is not called when that does not help": NO_ESTIMATE,
    "with a lookup, a lost answer is asked about and nothing is sent again":
      "it writes letters beyond ASCII into a header as UTF-8, others as Latin-1",
    "a load stops whenever it has taken its time, so that a sale gets through": "it runs several timers of 0 ms in one turn",
  },
};
