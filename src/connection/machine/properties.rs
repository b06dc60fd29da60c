//! What holds whatever happens, checked over random sequences of inputs and passing time.

use proptest::prelude::*;

use super::*;

/// Something happens; `after` milliseconds later than what happened before.
#[derive(Debug, Clone)]
enum Step {
    Input(Input),
    /// The request in flight, or one that is long gone, is answered.
    Answer {
        late: u32,
        outcome: Outcome,
    },
    /// Time passes, and the timer fires when it is due.
    Sleep(f64),
    /// The computer sleeps: no timer fires.
    Suspend(f64),
    /// The clock is set back.
    Back(f64),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        3 => Just(Outcome::Ok),
        1 => Just(Outcome::NetworkError),
        1 => Just(Outcome::Timeout),
        1 => Just(Outcome::Redirected),
        1 => Just(Outcome::CaptivePortal),
        1 => Just(Outcome::Aborted),
        1 => (0.0..1e8).prop_map(|pause| Outcome::RateLimited { retry_after_ms: Some(pause) }),
        1 => proptest::option::of(0.0..1e6).prop_map(|retry_after_ms| Outcome::ServerError { status: 503, retry_after_ms }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let network = prop_oneof![Just(Network::Slow), Just(Network::Medium), Just(Network::Fast)];
    let refusal = proptest::option::of(prop_oneof![Just(Refusal::RateLimited), Just(Refusal::SessionExpired)]);
    let input = prop_oneof![
        2 => (any::<bool>(), network.clone()).prop_map(|(online, network)| Input::Start { online, network }),
        1 => Just(Input::Stop),
        2 => Just(Input::Wake),
        2 => any::<bool>().prop_map(Input::Online),
        2 => network.prop_map(Input::Network),
        2 => any::<bool>().prop_map(|debounced| Input::Check { debounced }),
        1 => Just(Input::Waiting),
        1 => Just(Input::ForceOnline),
        1 => Just(Input::ForceOffline),
        1 => (refusal, proptest::option::of(-1e6..1e9)).prop_map(|(refusal, pause_ms)| Input::Accepting { refusal, pause_ms }),
    ];
    prop_oneof![
        8 => input.prop_map(Step::Input),
        8 => (0_u32..4, outcome()).prop_map(|(late, outcome)| Step::Answer { late, outcome }),
        8 => (0.0..70_000.0).prop_map(Step::Sleep),
        1 => (0.0..1e9).prop_map(Step::Suspend),
        1 => (0.0..1e9).prop_map(Step::Back),
    ]
}

/// The world around the machine: what the monitor does with the effects, and what must always hold.
struct World {
    machine: Machine,
    now: f64,
    wake_at: Option<f64>,
    in_flight: Option<u32>,
    last_id: u32,
    running: bool,
    forced_offline: bool,
    told: [Option<bool>; 2],
}

impl World {
    fn new(urls: usize) -> World {
        let machine = Machine::new(urls, Timing::default(), QualityBounds::default(), 1e12, true);
        World {
            machine,
            now: 1e12,
            wake_at: None,
            in_flight: None,
            last_id: 0,
            running: false,
            forced_offline: false,
            told: [None, None],
        }
    }

    fn input(&mut self, input: Input) {
        let idle = !self.running && self.wake_at.is_none() && self.in_flight.is_none();
        let answered = matches!(input, Input::Answer { id, .. } if self.in_flight == Some(id));
        let effects = self.machine.step(self.now, input, &|| 0.5);
        if matches!(input, Input::Answer { .. } | Input::Wake) && idle {
            assert_eq!(effects, Effects::default(), "a stopped monitor did something");
        }
        if effects.abort || answered {
            self.in_flight = None;
        }
        if let Some(attempt) = effects.probe {
            assert_eq!(self.in_flight, None, "two probes at once");
            assert!(attempt.url < 3 && attempt.id != self.last_id);
            (self.in_flight, self.last_id) = (Some(attempt.id), attempt.id);
        }
        self.wake_at = effects.wake_at;
        self.follow(input);
        for event in effects.events {
            self.hear(event);
        }
        if let Some(at) = self.wake_at {
            assert!(at > self.now, "the timer would fire again and again");
            assert!(at - self.now <= 2.0 * LONGEST_PAUSE_MS, "a timer in {} ms", at - self.now);
        }
        assert_eq!(self.machine.status().probing, self.in_flight.is_some(), "a probe that nobody knows of");
        if self.running && !self.forced_offline {
            assert!(self.wake_at.is_some(), "it watches, but will never do anything again");
        }
        if self.in_flight.is_some() {
            assert!(self.wake_at.is_some(), "a probe without a time limit");
        }
    }

    fn follow(&mut self, input: Input) {
        match input {
            Input::Start { online, .. } if !self.running => {
                (self.running, self.forced_offline) = (true, false);
                self.told = [Some(online), None];
            }
            Input::Stop => {
                (self.running, self.forced_offline) = (false, false);
                assert!(self.wake_at.is_none() && self.in_flight.is_none(), "stopped, but something is left");
                let status = self.machine.status();
                self.told = [Some(status.online), self.machine.server.get()];
            }
            Input::ForceOffline => self.forced_offline = true,
            Input::ForceOnline | Input::Check { .. } => self.forced_offline = false,
            _ => {}
        }
    }

    /// Nobody is told twice in a row that a truth is what it was.
    fn hear(&mut self, event: Event) {
        let (truth, value) = match event {
            Event::ConnectionRestored => (0, true),
            Event::ConnectionLost => (0, false),
            Event::ServerReachable => (1, true),
            Event::ServerUnreachable => (1, false),
            Event::AcceptingChanged | Event::StateChanged | Event::Probe => return,
        };
        assert_ne!(self.told[truth], Some(value), "{event:?} twice in a row");
        self.told[truth] = Some(value);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Input(input) => self.input(*input),
            Step::Answer { late, outcome } => {
                let id = self.last_id.wrapping_sub(*late);
                self.input(Input::Answer { id, outcome: *outcome });
            }
            Step::Sleep(ms) => {
                let until = self.now + ms;
                let mut fired = 0;
                while let Some(at) = self.wake_at.filter(|at| *at <= until) {
                    self.now = at;
                    self.input(Input::Wake);
                    fired += 1;
                    assert!(fired <= 300, "more than 300 timers in {ms} ms");
                }
                self.now = until;
            }
            Step::Suspend(ms) => {
                self.now += ms;
                self.input(Input::Wake);
            }
            Step::Back(ms) => {
                self.now -= ms;
                self.input(Input::Wake);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_one_probe_one_timer_and_nothing_after_stop(
        urls in 1_usize..4,
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let mut world = World::new(urls);
        for step in &steps {
            world.step(step);
        }
        // However it went: it can be stopped, and a new start finds a server that answers.
        world.input(Input::Stop);
        world.input(Input::Start { online: true, network: Network::Fast });
        world.input(Input::Answer { id: world.last_id, outcome: Outcome::Ok });
        prop_assert!(world.machine.status().server_reachable);
        prop_assert_eq!(world.told[1], Some(true));
    }
}
