import { daysAgo, equal, ok, onDisk, rejects } from "../assert.js";

export default {
  "the singleton is on window and opens once however often it is asked": async ({ offlineDB }) => {
    ok(window.offlineDB === offlineDB);
    await Promise.all([offlineDB.init(), offlineDB.init(), offlineDB.init()]);
    await offlineDB.init();
    ok(offlineDB.isReady());
    equal(offlineDB.status().name, "PDCPOSOfflineDB");
    equal(offlineDB.status().version, 6);
    equal(await offlineDB.reset(), true);
  },
  "a session keeps created and gets lastAccessed": async ({ db }) => {
    equal(await db.saveSession({ id: 7, user_id: 2, created: "2026-01-01T00:00:00.000Z", extra: { deep: [1] } }), 7);
    const saved = await db.getSession(7);
    equal(saved.created, "2026-01-01T00:00:00.000Z");
    equal(saved.extra, { deep: [1] });
    ok(Date.now() - Date.parse(saved.lastAccessed) < 60_000);
    await db.saveSession({ id: 7, user_id: 3 });
    equal((await db.getSession(7)).created, "2026-01-01T00:00:00.000Z", "saving again keeps created");
    equal(await db.getSession(8), undefined);
  },
  "the active session is the latest accessed, not the one with the highest key": async ({ db }) => {
    equal(await db.getActiveSession(), null);
    await db.put("sessions", { id: 9, user_id: 1, created: daysAgo(3), lastAccessed: daysAgo(2) });
    await db.put("sessions", { id: 3, user_data: { id: 5 }, created: daysAgo(3), lastAccessed: daysAgo(1) });
    await db.put("sessions", { id: 8, created: daysAgo(3), lastAccessed: daysAgo(0) });
    await db.put("sessions", { id: 10, user_data: null, user_id: null, created: daysAgo(3), lastAccessed: daysAgo(0) });
    equal((await db.getActiveSession()).id, 3);
    equal(await db.updateSessionAccess(9), true);
    equal((await db.getActiveSession()).id, 9);
    equal(await db.updateSessionAccess(99), false);
  },
  "old sessions are cleared by their creation": async ({ db }) => {
    await db.put("sessions", { id: 1, created: daysAgo(8), lastAccessed: daysAgo(0) });
    await db.put("sessions", { id: 2, created: daysAgo(6), lastAccessed: daysAgo(6) });
    await db.put("sessions", { id: 3, created: new Date(Date.now() - 9 * 86_400_000) });
    await db.put("sessions", { id: 4, created: "not a date" });
    equal(await db.clearOldSessions(), 2);
    equal((await db.getAll("sessions")).map((row) => row.id), [2, 4]);
    equal(await db.clearOldSessions(5), 1);
    await rejects(db.clearOldSessions(-1), "InvalidArgument");
    await rejects(db.clearOldSessions(NaN), "InvalidArgument");
  },
  "a user is upserted by login": async ({ db }) => {
    equal(await db.saveUser({ id: 2, login: "ann", name: "Ann", pos_offline_pin_hash: "x" }), { id: 2, login: "ann", isUpdate: false });
    equal(await db.saveUser({ id: 5, login: "ann", name: "Anna" }), { id: 2, login: "ann", isUpdate: true });
    const ann = await db.getUserByLogin("ann");
    equal([ann.id, ann.name, ann.pos_offline_pin_hash], [2, "Anna", "x"]);
    ok(ann.cached_at);
    equal(await db.getUser(5), undefined);
    equal((await db.saveUser({ login: "bob" })).isUpdate, false);
    equal((await db.getAllUsers()).length, 2);
    equal(await db.getUserByLogin("nobody"), undefined);
  },
  "an id that belongs to another login overwrites nobody": async ({ db }) => {
    await db.saveUser({ id: 2, login: "ann" });
    const error = await rejects(db.saveUser({ id: 2, login: "bob" }), "Constraint", "ann");
    equal(error.index, "id");
    equal((await db.getUser(2)).login, "ann");
  },
  "a user needs a login": async ({ db }) => {
    for (const user of [{ id: 1 }, { id: 1, login: "" }, { id: 1, login: null }, { id: 1, login: 5 }]) {
      equal((await rejects(db.saveUser(user), "InvalidRecord")).field, "login");
    }
    for (const user of [null, undefined, "ann", 5, [], true]) await rejects(db.saveUser(user), "InvalidRecord");
    equal(await db.getAllUsers(), []);
  },
  "a setting of any shape comes back as it was": async ({ db, database }) => {
    const value = { a: [1, null], when: new Date(0), bytes: new Uint8Array([1, 2]), map: new Map([["k", { v: 1n }]]) };
    equal(await db.saveConfig("theme", value), "theme");
    equal(await db.getConfig("theme"), value);
    equal(await db.getConfig("absent"), undefined);
    ok((await onDisk(database, "config", "theme")).updated);
    for (const simple of [0, "", false, null]) {
      await db.saveConfig("simple", simple);
      equal(await db.getConfig("simple"), simple);
    }
    await rejects(db.saveConfig(undefined, 1), "InvalidArgument");
    await rejects(db.saveConfig("fn", () => 1), "InvalidRecord", "value");
  },
};
