//! What can be done inside a transaction, on rows as JavaScript holds them.

use std::ops::Deref;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{IdbCursorWithValue, IdbIndex, IdbObjectStore, IdbRequest};

use super::copies::Notes;
use super::diagnose::{explain, storable};
use super::key::KeyValue;
use super::query::{Bounds, Select, ServedBy};
use super::request::Request;
use super::scan;
use super::trace::Trace;
use crate::error::{Error, Result};
use crate::schema::StoreSchema;

/// The rows of one store in a transaction that can read.
#[derive(Debug)]
pub struct ReadRows {
    native: IdbObjectStore,
    schema: Rc<StoreSchema>,
    trace: Rc<Trace>,
}

/// The answer to a query.
#[derive(Debug)]
pub struct Selected {
    /// The rows, in the order asked for.
    pub rows: Array,
    /// What served it.
    pub served_by: ServedBy,
}

/// Where a query reads from.
enum Source {
    Store(IdbObjectStore),
    Index(IdbIndex),
}

impl ReadRows {
    pub(super) fn new(native: IdbObjectStore, schema: Rc<StoreSchema>, trace: Rc<Trace>) -> ReadRows {
        ReadRows { native, schema, trace }
    }

    /// The row with this primary key; `undefined` when there is none.
    pub fn get(&self, key: &KeyValue) -> Result<Request> {
        Ok(Request::new(self.native.get(&key.to_js())?))
    }

    /// As [`ReadRows::get`], for a row that the browser may fail to read: then the transaction goes on without it.
    pub fn get_or_fail(&self, key: &KeyValue) -> Result<Request> {
        Ok(Request::sparing(self.native.get(&key.to_js())?))
    }

    /// The rows that a query asks for.
    ///
    /// # Errors
    /// `InvalidArgument` for an index that the schema does not have.
    pub async fn select(&self, select: &Select) -> Result<Selected> {
        let (source, served_by) = self.source(select)?;
        self.trace.read(&self.schema.name, &served_by);
        if select.bounds.is_empty() || select.limit == Some(0) {
            return Ok(Selected { rows: Array::new(), served_by });
        }
        let rows = match source {
            None => self.scan(select).await?,
            Some(source) => {
                let range = select.bounds.to_native()?.map_or(JsValue::UNDEFINED, JsValue::from);
                match select.limit {
                    Some(limit) if select.is_descending() => last(source.open_cursor(&range, select)?, limit).await?,
                    limit => {
                        let rows: Array = Request::new(source.get_all(&range, limit)?).await?.unchecked_into();
                        if select.is_descending() { rows.reverse() } else { rows }
                    }
                }
            }
        };
        Ok(Selected { rows, served_by })
    }

    /// How many rows a query asks for, its limit left aside; no row is read when an index serves it.
    ///
    /// # Errors
    /// As [`ReadRows::select`].
    pub async fn count(&self, select: &Select) -> Result<u32> {
        self.trace.read(&self.schema.name, &self.explain(select)?);
        self.count_untold(select).await
    }

    /// As [`ReadRows::count`], for a look of the library's own: it does not count as the last query.
    pub(crate) async fn count_untold(&self, select: &Select) -> Result<u32> {
        let (source, _) = self.source(select)?;
        if select.bounds.is_empty() {
            return Ok(0);
        }
        let Some(source) = source else {
            return Ok(self.scan(&Select { limit: None, ..select.clone() }).await?.length());
        };
        let range = select.bounds.to_native()?.map_or(JsValue::UNDEFINED, JsValue::from);
        let count = Request::new(source.count(&range)?).await?;
        // IndexedDB counts in unsigned long: always a whole number in u32.
        Ok(count.as_f64().unwrap_or(0.0) as u32)
    }

    /// The first keys within bounds, at most so many, as an array.
    pub(crate) fn keys(&self, bounds: &Bounds, limit: u32) -> Result<Request> {
        let range = bounds.to_native()?.map_or(JsValue::UNDEFINED, JsValue::from);
        Ok(Request::new(self.native.get_all_keys_with_key_and_limit(&range, limit)?))
    }

    /// Whether it has no row. A look of the library's own: it does not count as the last query.
    pub(crate) async fn is_empty(&self) -> Result<bool> {
        Ok(Request::new(self.native.count()?).await? == 0)
    }

    /// What serves a query.
    ///
    /// # Errors
    /// As [`ReadRows::select`].
    pub fn explain(&self, select: &Select) -> Result<ServedBy> {
        self.source(select).map(|(_, served_by)| served_by)
    }

    /// The primary key of a row, `None` when it has none.
    pub fn key_of(&self, row: &JsValue) -> Option<KeyValue> {
        scan::primary_key(row, &self.schema)
    }

    /// The description of this store.
    pub fn schema(&self) -> &StoreSchema {
        &self.schema
    }

    /// The answer of a missing index, from every row.
    async fn scan(&self, select: &Select) -> Result<Array> {
        let all: Array = Request::new(self.native.get_all()?).await?.unchecked_into();
        Ok(scan::pick(&all, select, &self.schema))
    }

