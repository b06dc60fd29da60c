//! What the sync layer knows, as plain JavaScript objects.

use js_sys::{Array, Number};
use wasm_bindgen::JsValue;

use super::super::connection::network_state as connection_state;
use crate::clock;
use crate::connection::Status;
use crate::error::{Error, Result};
use crate::row::Row;
use crate::sync::{self, Latency, Metrics, Receipt, Reconciliation, Sale, State, Summary, SyncManager, UsersReport};

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    Row::of(fields).into()
}

fn or_null<T: Into<JsValue>>(value: Option<T>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

fn texts(values: impl IntoIterator<Item = impl AsRef<str>>) -> JsValue {
    values.into_iter().map(|value| JsValue::from_str(value.as_ref())).collect::<Array>().into()
}

pub(super) fn receipt(receipt: Receipt) -> JsValue {
    object(&[
        ("id", receipt.id.as_str().into()),
        ("uuid", receipt.uuid.as_str().into()),
        ("sequence", receipt.sequence.into()),
        ("committedAt", clock::iso(receipt.committed_at).into()),
    ])
}

pub(super) fn summary(summary: Summary) -> JsValue {
    object(&[
        ("synced", summary.synced.into()),
        ("rejected", summary.rejected.into()),
        ("retried", summary.retried.into()),
    ])
}

pub(super) fn users(report: UsersReport) -> JsValue {
    let failures = report.failures.iter().map(|failure| {
        object(&[
            ("position", failure.position.into()),
            ("login", or_null(failure.login.as_deref())),
            ("message", failure.error.to_string().into()),
        ])
    });
    object(&[
        ("saved", report.saved.into()),
        ("pruned", report.pruned.into()),
        ("failures", failures.collect::<Array>().into()),
    ])
}

fn oldest_age(state: &State) -> f64 {
    state.survey.oldest.map_or(0.0, |oldest| (clock::now_ms() - oldest).max(0.0))
}

pub(super) fn status(manager: &SyncManager) -> JsValue {
    manager.with_state(|state| {
        let hold = state
            .hold_at(clock::now_ms())
            .map(|hold| object(&[("reason", hold.reason.as_str().into()), ("until", hold.until.into())]));
        let (pending, rejected) = (state.survey.uuids.len(), state.survey.rejected);
        object(&[
            ("isSyncing", manager.is_syncing().into()),
            ("pendingCount", pending.into()),
            ("lastError", or_null(state.errors.first().map(String::as_str))),
            ("isOnline", manager.is_online().into()),
            ("queueDepth", (pending - rejected.min(pending)).into()),
            ("rejectedCount", rejected.into()),
            ("inFlightCount", state.survey.in_flight.into()),
            ("oldestAge", oldest_age(state).into()),
            ("lastSuccess", or_null(state.last_success)),
            ("nextAttempt", or_null(manager.next_attempt())),
            ("hold", or_null(hold)),
        ])
    })
}

pub(super) fn network_state(manager: &SyncManager, status: &Status) -> JsValue {
    let result = Row::owned(connection_state(status));
    manager.with_state(|state| {
        let loading = manager.is_syncing() || result.get("loading").is_truthy();
        result.set("loading", loading);
        result.set("unsyncData", texts(&state.survey.uuids));
        result.set("pendingCount", state.survey.uuids.len());
        result.set("lastSync", or_null(state.last_sync.as_deref()));
        result.set("errors", texts(&state.errors));
    });
    result.into()
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
    manager.with_state(|state| {
        let (count, gauge) = (Row::of(&[]), Row::of(&[]));
        for (name, value) in counters(&state.metrics) {
            count.set(name, value);
        }
        for (name, _, value) in gauges(state) {
            gauge.set(name, value);
        }
        let percentiles = |latency: &Latency| {
            let [p50, p90, p99] = latency.percentiles();
            let count = latency.count();
            object(&[("count", count.into()), ("p50", p50.into()), ("p90", p90.into()), ("p99", p99.into())])
        };
        let latency =
            object(&[("commit", percentiles(&state.metrics.commit)), ("push", percentiles(&state.metrics.push))]);
        object(&[("counters", count.into()), ("gauges", gauge.into()), ("latency", latency)])
    })
}

pub(super) fn metrics_text(manager: &SyncManager) -> String {
    // JavaScript's own formatting: Rust's would add 15 KB to the module.
    let number = |value: f64| Number::from(value).to_string_with_radix(10).map(String::from).unwrap_or_default();
    manager.with_state(|state| {
        let mut text = String::new();
        for (name, value) in counters(&state.metrics) {
            text += &format!("# TYPE pos_offline_{name}_total counter\npos_offline_{name}_total {value}\n");
        }
        for (_, name, value) in gauges(state) {
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
    })
}

pub(super) fn json_lines(rows: &Array) -> Result<JsValue> {
    let mut text = String::new();
    for row in rows.iter() {
        let line = js_sys::JSON::stringify(&row).map_err(|thrown| {
            let id = crate::row::describe(&Row::owned(row).get("id"));
            Error::field("data", format!("the row {id} has no JSON form: {}", Error::from_js(&thrown)))
        })?;
        text += &String::from(line);
        text.push('\n');
    }
    Ok(text.into())
}

pub(super) fn reconciliation(proof: Reconciliation) -> JsValue {
    let side = |sales: &[Sale]| object(&[("count", sales.len().into()), ("total", sync::total(sales).into())]);
    let comparison = &proof.comparison;
    let different = comparison.different.iter().map(|(uuid, local, server)| {
        object(&[("uuid", uuid.as_str().into()), ("local", (*local).into()), ("server", (*server).into())])
    });
    object(&[
        ("session", proof.session),
        ("local", side(&proof.local)),
        ("server", side(&proof.server)),
        ("missing", texts(&comparison.missing)),
        ("extra", texts(&comparison.extra)),
        ("different", different.collect::<Array>().into()),
        ("requeued", texts(&proof.requeued)),
        ("matches", (*comparison == sync::Comparison::default()).into()),
    ])
}
