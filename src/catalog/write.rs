//! Changes: rows are added to the last segment, what they replace is marked as dead, and the manifest that says so is
//! written in the same transaction. Nothing but the last page of the last segment is ever written again.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::batch::Batch;
use super::bulk::Saving;
use super::disk::{self, Manifest};
use super::kind::Kind;
use super::manifest::{Extent, SEGMENT_ROWS, page_rows};
use super::pages::Reading;
use super::segment::Writing;
use super::state::{At, Contents, State};
use super::{Catalog, Shelf, UNCHECKED};
use crate::clock::tick;
use crate::error::{Error, Result};
use crate::schema::CATALOG_STORE;
use crate::store::{KeyValue, ReadTx, Request, Signal, WriteOptions, WriteRows, WriteTx, explain};

/// For how long a change may go on before the page may do something else, in milliseconds: a sale is waiting for it.
pub(super) const AT_ONCE_MS: f64 = 3.0;

/// What a transaction does to a kind.
#[derive(Debug, Default)]
pub(super) struct Alteration {
    /// Inserted or replaced; no key is there twice.
    pub upserts: Vec<Batch>,
    /// Deleted before anything is inserted.
    pub deletes: Vec<KeyValue>,
    /// The new watermark, if there is one.
    pub watermark: Option<JsValue>,
    /// The key up to which the old store's rows are among `upserts`; `undefined` when all are.
    pub taken: Option<JsValue>,
    /// Happens when everything is handed over to the browser, and only the commit is waited for.
    pub issued: Rc<Signal>,
}

/// What was written: taken over by the state it began from when it is committed.
pub(super) struct Change {
    base: f64,
    manifest: Manifest,
    fresh: Vec<Contents>,
}

/// What has changed at the server since the last time.
#[derive(Debug, Clone, Default)]
pub struct Delta {
    /// Records to insert or replace.
    pub upserts: Array,
    /// Keys of records to delete, before anything is inserted.
    pub deletes: Vec<KeyValue>,
    /// What to ask the server for the next time, such as its newest `write_date`; the old one stays when `undefined`.
    pub watermark: JsValue,
}

/// What has become of a [`Delta`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeltaReport {
    /// Records inserted or replaced.
    pub saved: u32,
    /// Keys deleted, whether or not there was a record.
    pub deleted: u32,
}

impl Catalog {
    /// Deletes the records with these keys.
    pub(crate) async fn delete(&self, shelf: &Rc<Shelf>, keys: &[KeyValue], options: WriteOptions) -> Result<()> {
        self.adopt(shelf).await?;
        self.alter(shelf, options, &Alteration { deletes: keys.to_vec(), ..Alteration::default() }).await
    }

    /// Deletes everything in some of the catalogue's stores, in one transaction, after what is left of them in the till's
    /// database.
    pub(crate) async fn clear(&self, shelves: &[&Rc<Shelf>]) -> Result<()> {
        for shelf in shelves {
            self.remove_old(shelf).await?;
        }
        let manifests = self
            .0
            .database
            .write(&[CATALOG_STORE], async |tx| {
                let rows = tx.rows(CATALOG_STORE)?;
                let mut manifests = Vec::new();
                for shelf in shelves {
                    let next = self.refresh(&rows, shelf).await?.borrow().next;
                    rows.delete_range(&disk::all(shelf.kind))?;
                    let manifest = Manifest { version: new_version(), next, ..Manifest::none() };
                    manifest.write(&rows, shelf.kind)?;
                    manifests.push(manifest);
                }
                Ok(manifests)
            })
            .await?;
        for (shelf, manifest) in shelves.iter().zip(manifests) {
            shelf.state().borrow_mut().advance(manifest, Vec::new());
            shelf.adopted.set(true);
        }
        self.tell();
        Ok(())
    }

    /// Takes over what has changed at the server, in one transaction: all of it or nothing.
    ///
    /// # Errors
    /// `InvalidRecord` with the position of the first record that cannot be saved; then nothing is changed, so that the
    /// watermark never passes a record that is not there.
    pub(crate) async fn apply_delta(&self, shelf: &Rc<Shelf>, delta: Delta, stamp: JsValue) -> Result<DeltaReport> {
        self.adopt(shelf).await?;
        let watermark = Some(delta.watermark).filter(|watermark| !watermark.is_undefined());
        let (saved, deleted) = (delta.upserts.length(), delta.deletes.len() as u32);
        let alteration = Alteration { deletes: delta.deletes, watermark, ..Alteration::default() };
        let (records, schema) = (delta.upserts, self.0.till.schema().store(shelf.kind.store)?);
        let options = WriteOptions::default();
        let saving = Saving { catalog: self, shelf, records: records.clone(), stamp, options, all_or_nothing: true };
        let (result, failures) = saving.run(alteration).await;
        match failures.into_iter().next() {
            Some((place, error)) => Err(explain(&records.get(place), schema, error).at(place)),
            None => result.map(|_| DeltaReport { saved, deleted }),
        }
    }

