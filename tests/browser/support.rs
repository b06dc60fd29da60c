//! What the tests share.

use std::cell::Cell;
use std::future::Future;

use pos_offline::model::{RecordId, Timestamp, Transaction};
use pos_offline::schema::{Durability, IndexSchema, KeyPath, StoreSchema};
use pos_offline::{Database, DatabaseOptions, Record};
use serde::{Deserialize, Serialize};

/// A name that no other test uses.
pub fn name() -> String {
    thread_local!(static MADE: Cell<u32> = const { Cell::new(0) });
    let number = MADE.replace(MADE.get() + 1);
    format!("rust-{number}-{}", (js_sys::Math::random() * 1e16) as u64)
}

/// Whether this browser's words for a taken key name the index.
pub fn names_the_index() -> bool {
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into()).unwrap();
    let agent = js_sys::Reflect::get(&navigator, &"userAgent".into()).unwrap();
    agent.as_string().unwrap().contains("Chrome/")
}

/// Runs a test on a database of its own, which is deleted afterwards.
pub async fn with_database<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    let options = DatabaseOptions { stores: vec![cards()], ..DatabaseOptions::named(name()) };
    let database = Database::new(options).unwrap();
    database.init().await.unwrap();
    test(database.clone()).await;
    database.reset().await.unwrap();
}

/// A record type of the caller's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: u32,
    pub owner: String,
    pub points: u32,
}

impl Record for Card {
    const STORE: &'static str = "cards";
    type Key = u32;
}

pub fn card(id: u32, owner: &str, points: u32) -> Card {
    Card { id, owner: owner.into(), points }
}

pub fn cards() -> StoreSchema {
    let index = |name: &str, fields: &[&str], unique| IndexSchema {
        name: name.into(),
        key_path: match fields {
            [field] => KeyPath::Field((*field).into()),
            _ => KeyPath::Fields(fields.iter().map(|field| (*field).into()).collect()),
        },
        unique,
        multi_entry: false,
    };
    StoreSchema {
        name: Card::STORE.into(),
        key_path: KeyPath::Field("id".into()),
        auto_increment: false,
        indexes: vec![index("owner", &["owner"], true), index("points_owner", &["points", "owner"], false)],
        flags: Vec::new(),
        times: Vec::new(),
        durability: Durability::Relaxed,
    }
}

pub fn transaction(id: &str, day: u32, synced: bool) -> Transaction {
    Transaction {
        id: RecordId::from(id),
        created_at: Timestamp::parse(&format!("2026-01-{day:02}")).unwrap(),
        synced: synced.into(),
        ..Transaction::default()
    }
}
