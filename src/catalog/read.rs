//! Answers: which rows, found in memory; `pages.rs` gets them.

use std::cell::RefCell;
use std::ops::Bound;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::columns::{hash, hash_text};
use super::kind::{Column, Kind};
use super::manifest::Extent;
use super::pages::{Ahead, Reading, all_kept, kept};
use super::search::{Rank, Searchable, Words};
use super::state::{At, State};
use super::{Catalog, Shelf, disk};
use crate::error::Result;
use crate::global::property;
use crate::order::sorted_places;
use crate::row::{text_argument, text_of};
use crate::schema::CATALOG_STORE;
use crate::store::{Bounds, KeyValue, ReadRows, ReadTx, Select, ServedBy, pick as select_from};

/// A record that a search has found.
#[derive(Debug, Clone)]
pub struct Match {
    /// The record.
    pub record: JsValue,
    /// How well it answers.
    pub rank: Rank,
    /// Where the words stand: the field, and ranges `[begin, end)` in UTF-16 units of its text.
    pub highlights: Vec<(&'static str, Vec<(u32, u32)>)>,
}

/// JavaScript writes no two whole numbers up to this one alike (`Number.MAX_SAFE_INTEGER`).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Finds rows in what is known.
pub(super) type Find<'a> = &'a dyn Fn(&mut State) -> Vec<At>;

/// The hashes of what may stand in a field that is asked for by this text: the text, and a whole number that is written so.
fn spellings(text: &str) -> Vec<u32> {
    let is_plain = text == "0" || text.starts_with(|first: char| matches!(first, '1'..='9'));
    let number = text.parse::<u64>().ok().filter(|number| is_plain && *number <= MAX_SAFE);
    [hash_text(text)].into_iter().chain(number.map(|number| hash(&KeyValue::Number(number as f64)))).collect()
}

impl Catalog {
    /// The record with this key.
    pub(crate) async fn get(&self, shelf: &Rc<Shelf>, key: &KeyValue) -> Result<Option<JsValue>> {
        self.0.till.note_query(shelf.kind.store, &ServedBy::PrimaryKey);
        self.first(shelf, &|state| state.find(key).into_iter().collect(), None).await
    }

    /// The record with the smallest key of those whose indexed field is this text, or a number that is written so: a file of
    /// comma-separated values gives a barcode as a number, a scanner as a text.
    ///
    /// # Errors
    /// `InvalidArgument` when it is neither a text nor a number.
    pub(crate) async fn first_by(
        &self,
        shelf: &Rc<Shelf>,
        index: &'static str,
        text: &JsValue,
    ) -> Result<Option<JsValue>> {
        let (text, wanted) = match text.as_f64().filter(|number| !number.is_nan()) {
            Some(number) => {
                let text = text_of(text);
                (&JsValue::from_str(&text), vec![hash_text(&text), hash(&KeyValue::Number(number))])
            }
            None => (text, spellings(&text_argument(index, text)?)),
        };
        self.0.till.note_query(shelf.kind.store, &ServedBy::Index(index.into()));
        let Some(column) = shelf.kind.column(index) else { return Ok(None) };
        let field = shelf.fields.field(column);
        self.first(shelf, &|state| state.candidates(column, &wanted), Some((field, text))).await
    }

    /// The first row that `find` picks, of those with a value in a field when one is given.
    async fn first(
        &self,
        shelf: &Rc<Shelf>,
        find: Find<'_>,
        with: Option<(&JsValue, &JsValue)>,
    ) -> Result<Option<JsValue>> {
        if self.is_trusted(shelf)
            && let Some(found) = kept(&shelf.state(), find, with)
        {
            return Ok(found);
        }
        // Boxed, because what most calls do without would have to be moved about by all.
        let rows = Box::pin(self.select(shelf, find, false)).await?;
        let is_it = |row: &JsValue| {
            with.is_none_or(|(field, value)| {
                Reflect::get(row, field).is_ok_and(|found| {
                    found == *value || found.as_f64().is_some() && *value == *text_of(&found).as_str()
                })
            })
        };
        Ok(rows.iter().find(is_it))
    }