    /// What to ask the server for the next time; `null` when everything.
    pub(crate) async fn watermark(&self, shelf: &Rc<Shelf>) -> Result<JsValue> {
        self.adopt(shelf).await?;
        let read = async |tx: &ReadTx| {
            let state = self.refresh(&tx.rows(CATALOG_STORE)?, shelf).await?;
            let watermark = state.borrow().watermark.clone();
            Ok(watermark)
        };
        self.0.database.read(&[CATALOG_STORE], read).await
    }

    pub(super) async fn set_watermark(&self, shelf: &Rc<Shelf>, watermark: JsValue) -> Result<()> {
        let alteration = Alteration { watermark: Some(watermark), ..Alteration::default() };
        self.alter(shelf, WriteOptions::default(), &alteration).await
    }

    /// Alters a kind in a transaction of its own.
    pub(super) async fn alter(&self, shelf: &Rc<Shelf>, options: WriteOptions, alteration: &Alteration) -> Result<()> {
        let change = loop {
            let body = async |tx: &WriteTx| self.alter_in(tx, shelf, alteration).await;
            match self.0.database.write_with(&[CATALOG_STORE], options, body).await {
                // Another tab was first. What is on disk is read before the next try.
                Err(error) if error.is_stale() => {}
                result => break result?,
            }
        };
        self.take_over(shelf, change);
        Ok(())
    }

    /// A change is committed: what is known becomes what is on disk, unless something newer is known already.
    pub(super) fn take_over(&self, shelf: &Rc<Shelf>, change: Change) {
        let state = shelf.state();
        if state.borrow().version == change.base {
            state.borrow_mut().advance(change.manifest, change.fresh);
        }
        self.tell();
    }

    fn tell(&self) {
        if let Some(channel) = &*self.0.channel.borrow() {
            channel.say(&JsValue::NULL);
        }
    }

    /// Writes what an alteration makes of the kind as it is on disk.
    pub(super) async fn alter_in(&self, tx: &WriteTx, shelf: &Rc<Shelf>, alteration: &Alteration) -> Result<Change> {
        let (kind, rows) = (shelf.kind, tx.rows(CATALOG_STORE)?);
        // What is known is mostly what is on disk. Then nothing waits for the manifest, which is looked at in the end.
        let on_disk = disk::request_manifest(&rows, kind)?;
        let known = shelf.state();
        let plan = self.is_known(shelf).then(|| Plan::of(&known.borrow()));
        let mut at_once = plan.filter(Plan::reads_nothing);
        let state = if at_once.is_some() { known } else { self.refresh(&rows, shelf).await? };
        if state.borrow().is_unreadable {
            rows.delete_range(&disk::all(kind))?;
        }
        let (mut plan, moved, (base, watermark, taken)) = loop {
            let plan = at_once.take().unwrap_or_else(|| Plan::of(&state.borrow()));
            // Of the same moment as the plan: another change of this tab may be taken over while this one waits.
            let basis = {
                let state = state.borrow();
                (state.version, state.watermark.clone(), state.taken.clone())
            };
            // Without what turns out to be lost.
            if let Some(moved) = self.rows_at(&rows, shelf, &state, &plan.moved, Reading::Once(None)).await? {
                break (plan, moved, basis);
            }
        };
        for bounds in plan.gone.iter().flat_map(|number| disk::of_segment(kind, *number)) {
            rows.delete_range(&bounds)?;
        }
        let mut moved = Batch::of(&moved, &shelf.fields)?;
        let first = std::iter::once(&moved).chain(&alteration.upserts).find(|batch| batch.rows() > 0);
        let mut segment = match first.map(|batch| batch.weight) {
            Some(weight) => Some(self.last_segment(&rows, shelf, &state, &mut plan, weight).await?),
            None => None,
        };
        let replacing = alteration.upserts.iter();
        let replacing = replacing.filter(|batch| moved.rows() > 0 || !state.borrow().is_below(&batch.columns));
        let keys: Vec<_> = alteration.deletes.iter().cloned().chain(replacing.flat_map(Batch::keys)).collect();
        for key in &keys {
            let found = state.borrow_mut().find(key);
            if let Some(at) = found {
                let number = state.borrow().segments[at.segment as usize].extent.number;
                let last = segment.as_mut().map(|segment| &mut segment.extent);
                let extent = plan.extents.iter_mut().chain(last).find(|extent| extent.number == number);
                extent.into_iter().for_each(|extent| extent.bury(at.row));
            }
        }
        moved.remove(&keys, &shelf.fields)?;
        let batches = std::iter::once(&moved).chain(&alteration.upserts);
        let fresh = match segment {
            Some(segment) => plan.append(segment, batches, &rows, kind).await?,
            None => Vec::new(),
        };
        let new = Manifest {
            version: new_version(),
            watermark: alteration.watermark.clone().unwrap_or(watermark),
            next: plan.next,
            extents: plan.extents,
            taken: alteration.taken.clone().unwrap_or(taken),
        };
        new.write(&rows, kind)?;
        if disk::Manifest::read(&on_disk.await?).map_or(0.0, |manifest| manifest.version) != base {
            shelf.checked.set(UNCHECKED);
            return Err(Error::stale());
        }
        alteration.issued.happen();
        Ok(Change { base, manifest: new, fresh })
    }

