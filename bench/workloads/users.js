// A list of users from the server: by this library, all in one transaction; as the legacy module did, one transaction
// after the other, each with a look for the login first; and the puts alone in one transaction, which nothing can undercut.
import { check, completed, median, promised, timed } from "../measure.js";
import { ConnectionMonitor, OfflineDB, SyncManager } from "/pkg/index.js";

const ROUNDS = 20;

async function plain() {
  const request = indexedDB.open("legacy", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("users", { keyPath: "id" }).createIndex("login", "login", { unique: true });
  const db = await promised(request);
  const begin = () => db.transaction("users", "readwrite");
  const cached = (user) => ({ ...user, cached_at: new Date().toISOString() });
  return {
    async oneByOne(list) {
      for (const user of list) {
        const transaction = begin();
        const store = transaction.objectStore("users");
        const known = await promised(store.index("login").get(user.login));
        store.put({ ...known, ...cached(user), id: known?.id ?? user.id });
        await completed(transaction);
      }
    },
    async floor(list) {
      const transaction = begin();
      for (const user of list) transaction.objectStore("users").put(cached(user));
      await completed(transaction);
    },
    count: () => promised(db.transaction("users").objectStore("users").count()),
  };
}

export async function users(count) {
  const database = new OfflineDB({ name: "ours" });
  await database.init();
  const list = Array.from({ length: count }, (_, at) => ({ id: at + 1, name: `User ${at}`, login: `user${at}`, pos_offline_pin_hash: "9f86d081884c7d65" }));
  const manager = new SyncManager({ user: { id: 1 } }, { database, monitor: new ConnectionMonitor(), transport: { push: () => "ok", users: () => list } });
  const legacy = await plain();
  const contenders = {
    ours: async () => check((await manager.updateCachedData()).saved, count, "users saved"),
    oneByOne: () => legacy.oneByOne(list),
    floor: () => legacy.floor(list),
  };
  const times = { ours: [], oneByOne: [], floor: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const names = Object.keys(contenders);
    if (round % 2) names.reverse();
    for (const name of names) times[name].push((await timed(contenders[name]))[0]);
  }
  check((await database.getAllUsers()).length, count, "users on disk");
  check(await legacy.count(), count, "legacy users on disk");
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
