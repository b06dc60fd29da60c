// What the table calls the peers.
export const NAMES = { raw: "raw IndexedDB", packed: "raw IndexedDB, packed", idb: "idb", dexie: "Dexie", sqlite: "SQLite on OPFS" };