    /// The rows that `find` picks, in its order; `whole` when they are most of all, whose pages are then not kept.
    async fn select(&self, shelf: &Rc<Shelf>, find: Find<'_>, whole: bool) -> Result<Array> {
        self.adopt(shelf).await?;
        self.0.database.read(&[CATALOG_STORE], async |tx| self.select_in(tx, shelf, find, whole).await).await
    }

    async fn select_in(&self, tx: &ReadTx, shelf: &Rc<Shelf>, find: Find<'_>, whole: bool) -> Result<Array> {
        let rows = tx.rows(CATALOG_STORE)?;
        let ahead = Ahead::default();
        let ask = |extents: &[Extent]| if whole { ahead.request(&rows, shelf.kind, extents) } else { Ok(()) };
        let state = self.refresh_and(&rows, shelf, &ask).await?;
        loop {
            let found = find(&mut state.borrow_mut());
            // What turns out to be lost is not found the next time.
            let reading = if whole { Reading::Once(Some(&ahead)) } else { Reading::Kept };
            if let Some(rows) = self.rows_at(&rows, shelf, &state, &found, reading).await? {
                return Ok(rows);
            }
        }
    }

    /// Reads in one transaction, after what is in the till's database was taken over for these stores.
    pub(crate) async fn read<T>(&self, stores: &[&str], body: impl AsyncFn(&ReadTx) -> Result<T>) -> Result<T> {
        for shelf in stores.iter().filter_map(|store| self.shelf(store)) {
            self.adopt(shelf).await?;
        }
        self.0.database.read(&[CATALOG_STORE], body).await
    }

    /// The records that a query asks for, in a transaction of [`Catalog::read`].
    pub(crate) async fn select_any(&self, tx: &ReadTx, shelf: &Rc<Shelf>, select: &Select) -> Result<Array> {
        let kind = shelf.kind;
        // Refuses an index that the schema does not have.
        let schema = self.0.till.schema().store(kind.store)?;
        select.index.as_ref().map(|index| schema.index_argument(index)).transpose()?;
        self.0.till.note_query(kind.store, &served_by(kind, select));
        let limited = |rows: Array| match select.limit {
            Some(limit) => rows.slice(0, limit),
            None => rows,
        };
        match (&select.index, single(select)) {
            (None, _) => {
                let whole = select.limit.is_none();
                self.select_in(tx, shelf, &|state| by_key(state, select), whole).await
            }
            (Some(index), Some(key)) if kind.column(index).is_some_and(|column| column != Column::Category) => {
                let (column, wanted) = (kind.column(index).unwrap_or(Column::Code), hash(key));
                let rows = self.select_in(tx, shelf, &|state| state.candidates(column, &[wanted]), false).await?;
                let rows: Array = rows.iter().filter(|row| has(row, shelf.fields.field(column), key)).collect();
                Ok(limited(if select.is_descending() { rows.reverse() } else { rows }))
            }
            _ => {
                let all = self.select_in(tx, shelf, &all, true).await?;
                Ok(select_from(&all, select, schema))
            }
        }
    }

    /// How many records a query asks for, its limit left aside.
    pub(crate) async fn count(&self, tx: &ReadTx, shelf: &Rc<Shelf>, select: &Select) -> Result<u32> {
        let select = Select { limit: None, ..select.clone() };
        if select.index.is_some() {
            return Ok(self.select_any(tx, shelf, &select).await?.length());
        }
        self.0.till.note_query(shelf.kind.store, &ServedBy::PrimaryKey);
        let state = self.refresh(&tx.rows(CATALOG_STORE)?, shelf).await?;
        let count = by_key(&mut state.borrow_mut(), &select).len();
        Ok(count as u32)
    }

    /// What serves a query.
    pub(crate) fn explain(shelf: &Shelf, select: &Select) -> ServedBy {
        served_by(shelf.kind, select)
    }

