// Runs one case in the page.
import * as pkg from "/pkg/index.js";

export async function run(file, name) {
  const cases = (await import(`./cases/${file}`)).default;
  const database = `case-${crypto.randomUUID()}`;
  const db = new pkg.OfflineDB({ name: database });
  await db.init();
  try {
    await cases[name]({ ...pkg, db, database });
  } finally {
    db.close();
    indexedDB.deleteDatabase(database);
  }
}
