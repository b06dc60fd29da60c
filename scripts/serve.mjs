// A static file server on the loopback interface, for the demo and the tests.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves the files below `root`; resolves with `{url, close}` when it listens. Port 0 takes any free port. `routes` are
 * asked first: handlers `(request, response, url)` that return something other than undefined when they answer. `headers` go with every file.
 */
export function serve(root, { port = 0, maxAge = 0, routes = [], headers = {} } = {}) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (routes.some((route) => route(request, response, url) !== undefined)) return;
    const path = normalize(decodeURIComponent(url.pathname));
    let file = join(root, path);
    if (path.includes("..")) return void response.writeHead(400).end();
    if (existsSync(file) && statSync(file).isDirectory()) {
      if (!path.endsWith("/")) return void response.writeHead(308, { location: `${path}/` }).end();
      file = join(file, "index.html");
    }
    if (!existsSync(file)) return void response.writeHead(404).end(`no file ${path}`);
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      ...headers,
      "cache-control": maxAge ? `max-age=${maxAge}` : "no-cache",
    });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
      }),
    );
  });
}
