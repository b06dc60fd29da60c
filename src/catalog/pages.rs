//! Rows from the pages that are kept, or from disk.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::kind::Kind;
use super::manifest::{Extent, SEGMENT_ROWS};
use super::read::Find;
use super::state::{At, Page, State};
use super::table::{found, pick, row, rows as rows_of};
use super::{Catalog, Shelf, disk};
use crate::error::Result;
use crate::store::{ReadRows, Request};

impl Catalog {
    /// Reads the rows at some places, in their order; `None` when a page turns out to be lost. Pages are asked for all at
    /// once.
    pub(super) async fn rows_at(
        &self,
        rows: &ReadRows,
        shelf: &Rc<Shelf>,
        state: &Rc<RefCell<State>>,
        places: &[At],
        reading: Reading<'_>,
    ) -> Result<Option<Array>> {
        let (is_kept, ahead) = match reading {
            Reading::Kept => (true, None),
            Reading::Once(ahead) => (false, ahead),
        };
        let fresh = Array::new();
        // Of each page its first row that is wanted.
        let mut asked: Vec<At> = Vec::new();
        let mut requests = Vec::new();
        // Where a row comes to stand when everything is read: the place of its page among `asked`, and its place in there.
        let mut packed = Vec::new();
        {
            let state = state.borrow();
            let mut pages: Vec<Vec<Option<u32>>> =
                state.segments.iter().map(|segment| vec![None; segment.pages.len()]).collect();
            for at in places {
                let segment = &state.segments[at.segment as usize];
                let (page, place) = segment.extent.page_of(at.row);
                let known = &mut pages[at.segment as usize][page as usize];
                let nth = *known.get_or_insert(asked.len() as u32);
                packed.push(nth * SEGMENT_ROWS + place);
                if (nth as usize) < asked.len() {
                    continue;
                }
                asked.push(*at);
                let number = segment.extent.number;
                match (&segment.pages[page as usize], ahead.and_then(|ahead| ahead.take(number, page))) {
                    (_, Some(request)) => requests.push((nth, request)),
                    (Page::Kept(..), None) if is_kept => {}
                    _ => requests.push((nth, disk::request_page(rows, shelf.kind, number, page)?)),
                }
            }
        }
        let mut is_lost = false;
        for (nth, request) in requests {
            let at = asked[nth as usize];
            let read = match disk::read(request).await? {
                Ok(record) => {
                    let state = state.borrow();
                    let segment = &state.segments[at.segment as usize];
                    let page = segment.extent.page_of(at.row).0;
                    disk::read_page(&record, segment, page, is_kept.then_some(&shelf.fields))
                }
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok((page, bytes)) if is_kept => state.borrow_mut().keep(at, page, bytes),
                Ok((page, _)) => fresh.set(nth, rows_of(&page)?.into()),
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
        if !is_kept {
            return Ok(Some(pick(&fresh, &packed, SEGMENT_ROWS)?));
        }
        let found = Array::new_with_length(places.len() as u32);
        for (nth, at) in (0..).zip(places) {
            if let Some((page, place)) = state.borrow_mut().kept(*at) {
                found.set(nth, row(page, place)?);
            }
        }
        state.borrow_mut().shrink();
        Ok(Some(found))
    }
}

/// What becomes of the pages that are read.
#[derive(Clone, Copy)]
pub(super) enum Reading<'a> {
    /// They are checked by content, and kept for the next lookup.
    Kept,
    /// Their rows are handed out as they come: most of a kind is read. Some may have been asked for ahead.
    Once(Option<&'a Ahead>),
}

/// Pages that were asked for before it was known which rows are read.
#[derive(Default)]
pub(super) struct Ahead(RefCell<Vec<((u32, u32), Request)>>);

impl Ahead {
    /// Asks for every page that has a row in force.
    pub fn request(&self, rows: &ReadRows, kind: &Kind, extents: &[Extent]) -> Result<()> {
        for extent in extents.iter().filter(|extent| extent.live() > 0) {
            for page in 0..extent.pages() {
                let request = disk::request_page(rows, kind, extent.number, page)?;
                self.0.borrow_mut().push(((extent.number, page), request));
            }
        }
        Ok(())
    }

    fn take(&self, number: u32, page: u32) -> Option<Request> {
        let mut requests = self.0.borrow_mut();
        let place = requests.iter().position(|(id, _)| *id == (number, page))?;
        Some(requests.remove(place).1)
    }
}

/// The first of the rows that `find` picks, when its page is kept and it has a value in a field, if one is given; `None` when
/// that has to be looked at more closely.
pub(super) fn kept(
    state: &RefCell<State>,
    find: Find<'_>,
    with: Option<(&JsValue, &JsValue)>,
) -> Option<Option<JsValue>> {
    let mut state = state.borrow_mut();
    let Some(at) = find(&mut state).first().copied() else { return Some(None) };
    let (page, place) = state.kept(at)?;
    let any = JsValue::UNDEFINED;
    let (field, value) = with.unwrap_or((&any, &any));
    Some(found(page, place, field, value)).filter(|found| !found.is_undefined()).map(Some)
}

/// The rows, when the pages of all are kept.
pub(super) fn all_kept(state: &mut State, places: &[At]) -> Option<Result<Array>> {
    let rows = Array::new();
    for at in places {
        let (page, place) = state.kept(*at)?;
        match row(page, place) {
            Ok(record) => rows.push(&record),
            Err(thrown) => return Some(Err(thrown.into())),
        };
    }
    Some(Ok(rows))
}
