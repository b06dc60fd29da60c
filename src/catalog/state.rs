//! What this tab knows of a kind: the columns of every segment, the pages it has read, and where each key stands.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::columns::{Columns, hash};
use super::disk::Manifest;
use super::kind::Column;
use super::lookup::Lookup;
use super::manifest::{Extent, SEGMENT_ROWS};
use super::search::Searchable;
use super::table::Table;
use crate::order::sorted_places;
use crate::store::KeyValue;

/// Bytes of a kind's pages that are kept for the next lookup, about.
const KEPT_BYTES: f64 = 128.0 * 1024.0 * 1024.0;

/// The place of a row: of its segment in [`State::segments`], and in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub segment: u32,
    pub row: u32,
}

impl At {
    fn packed(self) -> u32 {
        self.segment * SEGMENT_ROWS + self.row
    }

    fn unpacked(packed: u32) -> At {
        At { segment: packed / SEGMENT_ROWS, row: packed % SEGMENT_ROWS }
    }
}

/// A page of a segment.
#[derive(Debug, Clone)]
pub(super) enum Page {
    OnDisk,
    Kept(Kept),
}

/// The rows of a page, in memory.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    rows: Table,
    bytes: f64,
    /// When they were last asked for.
    used: u32,
}

/// The contents of a segment.
#[derive(Debug)]
pub(super) struct Contents {
    pub number: u32,
    pub columns: Columns,
}

#[derive(Debug)]
pub(super) struct Segment {
    pub extent: Extent,
    pub columns: Columns,
    /// `None` until the first search.
    pub texts: Option<Searchable>,
    pub pages: Vec<Page>,
}

/// A kind as it was at one version.
#[derive(Debug)]
pub(super) struct State {
    /// Of the manifest; 0 before anything is known.
    pub version: f64,
    pub watermark: JsValue,
    /// Number of the next segment.
    pub next: u32,
    pub segments: Vec<Segment>,
    /// Whether the manifest is damaged, so that nothing is known.
    pub is_unreadable: bool,
    /// The key of the last row that was taken over from the old store.
    pub taken: JsValue,
    /// Numbers of segments whose columns are damaged: nothing is known of their rows.
    pub damaged: Vec<u32>,
    /// No key is a number above this; infinite when there are other keys.
    ceiling: f64,
    keys: Found,
    barcodes: Found,
    codes: Found,
    clock: u32,
}

/// Rows by the hash of something, and which rows are in it: of each of the first segments the first so many.
#[derive(Debug, Default)]
struct Found {
    lookup: Lookup,
    known: Vec<(u32, u32)>,
    /// Of the state that it was brought up to; the segments of a version never change.
    version: f64,
}

impl Found {
    /// Adds the rows that are not in it; begins anew when a segment is gone. A row with hash 0 is left out.
    fn catch_up(&mut self, version: f64, segments: &[Segment], hash: impl Fn(&Columns, u32) -> u32) {
        if self.version == version {
            return;
        }
        let is_ahead = self.known.len() <= segments.len()
            && self.known.iter().zip(segments).all(|((number, _), now)| *number == now.extent.number);
        if !is_ahead || self.known.is_empty() {
            let rows = segments.iter().map(|segment| segment.extent.rows as usize).sum();
            *self = Found { lookup: Lookup::with_room(rows), ..Found::default() };
        }
        for (place, Segment { extent, columns, .. }) in segments.iter().enumerate() {
            if self.known.len() == place {
                self.known.push((extent.number, 0));
            }
            let from = std::mem::replace(&mut self.known[place].1, extent.rows);
            for row in from..extent.rows {
                let hash = hash(columns, row);
                if hash != 0 {
                    self.lookup.insert(hash, At { segment: place as u32, row }.packed());
                }
            }
        }
        self.version = version;
    }
}

