/** Odoo answers `false` for an empty field. */
export type OdooField<T> = T | false | null;

/** A many-to-one field: the id, or Odoo's pair of id and name. */
export type Many2one = number | [id: number, name: string];

export interface ProductInput extends StoredRecord {
  id: RecordKey;
  name?: OdooField<string>;
  barcode?: OdooField<string>;
  default_code?: OdooField<string>;
  categ_id?: OdooField<Many2one>;
  list_price?: OdooField<number>;
}
export interface ProductRecord extends ProductInput {
  cached_at: string;
}
export interface CategoryInput extends StoredRecord {
  id: RecordKey;
  name?: OdooField<string>;
  parent_id?: OdooField<Many2one>;
}
export interface CategoryRecord extends CategoryInput {
  cached_at: string;
}
export interface PaymentMethodInput extends StoredRecord {
  id: RecordKey;
  name?: OdooField<string>;
}
export interface PaymentMethodRecord extends PaymentMethodInput {
  cached_at: string;
}
export interface TaxInput extends StoredRecord {
  id: RecordKey;
  name?: OdooField<string>;
  amount?: OdooField<number>;
}
export interface TaxRecord extends TaxInput {
  cached_at: string;
}

/** The stores whose records are kept many to a value. */
export type CatalogStoreName = "pos_products" | "pos_categories" | "pos_payment_methods" | "pos_taxes";

export interface CategoryOptions {
  /** The products of every category below it too. */
  subcategories?: boolean;
}
export interface SearchOptions {
  /** At most so many, 20 unless given. */
  limit?: number;
}
export interface ProductMatch {
  product: ProductRecord;
  /**
   * How well it answers, the best first: its barcode is the query; its name, barcode or reference begins with a word of it
   * and the other words begin words; every word begins a word; a word stands inside a word.
   */
  rank: "barcode" | "prefix" | "word" | "inside";
  /** Where the words stand: ranges `[begin, end)` of the field's text, in the order of the text. */
  highlights: { [field in "name" | "barcode" | "default_code"]?: [begin: number, end: number][] };
}
/** What has changed at the server since the last time. */
export interface CatalogDelta {
  /** `pos_products` unless given. */
  store?: CatalogStoreName;
  /** Records to insert or replace. */
  upserts?: readonly StoredRecord[];
  /** Keys of records to delete, before anything is inserted. */
  deletes?: readonly RecordKey[];
  /** What to ask the server with the next time, such as the newest `write_date`; the old one stays unless given. Null forgets it. */
  watermark?: string | null;
}
export interface DeltaReport {
  /** Records inserted or replaced. */
  saved: number;
  /** Keys deleted, whether or not there was a record. */
  deleted: number;
}

export interface POSDataInput {
  products?: readonly ProductInput[] | null;
  categories?: readonly CategoryInput[] | null;
  paymentMethods?: readonly PaymentMethodInput[] | null;
  taxes?: readonly TaxInput[] | null;
}
export interface POSDataCounts {
  products: number;
  categories: number;
  paymentMethods: number;
  taxes: number;
}
export interface POSData {
  products: ProductRecord[];
  categories: CategoryRecord[];
  paymentMethods: PaymentMethodRecord[];
  taxes: TaxRecord[];
}

/** `detail` of the event that a part of the catalogue cannot be read and has to be loaded again. */
export interface CatalogDamageDetail {
  database: string;
  store: CatalogStoreName;
  /** Keys of the records that are lost; empty when nobody knows them: then load all of the store again. */
  keys: RecordKey[];
  message: string;
}

declare global {
  interface WindowEventMap {
    /** A part of the catalogue cannot be read; the rest goes on. */
    "pdc-catalog-damaged": CustomEvent<CatalogDamageDetail>;
  }
}
