//! What the sync layer knows, as plain JavaScript objects.

use js_sys::{Array, Number};
use wasm_bindgen::JsValue;

use super::super::connection::network_state as connection_state;
use crate::clock;
use crate::connection::Status;
use crate::error::Result;
use crate::row::{Row, json_text};
use crate::schema::Durability;
use crate::sync::{
    self, Hold, Latency, Metrics, Receipt, Reconciliation, RescueReport, Sale, State, Summary, SyncManager, UsersReport,
};

fn or_null<T: Into<JsValue>>(value: Option<T>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

fn texts(values: &[String]) -> JsValue {
    let all = Array::new();
    for value in values {
        all.push(&value.as_str().into());
    }
    all.into()
}

pub(super) fn receipt(receipt: Receipt) -> JsValue {
    let object = Row::new();
    object.set("id", receipt.id.as_str());
    object.set("uuid", receipt.uuid.as_str());
    object.set("sequence", receipt.sequence);
    object.set("committedAt", clock::iso(receipt.committed_at));
    object.set("durability", Durability::Strict.as_str());
    object.set("copies", receipt.copies);
    object.into()
}

pub(super) fn summary(summary: Summary) -> JsValue {
    let object = Row::new();
    object.set("synced", summary.synced);
    object.set("rejected", summary.rejected);
    object.set("retried", summary.retried);
    object.into()
}

pub(super) fn users(report: UsersReport) -> JsValue {
    let failures = Array::new();
    for failure in &report.failures {
        let object = Row::new();
        object.set("position", failure.position);
        object.set("login", or_null(failure.login.as_deref()));
        object.set("message", failure.error.to_string());
        failures.push(object.as_js());
    }
    let object = Row::new();
    object.set("saved", report.saved);
    object.set("pruned", report.pruned);
    object.set("failures", failures);
    object.into()
}

fn oldest_age(state: &State) -> f64 {
    state.survey.oldest.map_or(0.0, |oldest| (clock::now_ms() - oldest).max(0.0))
}

pub(super) fn status(manager: &SyncManager) -> JsValue {
    let state = manager.state();
    let (pending, rejected) = (state.survey.uuids.len(), state.survey.rejected);
    let object = Row::new();
    object.set("isSyncing", manager.is_syncing());
    object.set("pendingCount", pending);
    object.set("lastError", or_null(state.errors.first().map(String::as_str)));
    object.set("isOnline", manager.is_online());
    object.set("queueDepth", pending - rejected.min(pending));
    object.set("rejectedCount", rejected);
    object.set("inFlightCount", state.survey.in_flight);
    object.set("oldestAge", oldest_age(&state));
    object.set("lastSuccess", or_null(state.last_success));
    object.set("nextAttempt", or_null(manager.next_attempt()));
    object.set("hold", state.hold_at(clock::now_ms()).map_or(JsValue::NULL, hold));
    object.into()
}

fn hold(hold: Hold) -> JsValue {
    let object = Row::new();
    object.set("reason", hold.reason.as_str());
    object.set("until", hold.until);
    object.into()
}

pub(super) fn network_state(manager: &SyncManager, status: &Status) -> JsValue {
    let state = manager.state();
    let object = Row::owned(connection_state(status));
    let loading = manager.is_syncing() || object.get("loading").is_truthy();
    object.set("loading", loading);
    object.set("unsyncData", texts(&state.survey.uuids));
    object.set("pendingCount", state.survey.uuids.len());
    object.set("lastSync", or_null(state.last_sync.as_deref()));
    object.set("errors", texts(&state.errors));
    object.into()
}

/// Each counter with its name.
fn counters(metrics: &Metrics) -> [(&'static str, u32); 8] {
    [
        ("queued", metrics.queued),
        ("pushed", metrics.pushed),
        ("synced", metrics.synced),
        ("duplicates", metrics.duplicates),
        ("rejected", metrics.rejected),
        ("retried", metrics.retried),
        ("requests", metrics.requests),
        ("failures", metrics.failures),
    ]
}

/// Each gauge with its names in JavaScript and in Prometheus.
fn gauges(state: &State) -> [(&'static str, &'static str, f64); 4] {
    [
        ("pending", "pending", state.survey.uuids.len() as f64),
        ("rejected", "rejected", state.survey.rejected as f64),
        ("inFlight", "in_flight", state.survey.in_flight as f64),
        ("oldestAge", "oldest_age_milliseconds", oldest_age(state)),
    ]
}

pub(super) fn metrics(manager: &SyncManager) -> JsValue {
    let state = manager.state();
    let (count, gauge, latency) = (Row::new(), Row::new(), Row::new());
    for (name, value) in counters(&state.metrics) {
        count.set(name, value);
    }
    for (name, _, value) in gauges(&state) {
        gauge.set(name, value);
    }
    latency.set("commit", percentiles(&state.metrics.commit));
    latency.set("push", percentiles(&state.metrics.push));
    let object = Row::new();
    object.set("counters", count);
    object.set("gauges", gauge);
    object.set("latency", latency);
    object.into()
}

fn percentiles(latency: &Latency) -> Row {
    let [p50, p90, p99] = latency.percentiles();
    let object = Row::new();
    object.set("count", latency.count());
    object.set("p50", p50);
    object.set("p90", p90);
    object.set("p99", p99);
    object
}

pub(super) fn metrics_text(manager: &SyncManager) -> String {
    // JavaScript's own formatting: Rust's would add 15 KB to the module.
    let number = |value: f64| Number::from(value).to_string_with_radix(10).map(String::from).unwrap_or_default();
    let state = manager.state();
    let mut text = String::new();
    for (name, value) in counters(&state.metrics) {
        text += &format!("# TYPE pos_offline_{name}_total counter\npos_offline_{name}_total {value}\n");
    }
    for (_, name, value) in gauges(&state) {
        text += &format!("# TYPE pos_offline_{name} gauge\npos_offline_{name} {}\n", number(value));
    }
    for (name, latency) in [("commit", &state.metrics.commit), ("push", &state.metrics.push)] {
        let name = format!("pos_offline_{name}_milliseconds");
        text += &format!("# TYPE {name} summary\n");
        for (quantile, value) in ["0.5", "0.9", "0.99"].into_iter().zip(latency.percentiles()) {
            text += &format!("{name}{{quantile=\"{quantile}\"}} {}\n", number(value));
        }
        text += &format!("{name}_count {}\n", latency.count());
    }
    text
}

pub(super) fn json_lines(rows: &Array) -> Result<JsValue> {
    let mut text = String::new();
    for row in rows.iter() {
        text += &json_text(Row::owned(row))?;
        text.push('\n');
    }
    Ok(text.into())
}

pub(super) fn rescue(report: RescueReport) -> JsValue {
    let failures = Array::new();
    for failure in &report.failures {
        let object = Row::new();
        object.set("line", failure.line);
        object.set("code", failure.error.code());
        object.set("message", failure.error.to_string());
        failures.push(object.as_js());
    }
    let object = Row::new();
    object.set("imported", report.imported);
    object.set("known", report.known);
    object.set("failures", failures);
    object.into()
}

pub(super) fn reconciliation(proof: Reconciliation) -> JsValue {
    let comparison = &proof.comparison;
    let different = Array::new();
    for (uuid, local, server) in &comparison.different {
        let object = Row::new();
        object.set("uuid", uuid.as_str());
        object.set("local", *local);
        object.set("server", *server);
        different.push(object.as_js());
    }
    let object = Row::new();
    object.set("session", &proof.session);
    object.set("local", side(&proof.local));
    object.set("server", side(&proof.server));
    object.set("missing", texts(&comparison.missing));
    object.set("extra", texts(&comparison.extra));
    object.set("different", different);
    object.set("requeued", texts(&proof.requeued));
    object.set("matches", *comparison == sync::Comparison::default());
    object.into()
}

fn side(sales: &[Sale]) -> Row {
    let object = Row::new();
    object.set("count", sales.len());
    object.set("total", sync::total(sales));
    object
}
