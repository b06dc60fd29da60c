//! How much the browser lets this site store.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

use super::{OfflineDb, Operation, maintenance};
use crate::error::{Cause, Error, ErrorKind, Result};
use crate::global::{global, property};

/// The share of the quota below which all is well.
const FULL_AT: f64 = 0.9;

/// What a sale takes of the quota, sending it included: so many bytes, and so many times the bytes of its frame in the journal.
/// Measured in Chromium (LevelDB) with 500 sales each of 2, 10 and 40 lines: 4.2, 7.7 and 23.3 KB, with frames of 1.2, 3.7
/// and 13.3 KB.
const SALE_BYTES: f64 = 2_560.0;
const FRAME_SHARE: f64 = 1.6;

/// What the browser says about this site's storage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// Bytes used, 0 when the browser does not say.
    pub usage: f64,
    /// Bytes allowed, 0 when the browser does not say.
    pub quota: f64,
    /// How many more sales fit, as far as the browser tells and the last ones show what a sale takes; `None` before the first
    /// sale, and where the browser does not say.
    pub sales_left: Option<f64>,
}

impl Quota {
    /// The share in use, 0 to 1; 0 when the browser does not say.
    pub fn share(&self) -> f64 {
        if self.quota > 0.0 { self.usage / self.quota } else { 0.0 }
    }

    /// Whether there is room: less than nine tenths in use.
    pub fn is_ok(&self) -> bool {
        self.share() < FULL_AT
    }
}

impl OfflineDb {
    /// How much is used and allowed. Browsers tell only over https and on localhost.
    pub fn check_quota(&self) -> Operation<Quota> {
        let sale_bytes = self.journal_status().map_or(0.0, |status| status.sale_bytes);
        Box::pin(async move {
            let quota = check_quota().await?;
            let known = quota.quota > 0.0 && sale_bytes > 0.0;
            let left = (quota.quota - quota.usage).max(0.0) / (SALE_BYTES + sale_bytes * FRAME_SHARE);
            Ok(Quota { sales_left: known.then(|| left.floor()), ..quota })
        })
    }

    /// Runs `save(data, store)`. When there is no room, before or while it runs, removes what the server has confirmed
    /// and old errors, and tries once more. What a browser says about its quota is a guess (Chromium answers 10 GiB more
    /// than is used, whatever the disk), so a save that fails counts as well.
    ///
    /// # Errors
    /// `QuotaExceeded` when it is still full. Whatever else `save` throws, as it is.
    pub fn save_with_quota_check(&self, store: String, data: JsValue, save: Function) -> Operation<JsValue> {
        let database = self.database.clone();
        Box::pin(async move {
            let run = async || {
                let result = save.call2(&JsValue::NULL, &data, &store.as_str().into()).map_err(Error::of_callback)?;
                JsFuture::from(Promise::resolve(&result)).await.map_err(Error::of_callback)
            };
            if check_quota().await?.is_ok() {
                match run().await {
                    Err(error) if matches!(error.kind(), ErrorKind::QuotaExceeded { .. }) => {}
                    result => return result,
                }
            }
            maintenance::remove_old(&database).await?;
            if !check_quota().await?.is_ok() {
                return Err(ErrorKind::QuotaExceeded { cause: Cause::default() }.into());
            }
            run().await
        })
    }
}

async fn check_quota() -> Result<Quota> {
    let unknown = Quota { usage: 0.0, quota: 0.0, sales_left: None };
    let Ok(storage) = property(&global("navigator"), "storage").dyn_into::<StorageManager>() else {
        return Ok(unknown);
    };
    let estimate: StorageEstimate = JsFuture::from(storage.estimate()?).await?.unchecked_into();
    let (usage, quota) = (estimate.get_usage().unwrap_or(0.0), estimate.get_quota().unwrap_or(0.0));
    Ok(Quota { usage, quota, sales_left: None })
}
