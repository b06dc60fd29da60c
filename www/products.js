// Products from a file or made up.
/* global Papa */

/** What an Odoo export calls the fields, by technical name and by English label. */
const COLUMNS = {
  id: ["id", ".id", "External ID", "ID"],
  name: ["name", "Name", "display_name", "Display Name"],
  barcode: ["barcode", "Barcode"],
  default_code: ["default_code", "Internal Reference"],
  list_price: ["list_price", "lst_price", "Sales Price"],
  categ_id: ["categ_id", "categ_id/id", "categ_id/.id", "Product Category", "Product Category/ID"],
};

/** Reads a file; resolves with `{products, note}`. Throws an Error in words when it holds no products. */
export async function readFile(file) {
  const text = (await file.text()).replace(/^\uFEFF/, "");
  return /\.csv$/i.test(file.name) || file.type === "text/csv" ? fromCsv(text) : fromJson(text);
}

function fromJson(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not a JSON file: ${error.message}`);
  }
  if (data?.error) throw new Error(`The file holds an error of Odoo: ${data.error.data?.message ?? data.error.message}`);
  const result = data?.result ?? data;
  if (Array.isArray(result)) return { products: result, note: "" };
  if (Array.isArray(result?.records)) return { products: result.records, note: "" };
  if (Array.isArray(result?.["product.product"])) return fromLoadData(result);
  throw new Error("The file holds no list of products: an array, or Odoo's reply with one, is expected.");
}

/** What Odoo's Point of Sale loads at its start: variants, whose name and price stand in their template. */
function fromLoadData(data) {
  const templates = new Map((data["product.template"] ?? []).map((template) => [template.id, template]));
  const products = data["product.product"].map((variant) => ({ ...templates.get(variant.product_tmpl_id), ...variant }));
  return { products, note: "variants with the fields of their templates" };
}

function fromCsv(text) {
  const { data, meta, errors } = Papa.parse(text, { header: true, skipEmptyLines: "greedy" });
  const broken = errors.find((error) => error.type !== "FieldMismatch");
  // Papa cannot guess the delimiter of a single column; that is no fault.
  if (broken && broken.code !== "UndetectableDelimiter") throw new Error(`The CSV file is broken in row ${broken.row}: ${broken.message}`);
  const column = Object.fromEntries(
    Object.entries(COLUMNS).map(([field, names]) => [field, names.find((name) => meta.fields?.includes(name))]),
  );
  if (!column.name) throw new Error(`The CSV file has no column "name"; its columns are ${meta.fields?.join(", ") || "none"}.`);
  const products = [];
  for (const [at, row] of data.entries()) {
    // Odoo continues a record with several values in rows that repeat nothing else.
    if (!row[column.name]?.trim()) continue;
    const value = (field) => row[column[field]]?.trim() || false;
    const id = value("id");
    const price = Number((value("list_price") || "0").replace(",", "."));
    if (!Number.isFinite(price)) throw new Error(`The CSV file has no readable price in row ${at + 1}: "${value("list_price")}".`);
    products.push({
      ...row,
      id: column.id ? (/^\d+$/.test(id) ? Number(id) : id) : at + 1,
      name: value("name"),
      barcode: value("barcode"),
      default_code: value("default_code"),
      list_price: price,
      categ_id: /^\d+$/.test(value("categ_id")) ? Number(value("categ_id")) : value("categ_id"),
    });
  }
  return { products, note: column.id ? "" : "no id column: the row numbers are the ids" };
}

const KINDS = ["Desk", "Lamp", "Chair", "Café crème", "Thé vert", "Shelf", "Cabinet", "Pen", "Notebook", "Keyboard", "Cable", "Jus d'orange"];
const KINDS_OF = ["oak", "black", "white", "large", "small", "bio", "classic", "pro", "rouge", "XL"];

/** The last digit of an EAN-13 code (GS1 General Specifications, section 7.9). */
function checkDigit(digits) {
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return (10 - (sum % 10)) % 10;
}

/** `count` products as Odoo would send them. */
export function generate(count) {
  return Array.from({ length: count }, (_, at) => {
    const name = `${KINDS[at % KINDS.length]} ${KINDS_OF[Math.floor(at / KINDS.length) % KINDS_OF.length]} ${at + 1}`;
    const digits = `590${String(at + 1).padStart(9, "0")}`;
    const category = 1 + (at % 40);
    return {
      id: at + 1,
      name,
      display_name: `[REF-${at + 1}] ${name}`,
      barcode: at % 10 === 9 ? false : digits + checkDigit(digits),
      default_code: `REF-${at + 1}`,
      list_price: Math.round(100 + ((at * 37) % 20_000)) / 100,
      standard_price: Math.round(50 + ((at * 17) % 10_000)) / 100,
      categ_id: [category, `All / Category ${category}`],
      pos_categ_ids: [1 + (at % 12)],
      taxes_id: [1, 17],
      uom_id: [1, "Units"],
      tracking: "none",
      type: "consu",
      available_in_pos: true,
      to_weight: false,
      description_sale: at % 3 ? false : `${name}, as sold in our shops. `.repeat(3),
      write_date: "2026-11-23 13:18:39",
      active: true,
    };
  });
}
