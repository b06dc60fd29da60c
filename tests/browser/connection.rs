//! The monitor as Rust uses it: its own clock and random source, futures, and handles that clean up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::sleep;
use pos_offline::connection::{Event, Outcome, Pace, Paces, Quality, Timing};
use pos_offline::{Backoff, ConnectionMonitor, ConnectionOptions, ErrorKind};
use wasm_bindgen_test::wasm_bindgen_test;

/// Asks the server of this page.
fn options(path: &str) -> ConnectionOptions {
    ConnectionOptions { urls: vec![path.into()], ..ConnectionOptions::default() }
}

/// A path that the server of the tests does not have.
const MISSING: &str = "/no-such-page";

#[wasm_bindgen_test]
async fn a_check_asks_the_server_and_the_status_says_how() {
    let monitor = ConnectionMonitor::new(options("/")).unwrap();
    assert_eq!(monitor.status().quality, Quality::Unknown);
    assert!(monitor.check_server().await);
    let status = monitor.status();
    assert!(status.server_reachable && !status.offline);
    assert_eq!(status.last_probe.map(|probe| probe.outcome), Some(Outcome::Ok));
    assert!(monitor.urls()[0].starts_with("http://"), "absolute");
    assert_eq!(monitor.pending_timers(), 0, "not started: nothing goes on");
}

#[wasm_bindgen_test]
async fn the_clock_and_the_random_source_are_the_callers() {
    let (now, drawn) = (Rc::new(Cell::new(5e11)), Rc::new(Cell::new(0)));
    let (clock, counter) = (Rc::clone(&now), Rc::clone(&drawn));
    let monitor = ConnectionMonitor::new(ConnectionOptions {
        clock: Rc::new(move || clock.get()),
        random: Rc::new(move || {
            counter.set(counter.get() + 1);
            0.25
        }),
        ..options(MISSING)
    })
    .unwrap();
    monitor.start();
    assert!(!monitor.check_server().await);
    let status = monitor.status();
    assert_eq!(drawn.get(), 1);
    assert_eq!(status.last_probe.map(|probe| probe.at), Some(5e11));
    assert_eq!(status.next_probe_at, Some(5e11 + 500.0), "a quarter of two seconds");
    monitor.stop();
}

#[wasm_bindgen_test]
async fn listeners_are_called_until_removed_and_may_use_the_monitor() {
    let monitor = ConnectionMonitor::new(options("/")).unwrap();
    let heard = Rc::new(RefCell::new(Vec::new()));
    let (log, handle) = (Rc::clone(&heard), monitor.clone());
    let id = monitor.on(Event::ServerReachable, move |status| {
        log.borrow_mut().push(status.server_reachable);
        handle.force_offline();
    });
    monitor.force_online();
    monitor.off(id);
    monitor.force_online();
    assert_eq!(*heard.borrow(), [true]);
    monitor.stop();
}

#[wasm_bindgen_test]
async fn who_waits_when_the_last_handle_goes_gets_an_error() {
    let monitor = ConnectionMonitor::new(options(MISSING)).unwrap();
    monitor.start();
    let (waiting, check) = (monitor.wait_for_connection(Duration::from_secs(60)), monitor.check_now());
    drop(monitor);
    assert_eq!(waiting.await.unwrap_err().code(), "Aborted");
    assert!(!check.await);
}

#[wasm_bindgen_test]
async fn a_future_that_is_dropped_disturbs_nobody() {
    let monitor = ConnectionMonitor::new(options("/")).unwrap();
    drop(monitor.check_server());
    drop(monitor.wait_for_connection(Duration::from_millis(1)));
    assert!(monitor.check_server().await);
    sleep(Duration::from_millis(5)).await;
    assert_eq!(monitor.pending_timers(), 0);
}

#[wasm_bindgen_test]
fn what_makes_no_sense_is_refused() {
    let refused = |options: ConnectionOptions, argument: &str| match ConnectionMonitor::new(options).unwrap_err().kind()
    {
        ErrorKind::InvalidArgument { argument: named, .. } => assert_eq!(named, argument),
        other => panic!("{argument}: {other:?}"),
    };
    let timing = |timing| ConnectionOptions { timing, ..options("/") };
    refused(ConnectionOptions { urls: Vec::new(), ..ConnectionOptions::default() }, "urls");
    refused(options("http://"), "urls");
    refused(options("data:text/plain,ok"), "urls");
    let never = Pace { timeout: Duration::ZERO, interval: Duration::from_secs(1) };
    refused(timing(Timing { paces: Paces { slow: never, ..Paces::default() }, ..Timing::default() }), "timeouts");
    let late = Pace { timeout: Duration::from_secs(1), interval: Duration::from_secs(u64::MAX) };
    refused(timing(Timing { paces: Paces { fast: late, ..Paces::default() }, ..Timing::default() }), "intervals");
    let backoff = Backoff { base: Duration::ZERO, ..Backoff::default() };
    refused(timing(Timing { backoff, ..Timing::default() }), "backoff");
}
