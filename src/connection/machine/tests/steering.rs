//! What the browser, the caller, the clock and time do to it.

use super::*;

#[test]
fn retries_wait_with_full_jitter_never_longer_than_the_interval_and_end_after_ten() {
    let mut till = Till::started(1);
    let mut waits = Vec::new();
    for retry in 0..12 {
        till.answers(SERVER_ERROR);
        assert_eq!(till.status().reconnect_attempts, (retry + 1).min(10));
        waits.push(till.sleeps().0);
    }
    let doubled = [1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];
    assert_eq!(waits[..5], doubled);
    assert!(waits[5..].iter().all(|wait| *wait == 30_000.0), "{waits:?}");
    till.answers(Outcome::Ok);
    assert_eq!(till.status().reconnect_attempts, 0);
}

#[test]
fn no_network_means_no_server_and_a_new_network_is_asked_at_once() {
    let mut till = Till::reachable();
    till.now += 5_000.0;
    assert_eq!(till.does(Input::Online(false)).events, [Event::ConnectionLost, Event::ServerUnreachable]);
    assert!(till.status().offline);
    till.now += 5_000.0;
    let effects = till.does(Input::Online(true));
    assert_eq!(effects.events, [Event::ConnectionRestored]);
    assert!(effects.probe.is_some());
    assert!(till.answers(Outcome::Ok).events.contains(&Event::ServerReachable));
    assert!(!till.status().offline);
}

#[test]
fn a_server_that_answers_although_the_browser_sees_no_network_is_believed() {
    let mut till = Till::reachable();
    till.does(Input::Online(false));
    till.sleeps();
    while till.machine.flight.is_none() {
        till.sleeps();
    }
    till.answers(Outcome::Ok);
    assert!(!till.status().online && till.status().server_reachable && !till.status().offline);
}

#[test]
fn flapping_does_not_flood_listeners_and_ends_in_the_truth() {
    let mut till = Till::reachable();
    till.now += 60_000.0;
    let (mut events, mut probes) = (Vec::new(), 0);
    for flap in 0..1_001 {
        till.now += 10.0;
        let effects = till.does(Input::Online(flap % 2 == 1));
        events.extend(effects.events);
        probes += u32::from(effects.probe.is_some());
    }
    let lost_or_restored = |event: &&Event| matches!(event, Event::ConnectionLost | Event::ConnectionRestored);
    assert!(events.iter().filter(lost_or_restored).count() <= 12, "10 s: {events:?}");
    assert!(probes <= 11, "{probes} probes in 10 s");
    events.extend(till.sleeps().1.events);
    assert_eq!(events.iter().rfind(lost_or_restored), Some(&Event::ConnectionLost));
}

#[test]
fn forced_online_holds_for_five_seconds_and_is_then_checked() {
    let mut till = Till::started(1);
    till.answers(SERVER_ERROR);
    for _ in 0..1_000 {
        till.does(Input::ForceOnline);
    }
    assert!(till.status().server_reachable && !till.status().offline);
    let (waited, effects) = till.sleeps();
    assert_eq!(waited, 5_000.0);
    assert!(effects.probe.is_some());
}

#[test]
fn forced_offline_holds_until_somebody_checks() {
    let mut till = Till::reachable();
    till.sleeps();
    let late = till.machine.flight.unwrap().id;
    let effects = till.does(Input::ForceOffline);
    assert!(effects.abort && effects.events == [Event::ServerUnreachable]);
    till.does(Input::Answer { id: late, outcome: Outcome::Ok });
    till.now += 3_600_000.0;
    for input in [Input::Wake, Input::Online(true), Input::Network(Network::Slow)] {
        assert!(till.does(input).probe.is_none(), "{input:?}");
    }
    assert!(till.status().offline && till.status().quality == Quality::Offline);
    assert!(till.does(Input::Check { debounced: true }).probe.is_some());
    assert_eq!(till.answers(Outcome::Ok).decided, Some(true));
}

#[test]
fn a_check_is_decided_only_when_there_is_no_doubt() {
    let mut till = Till::reachable();
    till.does(Input::Check { debounced: false });
    assert_eq!(till.answers(SERVER_ERROR).decided, None);
    till.sleeps();
    assert_eq!(till.answers(SERVER_ERROR).decided, Some(false));
}

#[test]
fn checks_within_two_seconds_share_a_probe() {
    let mut till = Till::reachable();
    let check = Input::Check { debounced: true };
    assert!(till.does(check).probe.is_some());
    assert!(till.does(check).probe.is_none(), "one is in flight");
    till.answers(Outcome::Ok);
    for _ in 0..10 {
        till.now += 100.0;
        assert!(till.does(check).probe.is_none());
    }
    let (waited, effects) = till.sleeps();
    assert_eq!(waited, 990.0, "2 s after the first one");
    assert!(effects.probe.is_some());
    till.answers(Outcome::Ok);
    till.now += 2_000.0;
    assert!(till.does(check).probe.is_some(), "later ones do not wait");
}