    /// The segment to go on with, for rows of so many bytes: the last one, with the rows of its last page, if there is room
    /// and it can be read.
    async fn last_segment(
        &self,
        rows: &WriteRows,
        shelf: &Rc<Shelf>,
        state: &Rc<RefCell<State>>,
        plan: &mut Plan,
        weight: f64,
    ) -> Result<Writing> {
        let Some(extent) = plan.extents.last().filter(|extent| has_room(extent, weight)).cloned() else {
            return Ok(plan.begin(weight));
        };
        let place = state.borrow().segments.iter().position(|segment| segment.extent.number == extent.number);
        let place = place.unwrap_or_default();
        let places: Vec<_> = extent.unfinished().map(|row| At { segment: place as u32, row }).collect();
        let records = self.rows_at(rows, shelf, state, &places, Reading::Once(None)).await?;
        let texts = disk::texts(disk::request_texts(rows, shelf.kind, &extent)?, &extent).await?;
        let (Some(texts), Some(records)) = (texts, records) else {
            // It stays as it is.
            return Ok(plan.begin(weight));
        };
        plan.extents.pop();
        let columns = state.borrow().segments[place].columns.clone();
        Ok(Writing::resume(extent, columns, texts, &Batch::of(&records, &shelf.fields)?))
    }
}

/// What happens to the segments there are.
struct Plan {
    extents: Vec<Extent>,
    /// Numbers of segments to remove.
    gone: Vec<u32>,
    /// Rows of one of them that are still in force.
    moved: Vec<At>,
    next: u32,
}

impl Plan {
    /// Removes what is damaged or dead, and one segment of which less than half is in force: one at a time, so that no
    /// change takes long.
    fn of(state: &State) -> Plan {
        let mut plan = Plan { extents: Vec::new(), gone: state.damaged.clone(), moved: Vec::new(), next: state.next };
        let last = state.segments.len().saturating_sub(1);
        for (place, segment) in state.segments.iter().enumerate() {
            let extent = &segment.extent;
            let live = extent.live();
            let is_sparse = place < last && plan.moved.is_empty() && live < extent.rows / 2;
            if live == 0 || is_sparse {
                let rows = (0..extent.rows).filter(|row| extent.is_live(*row));
                plan.moved.extend(rows.map(|row| At { segment: place as u32, row }));
                plan.gone.push(extent.number);
            } else {
                plan.extents.push(extent.clone());
            }
        }
        plan
    }

    /// Whether no page has to be read to go on from here.
    fn reads_nothing(&self) -> bool {
        self.moved.is_empty() && self.extents.last().is_none_or(|last| last.rows == SEGMENT_ROWS)
    }

    /// A new segment, for rows of so many bytes.
    fn begin(&mut self, weight: f64) -> Writing {
        self.next += 1;
        Writing::new(Extent::new(self.next - 1, page_rows(weight)))
    }

    /// Adds rows to a segment, and to new ones when it is full.
    async fn append(
        &mut self,
        mut segment: Writing,
        batches: impl Iterator<Item = &Batch>,
        rows: &WriteRows,
        kind: &Kind,
    ) -> Result<Vec<Contents>> {
        let (mut fresh, mut begun) = (Vec::new(), tick());
        for batch in batches {
            let mut from = 0;
            while from < batch.rows() {
                if !has_room(&segment.extent, batch.weight) {
                    let full = std::mem::replace(&mut segment, self.begin(batch.weight));
                    self.extents.push(full.extent.clone());
                    fresh.push(full.finish(rows, kind)?);
                }
                let room = segment.extent.page_rows - segment.extent.page_of(segment.extent.rows).1;
                let until = batch.rows().min(from + room);
                let put = segment.push(batch, from..until, rows, kind)?;
                if let Some(put) = put.filter(|_| tick() - begun > AT_ONCE_MS) {
                    Request::new(put).await?;
                    begun = tick();
                }
                from = until;
            }
        }
        if segment.extent.rows > 0 {
            self.extents.push(segment.extent.clone());
            fresh.push(segment.finish(rows, kind)?);
        }
        Ok(fresh)
    }
}

/// Whether rows of so many bytes may be added to a segment.
fn has_room(extent: &Extent, weight: f64) -> bool {
    extent.rows < SEGMENT_ROWS && (extent.rows == 0 || extent.page_rows <= 2 * page_rows(weight))
}

/// Another number than before; what is equal is the same version.
fn new_version() -> f64 {
    js_sys::Math::random()
}
