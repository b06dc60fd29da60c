// Hosts for the deployment tests: for each a real sshd and a real nginx on the loopback interface, with folders of its own, and a
// switch that has it fail.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const SFTP = "/usr/lib/openssh/sftp-server";
export const MODULE = "pos_offline";

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function listens(port, what) {
  for (const end = Date.now() + 20_000; Date.now() < end; await pause(50)) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("close", () => {}).unref();
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
  }
  throw new Error(`${what} does not listen`);
}

/** What stands between sshd and what a caller wants to run. The file `trouble` says how that fails, once. */
const ENTRY = (folder) => `#!/bin/sh
trouble=$(cat ${folder}/trouble 2>/dev/null)
wanted=$SSH_ORIGINAL_COMMAND
once() { rm -f ${folder}/trouble; }
case $wanted in
*sftp*)
  case $trouble in
  # The connection breaks while the archive is on its way.
  cut) once; ulimit -f 64; exec ${SFTP} ;;
  # The archive arrives with other bytes.
  other) once; ${SFTP}; for file in ${folder}/backups/*/incoming/archive.zip; do printf x >>"$file"; done; exit 0 ;;
  esac
  exec ${SFTP} ;;
esac
case $trouble in
# Down from this step on: the connection of this one breaks, and nobody gets in any more.
down-*)
  case $wanted in *"'\${trouble#down-}'"*) echo 'down' >${folder}/trouble; kill -9 $PPID; exit 1 ;; esac ;;
down) kill -9 $PPID; exit 1 ;;
esac
exec sh -c "$wanted"
`;

/** Starts a host; `full` gives its backups a disk of that size. */
async function start(folder, name, full) {
  const root = join(folder, name);
  for (const part of ["addons", "backups", "run"]) mkdirSync(join(root, part), { recursive: true });
  const entry = join(root, "entry.sh");
  writeFileSync(entry, ENTRY(root));
  chmodSync(entry, 0o755);
  const [ssh, http] = [await freePort(), await freePort()];
  writeFileSync(
    join(root, "sshd.conf"),
    `Port ${ssh}\nListenAddress 127.0.0.1\nHostKey ${folder}/host_key\nAuthorizedKeysFile ${folder}/user_key.pub\nStrictModes no\nUsePAM no\n` +
      `PidFile none\nPasswordAuthentication no\nSubsystem sftp ${SFTP}\nForceCommand ${entry}\nPermitRootLogin yes\n`,
  );
  writeFileSync(
    join(root, "nginx.conf"),
    `daemon off;\npid ${root}/run/nginx.pid;\nerror_log ${root}/run/error.log;\nevents {}\n${process.getuid() === 0 ? `user ${userInfo().username};\n` : ""}` +
      `http {\n  access_log off;\n  client_body_temp_path ${root}/run/a; proxy_temp_path ${root}/run/b; fastcgi_temp_path ${root}/run/c; uwsgi_temp_path ${root}/run/d; scgi_temp_path ${root}/run/e;\n` +
      `  server { listen 127.0.0.1:${http}; root ${root}/addons; }\n}\n`,
  );
  const sshd = ["/usr/sbin/sshd", "-D", "-e", "-f", join(root, "sshd.conf")];
  // A mount that only this sshd sees.
  const limited = ["unshare", process.getuid() === 0 ? "-m" : "-rm", "sh", "-c", `mount -t tmpfs -o size=${full} tmpfs ${root}/backups && exec "$@"`, "sh"];
  const [program, ...given] = full ? [...limited, ...sshd] : sshd;
  const processes = [
    spawn(program, given, { stdio: "ignore" }),
    spawn("/usr/sbin/nginx", ["-p", root, "-c", join(root, "nginx.conf"), "-e", join(root, "run/error.log")], { stdio: "ignore" }),
  ];
  await listens(ssh, `sshd of ${name}`);
  await listens(http, `nginx of ${name}`);
  return { name, root, ssh, http, processes, addons: join(root, "addons"), trouble: (how) => writeFileSync(join(root, "trouble"), how), live: join(root, "addons", MODULE) };
}

/** Hosts with these names, and what runs the program under test on them. `full`: the name of one with a small disk. */
export async function hosts(names, { full } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "pos-offline-deploy-"));
  // Where sshd, as root, locks up what it does not trust.
  if (process.getuid() === 0 && !existsSync("/run/sshd")) mkdirSync("/run/sshd", { mode: 0o755 });
  for (const key of ["host_key", "user_key"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
  const all = {};
  for (const name of names) all[name] = await start(folder, name, name === full ? "1m" : undefined);
  const key = execFileSync("cut", ["-d", " ", "-f", "1,2", join(folder, "host_key.pub")], { encoding: "utf8" });
  const config = join(folder, "ssh_config");
  writeFileSync(join(folder, "known_hosts"), Object.values(all).map(({ ssh }) => `[127.0.0.1]:${ssh} ${key}`).join(""));
  const block = ({ name, ssh }, known) =>
    `Host ${name}\n  HostName 127.0.0.1\n  Port ${ssh}\n  User ${userInfo().username}\n  IdentityFile ${folder}/user_key\n  IdentitiesOnly yes\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile /dev/null\n`;
  writeFileSync(config, Object.values(all).map((host) => block(host, join(folder, "known_hosts"))).join("") + block({ name: "stranger", ssh: all[names[0]].ssh }, "/dev/null"));
  return {
    ...all,
    folder,
    config,
    close() {
      for (const { processes } of Object.values(all)) for (const one of processes) one.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