#[test]
fn after_stop_nothing_has_an_effect_until_the_next_start() {
    let mut till = Till::reachable();
    till.does(Input::Accepting { refusal: Some(Refusal::RateLimited), pause_ms: Some(60_000.0) });
    till.sleeps();
    let late = till.machine.flight.map_or(0, |flight| flight.id);
    let effects = till.does(Input::Stop);
    assert_eq!(effects.wake_at, None);
    till.now += 1e6;
    for input in [Input::Answer { id: late, outcome: SERVER_ERROR }, Input::Wake, Input::Stop] {
        assert_eq!(till.does(input), Effects::default(), "{input:?}");
    }
    assert!(till.does(Input::Start { online: true, network: Network::Fast }).probe.is_some());
    assert_eq!(till.answers(Outcome::Ok).events, [Event::Probe, Event::ServerReachable]);
}

#[test]
fn start_twice_starts_once() {
    let mut till = Till::started(1);
    let effects = till.does(Input::Start { online: false, network: Network::Slow });
    assert!(effects.probe.is_none() && effects.events.is_empty() && till.status().online);
}

#[test]
fn the_server_that_does_not_take_data_is_reachable_all_the_same() {
    let mut till = Till::reachable();
    let effects = till.does(Input::Accepting { refusal: Some(Refusal::Maintenance), pause_ms: Some(20_000.0) });
    assert_eq!(effects.events, [Event::AcceptingChanged]);
    assert_eq!((till.status().server_reachable, till.status().refusal), (true, Some(Refusal::Maintenance)));
    let (waited, effects) = till.sleeps();
    assert_eq!((waited, effects.events), (20_000.0, vec![Event::AcceptingChanged]));
    assert_eq!(till.status().refusal, None);
}

#[test]
fn a_computer_that_slept_probes_when_it_wakes_and_forgets_the_probe_it_slept_through() {
    let mut till = Till::reachable();
    till.now += 8.0 * 3_600_000.0;
    assert!(till.does(Input::Wake).probe.is_some());
    let asleep = till.machine.flight.unwrap().id;
    till.now += 8.0 * 3_600_000.0;
    assert!(till.does(Input::Wake).abort);
    let before = till.machine.clone();
    assert_eq!(till.does(Input::Answer { id: asleep, outcome: Outcome::Ok }).decided, None);
    assert_eq!(till.machine.status(), before.status());
}

#[test]
fn a_clock_that_is_set_back_does_not_silence_the_monitor() {
    let mut till = Till::reachable();
    till.now -= 365.0 * 86_400_000.0;
    till.does(Input::Wake);
    assert_eq!(till.sleeps().0, 30_000.0);
    till.now -= 86_400_000.0;
    till.does(Input::Wake);
    assert_eq!(till.sleeps().0, 5_000.0, "the timeout of the probe");
}

#[test]
fn jitter_uses_the_random_source_it_is_given() {
    let drawn = Cell::new(0);
    let random = || {
        drawn.set(drawn.get() + 1);
        0.0
    };
    let mut machine = Machine::new(1, Timing::default(), QualityBounds::default(), 0.0, true);
    let id = machine.step(0.0, Input::Start { online: true, network: Network::Fast }, &random).probe.unwrap().id;
    let effects = machine.step(1.0, Input::Answer { id, outcome: SERVER_ERROR }, &random);
    assert_eq!(drawn.get(), 1);
    assert!(effects.probe.is_some(), "a wait of nothing is no wait");
}

#[test]
fn a_shorter_recheck_is_used() {
    let timing = Timing { recheck: Duration::from_millis(200), ..Timing::default() };
    let mut till = Till { machine: Machine::new(1, timing, QualityBounds::default(), 1e12, true), now: 1e12 };
    till.does(Input::Start { online: true, network: Network::Fast });
    till.answers(Outcome::Ok);
    till.sleeps();
    till.answers(SERVER_ERROR);
    assert_eq!(till.sleeps().0, 200.0);
}

#[test]
fn an_outage_is_told_once_and_its_end_once() {
    let mut till = Till::started(1);
    let told = |till: &mut Till, input| {
        till.now += 10.0;
        let effects = till.machine.step(till.now, input, &HALF);
        effects.events.iter().filter(|event| **event == Event::StateChanged).count()
    };
    let answer = |till: &Till, outcome| Input::Answer { id: till.machine.flight.unwrap().id, outcome };
    let first = answer(&till, SERVER_ERROR);
    assert_eq!((told(&mut till, first), till.status().offline, till.status().warning), (1, true, true));
    assert_eq!(told(&mut till, Input::Online(false)), 0, "the outage is known");
    assert_eq!(told(&mut till, Input::Check { debounced: false }), 0);
    let second = answer(&till, Outcome::Ok);
    till.now += 1_000.0;
    assert_eq!((told(&mut till, second), till.status().offline, till.status().warning), (1, false, false));
    assert_eq!(told(&mut till, Input::ForceOffline), 1);
}

#[test]
fn waiting_asks_at_once_but_overrules_neither_a_forced_state_nor_a_pause() {
    let mut till = Till::new(1);
    assert!(till.does(Input::Waiting).probe.is_some());
    assert!(till.does(Input::Waiting).probe.is_none(), "one is in flight");
    till.answers(Outcome::RateLimited { retry_after_ms: Some(60_000.0) });
    till.now += 10_000.0;
    assert!(till.does(Input::Waiting).probe.is_none());
    assert_eq!(till.sleeps().0, 50_000.0);
    till.does(Input::ForceOffline);
    till.now += 10_000.0;
    assert_eq!(till.does(Input::Waiting), Effects::default());
    assert!(till.status().offline);
}
