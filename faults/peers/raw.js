// Plain IndexedDB with strict durability: a sale and its number in one transaction, the catalogue in another store.
import { completed, promised } from "/bench/measure.js";
import { parts } from "../goods.js";


export default class Raw {
  async open() {
    const request = indexedDB.open("raw", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("sales", { keyPath: "uuid" });
      request.result.createObjectStore("config");
      const products = request.result.createObjectStore("products", { keyPath: "id" });
      for (const index of ["barcode", "default_code", "categ_id", "name"]) products.createIndex(index, index);
    };
    this.db = await promised(request);
  }

  get = (store) => this.db.transaction(store).objectStore(store);
  strict = (stores) => this.db.transaction(stores, "readwrite", { durability: "strict" });

  rows = () => promised(this.get("sales").getAll());

  async sell({ order, ...parts }) {
    const transaction = this.strict(["sales", "config"]);
    const config = transaction.objectStore("config");
    const sequence = ((await promised(config.get("sequence"))) ?? 0) + 1;
    config.put(sequence, "sequence");
    const { uuid, name: ticket, amount_total: total } = order;
    transaction.objectStore("sales").put({ uuid, sequence, ticket, total, order, ...parts });
    await completed(transaction);
    return { uuid, sequence };
  }

  async load(products) {
    for (const part of parts(products)) {
      const transaction = this.db.transaction("products", "readwrite");
      for (const product of part) transaction.objectStore("products").put(product);
      await completed(transaction);
    }
  }

  mark = () => promised(this.get("config").get("lab-mark"));

  async setMark(token) {
    const transaction = this.strict("config");
    transaction.objectStore("config").put(token, "lab-mark");
    await completed(transaction);
  }
}
