//! Orders of the Point of Sale.

use std::ops::Bound;

use js_sys::{Array, Set};
use wasm_bindgen::{JsCast, JsValue};

use super::age::{Cutoff, oldest_first};
use super::generic::delete_where;
use super::identity::new_key;
use super::queue::TRANSACTIONS;
use super::{OfflineDb, Operation};
use crate::clock;
use crate::error::{Error, Result};
use crate::global::property;
use crate::model::{FINAL_STATES, Order, Transaction};
use crate::row::{Row, describe};
use crate::stamp;
use crate::store::{Bounds, Database, KeyValue, ReadRows, Record, Select};

const STORE: &str = Order::STORE;
const DATE: &str = "date_order";

impl OfflineDb {
    /// Saves an order with `JSONuiState`, the JSON text of its `uiState`, and `saved_at`; resolves with it as saved.
    /// An order without `id` is kept under its uuid.
    ///
    /// # Errors
    /// `Constraint` when the id belongs to an order with another uuid; `InvalidRecord` naming the field.
    pub fn save_order(&self, order: JsValue) -> Operation<JsValue> {
        let db = self.clone();
        Box::pin(async move {
            // A key from the uuid can be that of the same order, saved before.
            let is_new = !is_named(&order);
            let row = order_row(&order)?;
            db.save_sale(STORE, "id", &row, is_new).await?;
            Ok(row.into())
        })
    }

    /// Every order.
    pub fn get_all_orders(&self) -> Operation<Array> {
        self.select(STORE, Select::all())
    }

    /// The order, `undefined` when there is none.
    pub fn get_order(&self, id: JsValue) -> Operation<JsValue> {
        self.get(STORE, id)
    }

    /// Deletes an order, whatever its state: an explicit call of the user.
    pub fn delete_order(&self, id: JsValue) -> Operation<()> {
        self.delete(STORE, id)
    }

    /// Every order in a state other than paid, done, invoiced and cancel, oldest first.
    pub fn get_pending_orders(&self) -> Operation<Array> {
        let database = self.database.clone();
        Box::pin(async move {
            let found = database
                .read(&[STORE], async |tx| {
                    let rows = tx.rows(STORE)?;
                    let mut found = Array::new();
                    for bounds in pending_states() {
                        found = found.concat(&rows.select(&by_state_date(bounds)).await?.rows);
                    }
                    Ok(found.concat(&pending_outside_index(&rows).await?))
                })
                .await?;
            Ok(oldest_first(&found, DATE))
        })
    }

    /// The orders dated `from` to `to`, both inclusive, in one state or in all, oldest first. A `to` that names a day
    /// means the end of that day.
    ///
    /// # Errors
    /// `InvalidArgument` when `from` or `to` is no date.
    pub fn get_orders_by_date_range(&self, from: JsValue, to: JsValue, state: Option<String>) -> Operation<Array> {
        let db = self.clone();
        Box::pin(async move {
            let (from, to) = (date_argument("from", &from)?, date_argument("to", &to)? + last_moment(&to));
            let selects = days(from, to, state.as_deref()).map(|bounds| match state {
                Some(_) => by_state_date(bounds),
                None => Select::index(Order::DATE_ORDER.name, bounds),
            });
            let found = db.select_all_of(STORE, Ok(selects.into())).await?;
            let within = |order: &JsValue| {
                let date = Row::owned(order.clone()).get(DATE);
                clock::read_ms(&date).is_some_and(|date| (from..=to).contains(&date))
            };
            Ok(oldest_first(&found.iter().filter(within).collect(), DATE))
        })
    }

    /// Deletes the orders dated before the cutoff that are paid, done, invoiced or cancelled; how many.
    pub fn clear_old_orders(&self, cutoff: Cutoff) -> Operation<u32> {
        let old = FINAL_STATES.map(|state| {
            let state = KeyValue::Text(state.to_owned());
            by_state_date(Bounds {
                lower: Bound::Included(KeyValue::Array(vec![state.clone()])),
                upper: Bound::Excluded(KeyValue::Array(vec![state, KeyValue::Text(cutoff.day_beyond())])),
            })
        });
        let is_due = move |row: &Row| cutoff.is_before(&row.get(DATE));
        delete_where(&self.database, STORE, old.into(), Box::new(is_due))
    }
}

/// Deletes the orders that are paid, done, invoiced or cancelled, were queued here and wait no longer, so that the server has
/// them: in one transaction, whatever is queued meanwhile.
pub(super) async fn remove_delivered(database: &Database) -> Result<()> {
    database
        .write(&[STORE, Transaction::STORE], async |tx| {
            let (orders, queued) = (tx.rows(STORE)?, tx.rows(Transaction::STORE)?);
            let waiting = Set::new(&JsValue::UNDEFINED);
            for row in queued.select(&TRANSACTIONS.unconfirmed()).await?.rows.iter() {
                waiting.add(&property(&row, "uuid"));
            }
            for order in orders.select(&Select::all()).await?.rows.iter() {
                let row = Row::owned(order);
                let is_final = row.get("state").as_string().is_some_and(|state| FINAL_STATES.contains(&state.as_str()));
                if is_final
                    && row.has("sequence")
                    && !waiting.has(&row.get("uuid"))
                    && let Some(key) = orders.key_of(row.as_js())
                {
                    orders.delete(&key)?;
                }
            }
            Ok(())
        })
        .await
}

