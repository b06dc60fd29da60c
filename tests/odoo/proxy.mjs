// A proxy between browser and server that fails in a chosen way for the requests that a test picks.
import { createServer, request } from "node:http";

/**
 * Starts it. `fault` is null or (path) => "cut" | "drop" | "hang" | "404" | "502" | "half" | null, or an
 * object that is answered as JSON, and may be changed at any time.
 */
export async function startProxy(target) {
  const proxy = { fault: null, seen: [] };
  const sockets = new Set();
  const server = createServer((incoming, outgoing) => {
    const fault = proxy.fault?.(incoming.url) ?? null;
    proxy.seen.push({ url: incoming.url, fault });
    if (fault === "cut") return incoming.socket.destroy();
    if (fault === "404") return outgoing.writeHead(404, { "content-type": "text/html" }).end("<html>Not Found</html>");
    if (fault === "502") return outgoing.writeHead(502, { "content-type": "text/html" }).end("<html>Bad Gateway</html>");
    if (typeof fault === "object" && fault) {
      return outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(fault));
    }
    if (fault === "hang") return incoming.resume();
    const headers = incoming.headers;
    const onward = request({ host: "127.0.0.1", port: target, path: incoming.url, method: incoming.method, headers }, (answer) => {
      if (fault === "drop") return answer.resume().on("end", () => incoming.socket.destroy());
      outgoing.writeHead(answer.statusCode, answer.headers);
      if (fault !== "half") return answer.pipe(outgoing);
      answer.once("data", (piece) => outgoing.write(piece.subarray(0, piece.length >> 1), () => incoming.socket.destroy()));
    });
    onward.on("error", () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.on("connection", (socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  proxy.stop = () => (sockets.forEach((socket) => socket.destroy()), new Promise((resolve) => server.close(resolve)));
  return proxy;
}
