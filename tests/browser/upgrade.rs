//! `rexie` makes the old databases and reads the new ones: an independent witness.

use js_sys::{Object, Reflect};
use pos_offline::model::{Flag, Order, Transaction};
use pos_offline::{Database, DatabaseOptions};
use rexie::{Index, ObjectStore, Rexie, TransactionMode};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{name, transaction, with_database};

#[derive(Serialize)]
struct LegacyTransaction<'a> {
    id: &'a str,
    synced: bool,
    created_at: &'a str,
    data: Vec<u32>,
}

async fn legacy(name: &str, version: u32) {
    let mut builder = Rexie::builder(name).version(version);
    for (store, indexes) in [
        ("sessions", vec!["user_id", "created"]),
        ("transactions", vec!["synced", "type", "created_at"]),
        ("orders", vec!["state", "date_order"]),
    ] {
        let store = ObjectStore::new(store).key_path("id");
        builder = builder.add_object_store(
            indexes.into_iter().fold(store, |store, index| store.add_index(Index::new(index, index))),
        );
    }
    let rexie = builder.build().await.unwrap();
    let tx = rexie.transaction(&["transactions"], TransactionMode::ReadWrite).unwrap();
    let store = tx.store("transactions").unwrap();
    for (id, synced) in [("b", false), ("a", false), ("c", true)] {
        let row = LegacyTransaction {
            id,
            synced,
            created_at: &format!("2026-01-0{}T00:00:00.000Z", id.len()),
            data: vec![1, 2],
        };
        store.put(&row.serialize(&Serializer::json_compatible()).unwrap(), None).await.unwrap();
    }
    tx.done().await.unwrap();
    rexie.close();
}

#[wasm_bindgen_test]
async fn every_legacy_version_is_upgraded_with_its_rows() {
    for version in 1..=4 {
        let name = name();
        legacy(&name, version).await;
        let database = Database::new(DatabaseOptions::named(&name)).unwrap();
        let pending =
            database.store::<Transaction>().query(Transaction::SYNCED_CREATED.prefix(Flag::No)).await.unwrap();
        assert_eq!(pending.len(), 2, "version {version}");
        assert_eq!(database.store::<Transaction>().all().await.unwrap().len(), 3);
        database.store::<Order>().put(&Order { id: 1.into(), ..Order::default() }).await.unwrap();
        database.reset().await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn rexie_reads_what_this_library_wrote_the_same() {
    let name = name();
    let database = Database::new(DatabaseOptions::named(&name)).unwrap();
    for (id, day, synced) in [("b", 2, false), ("c", 3, true), ("a", 1, false)] {
        database.store::<Transaction>().put(&transaction(id, day, synced)).await.unwrap();
    }
    let ours = database
        .read(&["transactions"], async |tx| {
            let select = pos_offline::store::Select::index("synced_created", pos_offline::store::Bounds::all());
            Ok(tx.rows("transactions")?.select(&select).await?.rows)
        })
        .await
        .unwrap();
    let rexie = Rexie::builder(&name).build().await.unwrap();
    let tx = rexie.transaction(&["transactions"], TransactionMode::ReadOnly).unwrap();
    let theirs = tx.store("transactions").unwrap().index("synced_created").unwrap().get_all(None, None).await.unwrap();
    let id = |row: &JsValue| Reflect::get(row, &"id".into()).unwrap().as_string().unwrap();
    assert_eq!(ours.iter().map(|row| id(&row)).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(theirs.iter().map(id).collect::<Vec<_>>(), ["a", "b", "c"]);
    drop(tx);
    rexie.close();
    database.reset().await.unwrap();
}

#[wasm_bindgen_test]
async fn a_boolean_flag_reads_as_a_flag() {
    with_database(|database| async move {
        let row = Object::new();
        for (field, value) in [("id", JsValue::from("t")), ("synced", true.into()), ("created_at", "2026-01-01".into())]
        {
            Reflect::set(&row, &field.into(), &value).unwrap();
        }
        database
            .write(&["transactions"], async |tx| tx.rows("transactions")?.put(&row)?.await.map(drop))
            .await
            .unwrap();
        assert_eq!(database.store::<Transaction>().get("t").await.unwrap().unwrap().synced, Flag::Yes);
    })
    .await;
}
