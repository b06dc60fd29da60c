//! When the server is asked, and what its answers mean.

use super::*;

#[test]
fn the_first_answer_is_told_whatever_it_is() {
    for (outcome, event) in [(Outcome::Ok, Event::ServerReachable), (SERVER_ERROR, Event::ServerUnreachable)] {
        let mut till = Till::started(1);
        assert!(!till.status().server_reachable && !till.status().offline);
        assert_eq!(till.status().quality, Quality::Unknown);
        assert_eq!(till.answers(outcome).events, [Event::Probe, event]);
    }
}

#[test]
fn probes_follow_the_interval_of_the_network_and_time_out_after_its_timeout() {
    for (network, timeout, interval) in
        [(Network::Slow, 15_000.0, 60_000.0), (Network::Medium, 10_000.0, 45_000.0), (Network::Fast, 5_000.0, 30_000.0)]
    {
        let mut till = Till::new(1);
        till.does(Input::Start { online: true, network });
        till.answers(Outcome::Ok);
        let (waited, effects) = till.sleeps();
        assert_eq!(waited, interval);
        assert!(effects.probe.is_some());
        let (waited, effects) = till.sleeps();
        assert_eq!(waited, timeout);
        assert!(effects.abort);
        assert_eq!(till.status().last_probe.map(|probe| probe.outcome), Some(Outcome::Timeout));
    }
}

#[test]
fn a_single_failure_is_checked_again_before_the_state_flips() {
    let mut till = Till::reachable();
    till.sleeps();
    assert_eq!(till.answers(SERVER_ERROR).events, [Event::Probe]);
    assert!(till.status().server_reachable);
    assert_eq!(till.sleeps().0, 1_000.0);
    assert_eq!(till.answers(Outcome::Ok).events, [Event::Probe], "nobody hears of it");
    till.sleeps();
    till.answers(SERVER_ERROR);
    till.sleeps();
    assert_eq!(till.answers(SERVER_ERROR).events, [Event::Probe, Event::ServerUnreachable]);
}

#[test]
fn a_single_slow_answer_is_checked_again_before_the_quality_falls() {
    let mut till = Till::reachable();
    let slow = |till: &mut Till| {
        till.now += 2_000.0;
        till.answers(Outcome::Ok)
    };
    till.sleeps();
    slow(&mut till);
    assert_eq!(till.status().quality, Quality::Excellent);
    assert_eq!(till.sleeps().0, 1_000.0);
    slow(&mut till);
    assert_eq!(till.status().quality, Quality::Poor);
    till.sleeps();
    till.answers(Outcome::Ok);
    assert_eq!(till.status().quality, Quality::Excellent, "better is believed at once");
}

#[test]
fn quality_is_named_by_the_bounds() {
    for (latency, quality) in [
        (199.0, Quality::Excellent),
        (200.0, Quality::Good),
        (500.0, Quality::Slow),
        (1_499.0, Quality::Slow),
        (1_500.0, Quality::Poor),
    ] {
        let mut till = Till::started(1);
        till.now += latency - 10.0;
        till.answers(Outcome::Ok);
        assert_eq!(till.status().quality, quality, "{latency} ms");
    }
}

#[test]
fn a_retry_that_succeeds_is_told() {
    let mut till = Till::started(1);
    till.answers(SERVER_ERROR);
    till.now += 2_000.0;
    till.does(Input::Wake);
    assert_eq!(till.answers(Outcome::Ok).events, [Event::Probe, Event::ServerReachable]);
}

#[test]
fn a_change_of_the_network_resets_the_retries_and_is_checked_after_100_ms_at_the_new_pace() {
    let mut till = Till::started(1);
    for _ in 0..4 {
        till.answers(SERVER_ERROR);
        till.sleeps();
    }
    assert!(till.does(Input::Network(Network::Slow)).abort, "the probe in flight says nothing about the new network");
    assert_eq!(till.status().reconnect_attempts, 0);
    assert_eq!(till.sleeps().0, 100.0);
    till.answers(Outcome::Ok);
    assert_eq!(till.sleeps().0, 60_000.0);
}

#[test]
fn a_flood_of_change_events_of_the_same_network_probes_every_two_seconds_at_most() {
    let mut till = Till::reachable();
    let mut probes = 0;
    for _ in 0..1_000 {
        till.now += 10.0;
        let effects = till.does(Input::Network(Network::Fast));
        probes += u32::from(effects.probe.is_some());
        if effects.probe.is_some() {
            till.answers(Outcome::Ok);
        }
    }
    assert!((1..=6).contains(&probes), "{probes} probes in 20 s");
}

#[test]
fn retry_after_is_believed_at_once_and_holds_every_probe_but_one_that_somebody_asks_for() {
    for outcome in [
        Outcome::RateLimited { retry_after_ms: Some(90_000.0) },
        Outcome::ServerError { status: 503, retry_after_ms: Some(90_000.0) },
    ] {
        let mut till = Till::started(2);
        till.answers(Outcome::Ok);
        till.sleeps();
        let effects = till.answers(outcome);
        assert!(effects.probe.is_none(), "the other URL is of the same server");
        assert!(effects.events.contains(&Event::ServerUnreachable));
        let asked = till.now;
        for input in [Input::Online(true), Input::Network(Network::Medium), Input::Wake] {
            till.now += 3_000.0;
            assert!(till.does(input).probe.is_none(), "{input:?}");
        }
        let (_, effects) = till.sleeps();
        assert!(effects.probe.is_some());
        assert_eq!(till.now - asked, 90_000.0);
        till.answers(outcome);
        assert!(till.does(Input::Check { debounced: false }).probe.is_some());
    }
}

#[test]
fn a_pause_of_a_year_is_an_hour() {
    let mut till = Till::started(1);
    till.answers(Outcome::RateLimited { retry_after_ms: Some(3e10) });
    assert_eq!(till.sleeps().0, 3_600_000.0);
}

#[test]
fn the_last_good_url_is_asked_first_and_every_other_before_a_failure_counts() {
    let mut till = Till::started(3);
    let next = |effects: Effects| effects.probe.map(|attempt| attempt.url);
    assert_eq!(next(till.answers(Outcome::Refused { status: 404 })), Some(1));
    assert_eq!(next(till.answers(Outcome::Timeout)), Some(2));
    assert_eq!(next(till.answers(Outcome::Ok)), None);
    assert_eq!(till.status().last_probe.map(|probe| probe.url), Some(2));
    assert_eq!(next(till.sleeps().1), Some(2), "the last good one first");
    assert_eq!(next(till.answers(Outcome::NetworkError)), Some(0));
    assert_eq!(next(till.answers(Outcome::NetworkError)), Some(1));
    assert_eq!(next(till.answers(Outcome::NetworkError)), None);
    assert!(till.status().server_reachable, "a doubt");
}
