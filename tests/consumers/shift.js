// What every consumer does with the package, whichever way it has come by it: a sale, products, and what waits.
export async function shift({ version, OfflineDB }, name) {
  const db = new OfflineDB({ name });
  await db.init();
  const { id } = await db.saveTransaction({ type: "order", data: { total: 5 } });
  await db.bulkSaveProducts([
    { id: 1, name: "Tea", barcode: "590" },
    { id: 2, name: "Café crème", barcode: 5901234123457 },
  ]);
  const byText = await db.getProductByBarcode("5901234123457");
  const byNumber = await db.getProductByBarcode(5901234123457);
  const [hit] = await db.searchProducts("creme caf");
  const pending = await db.getPendingTransactions();
  await db.reset();
  db.close();
  return { version, sold: pending.map((row) => row.id === id), products: [byText?.id, byNumber?.id, hit?.product.id] };
}

/** What comes of it, of a package of this version. */
export const outcome = (version) => ({ version, sold: [true], products: [2, 2, 2] });
