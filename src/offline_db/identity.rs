//! Keys made on this device, and the rule that none is ever given to two records.

use wasm_bindgen::prelude::*;

use super::OfflineDb;
use crate::error::{ErrorKind, Result};
use crate::row::Row;
use crate::store::{KeyValue, WriteOptions};
use crate::text::hexadecimal;

#[wasm_bindgen]
extern "C" {
    /// Works without a secure context, unlike `crypto.randomUUID`.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_with_random(bytes: &mut [u8]);
}

/// A new uuid, version 4.
pub(crate) fn new_uuid() -> String {
    let mut random = [0; 16];
    fill_with_random(&mut random);
    uuid_of(random)
}

/// The uuid of these random bytes (RFC 9562, section 5.4: version 4, the variant of the RFC).
fn uuid_of(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = hexadecimal(&bytes);
    for dash in [8, 13, 18, 23] {
        text.insert(dash, '-');
    }
    text
}

/// A new key that begins with what it is for, such as `order_0b5c...`.
pub(crate) fn new_key(prefix: &str) -> String {
    format!("{prefix}_{}", new_uuid())
}

/// Refuses to let `incoming` replace `stored`, the row under the same key, when both have a uuid and they differ: then
/// they are different sales.
///
/// # Errors
/// `Constraint` saying which key is taken; both sales stay as they are.
pub(crate) fn same_sale(stored: &JsValue, incoming: &Row, key_field: &str) -> Result<()> {
    if stored.is_undefined() {
        return Ok(());
    }
    let uuid_of = |row: &Row| row.get("uuid").as_string();
    let (Some(theirs), Some(ours)) = (uuid_of(&Row::owned(stored.clone())), uuid_of(incoming)) else {
        return Ok(());
    };
    if theirs == ours {
        return Ok(());
    }
    let key = crate::row::describe(&incoming.get(key_field));
    Err(ErrorKind::Constraint {
        index: Some(key_field.to_owned()),
        message: format!(
            "{key_field} {key} belongs to another sale (uuid {}); leave '{key_field}' out to get a new one, or give the uuid of the sale to update it",
            theirs
        ),
        cause: Default::default(),
    }
    .into())
}

impl OfflineDb {
    /// Saves a sale under its key, unless that key belongs to another sale. A key that was just made (`is_new`) belongs
    /// to nobody and is not looked up.
    pub(super) async fn save_sale(&self, store: &str, key_field: &str, row: &Row, is_new: bool) -> Result<()> {
        let key = KeyValue::argument(key_field, &row.get(key_field))?;
        if is_new {
            self.put_row(store, row, WriteOptions::default()).await?;
        } else {
            let next = |stored| same_sale(&stored, row, key_field).map(|()| Some(row.clone()));
            self.replace(store, &key, &next).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_version_and_variant_and_the_random_bits() {
        assert_eq!(uuid_of([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid_of([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let counted = std::array::from_fn(|at| at as u8 * 0x11);
        assert_eq!(uuid_of(counted), "00112233-4455-4677-8899-aabbccddeeff");
    }
}
