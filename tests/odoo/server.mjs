// A real Odoo with a database of its own, made for a run and dropped after it.
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";

const addons = resolve(import.meta.dirname, "../../addons");

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

/**
 * Starts `odoo-bin` (ODOO) with the interpreter ODOO_PYTHON and PostgreSQL as PGHOST, PGUSER and PGPASSWORD say. ODOO_PORT names a
 * server on 127.0.0.1 that runs already instead. ODOO_MODULE=none leaves the module out, to see the tests fail.
 */
export async function startOdoo() {
  if (process.env.ODOO_PORT) return { port: Number(process.env.ODOO_PORT), stop: async () => {} };
  const bin = resolve(process.env.ODOO);
  const python = process.env.ODOO_PYTHON ?? "python3";
  const database = `pos_offline_test_${process.pid}`;
  const port = await freePort();
  const paths = [join(dirname(bin), "odoo/addons"), join(dirname(bin), "addons"), addons].join(",");
  const { PGHOST = "127.0.0.1", PGUSER = "", PGPASSWORD = "" } = process.env;
  const common = [bin, "-d", database, "--addons-path", paths, "--db_host", PGHOST, "--log-level", "error", "--max-cron-threads", "0"];
  if (PGUSER) common.push("--db_user", PGUSER, "--db_password", PGPASSWORD);
  const module = process.env.ODOO_MODULE === "none" ? "point_of_sale" : "pos_offline";
  execFileSync(python, [...common, "-i", module, "--with-demo", "--stop-after-init"], { stdio: "inherit" });
  const server = spawn(python, [...common, "--http-interface", "127.0.0.1", "--http-port", String(port)], { stdio: "inherit" });
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/web/health`).catch(() => null);
    if (answer?.ok) break;
    if (tries > 240) throw new Error("Odoo did not start");
    await new Promise((done) => setTimeout(done, 500));
  }
  const stop = async () => {
    const over = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await over;
    execFileSync("dropdb", ["--if-exists", database]);
  };
  return { port, stop };
}
