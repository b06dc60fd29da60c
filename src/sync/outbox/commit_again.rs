//! What committing a sale again does: its uuid owns its row and its number. A till commits a sale twice when the cashier
//! taps twice, and when an order that was committed as a draft has been paid since.

use js_sys::JSON;
use wasm_bindgen::JsValue;

use super::{STORE, entry};
use crate::error::Result;
use crate::global::text;
use crate::model::Order;
use crate::offline_db;
use crate::row::Row;
use crate::store::{KeyValue, Record, WriteTx};

/// The primary key of the row of a sale, made of its uuid, so that a second commit finds it without a search.
pub(super) fn row_id(uuid: &str) -> String {
    format!("{}_{uuid}", Order::KIND)
}

/// What is put for a sale.
pub(super) enum Committed {
    /// A row that waits at the end of the queue; under the number that the sale has been given before, if it has.
    Queued { number: Option<f64> },
    /// The row that the sale has already.
    Kept(Row),
}

/// Finds out what the till knows of a sale that is committed now as `row` and `order`, and readies `row`, or the row that
/// waits, to be put.
///
/// # Errors
/// `Constraint` when the id of the order belongs to another sale.
pub(super) async fn look_up(tx: &WriteTx, row: &Row, order: &Row) -> Result<Committed> {
    let read = |store, row: &Row| tx.rows(store)?.get(&KeyValue::argument("id", &row.get("id"))?);
    // Both are asked for before one is waited for.
    let (before, known) = (read(STORE, row)?, read(Order::STORE, order)?);
    let (before, known) = (Row::owned(before.await?), Row::owned(known.await?));
    offline_db::same_sale(known.as_js(), order, "id")?;
    if before.as_js().is_object() && !before.get("synced").is_truthy() {
        if !is_same(&before.get("data"), &row.get("data")) {
            entry::replace(&before, row);
        }
        return Ok(Committed::Kept(before));
    }
    let is_known = known.as_js().is_object() && text(known.as_js(), "uuid") == text(order.as_js(), "uuid");
    let number = if is_known { known.get("sequence").as_f64() } else { None };
    if number.is_some() {
        // It has left the outbox: the server most probably has it.
        let is_same = is_same(&offline_db::as_sent(&known)?, &row.get("data"));
        row.set(if is_same { "uncertain" } else { "replaces" }, true);
    }
    Ok(Committed::Queued { number })
}

/// Whether two forms of a sale say the same, in the same order; not when one has no JSON form.
fn is_same(known: &JsValue, given: &JsValue) -> bool {
    let text_of = |data: &JsValue| JSON::stringify(data).ok();
    text_of(known).is_some_and(|known| text_of(given).is_some_and(|given| known == given))
}
