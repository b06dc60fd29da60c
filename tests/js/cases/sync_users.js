// The users who may sign in while the server is away: its list decides, and one bad user spoils nobody else's sign-in.
import { equal, ok, rejects } from "../assert.js";
import { desk, logged, sorted, till, transport } from "../desk.js";
import { shop } from "../shop.js";

const user = (id, login, values) => ({ id, name: login.toUpperCase(), login, pos_offline_pin_hash: `hash of ${login}`, ...values });
/** Who is on disk, without the time of caching. */
const stored = async (db) => (await db.getAllUsers()).map(({ cached_at, ...row }) => row);
/** Saves this list of the server. */
async function update(manager, users, options) {
  return manager({ pos: till({ users }), ...options }).updateCachedData();
}
const brief = async (db) => sorted((await db.getAllUsers()).map(({ id, login }) => `${id} ${login}`));

export default {
  "the server is asked for the till's users by id, for these fields": (kit) =>
    desk(kit, async ({ manager }) => {
      const fields = ["id", "name", "login", "pos_offline_pin_hash"];
      for (const [more, ids] of [[{}, [2]], [{ user_ids: [2, 5, 6] }, [2, 5, 6]], [{ user_ids: null }, [2]]]) {
        const pos = till(more);
        await manager({ pos }).updateCachedData();
        equal(pos.calls, [["searchRead", "res.users", [["id", "in", ids]], fields]]);
      }
      const nobody = till({ user: undefined });
      equal(await manager({ pos: nobody }).updateCachedData(), { saved: 0, pruned: 0, failures: [] });
      equal(nobody.calls, []);
    }),

  "all are saved at once, in one transaction, and the number is logged": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const users = Array.from({ length: 50 }, (_, at) => user(at + 1, `u${at}`));
      const { transaction } = IDBDatabase.prototype;
      let writes = 0;
      IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
        if (mode === "readwrite" && [stores].flat().includes("users")) writes += 1;
        return transaction.call(this, stores, mode, ...rest);
      };
      try {
        await logged(async (lines) => {
          equal(await update(manager, users), { saved: 50, pruned: 0, failures: [] });
          equal([lines.filter((line) => line.startsWith("Batch saved")), writes], [["Batch saved 50 users"], 1]);
        });
      } finally {
        IDBDatabase.prototype.transaction = transaction;
      }
      equal((await stored(db)).map(({ login }) => login).length, 50);
      equal(await db.getUserByLogin("u7"), { ...user(8, "u7"), cached_at: (await db.getUser(8)).cached_at });
      ok(Math.abs(Date.now() - Date.parse((await db.getUser(8)).cached_at)) < 60_000);
    }),

  "over Odoo's endpoint and from a transport of one's own too; and from neither when there is no way to ask": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const at = await shop({ users: [user(2, "ann"), user(3, "bob"), user(4, "cid")] });
      const pos = { user_ids: [2, 3] };
      equal((await manager({ pos, transport: { kind: "odoo", url: at.url } }).updateCachedData()).saved, 2);
      equal(await stored(db), [user(2, "ann"), user(3, "bob")]);
      const asked = [];
      const users = (...args) => (asked.push(args), [user(9, "eve")]);
      equal((await manager({ pos, transport: transport(undefined, { users }) }).updateCachedData()).saved, 1);
      equal([asked, await brief(db)], [[[[2, 3]]], ["2 ann", "3 bob", "9 eve"]]);
      for (const none of [transport(), { kind: "rest", url: at.url }]) {
        equal(await manager({ pos, transport: none }).updateCachedData(), { saved: 0, pruned: 0, failures: [] });
      }
    }),

  "what the till has added to a user stays, and what the server says wins": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(2, "ann", { name: "Old", pin_tries: 3, last_login: new Date(5) }));
      await update(manager, [user(2, "ann", { name: "Ann" })]);
      equal(await stored(db), [user(2, "ann", { name: "Ann", pin_tries: 3, last_login: new Date(5) })]);
    }),

  "a login that has moved to another id is recovered with its own fields": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(2, "ann", { pin_tries: 3 }));
      await db.saveUser(user("user_local", "bob", { theme: "dark" }));
      equal((await update(manager, [user(7, "ann"), user(8, "bob")])).saved, 2);
      equal(await stored(db), [user(7, "ann", { pin_tries: 3 }), user(8, "bob", { theme: "dark" })]);
    }),

  "two ids that swap their logins keep each its person": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(2, "ann", { of: "ann" }));
      await db.saveUser(user(3, "bob", { of: "bob" }));
      equal(await update(manager, [user(2, "bob"), user(3, "ann")]), { saved: 2, pruned: 0, failures: [] });
      equal(await stored(db), [user(2, "bob", { of: "bob" }), user(3, "ann", { of: "ann" })]);
    }),

  "a ring of moves ends as the server says": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const [id, login] of [[1, "a"], [2, "b"], [3, "c"], [4, "d"]]) await db.saveUser(user(id, login, { of: login }));
      equal((await update(manager, [user(2, "a"), user(3, "b"), user(1, "c")])).saved, 3);
      equal(await stored(db), [user(1, "c", { of: "c" }), user(2, "a", { of: "a" }), user(3, "b", { of: "b" }), user(4, "d", { of: "d" })]);
    }),

  "an id that another login has now does not inherit what its former owner had": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(2, "ann", { pin_tries: 3, pos_offline_pin_hash: "secret of ann" }));
      equal((await update(manager, [{ id: 2, name: "Bob", login: "bob" }])).saved, 1);
      equal(await stored(db), [{ id: 2, name: "Bob", login: "bob" }]);
    }),

  "a bad user is reported by position and login, and the others are saved": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const noLogin = [{ id: 3, name: "no login" }, { id: 4, login: "" }];
      const bad = [...noLogin, { login: "without id" }, { id: true, login: "bad id" }, null, "eve", { id: 5, login: false }];
      const report = await update(manager, [user(1, "ann"), ...bad, user(2, "bob")]);
      equal([report.saved, await brief(db)], [2, ["1 ann", "2 bob"]]);
      equal(report.failures.map(({ position }) => position), [1, 2, 3, 4, 5, 6, 7]);
      equal(report.failures.map(({ login }) => login), [null, "", "without id", "bad id", null, null, null]);
      ok(report.failures.every(({ message }) => message.length > 5), JSON.stringify(report));
    }),

  "a list that names an id or a login twice keeps the first": (kit) =>
    desk(kit, async ({ manager, db }) => {
      const report = await update(manager, [user(1, "ann"), user(2, "ann"), user(1, "bob"), user(3, "cid")]);
      equal([report.saved, report.failures.map(({ position }) => position), await brief(db)], [2, [1, 2], ["1 ann", "3 cid"]]);
    }),

  "a user who cannot be stored leaves what was there": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(2, "ann", { pin_tries: 3 }));
      const users = () => [user(1, "bob"), user(2, "ann", { f() {} }), user(3, "cid")];
      const report = await update(manager, [], { transport: transport(undefined, { users }) });
      equal([report.saved, report.failures.map(({ position, login }) => [position, login])], [2, [[1, "ann"]]]);
      equal(await stored(db), [user(1, "bob"), user(2, "ann", { pin_tries: 3 }), user(3, "cid")]);
    }),

  "a user who cannot be stored costs nobody a place: neither the former owner of the id nor the new one": (kit) =>
    desk(kit, async ({ manager, db }) => {
      // The id of ann goes to somebody who cannot be stored.
      await db.saveUser(user(2, "ann"));
      const reused = () => [user(2, "bob", { f() {} })];
      const first = await update(manager, [], { transport: transport(undefined, { users: reused }) });
      equal([first.saved, first.failures.length, await brief(db)], [0, 1, ["2 ann"]]);
      // The id of ann goes to bob, and ann, who moves, cannot be stored.
      const moved = () => [user(2, "bob"), user(3, "ann", { f() {} })];
      const second = await update(manager, [], { transport: transport(undefined, { users: moved }) });
      equal([second.saved, second.failures.length, (await db.getUser(2)).login], [1, 1, "bob"]);
    }),

  "users whom the server does not name stay, or go with pruneUsers": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const [id, login] of [[1, "ann"], [2, "bob"], [3, "cid"]]) await db.saveUser(user(id, login));
      equal((await update(manager, [user(1, "ann")])).pruned, 0);
      equal(await brief(db), ["1 ann", "2 bob", "3 cid"]);
      equal(await update(manager, [user(1, "ann"), user(5, "bob")], { pruneUsers: true }), { saved: 2, pruned: 1, failures: [] });
      equal(await brief(db), ["1 ann", "5 bob"]);
    }),

  "an empty list, and one in which nobody is usable, prune nobody": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(1, "ann"));
      for (const users of [[], [{ id: 4 }]]) {
        equal((await update(manager, users, { pruneUsers: true })).pruned, 0);
        equal(await brief(db), ["1 ann"]);
      }
    }),

  "a user whom the list names without sense is not pruned": (kit) =>
    desk(kit, async ({ manager, db }) => {
      for (const [id, login] of [[1, "ann"], [2, "bob"], [3, "cid"], [4, "dan"], [5, "eve"]]) await db.saveUser(user(id, login));
      const users = () => [user(1, "ann"), user(2, "bob", { f() {} }), { id: true, login: "cid" }, { id: 4, login: false }];
      const report = await update(manager, [], { transport: transport(undefined, { users }), pruneUsers: true });
      equal([report.pruned, await brief(db)], [1, ["1 ann", "2 bob", "3 cid", "4 dan"]]);
    }),

  "when the server does not answer, everybody stays and the error says why": (kit) =>
    desk(kit, async ({ manager, db }) => {
      await db.saveUser(user(1, "ann"));
      const lost = new (class ConnectionLostError extends Error {})("no connection");
      const expired = Object.assign(new Error("Odoo Session Expired"), { code: 100, exceptionName: "odoo.http.SessionExpiredException" });
      const denied = Object.assign(new Error("x"), { exceptionName: "odoo.exceptions.AccessError", data: { message: "not you" } });
      for (const [answer, code, text] of [
        [() => Promise.reject(lost), "Offline", ""],
        [() => Promise.reject(expired), "AuthExpired", ""],
        [() => Promise.reject(denied), "Rejected", "not you"],
        [() => "nobody", "Other", "instead of a list"],
        [() => new Promise(() => {}), "Offline", ""],
      ]) {
        const sending = transport(undefined, { users: answer });
        await rejects(manager({ pos: till(), transport: sending, timeout: 60, pruneUsers: true }).updateCachedData(), code, text);
        equal([await brief(db), await db.getConfig("last_sync")], [["1 ann"], undefined]);
      }
    }),
};
