import { equal, ok } from "../assert.js";
import { handle, PRODUCTS, random, settled } from "../shelves.js";

// A search as simple as can be: the rules of src/catalog/fold.rs and search.rs, one product and one word after the other.
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ς: "σ" };
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]/gu;
const fold = (text) => text.toWellFormed().normalize("NFKD").toLowerCase().replace(MARKS, "").replace(/./gu, (letter) => LETTERS[letter] ?? letter);
const RANKS = ["barcode", "prefix", "word", "inside"];
const isBetweenWords = (letter) => /^[\0-\x7f]$/.test(letter) && !/^[a-z0-9]$/i.test(letter);
const textOf = (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const wordsOf = (query) => fold(query).split(/[\0\s]+/u).filter(Boolean);

function rankOf(texts, word) {
  let best = 9;
  for (const text of texts) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      best = Math.min(best, at === 0 ? 1 : isBetweenWords(text[at - 1]) ? 2 : 3);
    }
  }
  return best;
}

/** What a scanner gives for a barcode or reference, which may have come as a number. */
const keyOf = (value) => (typeof value === "number" ? String(value) : value);

/** `[id, rank]`, the best first, of one rank in the order of saving. */
function naive(rows, query, limit = 20) {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const hits = [];
  for (const row of rows) {
    const ranks = words.map((word) => rankOf(row.folded, word));
    const [best, worst] = [Math.min(...ranks), Math.max(...ranks)];
    if (keyOf(row.barcode) === query.trim()) hits.push([row.id, 0, true]);
    else if (keyOf(row.default_code) === query.trim()) hits.push([row.id, 1, true]);
    else if (worst < 9) hits.push([row.id, worst === 3 ? 3 : best, false]);
  }
  const places = new Map(hits.map((hit, place) => [hit, place]));
  // What was asked for by its whole barcode or reference comes first, in the order of the keys, as a lookup gives it.
  hits.sort((a, b) => a[1] - b[1] || b[2] - a[2] || (a[2] ? indexedDB.cmp(a[0], b[0]) : places.get(a) - places.get(b)));
  return hits.slice(0, limit).map(([id, rank]) => [id, RANKS[rank]]);
}

const shown = (hits) => hits.map(({ product, rank }) => [product.id, rank]);
const withTexts = (row) => ({ ...row, folded: [row.name, row.default_code, row.barcode].map((text) => fold(textOf(text).replaceAll("\0", " "))) });

const NAMES = [
  "Café crème", "Cafe\u0301 noisette", "CAFÉ AU LAIT", "Crème brûlée", "Straße Plan", "STRASSE", "Weißbier 0,5", "Große Tasse", "Smørrebrød", "SMØRREBRØD med ost",
  "Æbleskiver", "Œufs à la coque", "Łosoś wędzony", "Đặc biệt phở", "Phở bò tái", "Bánh mì", "Þorskur", "Ħobż malti", "İstanbul çayı", "ISPARTA gülü", "ılık süt", "Irmak helvası",
  "ΟΔΥΣΣΕΑΣ τσίπουρο", "σοφός οίνος", "ΣΟΦΟΣ", "Σαλάτα χωριάτικη", "Ёлка игрушка", "ЩИ ПОСТНЫЕ", "Чай чёрный", "Йогурт", "كِتَاب العربي", "كتاب", "كـتـاب مزخرف", "قَهْوَة عَرَبِيَّة", "قهوة تركية",
  "שָׁלוֹם קפה", "שלום", "לֶחֶם אחיד", "咖啡豆", "绿茶 250g", "日本茶・煎茶", "コーヒー", "ｺｰﾋｰ ﾌﾞﾚﾝﾄﾞ", "カフェラテ", "한국 김치", "김치찌개", "한우", "🍕 Pizza", "Pizza 🍕🍕", "👨‍👩‍👧 Family box",
  "𝔉raktur", "Ｆｕｌｌ Ｗｉｄｔｈ", "ﬁne ﬂour", "½ Liter Milch", "№ 5 Perfume", "50% Off-Brand", "Tea-time (green)", "tea", "TEA TIME", "Steamed", "a\0b zero", "\0zero first", "x\u0001y", "  spaced   out ",
  "O'Brien's stout", "Coca-Cola Zero 0.33l", "cola-coca", "zzz", "ZZ top", "Naïve façade", "piñata", "Ångström", "ẞ großes", "Ǆ letter", "ﷺ", "हिन्दी चाय", "ไทย ชาเย็น", "", "7up 7 Up", "Ⅷ roman", "e\u0301\u0323 marks", "ａｂｃ-123",
];
const ADJECTIVES = ["small", "Große", "été", "verte", "ЧЁРНЫЙ", "新", "XL", "bio-", "Ökö", "n°2"];

