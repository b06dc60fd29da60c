use super::*;

fn schema() -> Schema {
    Schema::with_stores(Vec::new()).unwrap()
}

fn extra(name: &str) -> StoreSchema {
    StoreSchema {
        name: name.into(),
        key_path: KeyPath::Field("id".into()),
        auto_increment: false,
        indexes: Vec::new(),
        flags: Vec::new(),
        times: Vec::new(),
        durability: Durability::Strict,
    }
}

#[test]
fn the_stores_and_their_indexes_are_those_of_the_contract_and_the_catalogues() {
    let listed: Vec<String> = schema()
        .stores()
        .iter()
        .map(|store| {
            let indexes: Vec<_> = store.indexes.iter().map(|index| index.name.as_str()).collect();
            format!("{} {} {}", store.name, store.key_path.fields().join("+"), indexes.join(","))
        })
        .collect();
    assert_eq!(
        listed,
        [
            "sessions id user_id,created",
            "users id login",
            "config key ",
            "transactions id synced,type,created_at,synced_created",
            "orders id state,date_order,state_date",
            "sync_errors id transaction_id,timestamp,error_type,error_timestamp",
            "pos_products id barcode,default_code,categ_id,name,cached_at",
            "pos_categories id parent_id,name",
            "pos_payment_methods id name",
            "pos_taxes id name",
            "pos_offline_orders offline_id created_at,synced,pos_session_id",
            "pos_catalog  ",
        ]
    );
}

#[test]
fn only_the_login_is_unique_and_only_errors_are_numbered_by_the_browser() {
    let schema = schema();
    let unique: Vec<_> = schema.stores().iter().flat_map(|store| &store.indexes).filter(|index| index.unique).collect();
    assert_eq!(unique.len(), 1);
    assert_eq!(unique[0].name, "login");
    let numbered: Vec<_> = schema.stores().iter().filter(|store| store.auto_increment).collect();
    assert_eq!(numbered.len(), 1);
    assert_eq!(numbered[0].name, "sync_errors");
}

#[test]
fn money_is_strict_and_caches_are_relaxed() {
    let schema = schema();
    for store in schema.stores() {
        let money = ["transactions", "orders", "pos_offline_orders", "sync_errors"].contains(&store.name.as_str());
        assert_eq!(store.durability == Durability::Strict, money, "{}", store.name);
    }
    assert_eq!(schema.durability(&["pos_products", "orders"]), Durability::Strict);
    assert_eq!(schema.durability(&["pos_products", "config"]), Durability::Relaxed);
}

#[test]
fn versions_rise_and_the_newest_is_the_schema_version() {
    assert!(STEPS.windows(2).all(|pair| pair[0].version < pair[1].version));
    assert_eq!(SCHEMA_VERSION, 6);
}

#[test]
fn a_callers_store_joins_the_schema_strict_unless_it_says_otherwise() {
    let schema = Schema::with_stores(vec![extra("loyalty")]).unwrap();
    assert_eq!(schema.extra_stores().len(), 1);
    assert_eq!(schema.store("loyalty").unwrap().durability, Durability::Strict);
}

#[test]
fn a_store_without_a_name_a_key_or_a_free_name_is_refused() {
    for name in ["", "orders", META_STORE] {
        assert_eq!(Schema::with_stores(vec![extra(name)]).unwrap_err().code(), "InvalidArgument", "{name:?}");
    }
    let keyless = StoreSchema { key_path: KeyPath::Fields(Vec::new()), ..extra("x") };
    assert_eq!(Schema::with_stores(vec![keyless]).unwrap_err().code(), "InvalidArgument");
    assert_eq!(Schema::with_stores(vec![extra("x"), extra("x")]).unwrap_err().code(), "InvalidArgument");
}

#[test]
fn an_unknown_store_is_an_error_that_names_the_known_ones() {
    let error = schema().store("order").unwrap_err();
    assert!(error.to_string().contains("orders"));
}
