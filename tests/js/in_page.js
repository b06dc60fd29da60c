// Runs one case in the page.
import { OfflineDB, offlineDB } from "/pkg/index.js";

export async function run(file, name) {
  const cases = (await import(`./cases/${file}`)).default;
  const database = `case-${crypto.randomUUID()}`;
  const db = new OfflineDB({ name: database });
  await db.init();
  try {
    await cases[name]({ db, database, OfflineDB, offlineDB });
  } finally {
    db.close();
    indexedDB.deleteDatabase(database);
  }
}
