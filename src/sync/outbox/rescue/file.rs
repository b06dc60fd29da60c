//! The form of a rescue file: JSON Lines, a header and then one line for each row, with a checksum.

use js_sys::{Array, JSON, JsString};
use wasm_bindgen::JsValue;

use super::{Name, RescueFailure, STORES};
use crate::clock;
use crate::crc32::crc32;
use crate::error::{Error, Result};
use crate::global::{property, text};
use crate::row::{self, Row, describe};
use crate::schema::Schema;
use crate::stamp;
use crate::sync::outbox::STORE;
use crate::text::hexadecimal;

const FORMAT: &str = "pos-offline-rescue";

/// Of the form; a file of a newer one may hold what this one does not know.
const VERSION: u32 = 1;

/// What is wrong with a text that does not begin with a header, and the argument that holds it.
const NO_HEADER: &str = "is no rescue file: its first line is not the header";
const ARGUMENT: &str = "text";

/// A row that can be imported.
pub(super) struct Line {
    pub store: &'static str,
    /// In the form on disk.
    pub row: Row,
}

/// A file that was read.
pub(super) struct File {
    /// The database it was taken from.
    pub database: JsValue,
    /// The lines that can be imported, in their order.
    pub lines: Vec<Line>,
    /// What is wrong with the others.
    pub failures: Vec<RescueFailure>,
}

/// The text of a file with these rows of each of [`STORES`].
pub(super) fn write(database: &str, rows: [Array; 2]) -> Result<String> {
    let header = Row::of(&[
        ("format", FORMAT.into()),
        ("version", VERSION.into()),
        ("database", database.into()),
        ("exported_at", clock::now_iso().into()),
        ("count", rows.iter().map(Array::length).sum::<u32>().into()),
    ]);
    let mut file = row::json_text(header)?;
    for (store, rows) in STORES.into_iter().zip(rows) {
        for row in rows.iter() {
            let row = row::json_text(Row::owned(row))?;
            file += &format!("\n{{\"store\":\"{store}\",\"crc32\":\"{}\",\"row\":{row}}}", checksum(&row));
        }
    }
    file.push('\n');
    Ok(file)
}

/// Reads a file, line by line: what is wrong with one is no reason to leave another.
///
/// # Errors
/// `InvalidArgument` when the header is not there, or is that of another form or a newer version.
pub(super) fn read(text: &str, schema: &Schema) -> Result<File> {
    let lines = JsString::from(text).split("\n");
    let (database, count) = header(&lines.get(0))?;
    let mut file = File { database, lines: Vec::new(), failures: Vec::new() };
    let (mut found, mut last) = (0, 1);
    for (number, line) in (1..).zip(lines.iter()).skip(1) {
        let line = line.as_string().unwrap_or_default();
        if line.trim_ascii().is_empty() {
            continue;
        }
        (found, last) = (found + 1, number);
        match self::line(&line, schema) {
            Ok(line) => file.lines.push(line),
            Err(error) => file.failures.push(RescueFailure { line: number, error }),
        }
    }
    if found < count {
        let error = Error::record(format!("the file was cut: it has {found} rows and should have {count}"));
        file.failures.push(RescueFailure { line: last + 1, error });
    }
    Ok(file)
}

/// The database and the number of rows that a header names.
fn header(line: &JsValue) -> Result<(JsValue, u32)> {
    let header = line.as_string().and_then(|line| JSON::parse(&line).ok()).unwrap_or_default();
    let number = |name| property(&header, name).as_f64();
    let (Some(FORMAT), Some(version), Some(count)) =
        (text(&header, "format").as_deref(), number("version"), number("count"))
    else {
        return Err(Error::argument(ARGUMENT, NO_HEADER));
    };
    if version > f64::from(VERSION) {
        return Err(Error::argument(ARGUMENT, "is a rescue file of a newer version; import it with a newer package"));
    }
    Ok((property(&header, "database"), count as u32))
}

/// A line as a row, if it is whole.
fn line(line: &str, schema: &Schema) -> Result<Line> {
    let line = JSON::parse(line).map_err(|thrown| Error::record(format!("no JSON: {}", Error::from_js(&thrown))))?;
    let named = text(&line, "store");
    let Some(store) = STORES.into_iter().find(|store| named.as_deref() == Some(store)) else {
        return Err(Error::record(format!("no store to import into: {}", describe(&property(&line, "store")))));
    };
    let row = property(&line, "row");
    // `undefined` when there is no row, whatever the type says.
    let json = JsValue::from(JSON::stringify(&row)?).as_string().unwrap_or_default();
    if text(&line, "crc32") != Some(checksum(&json)) {
        return Err(Error::record("the checksum does not match: the line was changed on the way".into()));
    }
    if let Some(why) = text(&row, row::EXPORT_ERROR) {
        return Err(Error::record(format!("it left its till without data: {why}")));
    }
    let row = stamp::for_disk(&row, schema.store(store)?)?;
    let name = Name::of(store, &row);
    if name.uuid.is_none() && (store == STORE || name.id.is_empty()) {
        return Err(Error::field("uuid", "is missing: nothing would tell whether the row is here already"));
    }
    Ok(Line { store, row })
}

/// Of the compact JSON text of a row, as eight hexadecimal digits.
fn checksum(json: &str) -> String {
    hexadecimal(&crc32(json.as_bytes()).to_be_bytes())
}