impl State {
    pub fn empty() -> State {
        State {
            version: 0.0,
            watermark: JsValue::NULL,
            next: Manifest::none().next,
            segments: Vec::new(),
            is_unreadable: false,
            taken: JsValue::UNDEFINED,
            damaged: Vec::new(),
            ceiling: f64::NEG_INFINITY,
            keys: Found::default(),
            barcodes: Found::default(),
            codes: Found::default(),
            clock: 0,
        }
    }

    /// When the manifest is damaged.
    pub fn unreadable() -> State {
        State { is_unreadable: true, ..State::empty() }
    }

    /// Takes over a version: its list of segments, and the contents of those that are new or have grown.
    pub fn advance(&mut self, manifest: Manifest, fresh: Vec<Contents>) {
        let Manifest { version, watermark, next, extents, taken } = manifest;
        let mut fresh: Vec<_> = fresh.into_iter().map(Some).collect();
        let mut known = std::mem::take(&mut self.segments);
        self.damaged.clear();
        for extent in extents {
            let before = known.iter().position(|segment| segment.extent.number == extent.number);
            let before = before.map(|place| known.swap_remove(place));
            let newer =
                fresh.iter_mut().find(|newer| newer.as_ref().is_some_and(|newer| newer.number == extent.number));
            let (rows, mut pages) = before.as_ref().map_or((0, Vec::new()), |before| {
                let whole = before.pages.iter().take(before.extent.page_of(before.extent.rows).0 as usize);
                (
                    before.extent.rows,
                    if before.extent.rows == extent.rows { before.pages.clone() } else { whole.cloned().collect() },
                )
            });
            pages.resize(extent.pages() as usize, Page::OnDisk);
            let (columns, texts) = match (before, newer.and_then(Option::take)) {
                (Some(before), _) if rows == extent.rows => (before.columns, before.texts),
                (_, Some(newer)) => {
                    self.ceiling = self.ceiling.max(newer.columns.ceiling());
                    (newer.columns, None)
                }
                _ => {
                    self.damaged.push(extent.number);
                    continue;
                }
            };
            self.segments.push(Segment { extent, columns, texts, pages });
        }
        (self.version, self.watermark, self.next, self.taken) = (version, watermark, next, taken);
        self.is_unreadable = false;
    }

    /// Whether a row is in force.
    fn is_live(&self, at: At) -> bool {
        self.segments[at.segment as usize].extent.is_live(at.row)
    }

    pub fn key(&self, at: At) -> KeyValue {
        self.segments[at.segment as usize].columns.key(at.row)
    }

    fn has_key(&self, at: At, key: &KeyValue) -> bool {
        match (self.segments[at.segment as usize].columns.number(at.row), key) {
            (Some(number), KeyValue::Number(wanted)) => number == *wanted,
            (None, _) => self.key(at) == *key,
            _ => false,
        }
    }

    /// Every row in force, in the order of the segments.
    pub fn live(&self) -> impl Iterator<Item = At> {
        let places = |(segment, extent): (usize, &Segment)| {
            let (segment, rows) = (segment as u32, extent.extent.rows);
            (0..rows).map(move |row| At { segment, row })
        };
        self.segments.iter().enumerate().flat_map(places).filter(|at| self.is_live(*at))
    }

    /// Whether no row can have one of these keys: mostly so when a catalogue is loaded.
    pub fn is_below(&self, columns: &Columns) -> bool {
        columns.odd.is_empty() && columns.numbers.iter().all(|number| *number > self.ceiling)
    }

    /// The row with this key.
    pub fn find(&mut self, key: &KeyValue) -> Option<At> {
        self.keys.catch_up(self.version, &self.segments, |columns, row| hash(&columns.key(row)));
        let rows = self.keys.lookup.rows(hash(key));
        rows.map(At::unpacked).find(|at| self.is_live(*at) && self.has_key(*at, key))
    }

