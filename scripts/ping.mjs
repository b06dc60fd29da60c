// An endpoint that answers as it is told: well, badly, or not at all. For the tests of the connection monitor.
//
//   HEAD or GET /ping/<name>            the answer set for this name; a name that is an answer needs none
//   POST        /ping/<name>?answer=... sets it
//   GET         /ping/<name>?log        what has arrived: [{method, headers, cut}], and how many at once at most

const HTML = { "content-type": "text/html" };
const ANSWERS = {
  ok: (_, response) => response.writeHead(200).end("pong"),
  redirect: (_, response) => response.writeHead(302, { location: "/ping/ok" }).end(),
  "redirect-away": (_, response) => response.writeHead(302, { location: "http://portal.invalid/sign-in" }).end(),
  missing: (_, response) => response.writeHead(404).end(),
  "server-error": (_, response) => response.writeHead(500).end(),
  "bad-gateway": (_, response) => response.writeHead(502, HTML).end("<h1>Bad gateway</h1>"),
  unavailable: (_, response) => response.writeHead(503, { "retry-after": "120" }).end(),
  "rate-limited": (_, response) => response.writeHead(429, { "retry-after": "90" }).end(),
  "rate-limited-until": (_, response) =>
    response.writeHead(429, { "retry-after": new Date(Date.now() + 90_000).toUTCString() }).end(),
  captive: (_, response) => response.writeHead(200, HTML).end("<h1>Welcome to our network</h1>"),
  "captive-header": (_, response) => response.writeHead(200, { "x-captive-portal": "1" }).end("pong"),
  drop: (request) => request.socket.destroy(),
  hang: () => null,
};

/** A handler for `serve()`: answers requests to `/ping/`, and is undefined for any other. */
export function ping() {
  const names = new Map();
  const entry = (name) => {
    if (!names.has(name)) names.set(name, { answer: name, log: [], open: 0, most: 0 });
    return names.get(name);
  };
  return (request, response, url) => {
    const name = url.pathname.match(/^\/ping\/([\w-]+)$/)?.[1];
    if (!name) return undefined;
    const state = entry(name);
    if (url.searchParams.has("log")) {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify({ requests: state.log, most: state.most }));
    }
    const answer = request.method === "POST" ? url.searchParams.get("answer") : state.answer;
    if (!(answer in ANSWERS)) return response.writeHead(400).end(`no answer '${answer}'`);
    if (request.method === "POST") {
      state.answer = answer;
      return response.writeHead(204).end();
    }
    const seen = { method: request.method, headers: request.headers, cut: false };
    state.log.push(seen);
    state.open += 1;
    state.most = Math.max(state.most, state.open);
    response.once("close", () => {
      state.open -= 1;
      seen.cut = !response.writableFinished;
    });
    return ANSWERS[answer](request, response) ?? null;
  };
}
