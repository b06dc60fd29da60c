//! Answers: which rows, found in memory, and the rows themselves, from the pages kept or from disk.

use std::cell::RefCell;
use std::ops::Bound;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::batch::{copied, pick};
use super::columns::{hash, hash_text};
use super::kind::{Column, Kind};
use super::manifest::{PAGE_ROWS, SEGMENT_ROWS};
use super::search::{Rank, Searchable, Words};
use super::state::{At, Page, State};
use super::{Catalog, Shelf, disk};
use crate::error::Result;
use crate::global::property;
use crate::order::sorted_places;
use crate::schema::CATALOG_STORE;
use crate::store::{Bounds, KeyValue, ReadRows, ReadTx, Select, ServedBy, pick as select_from};

/// Pages of a segment.
const PAGES: usize = (SEGMENT_ROWS / PAGE_ROWS) as usize;

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

/// Finds rows in what is known.
type Find<'a> = &'a dyn Fn(&mut State) -> Vec<At>;

impl Catalog {
    /// The record with this key, `undefined` when there is none.
    pub(crate) async fn get(&self, shelf: &Rc<Shelf>, key: &KeyValue) -> Result<JsValue> {
        self.0.database.note_query(shelf.kind.store, &ServedBy::PrimaryKey);
        self.first(shelf, &|state| state.find(key).into_iter().collect(), &|_| true).await
    }

    /// The record with the smallest key of those whose indexed field is this text, `undefined` when there is none.
    pub(crate) async fn first_by(&self, shelf: &Rc<Shelf>, index: &'static str, text: &JsValue) -> Result<JsValue> {
        self.0.database.note_query(shelf.kind.store, &ServedBy::Index(index.into()));
        let Some(column) = shelf.kind.column(index) else { return Ok(JsValue::UNDEFINED) };
        let wanted = hash_text(&text.as_string().unwrap_or_default());
        let field = shelf.fields.field(column);
        let is_it = |row: &JsValue| Reflect::get(row, field).is_ok_and(|value| value == *text);
        self.first(shelf, &|state| state.candidates(column, wanted), &is_it).await
    }

    async fn first(&self, shelf: &Rc<Shelf>, find: Find<'_>, is_it: &dyn Fn(&JsValue) -> bool) -> Result<JsValue> {
        if self.is_trusted(shelf)
            && let Some(found) = kept(&shelf.state(), find, is_it)
        {
            return found;
        }
        let rows = self.select(shelf, find, false).await?;
        Ok(rows.iter().find(is_it).unwrap_or_default())
    }

    /// The rows that `find` picks, in its order; `whole` when they are most of all, whose pages are then not kept.
    async fn select(&self, shelf: &Rc<Shelf>, find: Find<'_>, whole: bool) -> Result<Array> {
        self.adopt(shelf).await?;
        self.0.database.read(&[CATALOG_STORE], async |tx| self.select_in(tx, shelf, find, whole).await).await
    }

    async fn select_in(&self, tx: &ReadTx, shelf: &Rc<Shelf>, find: Find<'_>, whole: bool) -> Result<Array> {
        let rows = tx.rows(CATALOG_STORE)?;
        let state = self.refresh(&rows, shelf).await?;
        loop {
            let found = find(&mut state.borrow_mut());
            // What turns out to be lost is not found the next time.
            if let Some(rows) = self.rows_at(&rows, shelf, &state, &found, whole).await? {
                return Ok(rows);
            }
        }
    }

