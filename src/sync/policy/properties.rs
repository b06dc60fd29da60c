//! Whatever happens on the way: an item leaves the outbox only when the server has it, the server takes none twice, and
//! none is forgotten. A till and a server in miniature, with the real policy and plan between them.

use proptest::prelude::*;

use super::*;
use crate::sync::plan::{Candidate, Plan, State};

const LEASE: f64 = 1_000.0;

/// What happens to a request.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Answered as it should be.
    None,
    /// Nothing was done, and this is said or found out.
    Before(Kind),
    /// All of it was done, and this is what the till gets to hear.
    After(Kind),
    /// The till dies before it hears anything.
    Crash { done: bool },
}

/// A row of the outbox.
#[derive(Debug, Clone)]
struct Row {
    candidate: Candidate,
    trial: Trial,
}

impl Row {
    /// Which item it is; each has its number for an id.
    fn number(&self) -> usize {
        self.candidate.id.parse().unwrap_or(usize::MAX)
    }
}

#[derive(Debug, Default)]
struct World {
    now: f64,
    rows: Vec<Row>,
    /// What the server has, in the order in which it took it.
    server: Vec<usize>,
    /// What it does not take.
    refused: Vec<usize>,
    accepted: usize,
}

impl World {
    fn queue(&mut self, is_bad: bool, follows: bool) {
        let number = self.accepted;
        self.accepted += 1;
        if is_bad {
            self.refused.push(number);
        }
        let after = (follows && number > 0).then(|| (number - 1).to_string());
        let candidate = Candidate {
            id: number.to_string(),
            uuid: format!("uuid {number}"),
            after,
            kind: "order".into(),
            state: State::Pending,
            attempts: 0,
            last_attempt: None,
            next_attempt: None,
            lease_until: None,
        };
        self.rows.push(Row { candidate, trial: Trial::default() });
    }

    /// One request: claim, ask, push, settle.
    fn send(&mut self, fault: Fault, random: f64) {
        let mut plan = Plan::new(self.now, LEASE, None, &|_| 3);
        let mut claimed = Vec::new();
        for (place, row) in self.rows.iter_mut().enumerate() {
            if plan.take(&row.candidate) {
                claimed.push((place, row.trial));
            }
            if plan.is_full() {
                break;
            }
        }
        for (place, trial) in &mut claimed {
            let row = &mut self.rows[*place];
            trial.attempts += 1;
            row.candidate.state = State::InFlight;
            row.candidate.attempts = trial.attempts;
            row.candidate.lease_until = Some(self.now + LEASE);
            row.trial = Trial { uncertain: true, ..*trial };
        }
        let batch: Vec<usize> = claimed.iter().map(|(place, _)| self.number(*place)).collect();
        // The question before sending again; the answer is true even when the push then fails.
        let known: Vec<bool> = claimed
            .iter()
            .map(|(place, trial)| trial.uncertain && self.server.contains(&self.number(*place)))
            .collect();
        for ((_, trial), known) in claimed.iter_mut().zip(&known) {
            trial.uncertain &= *known;
        }
        let to_push: Vec<usize> =
            batch.iter().zip(&known).filter(|(_, known)| !**known).map(|(number, _)| *number).collect();
        let is_bad = to_push.iter().any(|number| self.refused.contains(number));
        let does = matches!(fault, Fault::None | Fault::After(_) | Fault::Crash { done: true });
        if does && !is_bad {
            for number in &to_push {
                assert!(!self.server.contains(number), "{number} was sent again although the server could be asked");
                self.server.push(*number);
            }
        }
        let kind = match fault {
            Fault::Crash { .. } => return,
            Fault::Before(kind) => kind,
            Fault::After(kind) if !is_bad => kind,
            _ if is_bad => Kind::Rejected,
            _ => Kind::Accepted,
        };
        let mut done = Vec::new();
        for ((place, trial), known) in claimed.iter().zip(known) {
            // A list that is refused as a whole is halved down to the bad one; the others are sent next time.
            let number = self.number(*place);
            let of_item = match kind {
                _ if known => Kind::Duplicate,
                Kind::Rejected if !self.refused.contains(&number) => Kind::RateLimited,
                kind => kind,
            };
            let verdict = Policy::default().verdict(of_item, *trial, self.now, random);
            let row = &mut self.rows[*place];
            row.trial = verdict.trial;
            row.candidate.attempts = verdict.trial.attempts;
            row.candidate.lease_until = None;
            match verdict.fate {
                Fate::Done => done.push(*place),
                Fate::Retry { at } => {
                    row.candidate.state = State::Pending;
                    row.candidate.next_attempt = Some(at);
                }
                Fate::DeadLetter => row.candidate.state = State::Rejected,
            }
        }
        for place in done.into_iter().rev() {
            self.rows.remove(place);
        }
    }

    fn number(&self, place: usize) -> usize {
        self.rows[place].number()
    }

    fn check(&self) {
        for number in 0..self.accepted {
            let waits = self.rows.iter().any(|row| row.candidate.id == number.to_string());
            let there = self.server.iter().filter(|taken| **taken == number).count();
            assert!(there <= 1, "{number} is there {there} times");
            assert!(waits || there == 1, "{number} is lost");
            assert!(!(there == 1 && self.refused.contains(&number)), "{number} was refused");
        }
    }
}

fn faults() -> impl Strategy<Value = Fault> {
    let lost = prop_oneof![Just(Kind::Network), Just(Kind::Timeout), Just(Kind::ServerError), Just(Kind::Unknown)];
    let before = prop_oneof![
        Just(Kind::Network),
        Just(Kind::Timeout),
        Just(Kind::ServerError),
        Just(Kind::Unknown),
        Just(Kind::RateLimited),
        Just(Kind::Maintenance),
        Just(Kind::AuthExpired)
    ];
    prop_oneof![
        2 => Just(Fault::None),
        2 => before.prop_map(Fault::Before),
        2 => lost.prop_map(Fault::After),
        1 => any::<bool>().prop_map(|done| Fault::Crash { done }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_sequence_of_outcomes_loses_or_doubles_an_item(
        steps in prop::collection::vec((faults(), any::<bool>(), 0..4_u8, 0.0..1.0_f64, 0.0..400_000.0_f64), 1..60),
    ) {
        let mut world = World::default();
        for (fault, queues, kind, random, passes) in steps {
            if queues {
                world.queue(kind == 3, kind == 2);
            }
            world.send(fault, random);
            world.check();
            world.now += passes;
        }
        // A dead letter is sent again by hand; in the end the server answers.
        for _ in 0..world.accepted * 6 + 6 {
            for row in &mut world.rows {
                let number = row.number();
                if row.candidate.state == State::Rejected && !world.refused.contains(&number) {
                    row.candidate.state = State::Pending;
                    row.candidate.next_attempt = None;
                }
            }
            world.now += 400_000.0;
            world.send(Fault::None, 0.5);
            world.check();
        }
        // Left is what the server refuses, and what has to come after it.
        for row in &world.rows {
            let number = row.number();
            let waits_for = row.candidate.after.as_ref().is_some_and(|after| world.rows.iter().any(|other| other.candidate.id == *after));
            prop_assert!(world.refused.contains(&number) || waits_for, "{} never arrived", number);
        }
    }
}
