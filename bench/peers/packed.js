// Plain IndexedDB with many records to a value: the floor under a packed catalogue, and the forms such a value could have.
import { completed, promised } from "../measure.js";
import { pack, row, rows, take } from "/src/catalog/table.js";

/** Records of a transaction: as many as the library puts into one. */
const TRANSACTION = 2_048;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How a page is made of its records, and read; and how one of its records is taken, of its own, from a page that is kept. */
const FORMS = {
  table: {
    pack: (records) => ({ table: pack([[take(records)[0], 0, records.length]]) }),
    unpack: ({ table }) => rows(table),
    one: ({ table }, at) => row(table, at),
  },
  values: {
    pack: (records) => ({ records }),
    unpack: ({ records }) => records,
    one: ({ records }, at) => structuredClone(records[at]),
  },
  text: {
    pack(records) {
      const texts = records.map((record) => JSON.stringify(record));
      return { text: texts.join(","), ends: ends(texts.map(({ length }) => length)) };
    },
    unpack: ({ text }) => JSON.parse(`[${text}]`),
    one: ({ text, ends }, at) => JSON.parse(text.slice(begin(ends, at), ends[at])),
  },
  bytes: {
    pack(records) {
      const texts = records.map((record) => encoder.encode(JSON.stringify(record)));
      const places = ends(texts.map(({ length }) => length));
      const bytes = new Uint8Array(places.at(-1)).fill(",".charCodeAt());
      texts.forEach((text, at) => bytes.set(text, begin(places, at)));
      return { bytes, ends: places };
    },
    unpack: ({ bytes }) => JSON.parse(`[${decoder.decode(bytes)}]`),
    one: ({ bytes, ends }, at) => JSON.parse(decoder.decode(bytes.subarray(begin(ends, at), ends[at]))),
  },
};

/** Where each of some texts ends when a comma stands between them. */
function ends(lengths) {
  let end = -1;
  return Uint32Array.from(lengths, (length) => (end += length + 1));
}
const begin = (ends, at) => (at ? ends[at - 1] + 1 : 0);

/** A database with the store `pages`. */
export function openStore(options) {
  const request = indexedDB.open("packed", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("pages", options);
  return promised(request);
}

/** `per` records to a value in one of the forms; with `inline`, its key is a field of it. */
export async function open({ form = "values", per = 256, inline = false } = {}) {
  const { pack, unpack, one } = FORMS[form];
  const db = await openStore(inline ? { keyPath: "page" } : {});
  const pages = () => db.transaction("pages").objectStore("pages");
  const put = (store, page, key) => (inline ? store.put({ page: key, ...page }) : store.put(page, key));
  /** Every page, asked for at once and read as it comes. */
  async function each(read) {
    const store = pages();
    const keys = await promised(store.getAllKeys());
    return Promise.all(keys.map(async (key) => read(await promised(store.get(key)))));
  }
  return {
    async save(list) {
      const cached_at = new Date().toISOString();
      for (let from = 0; from < list.length; from += TRANSACTION) {
        const transaction = db.transaction("pages", "readwrite", { durability: "relaxed" });
        const store = transaction.objectStore("pages");
        for (let at = from; at < Math.min(list.length, from + TRANSACTION); at += per) {
          put(store, pack(list.slice(at, at + per).map((record) => ({ ...record, cached_at }))), at);
        }
        transaction.commit();
        await completed(transaction);
      }
      return list.length;
    },
    all: async () => (await each(unpack)).flat(),
    /** By one request. */
    allAtOnce: async () => (await promised(pages().getAll())).flatMap(unpack),
    pages: () => each((page) => page),
    one,
    close: () => db.close(),
  };
}
