//! From the library's values to plain JavaScript objects.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::catalog::{DeltaReport, Match, Rank};
use crate::clock;
use crate::global::property;
use crate::offline_db::{JournalStatus, Quota, SavedUser, lost_name, restored_row};
use crate::row::Row;
use crate::store::{BulkFailure, BulkProgress, BulkReport, Explanation, ServedBy, Status};

/// A plain object of these fields.
pub(super) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    Row::of(fields).into()
}

pub(super) fn report(report: &BulkReport) -> JsValue {
    object(&[
        ("requested", report.requested.into()),
        ("saved", report.saved.into()),
        ("failures", report.failures.iter().map(failure).collect::<Array>().into()),
    ])
}

pub(super) fn progress(progress: BulkProgress) -> JsValue {
    object(&[
        ("requested", progress.requested.into()),
        ("done", progress.done.into()),
        ("saved", progress.saved.into()),
    ])
}

pub(super) fn explanation(explanation: &Explanation) -> JsValue {
    object(&[
        ("store", explanation.store.as_str().into()),
        ("index", explanation.served_by.as_str().into()),
        ("missingIndex", missing(&explanation.served_by)),
        ("durability", explanation.durability.as_str().into()),
    ])
}

pub(super) fn quota(quota: &Quota) -> JsValue {
    object(&[
        ("ok", quota.is_ok().into()),
        ("usage", quota.usage.into()),
        ("quota", quota.quota.into()),
        ("percentUsed", quota.share().into()),
        ("salesLeft", quota.sales_left.map_or(JsValue::NULL, JsValue::from)),
    ])
}

pub(super) fn saved_user(user: SavedUser) -> JsValue {
    object(&[("id", user.id), ("login", user.login.into()), ("isUpdate", user.is_update.into())])
}

pub(super) fn delta_report(report: DeltaReport) -> JsValue {
    object(&[("saved", report.saved.into()), ("deleted", report.deleted.into())])
}

pub(super) fn matches(matches: Vec<Match>) -> JsValue {
    matches.iter().map(found).collect::<Array>().into()
}

fn found(found: &Match) -> JsValue {
    let rank = match found.rank {
        Rank::Barcode => "barcode",
        Rank::Prefix => "prefix",
        Rank::WordStart => "word",
        Rank::Inside => "inside",
    };
    let highlights = Row::new();
    for (field, ranges) in &found.highlights {
        let range = |(begin, end): &(u32, u32)| Array::of2(&(*begin).into(), &(*end).into());
        highlights.set(field, ranges.iter().map(range).collect::<Array>());
    }
    object(&[("product", found.record.clone()), ("rank", rank.into()), ("highlights", highlights.into())])
}

pub(super) fn status(status: &Status, journal: Option<JournalStatus>) -> JsValue {
    let last_query = status.last_query.as_ref().map_or(JsValue::NULL, |(store, served_by)| {
        object(&[
            ("store", store.as_str().into()),
            ("index", served_by.as_str().into()),
            ("missingIndex", missing(served_by)),
        ])
    });
    let last_write = status.last_write.as_ref().map_or(JsValue::NULL, |(stores, durability)| {
        object(&[
            ("stores", stores.iter().map(JsValue::from).collect::<Array>().into()),
            ("durability", durability.as_str().into()),
        ])
    });
    object(&[
        ("name", status.name.as_str().into()),
        ("open", status.version.is_some().into()),
        ("version", status.version.map_or(JsValue::NULL, JsValue::from)),
        ("reopened", status.reopened.into()),
        ("lastQuery", last_query),
        ("lastWrite", last_write),
        ("memory", property(&property(&wasm_bindgen::memory(), "buffer"), "byteLength")),
        ("journal", journal.map_or(JsValue::NULL, journal_status)),
    ])
}

fn journal_status(status: JournalStatus) -> JsValue {
    let time = |ms: f64| if ms > 0.0 { JsValue::from(clock::iso(ms)) } else { JsValue::NULL };
    let recovery = status.recovered.map_or(JsValue::NULL, |recovered| {
        object(&[
            ("at", time(recovered.at)),
            ("took", recovered.took.into()),
            ("lost", recovered.lost.map_or(JsValue::NULL, |lost| lost_name(lost).into())),
            ("restored", restored_row(&recovered.restored).into()),
        ])
    });
    object(&[
        ("files", status.files.into()),
        ("settled", status.settled.into()),
        ("bytes", status.bytes.into()),
        ("copies", status.copies.into()),
        ("copiedAt", time(status.copied_at)),
        ("problems", status.problems.iter().map(JsValue::from).collect::<Array>().into()),
        ("recovery", recovery),
    ])
}

fn missing(served_by: &ServedBy) -> JsValue {
    match served_by {
        ServedBy::Scan { missing } => missing.into(),
        _ => JsValue::NULL,
    }
}

fn failure(failure: &BulkFailure) -> JsValue {
    let error = Row::owned(failure.error.to_js());
    let field = if error.has("field") { error.get("field") } else { error.get("index") };
    object(&[
        ("position", failure.position.into()),
        ("key", failure.key.clone()),
        ("code", failure.error.code().into()),
        ("message", failure.error.to_string().into()),
        ("field", field),
        ("cause", error.get("cause")),
    ])
}