function shop(seed) {
  const { below, pick, chance } = random(seed);
  const rows = NAMES.map((name) => ({ name }));
  for (let at = 0; at < 320; at += 1) rows.push({ name: `${chance(0.5) ? `${pick(ADJECTIVES)} ` : ""}${pick(NAMES)} ${pick(ADJECTIVES)}` });
  rows.push({ name: false }, { name: 42 }, { name: null }, {});
  return rows.map((row, at) => ({
    id: 1_000 - at, ...row,
    barcode: chance(0.6) ? `59012${below(300)}${chance(0.1) ? "é" : ""}` : pick([false, "", 590, undefined, "AB-7"]),
    default_code: chance(0.6) ? `${pick(["CAF", "tea", "É-"])}${below(200)}` : false,
  }));
}

function queries(rows, seed) {
  const { below, pick, chance } = random(seed);
  const all = ["", " ", "\0", "\t\n", "tea", "TEA", "a b", "é", "e", "0", "59", "5901", "590", "-", "(", "zz", "z z", "tea green", "green tea", "ａｂｃ", "🍕", "\u{1f468}", "½", "1⁄2", "ﬁ", "fi", "ss", "ß", "ẞ", "SS", "İ", "ı", "i", "I", "ς", "Σ", "σ", "김", "ᄀ", "ر", "قهوه", "a\0b", "\u0301", "cafe\u0301", "x\u0001", "AB-7", "ab-7", "%", "'", "  tea  ", "NFKD", "한ㄱ", "𝔉", "\ud83c"];
  while (all.length < 420) {
    const text = textOf(pick(rows)[pick(["name", "name", "barcode", "default_code"])]);
    const letters = [...text];
    const words = text.split(" ");
    const kind = below(7);
    if (kind === 0) all.push(letters.slice(0, 1 + below(letters.length || 1)).join(""));
    else if (kind === 1) all.push(letters.slice(below(letters.length || 1)).join(""));
    else if (kind === 2) all.push([...words].reverse().join(" "));
    else if (kind === 3) all.push(letters.filter((_, at) => at !== 2 || chance(0.5)).join(""));
    else if (kind === 4) all.push(words.map((word) => [...word].slice(0, 1 + below(3)).join("")).join("  "));
    else if (kind === 5) all.push(chance(0.5) ? text.toUpperCase() : text.normalize(pick(["NFC", "NFD", "NFKC"])));
    else all.push(`${pick(words)} ${textOf(pick(rows).name).split(" ")[0]}`);
  }
  return all;
}

function checkHighlights({ product, highlights }, query) {
  for (const [field, ranges] of Object.entries(highlights)) {
    const text = textOf(product[field]);
    ok(["name", "barcode", "default_code"].includes(field) && ranges.length > 0, field);
    let before = -1;
    let covered = "";
    for (const [begin, end] of ranges) {
      const what = `"${query}" in ${JSON.stringify(text)}: [${begin}, ${end})`;
      ok(Number.isInteger(begin) && Number.isInteger(end) && begin > before && begin < end && end <= text.length, what);
      ok([begin, end].every((at) => !/[\udc00-\udfff]/.test(text[at] ?? "") || !/[\ud800-\udbff]/.test(text[at - 1] ?? "")), `${what} cuts a letter`);
      before = end;
      covered += `${fold(text.slice(begin, end))}|`;
    }
    ok(wordsOf(query).some((word) => covered.includes(word)), `"${query}" marks ${covered} of ${JSON.stringify(text)}`);
  }
  // Each word stands in one of the fields, and is marked there.
  const marked = Object.entries(highlights).map(([field, ranges]) => ranges.map(([begin, end]) => fold(textOf(product[field]).slice(begin, end))).join("|")).join("|");
  for (const word of wordsOf(query)) ok(marked.includes(word) || [product.name, product.barcode].some((value) => typeof value === "number"), `"${word}" of "${query}" is marked in ${marked} of ${product.name}`);
}

/** Asks every query with several limits and compares. */
async function compare(db, saved, asked) {
  const rows = saved.map(withTexts);
  for (const [at, query] of asked.entries()) {
    const limit = [undefined, 1, 3, 1_000][at % 4];
    const hits = await settled(db.searchProducts(query, limit && { limit }), `search ${JSON.stringify(query)}`);
    equal(shown(hits), naive(rows, query, limit), `search ${JSON.stringify(query)} limit ${limit}`);
    for (const hit of hits) checkHighlights(hit, query);
  }
}

