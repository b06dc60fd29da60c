use super::*;

const NOW: f64 = 1_000_000.0;
const LEASE: f64 = 75_000.0;

fn row(id: &str) -> Candidate {
    Candidate {
        id: id.into(),
        uuid: format!("uuid of {id}"),
        after: None,
        kind: "order".into(),
        state: State::Pending,
        attempts: 0,
        last_attempt: None,
        next_attempt: None,
        lease_until: None,
    }
}

/// The ids that go with one request of at most three, and when the next row is due.
fn planned(rows: &[Candidate], eager_since: Option<f64>) -> (Vec<&str>, Option<f64>) {
    let batch = |kind: &str| if kind == "order" { 3 } else { 0 };
    let mut plan = Plan::new(NOW, LEASE, eager_since, &batch);
    let mut taken = Vec::new();
    for row in rows {
        if plan.take(row) {
            taken.push(row.id.as_str());
        }
        if plan.is_full() {
            break;
        }
    }
    (taken, plan.next_due())
}

fn ids(rows: &[Candidate]) -> Vec<&str> {
    planned(rows, None).0
}

#[test]
fn the_oldest_rows_of_one_type_go_together() {
    let payment = Candidate { kind: "payment".into(), ..row("p") };
    assert_eq!(ids(&[row("a"), payment.clone(), row("b"), row("c"), row("d")]), ["a", "b", "c"]);
    // A type that the transport does not know goes alone, to be refused alone.
    assert_eq!(ids(&[payment.clone(), payment, row("a")]), ["p"]);
}

#[test]
fn rows_of_one_sale_go_one_after_the_other_and_others_do_not_wait() {
    let follower = Candidate { id: "a2".into(), ..row("a") };
    assert_eq!(ids(&[row("a"), follower.clone(), row("b")]), ["a", "b"]);
    for state in [State::InFlight, State::Rejected] {
        let first = Candidate { state, lease_until: Some(NOW + 1.0), ..row("a") };
        assert_eq!(ids(&[first, follower.clone(), row("b")]), ["b"]);
    }
    let waiting = Candidate { next_attempt: Some(NOW + 5.0), ..row("a") };
    assert_eq!(planned(&[waiting, follower, row("b")], None), (vec!["b"], Some(NOW + 5.0)));
}

#[test]
fn rows_without_uuid_are_not_one_sale() {
    let nameless = |id: &str| Candidate { uuid: String::new(), ..row(id) };
    assert_eq!(ids(&[nameless("a"), nameless("b")]), ["a", "b"]);
}

#[test]
fn a_row_waits_for_the_row_that_it_names_by_id_or_uuid() {
    let after = |name: &str| Candidate { after: Some(name.into()), ..row("b") };
    for name in ["a", "uuid of a"] {
        assert_eq!(ids(&[row("a"), after(name), row("c")]), ["a", "c"]);
    }
    // What it names has reached the server, or never existed.
    assert_eq!(ids(&[row("x"), after("a")]), ["x", "b"]);
}

#[test]
fn a_row_whose_sender_is_gone_is_taken_over() {
    let leased = |until| Candidate { state: State::InFlight, lease_until: Some(until), ..row("a") };
    assert_eq!(planned(&[leased(NOW + 10.0)], None), (vec![], Some(NOW + 10.0)));
    assert_eq!(ids(&[leased(NOW)]), ["a"]);
    assert_eq!(ids(&[Candidate { lease_until: None, ..leased(NOW) }]), ["a"]);
}

#[test]
fn times_from_before_the_clock_was_set_back_are_over() {
    let leased = Candidate { state: State::InFlight, lease_until: Some(NOW + LEASE + 1.0), ..row("a") };
    let waiting = Candidate { next_attempt: Some(NOW + LONGEST_PAUSE_MS + 1.0), ..row("b") };
    assert_eq!(ids(&[leased, waiting]), ["a", "b"]);
}

#[test]
fn whoever_cannot_wait_sends_each_waiting_row_once() {
    let waiting = |last| Candidate { next_attempt: Some(NOW + 9.0), last_attempt: Some(last), ..row("a") };
    assert_eq!(planned(&[waiting(NOW - 1.0)], None), (vec![], Some(NOW + 9.0)));
    assert_eq!(planned(&[waiting(NOW - 1.0)], Some(NOW)).0, ["a"]);
    assert_eq!(planned(&[waiting(NOW)], Some(NOW)), (vec![], Some(NOW + 9.0)));
    // What is in flight and what was refused stays so.
    let leased = Candidate { state: State::InFlight, lease_until: Some(NOW + 9.0), ..row("a") };
    let refused = Candidate { state: State::Rejected, ..row("b") };
    assert!(planned(&[leased, refused], Some(NOW)).0.is_empty());
}

#[test]
fn what_has_failed_twice_goes_alone() {
    let failed = |id, attempts| Candidate { attempts, ..row(id) };
    assert_eq!(ids(&[failed("a", 1), failed("b", 2), row("c")]), ["a", "c"]);
    assert_eq!(ids(&[failed("a", 2), row("b")]), ["a"]);
}
