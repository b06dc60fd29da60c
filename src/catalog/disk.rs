//! The records of the store [`CATALOG_STORE`](crate::schema::CATALOG_STORE): of each kind a manifest, and of each segment its columns, its texts and
//! its pages. Every record carries the version of its format, a count and a checksum.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbRequest;

use super::batch::{Batch, record as record_of};
use super::columns::Columns;
use super::kind::{Fields, KEY, Kind};
use super::manifest::{self, Extent};
use super::state::{Contents, Segment};
use super::table::{Table, keyed, pack};
use super::texts::Texts;
use crate::crc32::crc32;
use crate::error::{Error, Result};
use crate::global::property;
use crate::row::Row;
use crate::store::{Bounds, KeyValue, ReadRows, Request, WriteRows};

/// The version of the format that is written, and the newest that is read.
const FORMAT: u32 = 2;

/// A part of a kind; the first part of a record's key after the name of the kind's old store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Manifest,
    Columns,
    Texts,
    Pages,
}

fn id(kind: &Kind, part: Part, rest: &[u32]) -> KeyValue {
    let mut parts = vec![KeyValue::Text(kind.store.into()), KeyValue::Number(f64::from(part as u8))];
    parts.extend(rest.iter().map(|number| KeyValue::Number(f64::from(*number))));
    KeyValue::Array(parts)
}

/// Every record of a part of a segment.
fn all_of(kind: &Kind, part: Part, rest: &[u32]) -> Bounds {
    match id(kind, part, rest) {
        KeyValue::Array(parts) => Bounds::prefix(parts),
        other => Bounds::only(other),
    }
}

/// Everything of a kind.
pub(super) fn all(kind: &Kind) -> Bounds {
    Bounds::prefix(vec![KeyValue::Text(kind.store.into())])
}

/// Every record of a segment, one range for each part.
pub(super) fn of_segment(kind: &Kind, number: u32) -> [Bounds; 3] {
    let only = |part| Bounds::only(id(kind, part, &[number]));
    [only(Part::Columns), only(Part::Texts), all_of(kind, Part::Pages, &[number])]
}

/// A record with what every record has. `None` when it is no record, or has the form of another version.
fn opened(record: &JsValue) -> Option<Row> {
    let row = Some(record).filter(|record| record.is_object()).map(|record| Row::owned(record.clone()))?;
    (row.number("format") == f64::from(FORMAT)).then_some(row)
}

fn record(count: u32, sum: u32) -> Row {
    Row::of(&[("format", FORMAT.into()), ("count", count.into()), ("sum", sum.into())])
}

fn bytes_of(row: &Row) -> Vec<u8> {
    row.get("bytes").dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default()
}

fn with_bytes(row: Row, bytes: &[u8]) -> Row {
    row.set("bytes", Uint8Array::from(bytes));
    row
}

/// What a manifest says.
#[derive(Debug)]
pub(super) struct Manifest {
    pub version: f64,
    pub watermark: JsValue,
    pub next: u32,
    pub extents: Vec<Extent>,
    /// The key of the last row that was taken over from the old store; `undefined` unless that is under way.
    pub taken: JsValue,
}

impl Manifest {
    /// The empty catalogue, which has no manifest.
    pub fn none() -> Manifest {
        let (watermark, taken) = (JsValue::NULL, JsValue::UNDEFINED);
        // Another catalogue under the same name, after the database was deleted, has other segments.
        let next = (js_sys::Math::random() * f64::from(u32::MAX / 2)) as u32;
        Manifest { version: 0.0, watermark, next, extents: Vec::new(), taken }
    }

    /// `None` when it is damaged, or has the form of another version.
    pub fn read(record: &JsValue) -> Option<Manifest> {
        if record.is_undefined() {
            return Some(Manifest::none());
        }
        let row = opened(record)?;
        let bytes = bytes_of(&row);
        let extents = manifest::from_bytes(&bytes)?;
        let is_whole = row.number("sum") == f64::from(crc32(&bytes)) && row.number("count") == extents.len() as f64;
        let (version, next) = (row.number("version"), row.number("next") as u32);
        is_whole.then(|| Manifest { version, watermark: row.get("watermark"), next, extents, taken: row.get("taken") })
    }

    pub fn write(&self, rows: &WriteRows, kind: &Kind) -> Result<()> {
        let bytes = manifest::to_bytes(&self.extents);
        let row = with_bytes(record(self.extents.len() as u32, crc32(&bytes)), &bytes);
        row.set("version", self.version);
        row.set("watermark", &self.watermark);
        row.set("next", self.next);
        row.set("taken", &self.taken);
        rows.put_at(&id(kind, Part::Manifest, &[]), row.as_js())?;
        Ok(())
    }
}

/// The manifest on disk.
///
/// # Errors
/// Of the transaction. A damaged manifest is `Ok(None)`.
pub(super) async fn manifest(rows: &ReadRows, kind: &Kind) -> Result<Option<Manifest>> {
    Ok(Manifest::read(&request_manifest(rows, kind)?.await?))
}

/// Asks for the manifest.
pub(super) fn request_manifest(rows: &ReadRows, kind: &Kind) -> Result<Request> {
    rows.get(&id(kind, Part::Manifest, &[]))
}

/// Asks for the columns of those segments of a list that are not known, or have grown. One by one: for values of this size
/// one request for all takes three times as long in Chromium (`ONLY=pages make bench`).
pub(super) fn request_contents(
    rows: &ReadRows,
    kind: &Kind,
    extents: &[Extent],
    known: &[Extent],
) -> Result<Vec<(Extent, Request)>> {
    let is_known =
        |extent: &Extent| known.iter().any(|known| (known.number, known.rows) == (extent.number, extent.rows));
    let mut requests = Vec::new();
    for extent in extents.iter().filter(|extent| !is_known(extent)) {
        requests.push((extent.clone(), rows.get_or_fail(&id(kind, Part::Columns, &[extent.number]))?));
    }
    Ok(requests)
}

