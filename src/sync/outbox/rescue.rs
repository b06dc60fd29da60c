//! The rescue file: the sales that the server has not confirmed, as text, from one till to another or back.
//!
//! JSON Lines. The first line names the format, the database and how many rows follow; each further line is a row with its
//! store and the checksum of its JSON text. JSON has no Date, Map or bytes: rows go to the server as JSON as well.

use js_sys::{JSON, JsString};
use wasm_bindgen::JsValue;

use super::entry::uuid_of;
use super::queue::number;
use super::{Outbox, STORE, unsynced};
use crate::clock;
use crate::crc32::crc32;
use crate::error::{Error, Result};
use crate::global::property;
use crate::model::{ConfigEntry, OfflineOrder};
use crate::offline_db::{new_key, same_sale};
use crate::row::{Row, describe, text_of};
use crate::stamp;
use crate::store::{KeyValue, Record, WriteTx};
use crate::sync::plan::State;

const FORMAT: &str = "pos-offline-rescue";
const VERSION: f64 = 1.0;
/// The key field of `pos_offline_orders`.
const OFFLINE_ID: &str = "offline_id";

/// What became of the lines of a rescue file.
#[derive(Debug, Default)]
pub struct Rescue {
    /// Rows that are in the outbox now.
    pub imported: u32,
    /// Rows that were there already, and were left as they were.
    pub known: u32,
    /// Lines that could not be taken: their number, from 1, and why.
    pub failures: Vec<(u32, Error)>,
}

/// What the outbox has, while rows are added to it.
#[derive(Default)]
struct Known {
    uuids: Vec<String>,
    /// Ids that had to be changed, and to what.
    renamed: Vec<(String, String)>,
}

/// A line of the file: whether it is a row of `transactions`, and the row.
type Line = Result<(bool, Row)>;

impl Outbox {
    /// Every sale that the server has not confirmed, as a rescue file. Nothing is changed.
    ///
    /// # Errors
    /// Of the database.
    pub async fn export(&self) -> Result<String> {
        let transactions = self.db.get_pending_transactions().await?;
        let offline_orders = self.db.get_unsynced_offline_orders().await?;
        let header = Row::new();
        header.set("format", FORMAT);
        header.set("version", VERSION);
        header.set("database", self.db.database().name());
        header.set("exported_at", clock::now_iso());
        header.set("count", transactions.length() + offline_orders.length());
        let mut text = json(header.as_js())?;
        for (store, rows) in [(STORE, transactions), (OfflineOrder::STORE, offline_orders)] {
            for row in rows.iter() {
                text.push('\n');
                text += &line_of(store, row)?;
            }
        }
        text.push('\n');
        Ok(text)
    }

    /// Takes the rows of a rescue file into this outbox, all in one transaction. What is known by its uuid or its key
    /// stays as it is; the server is asked about each of the others before it is sent, for another till may have sent it.
    ///
    /// # Errors
    /// `InvalidArgument` when the text is no rescue file, or one of a newer version; then nothing is taken.
    pub async fn import(&self, text: &str) -> Result<Rescue> {
        let (header, lines) = read(text)?;
        let (database, count) = (header.get("database"), header.number("count"));
        let stores = [STORE, ConfigEntry::STORE, OfflineOrder::STORE];
        let body = async |tx: &WriteTx| {
            let mut rescue = Rescue::default();
            let mut known = Known::default();
            let transactions = tx.rows(STORE)?;
            for row in unsynced(&transactions, None).await?.iter() {
                known.uuids.extend(uuid_of(&Row::owned(row)));
            }
            for (number, line) in &lines {
                let taken = match line {
                    Ok((true, row)) => take_transaction(tx, row, &database, &mut known).await,
                    Ok((false, row)) => take_offline_order(tx, row).await,
                    Err(error) => Err(error.clone()),
                };
                match taken {
                    Ok(true) => rescue.imported += 1,
                    Ok(false) => rescue.known += 1,
                    Err(error) if error.is_about_one_record() => rescue.failures.push((*number, error)),
                    Err(error) => return Err(error),
                }
            }
            if (lines.len() as f64) < count {
                let end = lines.last().map_or(1, |(number, _)| *number) + 1;
                let reason = format!("the file is cut off: {} of {} rows are left", lines.len(), count as u32);
                rescue.failures.push((end, Error::record(reason)));
            }
            Ok(rescue)
        };
        self.db.database().write(&stores, body).await
    }
}

