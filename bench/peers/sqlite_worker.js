import sqlite3InitModule from "/node_modules/@sqlite.org/sqlite-wasm/dist/index.mjs";

const COLUMNS = ["id", "barcode", "default_code", "categ_id", "name", "cached_at", "record"];
/** An empty field of Odoo is false. */
const column = (value) => (value === false || value === undefined ? null : Array.isArray(value) ? value[0] : value);
let sqlite3, pool, db;

const METHODS = {
  async load() {
    sqlite3 = await sqlite3InitModule();
  },
  async open() {
    pool = await sqlite3.installOpfsSAHPoolVfs({ name: "bench" });
    if (pool.isPaused()) await pool.unpauseVfs();
    db = new pool.OpfsSAHPoolDb("/bench.sqlite3");
    db.exec(`create table if not exists products(id integer primary key, ${COLUMNS.slice(1).join(", ")})`);
    for (const name of COLUMNS.slice(1, -1)) db.exec(`create index if not exists ${name}_of_products on products(${name})`);
  },
  close() {
    db.close();
    pool.pauseVfs();
  },
  save(products) {
    const cached_at = new Date().toISOString();
    db.transaction(() => {
      const insert = db.prepare(`insert or replace into products values(${COLUMNS.map(() => "?").join(", ")})`);
      for (const product of products) {
        const { id, barcode, default_code, categ_id, name } = product;
        const record = JSON.stringify({ ...product, cached_at });
        insert.bind([id, ...[barcode, default_code, categ_id, name].map(column), cached_at, record]).stepReset();
      }
      insert.finalize();
    });
    return db.selectValue("select count(*) from products");
  },
  all: () => `[${db.selectValues("select record from products order by id").join(",")}]`,
  byId: (id) => db.selectValue("select record from products where id = ?", [id]) ?? null,
  byBarcode: (barcode) => db.selectValue("select record from products where barcode = ?", [barcode]) ?? null,
};

self.onmessage = async ({ data: { call, method, argument } }) => {
  try {
    self.postMessage({ call, result: await METHODS[method](argument) });
  } catch (error) {
    self.postMessage({ call, error: `${method}: ${error.message}` });
  }
};
