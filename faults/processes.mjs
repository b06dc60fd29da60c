// Processes as Linux shows them in /proc: a browser is a tree of them, and is killed as one.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const numbers = (directory) => readdirSync(directory).filter((name) => /^\d+$/.test(name));

/** The parent and the session of every process that is alive. */
function alive() {
  const all = new Map();
  for (const name of numbers("/proc")) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name of the command, in brackets, may hold anything.
      const [state, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state !== "Z" && state !== "X") all.set(Number(name), { parent: Number(parent), session: Number(session) });
    } catch {
      // It has ended meanwhile.
    }
  }
  return all;
}

/** The process, its descendants and whatever is in its session; also what descends from `known`, which may have ended. */
export function tree(root, known = []) {
  const all = alive();
  const members = new Set([root, ...known]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const [pid, { parent, session }] of all) if (session === root || members.has(parent)) members.add(pid);
  }
  return [...members].filter((pid) => all.has(pid));
}

function killed(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Kills the tree below `root`, which leads a session of its own, by SIGKILL; resolves when nothing of it is left. */
export async function killTree(root) {
  const known = new Set();
  for (let wait = 0; wait < 500; wait += 1) {
    const left = tree(root, known);
    if (left.length === 0) return;
    for (const pid of left) {
      known.add(pid);
      killed(pid);
    }
    await sleep(10);
  }
  throw new Error(`The processes ${tree(root, known).join(", ")} of a browser are there 5 s after SIGKILL.`);
}

/** Whether a process of the tree has a file open below this directory. */
export function hasOpen(root, directory) {
  return tree(root).some((pid) => {
    try {
      const open = numbers(`/proc/${pid}/fd`).map((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          return "";
        }
      });
      return open.some((path) => path.startsWith(`${directory}/`));
    } catch {
      return false;
    }
  });
}
