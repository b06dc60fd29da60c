use std::time::Duration;

use super::*;

const NOW: f64 = 1_000_000.0;
const FIRST: Trial = Trial { attempts: 1, senseless: 0, uncertain: false };

fn fate(kind: Kind, trial: Trial) -> Fate {
    Policy::default().verdict(kind, trial, NOW, 0.5).fate
}

#[test]
fn every_outcome_has_its_fate() {
    for (kind, fate_of) in [
        (Kind::Accepted, Fate::Done),
        (Kind::Duplicate, Fate::Done),
        (Kind::Rejected, Fate::DeadLetter),
        (Kind::Unsupported, Fate::DeadLetter),
        (Kind::RateLimited, Fate::Retry { at: NOW }),
        (Kind::Maintenance, Fate::Retry { at: NOW }),
        (Kind::AuthExpired, Fate::Retry { at: NOW }),
        (Kind::Network, Fate::Retry { at: NOW + 1_000.0 }),
        (Kind::Timeout, Fate::Retry { at: NOW + 1_000.0 }),
        (Kind::ServerError, Fate::Retry { at: NOW + 1_000.0 }),
        (Kind::Unknown, Fate::Retry { at: NOW + 1_000.0 }),
    ] {
        assert_eq!(fate(kind, FIRST), fate_of, "{kind:?}");
        assert_eq!(Kind::of(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::of("fine"), None);
}

#[test]
fn retries_of_network_failures_never_end_and_wait_at_most_the_cap() {
    for kind in [Kind::Network, Kind::Timeout, Kind::ServerError] {
        for attempts in [1, 5, 100, 1_000_000, u32::MAX] {
            let trial = Trial { attempts, ..FIRST };
            let Fate::Retry { at } = Policy::default().verdict(kind, trial, NOW, 1.0).fate else {
                panic!("{kind:?} was given up after {attempts} attempts");
            };
            assert!(at > NOW && at <= NOW + 300_000.0, "{at}");
        }
    }
}

#[test]
fn only_answers_without_sense_are_counted_and_the_fifth_sets_aside() {
    let mut trial = Trial { attempts: 90, senseless: 0, uncertain: false };
    for answer in 1..5 {
        let verdict = Policy::default().verdict(Kind::Unknown, trial, NOW, 0.5);
        assert!(matches!(verdict.fate, Fate::Retry { .. }), "answer {answer}");
        trial = Policy::default().verdict(Kind::Network, verdict.trial, NOW, 0.5).trial;
    }
    assert_eq!(fate(Kind::Unknown, trial), Fate::DeadLetter);
}

#[test]
fn what_may_have_arrived_is_remembered_until_the_server_has_said_otherwise() {
    let certain =
        |kind, uncertain| !Policy::default().verdict(kind, Trial { uncertain, ..FIRST }, NOW, 0.5).trial.uncertain;
    for kind in [Kind::Network, Kind::Timeout, Kind::ServerError, Kind::Unknown] {
        assert!(!certain(kind, false), "{kind:?}");
    }
    // Nothing was done, so it is as uncertain as it was before.
    for kind in [Kind::RateLimited, Kind::Maintenance, Kind::AuthExpired, Kind::Rejected] {
        assert!(certain(kind, false), "{kind:?}");
        assert!(!certain(kind, true), "{kind:?}");
    }
}

#[test]
fn a_pause_of_the_queue_is_no_attempt_of_the_item() {
    for kind in [Kind::RateLimited, Kind::Maintenance, Kind::AuthExpired] {
        assert_eq!(Policy::default().verdict(kind, FIRST, NOW, 0.5).trial.attempts, 0);
    }
    assert_eq!(Policy::default().verdict(Kind::Network, FIRST, NOW, 0.5).trial.attempts, 1);
}

#[test]
fn the_queue_waits_for_the_network_the_server_and_the_user() {
    let policy = Policy::default();
    let hold = |kind, retry_after, failures| policy.hold(kind, retry_after, failures, NOW, 0.5);
    let until = |reason, ms: f64| Some(Hold { reason, until: NOW + ms });
    assert_eq!(hold(Kind::Network, None, 1), until(HoldReason::Network, 1_000.0));
    assert_eq!(hold(Kind::Network, None, 4), until(HoldReason::Network, 8_000.0));
    assert_eq!(hold(Kind::RateLimited, Some(90_000.0), 1), until(HoldReason::RateLimited, 90_000.0));
    assert_eq!(hold(Kind::Maintenance, None, 2), until(HoldReason::Maintenance, 2_000.0));
    assert_eq!(hold(Kind::AuthExpired, None, 1), until(HoldReason::SessionExpired, 300_000.0));
    for kind in [Kind::Accepted, Kind::Duplicate, Kind::Rejected, Kind::Unsupported] {
        assert_eq!(hold(kind, None, 9), None);
    }
}

#[test]
fn a_pause_is_believed_up_to_an_hour_and_never_shorter_than_the_backoff() {
    let hold = |retry_after| Policy::default().hold(Kind::RateLimited, Some(retry_after), 2, NOW, 0.5).unwrap().until;
    assert_eq!(hold(1e12), NOW + LONGEST_PAUSE_MS);
    assert_eq!(hold(0.0), NOW + 2_000.0);
}

#[test]
fn one_bad_item_does_not_make_the_queue_wait_and_three_failures_in_a_row_do() {
    let policy =
        Policy { backoff: Backoff { base: Duration::from_secs(2), cap: Duration::from_secs(8) }, ..Policy::default() };
    for kind in [Kind::Timeout, Kind::ServerError, Kind::Unknown] {
        assert_eq!(policy.hold(kind, None, 2, NOW, 1.0), None);
        let waits: Vec<_> =
            (3..8).map(|failures| policy.hold(kind, None, failures, NOW, 1.0).unwrap().until - NOW).collect();
        assert_eq!(waits, [2_000.0, 4_000.0, 8_000.0, 8_000.0, 8_000.0]);
    }
}
