// Reactive objects: what a framework hands out as a Proxy is stored as the plain values that it shows.
import { equal, onDisk, rejects } from "../assert.js";
import { desk, rowsOnDisk, transport } from "../desk.js";

/** Makes an object reactive as OWL does: whatever is read from it is a Proxy too. */
function reactive(target) {
  if (typeof target !== "object" || target === null || target instanceof Date) return target;
  const bound = (value) => (target instanceof Map || target instanceof Set) && typeof value === "function";
  return new Proxy(target, {
    get(object, key) {
      const value = Reflect.get(object, key, object);
      return bound(value) ? value.bind(object) : reactive(value);
    },
  });
}

class Line {
  constructor(values) {
    Object.assign(this, values);
  }
}
const order = () => ({
  uuid: "a",
  id: 5,
  state: "paid",
  at: new Date(7),
  none: undefined,
  tags: new Map([["k", { deep: [1, 2] }]]),
  marks: new Set(["x"]),
  lines: [new Line({ product: { id: 1 }, taxes: [4] }), [0, 0, { qty: 2 }]],
});
const plain = () => ({ ...order(), lines: order().lines.map((line) => (Array.isArray(line) ? line : { ...line })) });
const within = (values) => (row) => equal(Object.fromEntries(Object.keys(values).map((name) => [name, row[name]])), values);

export default {
  "every method that saves takes one": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const tested = manager({ transport: transport() });
      const given = reactive(order());
      const { id } = await tested.commitSale(reactive({ order: order(), lines: order().lines, payments: [{ amount: 2 }] }));
      equal((await onDisk(database, "transactions", id)).data.lines, [[0, 0, { product: { id: 1 }, taxes: [4] }], [0, 0, { qty: 2 }]]);
      const queued = await tested.addToSyncQueue("order", reactive({ ...order(), uuid: "b" }));
      equal((await onDisk(database, "transactions", queued.id)).data, { ...plain(), uuid: "b" });
      const saved = await db.saveTransaction(reactive({ type: "order", data: order() }));
      equal((await onDisk(database, "transactions", saved.id ?? saved)).data, plain());
      await db.saveOrder(given);
      within(plain())(await onDisk(database, "orders", 5));
      const offline = await db.saveOfflineOrder(given);
      within(plain())((await rowsOnDisk(database, "pos_offline_orders")).find(({ id }) => id === 5 || offline));
      await db.put("orders", reactive({ ...order(), id: 6, uuid: "c" }));
      within({ ...plain(), id: 6, uuid: "c" })(await onDisk(database, "orders", 6));
      await db.bulkSave("orders", reactive([{ ...order(), id: 7, uuid: "d" }]));
      within({ ...plain(), id: 7, uuid: "d" })(await onDisk(database, "orders", 7));
      await db.saveSession(reactive({ id: 1, state: "opened", cash: { counted: [1, 2] } }));
      await db.saveUser(reactive({ id: 1, login: "ann", groups: [{ id: 3 }] }));
      await db.saveConfig("till", reactive({ printers: [{ ip: "x" }] }));
      equal((await db.getSession(1)).cash, { counted: [1, 2] });
      equal((await db.getUserByLogin("ann")).groups, [{ id: 3 }]);
      equal(await db.getConfig("till"), { printers: [{ ip: "x" }] });
      const native = db.getNewTransaction(["orders"], "readwrite");
      native.objectStore("orders").put(reactive({ ...order(), id: 8, uuid: "e" }));
      await new Promise((resolve) => (native.oncomplete = resolve));
      within({ ...plain(), id: 8, uuid: "e" })(await onDisk(database, "orders", 8));
    }),

  "products too, alone and many, however deep": async ({ db }) => {
    const product = (id) => ({ id, display_name: `p${id}`, barcode: `b${id}`, packs: [{ id, units: [{ factor: 2 }] }], taxes_id: [1] });
    await db.bulkSaveProducts([product(1), reactive(product(2)), { ...product(3), packs: reactive(product(3).packs) }]);
    await db.put("pos_products", reactive(product(4)));
    for (const id of [1, 2, 3, 4]) within(product(id))(await db.getProduct(id));
  },

  "what cannot be stored is named by its path, behind a proxy and without": (kit) =>
    desk(kit, async ({ manager, db, database }) => {
      const tested = manager({ transport: transport() });
      const bad = () => ({ uuid: "a", lines: [{ qty: 1, onClick() {} }] });
      for (const data of [bad(), reactive(bad())]) {
        const error = await rejects(tested.addToSyncQueue("order", data), "InvalidRecord", "data.lines[0].onClick");
        equal(error.field, "data.lines[0].onClick");
        await rejects(tested.commitSale({ order: data }), "InvalidRecord", "lines[0].onClick");
        await rejects(db.saveOrder({ id: 1, ...data }), "InvalidRecord", "lines[0].onClick': a function cannot be stored");
      }
      const node = reactive({ id: 1, view: { root: document.body } });
      equal((await rejects(db.put("orders", node), "InvalidRecord")).field, "view.root");
      const hidden = { id: 1, at: { day: new Proxy(new Date(7), {}) } };
      equal((await rejects(db.put("orders", hidden), "InvalidRecord")).field, "at.day");
      const date = new Proxy(new Date(7), {});
      await rejects(db.saveOrder({ id: 1, date_order: date }), "InvalidRecord");
      await rejects(db.put("orders", { id: date }), "InvalidRecord", "id");
      const thrown = reactive({ id: 1, deep: { get price() { throw new Error("no price list"); } } });
      await rejects(db.put("orders", thrown), "InvalidRecord", "no price list");
      const { failures } = await db.bulkSave("pos_products", [{ id: 1 }, { id: 2, deep: [reactive({ call() {} })] }]);
      equal(failures.map(({ position, field }) => [position, field]), [[1, "deep[0].call"]]);
      equal(await rowsOnDisk(database, "transactions"), []);
    }),

  "what is shared and what is circular stays so": async ({ db }) => {
    const shared = { n: 1 };
    const target = { id: 1, a: shared, b: shared };
    target.self = target;
    await db.put("orders", { ...target, proxy: reactive({ x: 1 }) });
    const row = await db.get("orders", 1);
    equal([row.a === row.b, row.self.self === row.self, row.proxy], [true, true, { x: 1 }]);
  },
};