/// The header and the lines after it, each with its number.
fn read(text: &str) -> Result<(Row, Vec<(u32, Line)>)> {
    let texts = JsString::from(text).split("\n");
    let header = parsed(&texts.get(0)).unwrap_or_default();
    if header.get("format").as_string().as_deref() != Some(FORMAT) {
        return Err(Error::argument("text", "is no rescue file: its first line does not name the format"));
    }
    if header.number("version") != VERSION {
        let reason = format!("is a rescue file of version {}, which is newer", text_of(&header.get("version")));
        return Err(Error::argument("text", reason));
    }
    let mut lines = Vec::new();
    for at in 1..texts.length() {
        let text = texts.get(at);
        // The end of the file, or what an editor has left there.
        if text.as_string().is_some_and(|text| !text.trim_ascii().is_empty()) {
            lines.push((at + 1, read_line(&text)));
        }
    }
    Ok((header, lines))
}

fn read_line(text: &JsValue) -> Line {
    let line = parsed(text)?;
    if line.has("error") {
        return Err(Error::record(text_of(&line.get("error"))));
    }
    let (store, row) = (line.get("store").as_string(), line.get("row"));
    if !row.is_object() || line.get("crc32").as_string() != Some(crc32(&json(&row)?)) {
        return Err(Error::record("the checksum is that of another row: the line was changed"));
    }
    match store.as_deref() {
        Some(STORE) => Ok((true, Row::owned(row))),
        Some(OfflineOrder::STORE) => Ok((false, Row::owned(row))),
        _ => Err(Error::record("it is of no store that holds sales")),
    }
}

/// Takes a row into the outbox, with the next number of the sequence; whether it was not there.
async fn take_transaction(tx: &WriteTx, given: &Row, database: &JsValue, known: &mut Known) -> Result<bool> {
    let rows = tx.rows(STORE)?;
    let uuid = uuid_of(given).ok_or_else(|| Error::field("uuid", "is missing"))?;
    let stored = rows.get(&key_of(given, "id")?)?.await?;
    let is_same = stored.is_object() && uuid_of(&Row::owned(stored.clone())).as_ref() == Some(&uuid);
    if is_same || known.uuids.contains(&uuid) {
        return Ok(false);
    }
    let row = stamp::for_disk(given.as_js(), rows.schema())?;
    let rescued = Row::new();
    rescued.set("database", database);
    for field in ["id", "sequence", "created_at"] {
        rescued.set(field, given.get(field));
    }
    row.set("rescued", rescued);
    row.set("uuid", uuid.as_str());
    row.set("synced", 0);
    row.set("uncertain", true);
    if State::of(row.get("state").as_string().as_deref()) != State::Rejected {
        row.set("state", State::Pending.as_str());
    }
    for field in ["lease_owner", "lease_until", "next_attempt"] {
        row.set(field, JsValue::NULL);
    }
    if stored.is_object() {
        let id = new_key(&text_of(&row.get("type")));
        known.renamed.push((text_of(&row.get("id")), id.clone()));
        row.set("id", id);
    }
    let after = row.get("after").as_string();
    if let Some((_, id)) = known.renamed.iter().find(|(old, _)| after.as_ref() == Some(old)) {
        row.set("after", id.as_str());
    }
    number(tx, &row).await?;
    rows.put(row.as_js())?;
    known.uuids.push(uuid);
    Ok(true)
}

/// Takes an offline order; whether it was not there.
async fn take_offline_order(tx: &WriteTx, given: &Row) -> Result<bool> {
    let rows = tx.rows(OfflineOrder::STORE)?;
    let stored = rows.get(&key_of(given, OFFLINE_ID)?)?.await?;
    if stored.is_object() {
        // Another order under the same key is refused.
        return same_sale(&stored, given, OFFLINE_ID).map(|()| false);
    }
    rows.put(stamp::for_disk(given.as_js(), rows.schema())?.as_js())?;
    Ok(true)
}

fn key_of(row: &Row, field: &str) -> Result<KeyValue> {
    KeyValue::argument(field, &row.get(field)).map_err(|_| Error::field(field, "is no key"))
}

fn json(value: &JsValue) -> Result<String> {
    Ok(JSON::stringify(value)?.into())
}

fn parsed(text: &JsValue) -> Result<Row> {
    match JSON::parse(&text.as_string().unwrap_or_default()) {
        Ok(value) if value.is_object() => Ok(Row::owned(value)),
        _ => Err(Error::record("it is no JSON object")),
    }
}

/// One row must not keep the others from being rescued: what has no JSON form is named instead.
fn line_of(store: &str, row: JsValue) -> Result<String> {
    let line = Row::new();
    line.set("store", store);
    match json(&row) {
        Ok(text) => {
            line.set("crc32", crc32(&text));
            line.set("row", row);
        }
        Err(error) => line.set("error", format!("row {} has no JSON form: {error}", describe(&property(&row, "id")))),
    }
    json(line.as_js())
}
