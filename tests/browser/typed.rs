use js_sys::{Object, Reflect, Uint8Array};
use pos_offline::model::{Flag, RecordId, SyncError, Timestamp, Transaction};
use pos_offline::store::ServedBy;
use pos_offline::{Index, Query};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Card, card, transaction, with_database};

const POINTS_OWNER: Index<Card, (u32, String)> = Index::new("points_owner", &["points", "owner"]);
const OWNER: Index<Card, String> = Index::new("owner", &["owner"]);

fn ids(cards: &[Card]) -> Vec<u32> {
    cards.iter().map(|card| card.id).collect()
}

#[wasm_bindgen_test]
async fn records_come_back_as_they_were_put() {
    with_database(|database| async move {
        let cards = database.store::<Card>();
        cards.put(&card(1, "ann", 5)).await.unwrap();
        assert_eq!(cards.get(1).await.unwrap(), Some(card(1, "ann", 5)));
        assert_eq!(cards.get(2).await.unwrap(), None);
        cards.put(&card(2, "bob", 7)).await.unwrap();
        assert_eq!(cards.get_many(&[2, 9, 1]).await.unwrap(), [Some(card(2, "bob", 7)), None, Some(card(1, "ann", 5))]);
        cards.delete(1).await.unwrap();
        assert_eq!(ids(&cards.all().await.unwrap()), [2]);
        cards.clear().await.unwrap();
        assert_eq!(cards.count(Query::all()).await.unwrap(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn queries_take_prefixes_and_ranges_orders_and_limits() {
    with_database(|database| async move {
        let cards = database.store::<Card>();
        for (id, owner, points) in [(1, "d", 5), (2, "c", 5), (3, "b", 6), (4, "a", 7), (5, "e", 5)] {
            cards.put(&card(id, owner, points)).await.unwrap();
        }
        let query = async |query: Query<Card>| ids(&cards.query(query).await.unwrap());
        assert_eq!(query(POINTS_OWNER.prefix(5)).await, [2, 1, 5]);
        assert_eq!(query(POINTS_OWNER.prefix(5).rev()).await, [5, 1, 2]);
        assert_eq!(query(POINTS_OWNER.prefix(5).rev().limit(2)).await, [5, 1]);
        assert_eq!(query(POINTS_OWNER.prefix(5).limit(1)).await, [2]);
        assert_eq!(query(POINTS_OWNER.range((5, "d".to_owned())..(7, "a".to_owned()))).await, [1, 5, 3]);
        assert_eq!(query(POINTS_OWNER.range((5, "d".to_owned())..=(7, "a".to_owned()))).await, [1, 5, 3, 4]);
        assert_eq!(query(OWNER.only("b".to_owned())).await, [3]);
        assert_eq!(query(OWNER.all()).await, [4, 3, 2, 1, 5]);
        assert_eq!(query(Query::keys(2..4)).await, [2, 3]);
        let (low, high) = (2, 4);
        assert_eq!(query(Query::keys(high..low)).await, Vec::<u32>::new());
        assert_eq!(query(Query::all().limit(0)).await, Vec::<u32>::new());
        assert_eq!(cards.count(POINTS_OWNER.prefix(5)).await.unwrap(), 3);
        cards.delete_range(2..=4).await.unwrap();
        assert_eq!(query(Query::all()).await, [1, 5]);
        cards.bulk_delete(&[1, 5, 77]).await.unwrap();
        assert_eq!(query(Query::all()).await, Vec::<u32>::new());
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_pending_queue_is_served_by_its_composite_index() {
    with_database(|database| async move {
        let queue = database.store::<Transaction>();
        for (id, day, synced) in [("b", 2, false), ("c", 3, true), ("a", 1, false)] {
            queue.put(&transaction(id, day, synced)).await.unwrap();
        }
        let pending = Transaction::SYNCED_CREATED.prefix(Flag::No);
        let found = queue.query(pending.clone()).await.unwrap();
        assert_eq!(
            found.iter().map(|row| row.id.clone()).collect::<Vec<_>>(),
            [RecordId::from("a"), RecordId::from("b")]
        );
        assert_eq!(queue.count(pending.clone()).await.unwrap(), 2);
        let explanation = queue.explain(pending).await.unwrap();
        assert_eq!(explanation.served_by, ServedBy::Index("synced_created".into()));
        let status = database.status();
        assert_eq!(status.last_query, Some(("transactions".into(), ServedBy::Index("synced_created".into()))));
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_update_keeps_the_fields_that_the_type_does_not_name() {
    with_database(|database| async move {
        let row = Object::new();
        let set = |field: &str, value: JsValue| Reflect::set(&row, &field.into(), &value).unwrap();
        set("id", "t".into());
        set("synced", 0.into());
        set("created_at", "2026-01-01T00:00:00.000Z".into());
        set("data", Uint8Array::from([1, 2].as_slice()).into());
        database
            .write(&["transactions"], async |tx| tx.rows("transactions")?.put(&row)?.await.map(drop))
            .await
            .unwrap();

        let store = database.store::<Transaction>();
        let updated = store.update("t", |row| row.attempts += 1).await.unwrap().unwrap();
        assert_eq!(updated.attempts, 1);
        assert!(store.update("absent", |_| ()).await.unwrap().is_none());
        let key = pos_offline::store::KeyValue::Text("t".into());
        let raw = database.read(&["transactions"], async |tx| tx.rows("transactions")?.get(&key)?.await).await.unwrap();
        let data = Reflect::get(&raw, &"data".into()).unwrap();
        assert_eq!(data.dyn_into::<Uint8Array>().unwrap().to_vec(), [1, 2]);
        assert_eq!(Reflect::get(&raw, &"attempts".into()).unwrap(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_browser_numbers_records_that_come_without_a_key() {
    with_database(|database| async move {
        let errors = database.store::<SyncError>();
        for kind in ["a", "b"] {
            let error = SyncError {
                error_type: kind.into(),
                timestamp: Timestamp::parse("2026-01-01").unwrap(),
                ..SyncError::default()
            };
            errors.put(&error).await.unwrap();
        }
        let newest = errors.query(SyncError::ERROR_TIMESTAMP.prefix("b".to_owned())).await.unwrap();
        assert_eq!(newest[0].id, Some(2));
    })
    .await;
}
