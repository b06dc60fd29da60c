// The indexes that every peer keeps: those of `pos_products` and of `transactions`.
export const PRODUCT_INDEXES = ["barcode", "default_code", "categ_id", "name", "cached_at"];
export const SALE_INDEXES = { synced: "synced", type: "type", created_at: "created_at", synced_created: ["synced", "created_at"] };