/// An order as it is stored.
///
/// # Errors
/// `InvalidRecord` naming the field.
pub(crate) fn order_row(order: &JsValue) -> Result<Row> {
    let row = Row::copy_of(order)?;
    row.set_default("id", || row.get("uuid").as_string().unwrap_or_else(|| new_key("order")));
    let date = row.get(DATE);
    if date.is_string() || date.as_f64().is_some() || date.is_instance_of::<js_sys::Date>() {
        stamp::time_of(DATE, &date)?;
    }
    if let Some(ui_state) = row.json("uiState")? {
        row.set("JSONuiState", ui_state);
    }
    row.set("saved_at", clock::now_iso());
    Ok(row)
}

/// An order that was stored, without what this library has added to it.
///
/// # Errors
/// `InvalidRecord` when it is no object.
pub(crate) fn as_sent(order: &Row) -> Result<JsValue> {
    let row = Row::copy_of(order.as_js())?;
    let made_key = row.get("id") == row.get("uuid");
    for field in ["JSONuiState", "uiState", "saved_at", "sequence"].into_iter().chain(made_key.then_some("id")) {
        row.remove(field);
    }
    Ok(row.into())
}

/// Whether it has a key or a uuid of its own.
fn is_named(order: &JsValue) -> bool {
    let has = |name| !matches!(property(order, name), value if value.is_undefined() || value.is_null());
    has("id") || has("uuid")
}

fn by_state_date(bounds: Bounds) -> Select {
    Select::index(Order::STATE_DATE.name, bounds)
}

/// The gaps between the final states in the order of the index: before the first, between two, after the last.
fn pending_states() -> Vec<Bounds> {
    let mut gaps = Vec::new();
    let mut lower = Bound::Unbounded;
    for state in FINAL_STATES.map(|state| KeyValue::Text(state.to_owned())) {
        gaps.push(Bounds { lower, upper: Bound::Excluded(KeyValue::Array(vec![state.clone()])) });
        // An array sorts after every date.
        lower = Bound::Included(KeyValue::Array(vec![state, KeyValue::Array(Vec::new())]));
    }
    gaps.push(Bounds { lower, upper: Bound::Unbounded });
    gaps
}

/// The pending rows that the index does not hold, because their state or date is no key. Found by counting first, so
/// that it costs nothing when there are none.
async fn pending_outside_index(rows: &ReadRows) -> Result<Array> {
    let indexed = rows.count(&by_state_date(Bounds::all())).await?;
    let stored = rows.count(&Select::all()).await?;
    if stored == indexed {
        return Ok(Array::new());
    }
    let is_key = |value: &JsValue| KeyValue::from_js(value).is_some();
    let is_pending = |order: &JsValue| {
        let row = Row::owned(order.clone());
        let state = row.get("state");
        let is_final = state.as_string().is_some_and(|state| FINAL_STATES.contains(&state.as_str()));
        let is_indexed = is_key(&state) && is_key(&row.get(DATE));
        !is_final && !is_indexed
    };
    Ok(rows.select(&Select::all()).await?.rows.iter().filter(is_pending).collect())
}

/// The keys that dates from `from` to `to` can have: texts from the first day to the last (the two ways of writing a
/// time sort differently within a day), `Date` objects, and milliseconds.
fn days(from: f64, to: f64, state: Option<&str>) -> [Bounds; 3] {
    // A zone shifts a written day by at most 14 hours.
    let first_day = clock::day(from - clock::DAY_MS);
    let last_day = clock::day(to + clock::DAY_MS) + "~";
    let key = |date: KeyValue| match state {
        Some(state) => KeyValue::Array(vec![KeyValue::Text(state.to_owned()), date]),
        None => date,
    };
    let between = |lower, upper| Bounds { lower: Bound::Included(key(lower)), upper: Bound::Included(key(upper)) };
    [
        between(KeyValue::Text(first_day), KeyValue::Text(last_day)),
        between(KeyValue::Date(from), KeyValue::Date(to)),
        between(KeyValue::Number(from), KeyValue::Number(to)),
    ]
}

fn date_argument(name: &str, value: &JsValue) -> Result<f64> {
    clock::read_ms(value).ok_or_else(|| Error::argument(name, format!("{} is no date", describe(value))))
}

/// What to add to a day so that all of it is meant.
fn last_moment(value: &JsValue) -> f64 {
    let is_day = value.as_string().is_some_and(|text| text.len() == "2026-01-07".len());
    if is_day { clock::DAY_MS - 1.0 } else { 0.0 }
}
