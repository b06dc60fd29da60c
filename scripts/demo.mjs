// The demo: the page, and the shop's server that the tests use, with books that outlast it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "./serve.mjs";
import { shops } from "./shop.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const books = join(root, ".shop");
const port = Number(process.env.PORT ?? 8080);
mkdirSync(books, { recursive: true });
try {
  const { url } = await serve(root, { port, routes: [shops({ directory: books })] });
  console.log(`The demo is at ${url}/www/ (Ctrl+C ends it). What its server has stored is in .shop/.`);
} catch (error) {
  console.error(error.code === "EADDRINUSE" ? `Port ${port} is taken; choose another: make demo PORT=8081` : error);
  process.exit(1);
}