    /// Where to read, `None` for a scan: the schema has the index, the disk has not.
    fn source(&self, select: &Select) -> Result<(Option<Source>, ServedBy)> {
        let Some(name) = &select.index else {
            return Ok((Some(Source::Store(self.native.clone())), ServedBy::PrimaryKey));
        };
        if self.native.index_names().contains(name) {
            let index = self.native.index(name)?;
            return Ok((Some(Source::Index(index)), ServedBy::Index(name.clone().into())));
        }
        self.schema.index_argument(name)?;
        Ok((None, ServedBy::Scan { missing: name.clone() }))
    }
}

impl Source {
    fn get_all(&self, range: &JsValue, limit: Option<u32>) -> Result<IdbRequest> {
        Ok(match (self, limit) {
            (Source::Store(store), None) => store.get_all_with_key(range)?,
            (Source::Store(store), Some(limit)) => store.get_all_with_key_and_limit(range, limit)?,
            (Source::Index(index), None) => index.get_all_with_key(range)?,
            (Source::Index(index), Some(limit)) => index.get_all_with_key_and_limit(range, limit)?,
        })
    }

    fn count(&self, range: &JsValue) -> Result<IdbRequest> {
        Ok(match self {
            Source::Store(store) => store.count_with_key(range)?,
            Source::Index(index) => index.count_with_key(range)?,
        })
    }

    fn open_cursor(&self, range: &JsValue, select: &Select) -> Result<IdbRequest> {
        let direction = select.direction.into();
        Ok(match self {
            Source::Store(store) => store.open_cursor_with_range_and_direction(range, direction)?,
            Source::Index(index) => index.open_cursor_with_range_and_direction(range, direction)?,
        })
    }
}

/// The first `limit` rows of a cursor: what `getAll` cannot do from the end of an index.
async fn last(cursor: IdbRequest, limit: u32) -> Result<Array> {
    let rows = Array::new();
    loop {
        // A request settles anew after each continue().
        let found = Request::new(cursor.clone()).await?;
        let Some(entry) = found.dyn_ref::<IdbCursorWithValue>() else {
            break;
        };
        rows.push(&entry.value()?);
        if rows.length() == limit {
            break;
        }
        entry.continue_()?;
    }
    Ok(rows)
}

/// The rows of one store in a transaction that can also write.
#[derive(Debug)]
pub struct WriteRows {
    rows: ReadRows,
    notes: Option<Rc<Notes>>,
}

impl WriteRows {
    pub(super) fn new(rows: ReadRows, notes: Option<Rc<Notes>>) -> WriteRows {
        WriteRows { rows, notes }
    }

    /// Inserts or replaces; the result is the primary key. Saved when the transaction has committed, not before.
    ///
    /// # Errors
    /// `InvalidRecord` at once when the value cannot be cloned or has no valid key.
    pub fn put(&self, row: &JsValue) -> Result<Request> {
        let request = self.issue(row)?;
        self.note(row)?;
        Ok(Request::new(request))
    }

    /// As [`WriteRows::put`], in a store whose keys are given beside the rows. [`Request::new`] waits for it; a request that
    /// nobody waits for costs no event.
    pub(crate) fn put_at(&self, key: &KeyValue, row: &JsValue) -> Result<IdbRequest> {
        self.rows.native.put_with_key(row, &key.to_js()).map_err(|thrown| Error::of_clone(&thrown))
    }

    /// Deletes the row with this key, if there is one.
    pub fn delete(&self, key: &KeyValue) -> Result<()> {
        self.rows.native.delete(&key.to_js())?;
        if let Some(notes) = &self.notes {
            notes.remove(&self.schema().name, key);
        }
        Ok(())
    }

    /// Deletes every row whose primary key lies within `bounds`.
    pub fn delete_range(&self, bounds: &Bounds) -> Result<()> {
        if bounds.is_empty() {
            return Ok(());
        }
        if let Some(notes) = &self.notes {
            notes.remove_range(&self.schema().name, self.keys(bounds, u32::MAX)?);
        }
        match bounds.to_native()? {
            Some(range) => self.rows.native.delete(&range.into())?,
            None => self.rows.native.clear()?,
        };
        Ok(())
    }

    /// Deletes every row.
    pub fn clear(&self) -> Result<()> {
        self.delete_range(&Bounds::all())
    }

    /// Issues the bare request, for code that attaches its own handlers, and calls [`WriteRows::note`] when it has succeeded.
    pub(super) fn issue(&self, row: &JsValue) -> Result<IdbRequest> {
        let put = |row: &JsValue| self.rows.native.put(row);
        put(row).or_else(|thrown| {
            let copy = storable(row, self.schema(), &thrown)?;
            put(&copy).map_err(|thrown| explain(&copy, self.schema(), Error::of_clone(&thrown)))
        })
    }

    /// Whether these rows have a second copy.
    pub(super) fn is_noted(&self) -> bool {
        self.notes.is_some()
    }

    /// Notes a row that was put, for the second copy.
    pub(super) fn note(&self, row: &JsValue) -> Result<()> {
        match (&self.notes, self.key_of(row)) {
            (Some(notes), Some(key)) => notes.put(&self.schema().name, &key, row),
            _ => Ok(()),
        }
    }
}

impl Deref for WriteRows {
    type Target = ReadRows;

    fn deref(&self) -> &ReadRows {
        &self.rows
    }
}
