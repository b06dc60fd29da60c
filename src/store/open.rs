//! Opening and deleting a database: each ends in a connection or in a named error within a stated time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::sleep;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbOpenDbRequest, IdbVersionChangeEvent};

use super::bucket::factory;
use super::connection::Connection;
use super::copies::Origin;
use super::options::{DatabaseEvent, DatabaseOptions};
use super::reason::Reason;
use super::request::Request;
use super::trace::Trace;
use super::upgrade;
use crate::error::{Error, ErrorKind, Result};
use crate::global::{spawn, text};
use crate::schema::Schema;

/// What helps when the browser does not answer.
pub(super) const ADVICE: &str = "try again, or restart the browser";

/// How far an open or delete request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Blocked,
    Upgrading,
}

/// Opens the database with every store of `schema` in it, upgrading it when something is missing; with where it comes from.
pub(super) async fn open(
    options: &DatabaseOptions,
    schema: Rc<Schema>,
    trace: Rc<Trace>,
) -> Result<(Connection, Origin)> {
    let origin = Rc::new(RefCell::new(Origin::default()));
    let newest = schema.version();
    let mut version = Some(newest);
    loop {
        let native = match open_version(options, &schema, version, &origin).await {
            // Higher on disk: by a newer library, by this one for a caller's own stores, or by another tab just now.
            Err(error) if error.is_version_too_low() && version.is_some() => {
                version = None;
                continue;
            }
            other => other?,
        };
        // Listens from here on; dropped, it closes.
        let connection = Connection::new(native, Rc::clone(&schema), Rc::clone(&trace), options.events.clone());
        let on_disk = connection.native().version() as u32;
        let schema_version = upgrade::schema_version(connection.native()).await?;
        if schema_version > newest {
            let database = options.name.clone();
            return Err(ErrorKind::SchemaTooNew { database, on_disk, supported: newest }.into());
        }
        if schema_version == newest && upgrade::has_every_store(connection.native(), &schema)? {
            return Ok((connection, origin.take()));
        }
        drop(connection);
        version = Some(newest.max(on_disk + 1));
    }
}

/// Deletes the database.
pub(super) async fn delete(options: &DatabaseOptions) -> Result<()> {
    let request = factory(options.bucket, options.timeouts.delete).await?.delete_database(&options.name)?;
    let what = format!("deleting database '{}'", options.name);
    settle(options, request, what, options.timeouts.delete, None).await.map(drop)
}

async fn open_version(
    options: &DatabaseOptions,
    schema: &Rc<Schema>,
    version: Option<u32>,
    origin: &Rc<RefCell<Origin>>,
) -> Result<IdbDatabase> {
    let factory = factory(options.bucket, options.timeouts.open).await?;
    let request = match version {
        Some(version) => factory.open_with_u32(&options.name, version)?,
        None => factory.open(&options.name)?,
    };
    let what = format!("opening database '{}'", options.name);
    let opened =
        settle(options, request, what, options.timeouts.open, Some((Rc::clone(schema), Rc::clone(origin)))).await?;
    Ok(opened.unchecked_into())
}

/// Waits for an open or delete request, not longer than it may take.
///
/// The request itself cannot be cancelled: it lives on in a task of its own, and a connection that arrives after the
/// caller has given up is closed, else it would block every later upgrade.
async fn settle(
    options: &DatabaseOptions,
    request: IdbOpenDbRequest,
    what: String,
    limit: Duration,
    upgrade_to: Option<(Rc<Schema>, Rc<RefCell<Origin>>)>,
) -> Result<JsValue> {
    let phase = Rc::new(Cell::new(Phase::Waiting));
    let failure = Rc::new(RefCell::new(None));
    let reason = Rc::new(RefCell::new(None));
    let on_blocked: Closure<dyn FnMut()> = {
        let (phase, events, database) = (Rc::clone(&phase), options.events.clone(), options.name.clone());
        Closure::new(move || {
            phase.set(Phase::Blocked);
            events.send(DatabaseEvent::Blocked { database: database.clone() });
        })
    };
    let on_upgrade: Closure<dyn FnMut(IdbVersionChangeEvent)> = {
        let (phase, failure, request) = (Rc::clone(&phase), Rc::clone(&failure), request.clone());
        let reason = Rc::clone(&reason);
        Closure::new(move |event: IdbVersionChangeEvent| {
            phase.set(Phase::Upgrading);
            *reason.borrow_mut() = request.transaction().map(Reason::of);
            if let Some((schema, origin)) = &upgrade_to {
                let mut origin = origin.borrow_mut();
                origin.created |= event.old_version() == 0.0;
                origin.loss = data_loss(&event).or(origin.loss.take());
                upgrade::begin(&request, event.old_version() as u32, Rc::clone(schema), Rc::clone(&failure));
            }
        })
    };
    request.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));

    let (sender, mut receiver) = oneshot::channel();
    spawn(Box::pin(async move {
        let result = Request::new(request.clone().unchecked_into()).await;
        request.set_onblocked(None);
        request.set_onupgradeneeded(None);
        drop((on_blocked, on_upgrade));
        // An upgrade that failed aborts; the request then says only that. An abort without a reason means that the browser
        // was just closing the database (its storage is being cleared), and asking again helps.
        let result = result.map_err(|error| {
            let failed = failure.borrow_mut().take().filter(|failed: &Error| !failed.is_abort());
            let told = || reason.borrow().as_ref().and_then(Reason::get);
            failed.or_else(told).unwrap_or_else(|| error.abort_is_loss())
        });
        if let Err(Ok(late)) = sender.send(result)
            && let Ok(database) = late.dyn_into::<IdbDatabase>()
        {
            database.close();
        }
    }));

    // The second wait is for an upgrade that has begun within the first.
    for wait in [limit, options.timeouts.upgrade] {
        if let Either::Left((result, _)) = select(&mut receiver, sleep(wait)).await {
            return result.unwrap_or_else(|_| Err(Error::other("AbortError", &format!("{what} was cut off"))));
        }
        match phase.get() {
            Phase::Upgrading => {}
            Phase::Blocked => return Err(ErrorKind::Blocked { database: options.name.clone() }.into()),
            Phase::Waiting => return Err(ErrorKind::Timeout { what, advice: ADVICE, after: limit }.into()),
        }
    }
    let what = format!("upgrading database '{}'", options.name);
    Err(ErrorKind::Timeout { what, advice: ADVICE, after: options.timeouts.upgrade }.into())
}

/// Returns why the browser has deleted the rows that were here, in its words; `None` when it has not.
fn data_loss(event: &IdbVersionChangeEvent) -> Option<String> {
    text(event, "dataLoss").filter(|loss| loss == "total")?;
    Some(text(event, "dataLossMessage").unwrap_or_default())
}
