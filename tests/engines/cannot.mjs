// What an engine cannot do, by the name of the test that needs it, and why. Everything else has to pass everywhere.
export const CANNOT = {
  chromium: { rust: {}, cases: {} },
  "chromium-sqlite": { rust: {}, cases: {} },
  firefox: { rust: {}, cases: {} },
  webkit: { rust: {}, cases: {} },
};
