//! Version 6: the catalogue in pages. Rows of the four stores that held it before are moved when it is first used.

use super::CATALOG_STORE;
use super::step::{Step, store};

pub(super) const STEP: Step =
    Step { version: 6, stores: &[store(CATALOG_STORE, "")], indexes: &[], flags: &[], times: &[] };
