//! Odoo: through the `orm` service of the page, as the legacy module did, or over Odoo 19's own endpoint, several orders
//! a request.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::answer::{Answering, call, json_headers, list, request, result_of, said, uuids_of};
use super::{Highest, Question, Reply, Transport};
use crate::global::{property, text};
use crate::row::Row;
use crate::store::KeyValue;
use crate::sync::outbox::Item;
use crate::sync::policy::{Kind, Outcome};

/// The fields of a user that a till needs to sign somebody in while the server is away.
const USER_FIELDS: [&str; 4] = ["id", "name", "login", "pos_offline_pin_hash"];

/// How a method of a model is called.
#[derive(Debug, Clone)]
pub enum Wire {
    /// `pos.env.services.orm` of a POS page.
    Orm {
        /// The page's `pos`.
        pos: JsValue,
    },
    /// `/web/dataset/call_kw`, with the cookie of the session.
    Rpc {
        /// What stands before `/web/dataset`.
        url: String,
        /// `config_id`, `device_identifier`, `allowed_company_ids`, `lang`, `tz`, `uid`.
        context: JsValue,
        /// How many orders one request takes.
        batch: usize,
    },
}

/// Odoo, over one wire or the other.
#[derive(Debug, Clone)]
pub struct Odoo(pub Wire);

impl Odoo {
    /// Calls `model.method(...arguments)`.
    fn call(&self, model: &str, method: &'static str, arguments: &Array) -> Answering<JsValue> {
        match &self.0 {
            Wire::Orm { pos } => {
                // Looked up anew: a page may make its services after this library.
                let orm = property(&property(&property(pos, "env"), "services"), "orm");
                let method = if method == "search_read" { "searchRead" } else { method };
                call(orm, method, Array::of1(&model.into()).concat(arguments))
            }
            Wire::Rpc { url, context, .. } => {
                let url = format!("{url}/web/dataset/call_kw/{model}/{method}");
                let kwargs = Row::new();
                if context.is_object() {
                    kwargs.set("context", context);
                }
                let params = Row::new();
                params.set("model", model);
                params.set("method", method);
                params.set("args", arguments);
                params.set("kwargs", kwargs);
                let body = Row::new();
                body.set("jsonrpc", "2.0");
                body.set("id", 1);
                body.set("method", "call");
                body.set("params", params);
                Box::pin(async move {
                    let headers = json_headers(&JsValue::UNDEFINED)?;
                    result_of(&request(url, "POST", headers, Some(body.into())).await?)
                })
            }
        }
    }

    /// Whether orders go to `sync_from_ui`, which takes several and may be repeated.
    fn syncs_orders(&self) -> bool {
        matches!(self.0, Wire::Rpc { .. })
    }

    fn search(&self, model: &str, field: &str, operator: &str, value: &JsValue, fields: &[&str]) -> Question {
        let condition = Array::of3(&field.into(), &operator.into(), value);
        let names = Array::new();
        for field in fields {
            names.push(&(*field).into());
        }
        let found = self.call(model, "search_read", &Array::of2(&Array::of1(&condition).into(), &names.into()));
        Box::pin(async move { list(found.await?).map(Some) })
    }

    async fn send(&self, items: &[Item]) -> Result<Reply, Outcome> {
        let kind = items.first().map(|item| item.kind.as_str()).unwrap_or_default();
        let refused = |error: crate::Error| Outcome::new(Kind::Unsupported, error.to_string());
        let data = |item: &Item| item.data_with_uuid().map_err(refused);
        let create = |model, values: JsValue| self.call(model, "create", &Array::of1(&Array::of1(&values)));
        for item in items {
            let sent = match kind {
                "order" if self.syncs_orders() => return self.sync_from_ui(items).await,
                "order" => create("pos.order", data(item)?),
                "payment" => create("pos.payment", data(item)?),
                "session_update" => {
                    let (id, updates) = (property(&item.data(), "id"), property(&item.data(), "updates"));
                    if KeyValue::from_js(&id).is_none() || !updates.is_object() {
                        return Err(said(Kind::Unsupported, "a session_update needs data.id and data.updates"));
                    }
                    self.call("pos.session", "write", &Array::of2(&Array::of1(&id).into(), &updates))
                }
                _ => return Err(unsupported(kind)),
            };
            sent.await?;
        }
        Ok(Reply::All(Outcome::accepted()))
    }

    /// All or nothing, and harmless when it is repeated: what the server has of a finished order stays as it is.
    async fn sync_from_ui(&self, items: &[Item]) -> Result<Reply, Outcome> {
        let orders = Array::new();
        for item in items {
            orders.push(&item.data_with_uuid().map_err(|error| Outcome::new(Kind::Unsupported, error.to_string()))?);
        }
        let result = self.call("pos.order", "sync_from_ui", &Array::of1(&orders)).await?;
        let stored = uuids_of(&list(property(&result, "pos.order"))?);
        let mut outcomes = Vec::new();
        for item in items {
            outcomes.push(if item.is_among(&stored) {
                Outcome::accepted()
            } else {
                said(Kind::Unknown, "the server's answer does not name the order")
            });
        }
        Ok(Reply::Each(outcomes))
    }
}

impl Transport for Odoo {
    fn batch(&self, kind: &str) -> usize {
        match (kind, &self.0) {
            ("order", Wire::Rpc { batch, .. }) => *batch,
            ("order" | "payment" | "session_update", _) => 1,
            _ => 0,
        }
    }

    fn push(&self, items: Rc<Vec<Item>>) -> LocalBoxFuture<'static, Reply> {
        let odoo = self.clone();
        Box::pin(async move { odoo.send(&items).await.unwrap_or_else(Reply::All) })
    }

    /// A draft at the server is not the order that was paid here: it has to be sent again, which updates it.
    fn known(&self, kind: &str, uuids: &Array) -> Question {
        let model = match kind {
            "order" => "pos.order",
            "payment" => "pos.payment",
            // Written again, a session is the same as before.
            _ => return Box::pin(async { Ok(None) }),
        };
        let updates_drafts = self.syncs_orders() && kind == "order";
        let fields: &[&str] = if kind == "order" { &["uuid", "state"] } else { &["uuid"] };
        let found = self.search(model, "uuid", "in", uuids, fields);
        Box::pin(async move {
            let Some(rows) = found.await? else { return Ok(None) };
            let finished = Array::new();
            for row in rows.iter() {
                if !(updates_drafts && text(&row, "state").as_deref() == Some("draft")) {
                    finished.push(&row);
                }
            }
            Ok(Some(uuids_of(&finished)))
        })
    }

    fn orders(&self, session: &JsValue) -> Question {
        self.search("pos.order", "session_id", "=", session, &["uuid", "amount_total", "state"])
    }

    fn highest(&self) -> Highest {
        Box::pin(async { Ok(None) })
    }

    fn users(&self, ids: &JsValue) -> Question {
        self.search("res.users", "id", "in", ids, &USER_FIELDS)
    }
}

/// Nobody knows how to send this.
pub(super) fn unsupported(kind: &str) -> Outcome {
    said(Kind::Unsupported, &format!("nothing here knows how to send '{kind}'; it is kept until somebody decides"))
}
