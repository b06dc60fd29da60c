// What the panels share: elements, numbers in words, and the one place where an error is shown.

export const $ = (id) => document.getElementById(id);

export const whole = (number) => number.toLocaleString();
/** "1 order", "2,000 orders". */
export const many = (count, noun) => `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
export const money = (amount) => amount.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const megabytes = (bytes) => `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
export const milliseconds = (ms) => `${ms.toLocaleString(undefined, { maximumFractionDigits: ms < 10 ? 1 : 0 })} ms`;
export const time = (moment) => new Date(moment).toLocaleTimeString();

const UNITS = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], [1_000, "s"]];
/** A span of milliseconds in its largest unit: "12 s". */
export function span(ms) {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? UNITS.at(-1);
  return `${Math.max(0, Math.round(ms / size))} ${unit}`;
}

/** Shows what went wrong, or nothing. */
export function problem(error) {
  const words = error && `${error.code ? `${error.code}: ` : ""}${error.message ?? error}`;
  $("problem").textContent = words ?? "";
  $("problem").hidden = !words;
}

/** Runs what a person has asked for; an error is shown, not swallowed. Resolves when it has ended, well or not. */
export async function act(action) {
  problem();
  try {
    await action();
  } catch (error) {
    problem(error);
  }
}

export const onClick = (id, action) => $(id).addEventListener("click", () => act(action));
export const onSubmit = (id, action) =>
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act(action);
  });

/** Says something in an element that is hidden while there is nothing to say. */
export function say(id, words) {
  $(id).textContent = words;
  $(id).hidden = !words;
}

/** Lets the same file be chosen again, corrected meanwhile. */
export const forget = (id) => ($(id).value = "");

/** Gives the text of a file to a person. */
export function download(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** How a query was served, and how fast. */
export function served({ index, missingIndex, took }) {
  const name = ["primary key", "search"].includes(index) ? index : `index ${index}`;
  const how = missingIndex ? `by reading every row, because the index ${missingIndex} is missing` : `by the ${name}`;
  return `${how} in ${milliseconds(took)}`;
}
