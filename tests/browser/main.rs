//! The Rust API in a real browser, on real IndexedDB; every test has a database of its own.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod bulk;
mod connection;
mod database;
mod keys;
mod support;
mod sync;
mod transaction;
mod typed;
mod upgrade;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
