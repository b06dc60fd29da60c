// The workers of the page: which there are, how they are ended from outside, and how fast their time goes.
const MINUTE = 60_000;

/** A script in which a minute takes half a second, and all else its time; then what was to be run. */
const hastened = (script) =>
  URL.createObjectURL(
    new Blob(
      [
        `const { setTimeout: later } = self;
        self.setTimeout = (work, ms, ...given) => later(work, ms === ${MINUTE} ? 500 : ms, ...given);
        importScripts(${JSON.stringify(String(script))});`,
      ],
      { type: "text/javascript" },
    ),
  );

export class Workers {
  living = new Set();

  /** Knows of every worker that the page starts from here on. */
  constructor({ hasty }) {
    const { living } = this;
    window.Worker = class extends Worker {
      constructor(script, options) {
        super(hasty ? hastened(script) : script, options);
        living.add(this);
      }

      terminate() {
        living.delete(this);
        super.terminate();
      }
    };
  }

  /** Ends all of them: as a browser that needs the memory does, or as one that crashes. */
  end(silently) {
    for (const worker of [...this.living]) {
      worker.terminate();
      if (!silently) worker.dispatchEvent(new Event("error"));
    }
  }
}
