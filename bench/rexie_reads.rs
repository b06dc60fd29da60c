//! Reads through this crate's one connection beside reads through `rexie` on a second one; run by `make bench`.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used)]

use pos_offline::store::{Bulk, KeyValue, Select};
use pos_offline::{Database, DatabaseOptions};
use rexie::{Rexie, TransactionMode};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const ROWS: usize = 10_000;
const ROUNDS: usize = 11;

fn now() -> f64 {
    let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into()).unwrap();
    let now: js_sys::Function = js_sys::Reflect::get(&performance, &"now".into()).unwrap().into();
    now.call0(&performance).unwrap().as_f64().unwrap()
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[wasm_bindgen_test]
async fn one_connection_or_two() {
    let name = format!("rexie-reads-{}", js_sys::Math::random());
    let database = Database::new(DatabaseOptions::named(&name)).unwrap();
    let row = |position: usize| {
        let row = js_sys::Object::new();
        let set = |field: &str, value: JsValue| js_sys::Reflect::set(&row, &field.into(), &value).unwrap();
        set("id", (position as u32).into());
        set("name", format!("Product {position}").into());
        set("barcode", format!("590{position:010}").into());
        Ok(row.into())
    };
    Bulk::default().put_each(&database, "pos_products", ROWS, row).await.unwrap();

    let (mut one, mut two) = (Vec::new(), Vec::new());
    let (mut all, mut all_rexie) = (Vec::new(), Vec::new());
    let (mut get, mut get_rexie) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        database.close();
        let started = now();
        database.init().await.unwrap();
        let opened = now();
        let rexie = Rexie::builder(&name).build().await.unwrap();
        one.push(opened - started);
        two.push(now() - started);

        for turn in [round, round + 1] {
            let started = now();
            if turn % 2 == 0 {
                let rows = database
                    .read(&["pos_products"], async |tx| Ok(tx.rows("pos_products")?.select(&Select::all()).await?.rows))
                    .await
                    .unwrap();
                assert_eq!(rows.length() as usize, ROWS);
                all.push(now() - started);
            } else {
                let tx = rexie.transaction(&["pos_products"], TransactionMode::ReadOnly).unwrap();
                let rows: js_sys::Array =
                    tx.store("pos_products").unwrap().get_all(None, None).await.unwrap().into_iter().collect();
                assert_eq!(rows.length() as usize, ROWS);
                all_rexie.push(now() - started);
            }
            let started = now();
            for id in 0..100 {
                let id = KeyValue::Number(id.into());
                if turn % 2 == 0 {
                    database
                        .read(&["pos_products"], async |tx| tx.rows("pos_products")?.get(&id)?.await)
                        .await
                        .unwrap();
                } else {
                    let tx = rexie.transaction(&["pos_products"], TransactionMode::ReadOnly).unwrap();
                    tx.store("pos_products").unwrap().get(id.to_js()).await.unwrap().unwrap();
                }
            }
            if turn % 2 == 0 { get.push(now() - started) } else { get_rexie.push(now() - started) }
        }
        rexie.close();
    }
    console_log!("open: one connection {:.1} ms, with a rexie beside it {:.1} ms", median(&mut one), median(&mut two));
    console_log!("read {ROWS} rows: here {:.1} ms, rexie {:.1} ms", median(&mut all), median(&mut all_rexie));
    console_log!(
        "100 gets, one after the other: here {:.1} ms, rexie {:.1} ms",
        median(&mut get),
        median(&mut get_rexie)
    );
    database.reset().await.unwrap();
}