export default {
  "it finds what a simple search finds, in every language, with every limit": async (context) => {
    const rows = shop(1);
    await context.db.bulkSave(PRODUCTS, rows);
    await compare(context.db, rows, queries(rows, 2));
    const again = await handle(context);
    await compare(again, rows, queries(rows, 3));
    again.close();
  },
  "after changes and deletes, and through another handle": async (context) => {
    const { db } = context;
    const { below, pick } = random(5);
    let rows = shop(4);
    await db.bulkSave(PRODUCTS, rows);
    const other = await handle(context);
    await other.searchProducts("tea");
    for (let round = 0; round < 4; round += 1) {
      const changed = Array.from({ length: 20 }, () => ({ ...pick(rows), name: `${pick(NAMES)} ${round}`, barcode: `77${below(30)}` }));
      const latest = [...new Map(changed.map((row) => [row.id, row])).values()];
      const gone = Array.from({ length: 15 }, () => pick(rows).id).filter((id) => latest.every((row) => row.id !== id));
      await db.bulkSave(PRODUCTS, latest);
      await db.bulkDelete(PRODUCTS, gone);
      rows = [...rows.filter(({ id }) => !gone.includes(id) && latest.every((row) => row.id !== id)), ...latest];
      await compare(db, rows, [...queries(rows, round).slice(0, 120), ...latest.flatMap((row) => [row.name, row.barcode])]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await compare(other, rows, queries(rows, 9).slice(0, 150));
    await db.clearAllProducts();
    equal(await db.searchProducts("tea"), []);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    equal(await other.searchProducts("tea"), []);
    other.close();
  },
  "over several segments the best of all comes first": async ({ db }) => {
    const { pick, below } = random(6);
    const rows = Array.from({ length: 2_600 }, (_, id) => ({ id, name: `${pick(ADJECTIVES)} ${pick(NAMES)} ${id % 50}`, barcode: id % 3 ? `400${id}` : false, default_code: id % 5 ? `r${below(900)}` : false }));
    rows[2_599].name = "quokka";
    rows[0].name = "a quokka";
    rows[1_500].name = "aquokka";
    rows[1_501].barcode = "quokka";
    await db.bulkSave(PRODUCTS, rows);
    equal(shown(await db.searchProducts("quokka")), [[1_501, "barcode"], [2_599, "prefix"], [0, "word"], [1_500, "inside"]]);
    equal(shown(await db.searchProducts("quokka", { limit: 2 })), [[1_501, "barcode"], [2_599, "prefix"]]);
    await compare(db, rows, queries(rows.slice(0, 300), 7).slice(0, 120));
  },
  "the marks show where the words stand": async ({ db }) => {
    await db.bulkSave(PRODUCTS, [
      { id: 1, name: "Cafe\u0301 crème", barcode: "5901", default_code: "CAF-1" },
      { id: 2, name: "🍕 Straße 🍕", barcode: "7" },
      { id: 3, name: "ﬁne ½", barcode: "8" },
      { id: 4, name: "a\0b tea", barcode: "9" },
    ]);
    const marks = async (query) => Object.fromEntries((await db.searchProducts(query)).map(({ product, highlights }) => [product.id, highlights]));
    equal(await marks("caf"), { 1: { name: [[0, 3]], default_code: [[0, 3]] } });
    equal(await marks("café"), { 1: { name: [[0, 5]] } }, "the mark belongs to its letter");
    equal(await marks("creme CAFE"), { 1: { name: [[0, 5], [6, 11]] } });
    equal(await marks("5901"), { 1: { barcode: [[0, 4]] } });
    equal(await marks("strasse"), { 2: { name: [[3, 9]] } });
    equal(await marks("🍕"), { 2: { name: [[0, 2], [10, 12]] } });
    equal(await marks("as"), { 2: { name: [[6, 8]] } }, "half of ß is all of it");
    equal(await marks("fine"), { 3: { name: [[0, 3]] } });
    equal(await marks("tea"), { 4: { name: [[4, 7]] } });
  },
  "a query that makes no sense is refused, and an empty one finds nothing": async ({ db, ...context }) => {
    const { rejects } = await import("../assert.js");
    await db.put(PRODUCTS, { id: 1, name: "Tea" });
    for (const text of ["", "   ", "\0", "\u0301", "\n"]) equal(await db.searchProducts(text), [], JSON.stringify(text));
    for (const text of [undefined, null, 5, {}, ["tea"]]) await rejects(settled(db.searchProducts(text), "it"), "InvalidArgument", "text");
    for (const limit of [0, -1, 1.5, "5", NaN]) await rejects(settled(db.searchProducts("tea", { limit }), "it"), "InvalidArgument", "limit");
    await rejects(db.searchProducts("tea", { limt: 5 }), "InvalidArgument", "limt");
    await rejects(db.searchProducts("tea", 5), "InvalidArgument", "options");
    equal((await db.searchProducts("tea", { limit: Infinity })).length, 1);
    equal((await db.searchProducts("tea", null)).length, 1);
    equal(db.status().lastQuery, { store: PRODUCTS, index: "search", missingIndex: null });
    const long = "x".repeat(100_000);
    await db.put(PRODUCTS, { id: 2, name: long });
    equal((await settled(db.searchProducts(long), "a long query"))[0].highlights, { name: [[0, 100_000]] });
    const again = await handle({ ...context });
    equal(await again.searchProducts("y".repeat(100_000)), []);
    again.close();
  },
};