    /// The records whose category is one of these, as a number, a text or Odoo's pair: first those that give it as a key,
    /// in the order of their keys, then the pairs in theirs, as the index of the old store had them.
    pub(crate) async fn by_category(&self, shelf: &Rc<Shelf>, ids: &[KeyValue]) -> Result<Array> {
        let Some(field) = shelf.kind.category else { return Ok(Array::new()) };
        self.0.till.note_query(shelf.kind.store, &ServedBy::Index(field.into()));
        // The column is by the id of a pair; a whole pair may be asked for as well.
        let hashes = |id: &KeyValue| match id {
            KeyValue::Array(parts) => [Some(hash(id)), parts.first().map(hash)],
            _ => [Some(hash(id)), None],
        };
        let wanted: Vec<u32> = ids.iter().flat_map(hashes).flatten().collect();
        let find = |state: &mut State| {
            let mut found = Vec::new();
            wanted.iter().for_each(|hash| found.extend(state.candidates(Column::Category, &[*hash])));
            if wanted.len() > 1 { state.sort(found) } else { found }
        };
        let rows = self.select(shelf, &find, false).await?;
        let (mut plain, mut pairs, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows.iter() {
            match KeyValue::from_js(&property(&row, field)) {
                Some(KeyValue::Array(parts)) if parts.first().is_some_and(|id| ids.contains(id)) => {
                    names.push(KeyValue::Array(parts));
                    pairs.push(row);
                }
                Some(id) if ids.contains(&id) => plain.push(row),
                _ => {}
            }
        }
        let in_order = sorted_places(&names, Ord::cmp).into_iter().map(|place| pairs[place].clone());
        Ok(plain.iter().cloned().chain(in_order).collect())
    }

    /// The records whose price is at least `from` and at most `to`, the cheapest first.
    pub(crate) async fn by_price(&self, shelf: &Rc<Shelf>, from: f64, to: f64) -> Result<Array> {
        self.0.till.note_query(shelf.kind.store, &ServedBy::Index(shelf.kind.price.unwrap_or_default().into()));
        let find = |state: &mut State| {
            let price = |at: &At| state.segments[at.segment as usize].columns.prices[at.row as usize];
            let found = state.live().filter(|at| (from..=to).contains(&price(at))).collect();
            let found = state.sort(found);
            let prices: Vec<_> = found.iter().map(price).collect();
            sorted_places(&prices, f64::total_cmp).into_iter().map(|place| found[place]).collect()
        };
        self.select(shelf, &find, false).await
    }

    /// The records that have every word of a text in their name, code or barcode, the best first.
    pub(crate) async fn search(&self, shelf: &Rc<Shelf>, text: &str, limit: u32) -> Result<Vec<Match>> {
        self.0.till.note_query(shelf.kind.store, &ServedBy::Index("search".into()));
        let words = Words::of(text);
        let found = RefCell::new(Vec::new());
        let find = |state: &mut State| {
            let exact = [Column::Barcode, Column::Code].map(|column| {
                let rows = state.candidates(column, &spellings(text.trim()));
                rows.iter().map(|at| (at.segment, at.row)).collect()
            });
            let segments = (0..)
                .zip(&state.segments)
                .filter_map(|(place, segment)| segment.texts.as_ref().map(|texts| (place, &segment.extent, texts)));
            let hits = words.search(segments, exact, limit as usize);
            found.replace(hits.iter().map(|hit| hit.rank).collect());
            hits.iter().map(|hit| At { segment: hit.at.0, row: hit.at.1 }).collect::<Vec<_>>()
        };
        self.adopt(shelf).await?;
        let is_ready = |state: &State| state.segments.iter().all(|segment| segment.texts.is_some());
        let known = shelf.state();
        let hits = (self.is_trusted(shelf) && is_ready(&known.borrow())).then(|| find(&mut known.borrow_mut()));
        let rows = match hits.as_ref().and_then(|hits| all_kept(&mut known.borrow_mut(), hits)) {
            Some(rows) => rows?,
            None => {
                let version = known.borrow().version;
                let read = async |tx: &ReadTx| {
                    let rows = tx.rows(CATALOG_STORE)?;
                    let state = self.refresh(&rows, shelf).await?;
                    self.load_texts(&rows, shelf, &state).await?;
                    let is_same = state.borrow().version == version;
                    let mut hits = hits.clone().filter(|_| is_same);
                    loop {
                        let hits = hits.take().unwrap_or_else(|| find(&mut state.borrow_mut()));
                        if let Some(rows) = self.rows_at(&rows, shelf, &state, &hits, Reading::Kept).await? {
                            return Ok(rows);
                        }
                    }
                };
                self.0.database.read(&[CATALOG_STORE], read).await?
            }
        };
        let ranks = found.into_inner();
        let fields = [Some("name"), shelf.kind.code, shelf.kind.barcode];
        let matched = |(record, rank): (JsValue, Rank)| {
            let marked = |field: &'static str| {
                let value = property(&record, field);
                let text = value.as_string().or_else(|| value.as_f64().map(|_| text_of(&value)));
                let ranges = words.highlights(&text.unwrap_or_default());
                (!ranges.is_empty()).then_some((field, ranges))
            };
            let highlights = fields.into_iter().flatten().filter_map(marked).collect();
            Match { record: record.clone(), rank, highlights }
        };
        Ok(rows.iter().zip(ranks).map(matched).collect())
    }