/// The columns that were asked for, without those that are damaged.
pub(super) async fn contents(requests: Vec<(Extent, Request)>) -> Result<Vec<Contents>> {
    let mut all = Vec::new();
    for (extent, request) in requests {
        let record = read(request).await?.unwrap_or_default();
        let is_it =
            |row: &Row| (row.number("segment"), row.number("count")) == (extent.number.into(), extent.rows.into());
        let Some(row) = opened(&record).filter(is_it) else { continue };
        let mut odd = Vec::new();
        for pair in list(&row.get("odd")).iter() {
            let pair = list(&pair);
            if let (Some(at), Some(key)) = (pair.get(0).as_f64(), KeyValue::from_js(&pair.get(1))) {
                odd.push((at as u32, key));
            }
        }
        let columns = Columns::from_bytes(&bytes_of(&row), extent.rows, row.number("sum") as u32, odd);
        if let Some(columns) = columns.filter(Columns::has_every_key) {
            all.push(Contents { number: extent.number, columns });
        }
    }
    Ok(all)
}

/// Puts the columns and the texts of a segment.
pub(super) fn write_contents(rows: &WriteRows, kind: &Kind, contents: &Contents, texts: &Texts) -> Result<()> {
    let (number, columns) = (contents.number, &contents.columns);
    let bytes = columns.to_bytes();
    let row = with_bytes(record(columns.rows(), crc32(&bytes)), &bytes);
    row.set("segment", number);
    let odd = columns.odd.iter().map(|(at, key)| Array::of2(&(*at).into(), &key.to_js()));
    row.set("odd", odd.collect::<Array>());
    rows.put_at(&id(kind, Part::Columns, &[number]), row.as_js())?;
    let bytes = texts.bytes();
    let row = with_bytes(record(texts.rows(), crc32(bytes)), bytes);
    rows.put_at(&id(kind, Part::Texts, &[number]), row.as_js())?;
    Ok(())
}

/// The answer to a request for a part; the inner error says why the browser cannot read it.
///
/// # Errors
/// When the transaction as a whole has failed.
pub(super) async fn read(request: Request) -> Result<std::result::Result<JsValue, Error>> {
    match request.await {
        Err(error) if error.is_abort() || error.is_connection_lost() => Err(error),
        read => Ok(read),
    }
}

/// Asks for the texts of a segment.
pub(super) fn request_texts(rows: &ReadRows, kind: &Kind, extent: &Extent) -> Result<Request> {
    rows.get_or_fail(&id(kind, Part::Texts, &[extent.number]))
}

/// The texts of a segment; `None` when they are damaged.
pub(super) async fn texts(request: Request, extent: &Extent) -> Result<Option<Texts>> {
    let record = read(request).await?.unwrap_or_default();
    let whole = |row: Row| Texts::from_bytes(bytes_of(&row), extent.rows, row.number("sum") as u32);
    Ok(opened(&record).and_then(whole))
}

/// Asks for a page. A page that the browser cannot read is an error of this request, not the end of the transaction.
pub(super) fn request_page(rows: &ReadRows, kind: &Kind, number: u32, page: u32) -> Result<Request> {
    rows.get_or_fail(&id(kind, Part::Pages, &[number, page]))
}

/// Puts a page of these ranges of tables, which have about so many bytes. `digest` is what its checksum is over.
pub(super) fn write_page(
    rows: &WriteRows,
    kind: &Kind,
    (number, page): (u32, u32),
    digest: &[u8],
    ranges: &Array,
    bytes: f64,
) -> Result<IdbRequest> {
    let table = pack(ranges)?;
    let row = record(table.count(), crc32(digest));
    row.set("weight", bytes);
    row.set("table", &table);
    rows.put_at(&id(kind, Part::Pages, &[number, page]), row.as_js())
}

/// The records of a page as they were saved, and about how many bytes they have, when it passes its check: its format, its
/// count and the key of every row; and its checksum when `fields` are given, which takes as long as reading it.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read_page(
    record: &JsValue,
    segment: &Segment,
    page: u32,
    fields: Option<&Fields>,
) -> std::result::Result<(Table, f64), String> {
    let row = opened(record).ok_or("it is missing, or of another version")?;
    let table: Table = row.get("table").unchecked_into();
    let range = segment.extent.rows_of(page);
    let keys = segment.columns.numbers.get(range.start as usize..range.end as usize).unwrap_or_default();
    if row.number("count") != f64::from(range.end - range.start) || !keyed(&table, keys).unwrap_or(false) {
        return Err("its rows are not those that it should have".into());
    }
    let has_odd = |(row, key): &(u32, KeyValue)| {
        !range.contains(row) || {
            let found = property(&record_of(&table, row - range.start), KEY);
            KeyValue::from_js(&found).as_ref() == Some(key)
        }
    };
    if !segment.columns.odd.iter().all(has_odd) {
        return Err("its rows are not those that it should have".into());
    }
    if let Some(fields) = fields {
        let batch = Batch::of_table(table.clone(), fields).map_err(|error| error.to_string())?;
        if f64::from(crc32(&batch.digest())) != row.number("sum") {
            return Err("its checksum is another".into());
        }
    }
    Ok((table, row.number("weight")))
}

/// A list, empty when damage has made something else of it.
fn list(value: &JsValue) -> Array {
    value.clone().dyn_into().unwrap_or_default()
}
