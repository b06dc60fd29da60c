//! A segment that rows are added to, page by page.

use std::ops::Range;

use js_sys::Array;
use web_sys::IdbRequest;

use super::batch::{Batch, digest};
use super::columns::Columns;
use super::disk;
use super::kind::Kind;
use super::manifest::Extent;
use super::state::Contents;
use super::texts::Texts;
use crate::error::Result;
use crate::store::WriteRows;

/// A segment, with the page that is not full yet.
pub(super) struct Writing {
    pub extent: Extent,
    columns: Columns,
    texts: Texts,
    /// Ranges of tables that the page is made of.
    ranges: Array,
    /// About how many bytes they have.
    bytes: f64,
}

impl Writing {
    pub fn new(extent: Extent) -> Writing {
        Writing { extent, columns: Columns::default(), texts: Texts::default(), ranges: Array::new(), bytes: 0.0 }
    }

    /// Goes on with a segment whose last page, unless it is full, has these rows.
    pub fn resume(extent: Extent, columns: Columns, texts: Texts, last_page: &Batch) -> Writing {
        let mut writing = Writing { extent, columns, texts, ranges: Array::new(), bytes: 0.0 };
        if last_page.rows() > 0 {
            writing.add(last_page, 0..last_page.rows());
        }
        writing
    }

    fn add(&mut self, batch: &Batch, rows: Range<u32>) {
        self.bytes += batch.weight * f64::from(rows.end - rows.start);
        // As `table.js` takes it.
        self.ranges.push(&Array::of3(&batch.table, &rows.start.into(), &rows.end.into()));
    }

    /// Adds some rows of a batch, no more than there is room for in the page. When it is full it is put.
    pub fn push(
        &mut self,
        batch: &Batch,
        rows: Range<u32>,
        store: &WriteRows,
        kind: &Kind,
    ) -> Result<Option<IdbRequest>> {
        self.columns.extend(&batch.columns, rows.clone());
        self.texts.extend(&batch.texts, rows.clone());
        self.extent.rows += rows.end - rows.start;
        self.add(batch, rows);
        let is_full = self.extent.unfinished().is_empty();
        is_full.then(|| self.put_page(store, kind)).transpose()
    }

    fn put_page(&mut self, store: &WriteRows, kind: &Kind) -> Result<IdbRequest> {
        let page = self.extent.pages() - 1;
        let digest = digest(&self.columns, &self.texts, self.extent.rows_of(page));
        let (ranges, bytes) = (std::mem::take(&mut self.ranges), std::mem::take(&mut self.bytes));
        disk::write_page(store, kind, (self.extent.number, page), &digest, &ranges, bytes)
    }

    /// Writes what is left.
    pub fn finish(mut self, store: &WriteRows, kind: &Kind) -> Result<Contents> {
        if self.ranges.length() > 0 {
            self.put_page(store, kind)?;
        }
        let contents = Contents { number: self.extent.number, columns: self.columns };
        disk::write_contents(store, kind, &contents, &self.texts)?;
        Ok(contents)
    }
}
