// Dexie with strict durability: a sale and its number in one transaction, the catalogue by bulkPut.
import Dexie from "/node_modules/dexie/dist/modern/dexie.mjs";
import { parts } from "../goods.js";

export default class WithDexie {
  async open() {
    this.db = new Dexie("dexie", { chromeTransactionDurability: "strict" });
    this.db.version(1).stores({ sales: "uuid", config: "key", products: "id,barcode,default_code,categ_id,name" });
    await this.db.open();
  }

  rows = () => this.db.sales.toArray();

  sell({ order, ...parts }) {
    const { sales, config } = this.db;
    return this.db.transaction("rw", sales, config, async () => {
      const sequence = ((await config.get("sequence"))?.value ?? 0) + 1;
      await config.put({ key: "sequence", value: sequence });
      const { uuid, name: ticket, amount_total: total } = order;
      await sales.put({ uuid, sequence, ticket, total, order, ...parts });
      return { uuid, sequence };
    });
  }

  async load(products) {
    for (const part of parts(products)) await this.db.products.bulkPut(part);
  }

  mark = async () => (await this.db.config.get("lab-mark"))?.value;
  setMark = (token) => this.db.config.put({ key: "lab-mark", value: token });
}