    async fn load_texts(&self, rows: &ReadRows, shelf: &Rc<Shelf>, state: &Rc<RefCell<State>>) -> Result<()> {
        let mut missing = Vec::new();
        for (place, segment) in (0..).zip(&state.borrow().segments).filter(|(_, segment)| segment.texts.is_none()) {
            let request = disk::request_texts(rows, shelf.kind, &segment.extent)?;
            missing.push((place, segment.extent.clone(), request));
        }
        for (place, extent, request) in missing {
            let texts = disk::texts(request, &extent).await?;
            if texts.is_none() {
                self.report(shelf, Array::new(), "what a search reads is damaged; load all of them again");
            }
            let place: usize = place;
            state.borrow_mut().segments[place].texts = Some(Searchable::new(texts.unwrap_or_default()));
        }
        Ok(())
    }
}

/// Every row, in the order of the keys.
fn all(state: &mut State) -> Vec<At> {
    let live = state.live().collect();
    state.sort(live)
}

/// The rows whose key a query asks for.
fn by_key(state: &mut State, select: &Select) -> Vec<At> {
    if let Some(key) = single(select).filter(|_| select.limit != Some(0)) {
        return state.find(key).into_iter().collect();
    }
    let mut found = all(state);
    if !matches!(select.bounds, Bounds { lower: Bound::Unbounded, upper: Bound::Unbounded }) {
        found.retain(|at| select.bounds.contains(&state.key(*at)));
    }
    if select.is_descending() {
        found.reverse();
    }
    found.truncate(select.limit.map_or(usize::MAX, |limit| limit as usize));
    found
}

/// The one key that a query asks for, if it is one.
fn single(select: &Select) -> Option<&KeyValue> {
    match (&select.bounds.lower, &select.bounds.upper) {
        (Bound::Included(lower), Bound::Included(upper)) if lower == upper => Some(lower),
        _ => None,
    }
}

fn served_by(kind: &Kind, select: &Select) -> ServedBy {
    match &select.index {
        None => ServedBy::PrimaryKey,
        Some(index)
            if single(select).is_some() && kind.column(index).is_some_and(|column| column != Column::Category) =>
        {
            ServedBy::Index(index.clone().into())
        }
        Some(index) => ServedBy::Scan { missing: index.clone() },
    }
}

/// Whether a field of a record is this key.
fn has(row: &JsValue, field: &JsValue, key: &KeyValue) -> bool {
    let value = Reflect::get(row, field).unwrap_or_default();
    match key {
        KeyValue::Text(text) => value.as_string().as_ref() == Some(text),
        other => KeyValue::from_js(&value).as_ref() == Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_also_the_number_that_is_written_so() {
        let number = |number: f64| hash(&KeyValue::Number(number));
        assert_eq!(spellings("5901234123457"), [hash_text("5901234123457"), number(5_901_234_123_457.0)]);
        assert_eq!(spellings("0"), [hash_text("0"), number(0.0)]);
        for other in ["", "00", "0590", "+5", "-5", "5.0", "5 ", "x", "9007199254740992", "99999999999999999999"] {
            assert_eq!(spellings(other), [hash_text(other)], "{other}");
        }
    }
}