    /// The records that a query asks for, in a transaction that has [`CATALOG_STORE`] and the old store, which must have
    /// been taken over before, among its stores.
    pub(crate) async fn select_any(&self, tx: &ReadTx, shelf: &Rc<Shelf>, select: &Select) -> Result<Array> {
        let kind = shelf.kind;
        // Refuses an index that the schema does not have.
        tx.rows(kind.store)?.explain(select)?;
        self.0.database.note_query(kind.store, &served_by(kind, select));
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
                let rows = self.select_in(tx, shelf, &|state| state.candidates(column, wanted), false).await?;
                let rows: Array = rows.iter().filter(|row| has(row, shelf.fields.field(column), key)).collect();
                Ok(limited(if select.is_descending() { rows.reverse() } else { rows }))
            }
            _ => {
                let all = self.select_in(tx, shelf, &all, true).await?;
                Ok(select_from(&all, select, self.0.database.schema().store(kind.store)?))
            }
        }
    }

    /// How many records a query asks for, its limit left aside.
    pub(crate) async fn count(&self, tx: &ReadTx, shelf: &Rc<Shelf>, select: &Select) -> Result<u32> {
        let select = Select { limit: None, ..select.clone() };
        if select.index.is_some() {
            return Ok(self.select_any(tx, shelf, &select).await?.length());
        }
        self.0.database.note_query(shelf.kind.store, &ServedBy::PrimaryKey);
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
        self.0.database.note_query(shelf.kind.store, &ServedBy::Index(field.into()));
        // The column is by the id of a pair; a whole pair may be asked for as well.
        let hashes = |id: &KeyValue| match id {
            KeyValue::Array(parts) => [Some(hash(id)), parts.first().map(hash)],
            _ => [Some(hash(id)), None],
        };
        let wanted: Vec<u32> = ids.iter().flat_map(hashes).flatten().collect();
        let find = |state: &mut State| {
            let mut found = Vec::new();
            wanted.iter().for_each(|hash| found.extend(state.candidates(Column::Category, *hash)));
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
        self.0.database.note_query(shelf.kind.store, &ServedBy::Index(shelf.kind.price.unwrap_or_default().into()));
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
        self.0.database.note_query(shelf.kind.store, &ServedBy::Index("search".into()));
        let words = Words::of(text);
        let found = RefCell::new(Vec::new());
        let find = |state: &mut State| {
            let exact = [Column::Barcode, Column::Code].map(|column| {
                let rows = state.candidates(column, hash_text(text.trim()));
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
                        if let Some(rows) = self.rows_at(&rows, shelf, &state, &hits, false).await? {
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
                let ranges = words.highlights(&property(&record, field).as_string().unwrap_or_default());
                (!ranges.is_empty()).then_some((field, ranges))
            };
            let highlights = fields.into_iter().flatten().filter_map(marked).collect();
            Match { record: record.clone(), rank, highlights }
        };
        Ok(rows.iter().zip(ranks).map(matched).collect())
    }

    async fn load_texts(&self, rows: &ReadRows, shelf: &Rc<Shelf>, state: &Rc<RefCell<State>>) -> Result<()> {
        let missing: Vec<(usize, _)> = {
            let state = state.borrow();
            let lacking = (0..).zip(&state.segments).filter(|(_, segment)| segment.texts.is_none());
            lacking.map(|(place, segment)| (place, segment.extent.clone())).collect()
        };
        for (place, extent) in missing {
            let texts = disk::texts(rows, shelf.kind, &extent).await?;
            if texts.is_none() {
                self.report(shelf, Array::new(), "what a search reads is damaged; load all of them again");
            }
            state.borrow_mut().segments[place].texts = Some(Searchable::new(texts.unwrap_or_default()));
        }
        Ok(())
    }

    /// Reads the rows at some places, in their order; `None` when a page turns out to be lost. Pages are asked for all at
    /// once. When `whole`, they are not kept and not checked by content: each row is handed out as it comes.
    pub(super) async fn rows_at(
        &self,
        rows: &ReadRows,
        shelf: &Rc<Shelf>,
        state: &Rc<RefCell<State>>,
        places: &[At],
        whole: bool,
    ) -> Result<Option<Array>> {
        let page_of = |at: &At| at.segment as usize * PAGES + (at.row / PAGE_ROWS) as usize;
        let mut requests = Vec::new();
        let fresh = Array::new();
        {
            let state = state.borrow();
            let mut is_asked = vec![false; state.segments.len() * PAGES];
            for at in places {
                let segment = &state.segments[at.segment as usize];
                if std::mem::replace(&mut is_asked[page_of(at)], true) {
                    continue;
                }
                let is_needed = match segment.page(at.row) {
                    Page::OnDisk => true,
                    Page::Kept(..) => whole,
                };
                if is_needed {
                    requests
                        .push((*at, disk::request_page(rows, shelf.kind, segment.extent.number, at.row / PAGE_ROWS)?));
                }
            }
        }
        let mut is_lost = false;
        for (at, request) in requests {
            let read = match request.await {
                Ok(record) => {
                    let state = state.borrow();
                    let segment = &state.segments[at.segment as usize];
                    disk::read_page(&record, segment, at.row / PAGE_ROWS, (!whole).then_some(&shelf.fields))
                }
                // The transaction as a whole has failed.
                Err(error) if error.is_abort() || error.is_connection_lost() => return Err(error),
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok(page) if whole => fresh.set(page_of(&at) as u32, page.into()),
                Ok(page) => state.borrow_mut().keep(at, page),
                Err(reason) => {
                    let keys = state.borrow_mut().lose(at);
                    // Nobody misses a page whose rows were dead already.
                    if keys.length() > 0 {
                        self.report(shelf, keys, &reason);
                    }
                    is_lost = true;
                }
            }
        }
        if is_lost {
            return Ok(None);
        }
        let found = if whole {
            let packed: Vec<u32> =
                places.iter().map(|at| page_of(at) as u32 * PAGE_ROWS + at.row % PAGE_ROWS).collect();
            pick(&fresh, &packed, PAGE_ROWS)?
        } else {
            let found = Array::new_with_length(places.len() as u32);
            for (place, at) in (0..).zip(places) {
                if let Some(page) = state.borrow_mut().kept(*at) {
                    found.set(place, copied(&page.get(at.row % PAGE_ROWS))?);
                }
            }
            found
        };
        state.borrow_mut().shrink();
        Ok(Some(found))
    }
}

/// The first of the found rows that `is_it`, when the pages of all before it are kept.
fn kept(state: &RefCell<State>, find: Find<'_>, is_it: &dyn Fn(&JsValue) -> bool) -> Option<Result<JsValue>> {
    let mut state = state.borrow_mut();
    for at in find(&mut state) {
        let row = state.kept(at)?.get(at.row % PAGE_ROWS);
        if is_it(&row) {
            return Some(copied(&row).map_err(Into::into));
        }
    }
    Some(Ok(JsValue::UNDEFINED))
}

/// The rows, when the pages of all are kept.
fn all_kept(state: &mut State, places: &[At]) -> Option<Result<Array>> {
    let rows = Array::new();
    for at in places {
        match copied(&state.kept(*at)?.get(at.row % PAGE_ROWS)) {
            Ok(row) => rows.push(&row),
            Err(thrown) => return Some(Err(thrown.into())),
        };
    }
    Some(Ok(rows))
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
            ServedBy::Index(index.clone())
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
