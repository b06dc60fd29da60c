use std::cell::RefCell;
use std::rc::Rc;

use pos_offline::store::{BulkMode, BulkProgress};
use pos_offline::{Bulk, Query};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Card, card, with_database};

fn cards(count: u32) -> Vec<Card> {
    (0..count).map(|id| card(id, &format!("owner {id}"), id)).collect()
}

#[wasm_bindgen_test]
async fn typed_records_are_saved_in_bulk_and_counted() {
    with_database(|database| async move {
        let store = database.store::<Card>();
        let progress = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&progress);
        let on_progress: Box<dyn Fn(BulkProgress)> = Box::new(move |step| seen.borrow_mut().push(step.done));
        let bulk = Bulk { chunk: Some(40), on_progress: Some(on_progress), ..Bulk::default() };
        let report = store.bulk_put(&cards(100), bulk).await.unwrap();
        assert_eq!((report.requested, report.saved, report.failures.len()), (100, 100, 0));
        assert_eq!(*progress.borrow(), [40, 80, 100]);
        assert_eq!(store.bulk_put(&[], Bulk::default()).await.unwrap().requested, 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn one_bad_record_spoils_only_itself_unless_all_or_nothing_is_asked() {
    with_database(|database| async move {
        let store = database.store::<Card>();
        let mut list = cards(10);
        list[7].owner = "owner 2".into();
        let bulk = Bulk { mode: BulkMode::AllOrNothing, ..Bulk::default() };
        let report = store.bulk_put(&list, bulk).await.unwrap();
        assert_eq!((report.saved, report.failures.len()), (0, 1));
        assert_eq!(store.count(Query::all()).await.unwrap(), 0);

        let report = store.bulk_put(&list, Bulk::default()).await.unwrap();
        assert_eq!(report.saved, 9);
        assert_eq!(report.failures[0].position, 7);
        assert_eq!(report.failures[0].key, 7);
        assert_eq!(report.failures[0].error.code(), "Constraint");
        assert_eq!(store.count(Query::all()).await.unwrap(), 9);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_chunk_of_zero_is_read_as_one() {
    with_database(|database| async move {
        let bulk = Bulk { chunk: Some(0), ..Bulk::default() };
        assert_eq!(database.store::<Card>().bulk_put(&cards(3), bulk).await.unwrap().saved, 3);
    })
    .await;
}
