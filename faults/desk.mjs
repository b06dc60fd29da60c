// The desk of the lab: it hears what the pages say about each start, and keeps the receipts on paper.

const gone = (response) => response.writeHead(410).end();
const answer = (response, value = null) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));

function promise() {
  let resolve;
  const told = new Promise((keep) => (resolve = keep));
  return Object.assign(told, { resolve });
}

/** One start of a browser on a profile. */
export class Start {
  hello = promise();
  /** The library is about to open its database, and to take over an older catalogue. */
  opening = promise();
  takingOver = promise();
  found = promise();
  /** Until then nothing is sold: what a start has found is compared with the paper of the starts before. */
  go = promise();
  sold = promise();
  drained = promise();
  /** What is left for the library to open: what an older version had. */
  made = promise();
  /** How many products there are. */
  goods = promise();
  /** The database has been deleted on purpose. */
  wiped = promise();
  marked = false;

  /**
   * `paper` and `refused`: where receipts and refused sales go, those of all starts of the profile. `trouble(text)` hears of
   * what failed in the page, `wiping()` that the database is about to be deleted, and `quota(usage)` sets one.
   */
  constructor({ token, plan, paper, refused = [], trouble, wiping, quota }) {
    Object.assign(this, { token, plan, paper, refused, trouble, wiping, quota });
  }

  /** Each word that a page says; gives back what is answered. */
  words = {
    hello: () => (this.hello.resolve(), this.plan),
    opening: () => this.opening.resolve(true),
    takingOver: () => this.takingOver.resolve(true),
    found: (found) => (this.found.resolve(found), this.go),
    turn: () => this.go,
    marked: () => void (this.marked = true),
    paper: (receipts) => {
      this.paper.push(...receipts);
      this.sold.resolve();
    },
    refused: (sale) => {
      this.refused.push(sale);
      this.sold.resolve();
    },
    trouble: (text) => this.trouble(text),
    made: (made) => this.made.resolve(made),
    goods: (count) => this.goods.resolve(count),
    wiping: () => this.wiping(),
    wiped: () => this.wiped.resolve(),
    rest: () => this.wiped,
    quota: (usage) => this.quota(usage),
    drained: (rows) => this.drained.resolve(rows),
  };
}

export class Desk {
  starts = new Map();

  begin(start) {
    this.starts.set(start.token, start);
    return start;
  }

  /** From now on its pages are told that nobody listens any more. */
  end({ token }) {
    this.starts.delete(token);
  }

  /** A handler for `serve()`: `POST /lab/<token>/<word>`. */
  route = (request, response, url) => {
    const [, token, word] = url.pathname.match(/^\/lab\/([\w-]+)\/(\w+)$/) ?? [];
    if (!token) return undefined;
    this.hear(request, response, token, word).catch(() => response.destroy());
    return null;
  };

  async hear(request, response, token, word) {
    // A request that the kill has cut off ends here: half a receipt is no receipt.
    const body = JSON.parse((await request.setEncoding("utf8").toArray()).join("") || "null");
    const start = this.starts.get(token);
    if (!start || !Object.hasOwn(start.words, word)) return gone(response);
    answer(response, (await start.words[word](body)) ?? null);
  }
}
