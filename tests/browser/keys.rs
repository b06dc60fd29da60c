use js_sys::{Array, ArrayBuffer, Date, Float64Array, Map, Object, Uint8Array};
use pos_offline::store::KeyValue;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::IdbFactory;

fn browser() -> IdbFactory {
    js_sys::Reflect::get(&js_sys::global(), &"indexedDB".into()).unwrap().unchecked_into()
}

fn keys() -> Vec<JsValue> {
    let bytes = Uint8Array::from([0, 0, 1, 2].as_slice());
    vec![
        f64::NEG_INFINITY.into(),
        (-0.0).into(),
        1.5.into(),
        f64::INFINITY.into(),
        Date::new(&0.0.into()).into(),
        Date::new(&1e12.into()).into(),
        "".into(),
        "a".into(),
        "a\u{FFFF}".into(),
        "\u{1F600}".into(),
        "\u{FF5E}".into(),
        ArrayBuffer::new(2).into(),
        bytes.subarray(2, 4).into(),
        Float64Array::new_with_length(1).into(),
        Array::new().into(),
        Array::of2(&0.into(), &"2026".into()).into(),
        Array::of2(&0.into(), &Array::new()).into(),
        Array::of1(&1.into()).into(),
    ]
}

#[wasm_bindgen_test]
fn keys_compare_as_the_browser_compares_them() {
    for a in keys() {
        for b in keys() {
            let theirs = browser().cmp(&a, &b).unwrap();
            let ours = KeyValue::from_js(&a).unwrap().cmp(&KeyValue::from_js(&b).unwrap()) as i16;
            assert_eq!(ours, theirs, "{a:?} and {b:?}");
        }
    }
}

#[wasm_bindgen_test]
fn a_key_survives_the_way_to_javascript_and_back() {
    for key in keys() {
        let there = KeyValue::from_js(&key).unwrap().to_js();
        assert_eq!(browser().cmp(&key, &there).unwrap(), 0, "{key:?}");
    }
}

#[wasm_bindgen_test]
fn what_the_browser_refuses_as_a_key_is_refused_here() {
    let refused = [
        JsValue::NULL,
        JsValue::UNDEFINED,
        true.into(),
        f64::NAN.into(),
        Date::new(&f64::NAN.into()).into(),
        Object::new().into(),
        Map::<JsValue, JsValue>::new().into(),
        Array::of2(&1.into(), &JsValue::NULL).into(),
    ];
    for value in refused {
        assert!(browser().cmp(&value, &0.into()).is_err(), "{value:?}");
        assert!(KeyValue::from_js(&value).is_none(), "{value:?}");
    }
}
