//! A segment that rows are added to, page by page.

use std::ops::Range;

use js_sys::Array;

use super::batch::{Batch, digest};
use super::columns::Columns;
use super::disk;
use super::kind::Kind;
use super::manifest::{Extent, PAGE_ROWS};
use super::state::Contents;
use super::texts::Texts;
use crate::error::Result;
use crate::store::{Request, WriteRows};

/// A segment, with the page that is not full yet.
pub(super) struct Writing {
    pub extent: Extent,
    columns: Columns,
    texts: Texts,
    /// Ranges of tables that the page is made of.
    ranges: Array,
    last_put: Option<Request>,
}

impl Writing {
    pub fn new(number: u32) -> Writing {
        let (columns, texts, ranges) = (Columns::default(), Texts::default(), Array::new());
        Writing { extent: Extent::new(number), columns, texts, ranges, last_put: None }
    }

    /// Goes on with a segment whose last page, unless it is full, has these rows.
    pub fn resume(extent: Extent, columns: Columns, texts: Texts, last_page: &Batch) -> Writing {
        let ranges = Array::new();
        if last_page.rows() > 0 {
            ranges.push(&range(last_page, 0..last_page.rows()));
        }
        Writing { extent, columns, texts, ranges, last_put: None }
    }

    /// Adds some rows of a batch, no more than there is room for in the page.
    pub fn push(&mut self, batch: &Batch, rows: Range<u32>, store: &WriteRows, kind: &Kind) -> Result<()> {
        self.columns.extend(&batch.columns, rows.clone());
        self.texts.extend(&batch.texts, rows.clone());
        self.extent.rows += rows.end - rows.start;
        self.ranges.push(&range(batch, rows));
        if self.extent.rows.is_multiple_of(PAGE_ROWS) { self.put_page(store, kind) } else { Ok(()) }
    }

    fn put_page(&mut self, store: &WriteRows, kind: &Kind) -> Result<()> {
        let page = (self.extent.rows - 1) / PAGE_ROWS;
        let digest = digest(&self.columns, &self.texts, page * PAGE_ROWS..self.extent.rows);
        let ranges = std::mem::take(&mut self.ranges);
        self.last_put = Some(disk::write_page(store, kind, (self.extent.number, page), &digest, &ranges)?);
        Ok(())
    }

    /// Writes what is left; the last request tells when the browser has it all.
    pub fn finish(mut self, store: &WriteRows, kind: &Kind) -> Result<(Contents, Option<Request>)> {
        if self.ranges.length() > 0 {
            self.put_page(store, kind)?;
        }
        let contents = Contents { number: self.extent.number, columns: self.columns };
        disk::write_contents(store, kind, &contents, &self.texts)?;
        Ok((contents, self.last_put))
    }
}

/// A range as `table.js` takes it.
fn range(batch: &Batch, rows: Range<u32>) -> Array {
    Array::of3(&batch.table, &rows.start.into(), &rows.end.into())
}