    /// The rows that may have one of some values in a column, by the hashes of those, in the order of their keys.
    pub fn candidates(&mut self, column: Column, wanted: &[u32]) -> Vec<At> {
        let found = match column {
            Column::Barcode => {
                self.barcodes.catch_up(self.version, &self.segments, |columns, row| columns.barcodes[row as usize]);
                &self.barcodes
            }
            Column::Code => {
                self.codes.catch_up(self.version, &self.segments, |columns, row| columns.codes[row as usize]);
                &self.codes
            }
            Column::Category => {
                let category = |at: &At| self.segments[at.segment as usize].columns.categories[at.row as usize];
                let has = |at: &At| wanted.contains(&category(at));
                return self.sort(self.live().filter(has).collect());
            }
        };
        let rows = wanted.iter().flat_map(|hash| found.lookup.rows(*hash));
        self.sort(rows.map(At::unpacked).filter(|at| self.is_live(*at)).collect())
    }

    /// The rows in the order of their keys.
    pub fn sort(&self, rows: Vec<At>) -> Vec<At> {
        let number = |at: &At| self.segments[at.segment as usize].columns.number(at.row);
        // As they mostly are: saved in the order of their keys, which are numbers.
        let is_sorted =
            rows.windows(2).all(|pair| matches!((number(&pair[0]), number(&pair[1])), (Some(a), Some(b)) if a < b));
        if is_sorted {
            return rows;
        }
        let keys: Vec<_> = rows.iter().map(|at| self.key(*at)).collect();
        sorted_places(&keys, Ord::cmp).into_iter().map(|place| rows[place]).collect()
    }

    /// The kept page that a row stands in, and its place there.
    pub fn kept(&mut self, at: At) -> Option<(&Table, u32)> {
        self.clock += 1;
        let now = self.clock;
        let segment = &mut self.segments[at.segment as usize];
        let (page, place) = segment.extent.page_of(at.row);
        match &mut segment.pages[page as usize] {
            Page::Kept(kept) => {
                kept.used = now;
                Some((&kept.rows, place))
            }
            Page::OnDisk => None,
        }
    }

    /// Keeps the rows of the page that a row stands in, of about so many bytes.
    pub fn keep(&mut self, at: At, rows: Table, bytes: f64) {
        self.clock += 1;
        let used = self.clock;
        *self.segments[at.segment as usize].page_mut(at.row) = Page::Kept(Kept { rows, bytes, used });
    }

    /// The rows of the page that a row stands in are lost: dead from here on, on disk when something is changed next. Their
    /// keys.
    pub fn lose(&mut self, at: At) -> Array {
        let segment = &mut self.segments[at.segment as usize];
        let keys = Array::new();
        let rows = segment.extent.rows_of(segment.extent.page_of(at.row).0);
        for row in rows.filter(|row| segment.extent.is_live(*row)).collect::<Vec<_>>() {
            segment.extent.bury(row);
            keys.push(&segment.columns.key(row).to_js());
        }
        keys
    }

    /// Lets go of the pages that were not asked for the longest.
    pub fn shrink(&mut self) {
        let pages = self.segments.iter_mut().flat_map(|segment| &mut segment.pages);
        let kept: Vec<&mut Page> = pages.filter(|page| matches!(page, Page::Kept(_))).collect();
        let facts = |page: &Page| if let Page::Kept(kept) = page { (kept.used, kept.bytes) } else { (0, 0.0) };
        let facts: Vec<(u32, f64)> = kept.iter().map(|page| facts(page)).collect();
        let mut excess = facts.iter().map(|(_, bytes)| bytes).sum::<f64>() - KEPT_BYTES;
        if excess <= 0.0 {
            return;
        }
        let mut kept: Vec<Option<&mut Page>> = kept.into_iter().map(Some).collect();
        for place in sorted_places(&facts, |(a, _), (b, _)| a.cmp(b)) {
            if let Some(page) = kept[place].take().filter(|_| excess > 0.0) {
                excess -= facts[place].1;
                *page = Page::OnDisk;
            }
        }
    }
}

impl Segment {
    fn page_mut(&mut self, row: u32) -> &mut Page {
        &mut self.pages[self.extent.page_of(row).0 as usize]
    }
}
