// Notes what the browser and the library say about data that is gone.
const EVENTS = ["pdc-data-loss", "pdc-db-blocked", "pdc-db-versionchange", "pdc-db-connection-lost", "pdc-catalog-damaged"];

/** A list that grows: `{event, detail}`. */
export function watch() {
  const words = [];
  for (const event of EVENTS) addEventListener(event, ({ detail }) => words.push({ event, detail: JSON.stringify(detail) }));
  // Only Chromium says so, and only to whoever opens the database.
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...given) {
    const request = open.apply(this, given);
    request.addEventListener("upgradeneeded", ({ dataLoss, dataLossMessage }) => {
      if (dataLoss && dataLoss !== "none") words.push({ event: "dataLoss", detail: `${given[0]}: ${dataLoss}: ${dataLossMessage}` });
    });
    return request;
  };
  return words;
}
