use std::cell::Cell;
use std::time::Duration;

use futures::future::{Either, select};
use gloo_timers::future::sleep;
use pos_offline::model::{Order, Transaction};
use pos_offline::schema::Durability;
use pos_offline::store::WriteOptions;
use pos_offline::{ErrorKind, Query};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Card, card, names_the_index, transaction, with_database};

#[wasm_bindgen_test]
async fn an_early_error_in_a_multi_store_write_leaves_nothing() {
    with_database(|database| async move {
        let order = Order { id: "o".into(), ..Order::default() };
        let result: Result<(), _> = database
            .write(&["orders", "transactions", "cards"], async |tx| {
                tx.store::<Order>()?.put(&order)?.await?;
                tx.store::<Transaction>()?.put(&transaction("t", 1, false))?.await?;
                tx.store::<Card>()?.put(&card(1, "ann", 1))?;
                Err(ErrorKind::AuthExpired.into())
            })
            .await;
        assert_eq!(result.unwrap_err().code(), "AuthExpired");
        assert_eq!(database.store::<Order>().count(Query::all()).await.unwrap(), 0);
        assert_eq!(database.store::<Transaction>().count(Query::all()).await.unwrap(), 0);
        assert_eq!(database.store::<Card>().count(Query::all()).await.unwrap(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_multi_store_write_is_there_as_a_whole() {
    with_database(|database| async move {
        let order = Order { id: "o".into(), ..Order::default() };
        let count = database
            .write(&["orders", "transactions"], async |tx| {
                tx.store::<Order>()?.put(&order)?;
                tx.store::<Transaction>()?.put(&transaction("t", 1, false))?;
                tx.store::<Order>()?.count(&Query::all()).await
            })
            .await
            .unwrap();
        assert_eq!(count, 1, "a transaction reads its own writes");
        assert!(database.store::<Order>().get("o").await.unwrap().is_some());
        assert!(database.store::<Transaction>().get("t").await.unwrap().is_some());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_request_that_nobody_awaits_still_fails_the_write_with_its_own_reason() {
    with_database(|database| async move {
        database.store::<Card>().put(&card(1, "ann", 1)).await.unwrap();
        let result = database
            .write(&["cards"], async |tx| {
                tx.store::<Card>()?.put(&card(2, "bob", 1))?;
                tx.store::<Card>()?.put(&card(3, "ann", 1))?;
                Ok(())
            })
            .await;
        let error = result.unwrap_err();
        let ErrorKind::Constraint { index, .. } = error.kind() else { panic!("{error:?}") };
        // Only Chromium says which.
        assert_eq!(index.as_deref(), names_the_index().then_some("owner"));
        assert_eq!(database.store::<Card>().count(Query::all()).await.unwrap(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_request_cut_off_by_another_reports_the_reason_not_the_cut() {
    with_database(|database| async move {
        database.store::<Card>().put(&card(1, "ann", 1)).await.unwrap();
        let result = database
            .write(&["cards"], async |tx| {
                let store = tx.store::<Card>()?;
                store.put(&card(3, "ann", 1))?;
                store.put(&card(2, "bob", 1))?.await.map(drop)
            })
            .await;
        assert_eq!(result.unwrap_err().code(), "Constraint");
    })
    .await;
}

#[wasm_bindgen_test]
async fn awaiting_something_else_inside_a_transaction_is_an_error_and_no_hang() {
    with_database(|database| async move {
        let result = database
            .write(&["cards"], async |tx| {
                let store = tx.store::<Card>()?;
                store.put(&card(1, "ann", 1))?;
                sleep(Duration::from_millis(20)).await;
                store.put(&card(2, "bob", 1)).map(drop)
            })
            .await;
        let error = result.unwrap_err();
        assert!(error.to_string().contains("await only its own requests"), "{error}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_write_that_its_caller_drops_leaves_nothing_and_harms_nobody() {
    with_database(|database| async move {
        let dropped = Cell::new(false);
        {
            let write = database.write(&["cards"], async |tx| {
                for id in 0..100 {
                    tx.store::<Card>()?.put(&card(id, &id.to_string(), 1))?.await?;
                    if id == 3 {
                        dropped.set(true);
                    }
                }
                Ok(())
            });
            let until = async {
                while !dropped.get() {
                    sleep(Duration::ZERO).await;
                }
            };
            match select(Box::pin(write), Box::pin(until)).await {
                Either::Left(_) => panic!("the write must not finish first"),
                Either::Right(_) => {}
            }
        }
        database.store::<Card>().put(&card(1000, "later", 1)).await.unwrap();
        assert_eq!(database.store::<Card>().count(Query::all()).await.unwrap(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_store_that_is_not_part_of_the_transaction_is_refused() {
    with_database(|database| async move {
        let result = database.write(&["cards"], async |tx| tx.store::<Order>().map(drop)).await;
        assert!(result.unwrap_err().to_string().contains("'orders'"));
        let result = database.read(&[], async |_| Ok(())).await;
        assert_eq!(result.unwrap_err().code(), "InvalidArgument");
        let result = database.read(&["nowhere"], async |_| Ok(())).await;
        assert_eq!(result.unwrap_err().code(), "InvalidArgument");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_write_is_as_durable_as_its_strictest_store_unless_told_otherwise() {
    with_database(|database| async move {
        let durability = async |stores: &[&str], durability| {
            database.write_with(stores, WriteOptions { durability }, async |_| Ok(())).await.unwrap();
            database.status().last_write.unwrap().1
        };
        assert_eq!(durability(&["cards"], None).await, Durability::Relaxed);
        assert_eq!(durability(&["cards", "orders"], None).await, Durability::Strict);
        assert_eq!(durability(&["orders"], Some(Durability::Relaxed)).await, Durability::Relaxed);
        assert_eq!(durability(&["cards"], Some(Durability::Strict)).await, Durability::Strict);
    })
    .await;
}
