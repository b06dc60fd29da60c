//! The proof at the end of the day: what this till has sold against what the server has, by uuid.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::manager::SyncManager;
use super::outbox::{self, Enqueue};
use crate::error::{ErrorKind, Result};
use crate::model::Order;
use crate::offline_db::{Operation, as_sent};
use crate::row::Row;
use crate::store::KeyValue;

/// States of an order that the server has to know.
const SOLD: [&str; 3] = ["paid", "done", "invoiced"];

/// Amounts that differ by less are equal: half of the smallest coin there is, and far above rounding errors.
const SAME: f64 = 0.0005;

/// An order, by what it is told apart and what it is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    /// Told apart by.
    pub uuid: String,
    /// What it is worth.
    pub total: f64,
}

/// Two sides compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Here and not there.
    pub missing: Vec<String>,
    /// There and not here.
    pub extra: Vec<String>,
    /// On both sides, with another total: uuid, here, there.
    pub different: Vec<(String, f64, f64)>,
}

/// What this till has sold against what the server has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reconciliation {
    /// Which session.
    pub session: JsValue,
    /// Sold here.
    pub local: Vec<Sale>,
    /// What the server has.
    pub server: Vec<Sale>,
    /// Both compared.
    pub comparison: Comparison,
    /// Those of the missing that were put into the outbox again.
    pub requeued: Vec<String>,
}

/// Compares two sides by uuid.
pub fn compare(here: &[Sale], there: &[Sale]) -> Comparison {
    let find = |side: &[Sale], uuid: &str| side.iter().find(|sale| sale.uuid == uuid).map(|sale| sale.total);
    let mut result = Comparison::default();
    for sale in here {
        match find(there, &sale.uuid) {
            None => result.missing.push(sale.uuid.clone()),
            Some(total) if (total - sale.total).abs() < SAME => {}
            Some(total) => result.different.push((sale.uuid.clone(), sale.total, total)),
        }
    }
    for sale in there {
        if find(here, &sale.uuid).is_none() {
            result.extra.push(sale.uuid.clone());
        }
    }
    result
}

/// What the sales of one side are worth, to the millionth: what adding binary fractions leaves behind is rounded away.
pub fn total(sales: &[Sale]) -> f64 {
    let sum: f64 = sales.iter().map(|sale| sale.total).sum();
    (sum * 1e6).round() / 1e6
}

impl SyncManager {
    /// Compares the orders of a session on this till (paid, done or invoiced, and whatever waits in the outbox) with those
    /// of the server, and puts what is missing there and waits nowhere into the outbox again.
    ///
    /// # Errors
    /// `Offline`, `AuthExpired`, `Rejected` from the server, `Other` for an answer that makes no sense; `Unsupported` when the
    /// transport cannot ask; then nothing was changed.
    pub fn reconcile(&self, session: JsValue) -> Operation<Reconciliation> {
        let manager = self.clone();
        Box::pin(async move { manager.compare_and_queue(&session).await })
    }

    async fn compare_and_queue(&self, session: &JsValue) -> Result<Reconciliation> {
        let key = KeyValue::argument("session", session)?;
        // Before the server is asked: what it takes meanwhile must not look as if it was lost.
        let pending = self.0.db.get_pending_transactions().await?;
        let stored = self.0.db.get_all_orders().await?;
        let answer = self.0.asked(self.0.transport.orders(session)).await?;
        let Some(answer) = answer else {
            return Err(ErrorKind::Unsupported {
                what: "the server's list of orders",
                reason: "the transport has no way to ask for the orders of a session".into(),
                advice: "give it a method orders(session), or a lookup URL",
            }
            .into());
        };
        let server = sales_of(&answer);
        let waiting = waiting_orders(&pending, &key);
        let (local, orders) = sold_here(&stored, &waiting, &key);
        let comparison = compare(&local, &server);
        let mut requeued = Vec::new();
        let waits = |uuid: &str| waiting.iter().any(|row| uuid_of(row).as_deref() == Some(uuid));
        for uuid in comparison.missing.iter().filter(|uuid| !waits(uuid)) {
            let order = orders.iter().find(|row| uuid_of(row).as_ref() == Some(uuid));
            if let Some(order) = order {
                let data = as_sent(order)?;
                if self.0.outbox.enqueue_again(Enqueue::new(Order::KIND, data, None)).await? {
                    requeued.push(uuid.clone());
                }
            }
        }
        if !requeued.is_empty() {
            self.changed().await?;
        }
        Ok(Reconciliation { session: session.clone(), local, server, comparison, requeued })
    }
}

fn sales_of(answer: &Array) -> Vec<Sale> {
    let mut sales = Vec::new();
    for row in answer.iter() {
        sales.extend(Row::copy_of(&row).ok().as_ref().and_then(sale));
    }
    sales
}

/// The orders of a session that wait in the outbox.
fn waiting_orders(pending: &Array, session: &KeyValue) -> Vec<Row> {
    let mut waiting = Vec::new();
    for row in pending.iter() {
        let row = Row::owned(row);
        if row.get("type").as_string().as_deref() == Some(Order::KIND)
            && let Ok(order) = Row::copy_of(&row.get("data"))
            && session_of(&order).as_ref() == Some(session)
        {
            order.set("uuid", outbox::uuid_of(&row));
            waiting.push(order);
        }
    }
    waiting
}

/// What was sold here in a session, and the orders themselves: those that are stored and sold, and those that wait.
fn sold_here(stored: &Array, waiting: &[Row], session: &KeyValue) -> (Vec<Sale>, Vec<Row>) {
    let mut candidates = Vec::new();
    for row in stored.iter() {
        let row = Row::owned(row);
        if session_of(&row).as_ref() == Some(session) && is_sold(&row) {
            candidates.push(row);
        }
    }
    candidates.extend_from_slice(waiting);
    let (mut sales, mut orders): (Vec<Sale>, _) = (Vec::new(), Vec::new());
    for row in candidates {
        if let Some(sale) = sale(&row)
            && !sales.iter().any(|known| known.uuid == sale.uuid)
        {
            sales.push(sale);
            orders.push(row);
        }
    }
    (sales, orders)
}

fn uuid_of(row: &Row) -> Option<String> {
    row.get("uuid").as_string()
}

fn sale(row: &Row) -> Option<Sale> {
    Some(Sale { uuid: uuid_of(row)?, total: row.number("amount_total") })
}

fn is_sold(row: &Row) -> bool {
    row.get("state").as_string().is_some_and(|state| SOLD.contains(&state.as_str()))
}

/// The key of the session: a number, or Odoo's pair of id and name.
fn session_of(row: &Row) -> Option<KeyValue> {
    match KeyValue::from_js(&row.get("session_id"))? {
        KeyValue::Array(pair) => pair.into_iter().next(),
        key => Some(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sales(of: &[(&str, f64)]) -> Vec<Sale> {
        of.iter().map(|(uuid, total)| Sale { uuid: (*uuid).into(), total: *total }).collect()
    }

    #[test]
    fn what_is_missing_extra_or_different_is_named() {
        let here = sales(&[("a", 1.0), ("b", 0.1 + 0.2), ("c", 3.0), ("d", 4.0)]);
        let there = sales(&[("b", 0.3), ("c", 3.01), ("d", 4.0), ("e", 5.0)]);
        let expected =
            Comparison { missing: vec!["a".into()], extra: vec!["e".into()], different: vec![("c".into(), 3.0, 3.01)] };
        assert_eq!(compare(&here, &there), expected);
        assert_eq!(compare(&here, &here), Comparison::default());
        assert_eq!(total(&there), 12.31);
    }
}
