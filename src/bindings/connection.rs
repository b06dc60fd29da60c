//! The connection monitor.

use std::time::Duration;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::decode::{self, call, function, is_missing, milliseconds};
use super::{encode, promise};
use crate::connection::{ConnectionMonitor, Event, Network, Status};
use crate::error::Result;

/// How long `waitForConnection()` waits unless told otherwise.
const WAIT: Duration = Duration::from_secs(30);

/// Watches the network and the server: is there one, does it answer, does it take our data.
#[wasm_bindgen(js_name = ConnectionMonitor)]
#[derive(Debug)]
pub struct JsConnectionMonitor {
    monitor: ConnectionMonitor,
    /// Removes the listener with this id. One function for all, so that what the browser has to collect does not grow
    /// with every subscription; it keeps nothing alive.
    unsubscribe: Function<fn(JsValue) -> JsValue>,
}

#[wasm_bindgen(js_class = ConnectionMonitor)]
impl JsConnectionMonitor {
    /// A monitor that does nothing before `start()`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "ConnectionMonitorOptions")] options: JsValue,
    ) -> Result<JsConnectionMonitor> {
        let monitor = ConnectionMonitor::new(decode::connection_options(&options)?)?;
        let unsubscribe: Closure<dyn Fn(u32)> = Closure::new(monitor.unsubscriber());
        let unsubscribe = unsubscribe.into_js_value().unchecked_into();
        Ok(JsConnectionMonitor { monitor, unsubscribe })
    }

    /// Watches from now on; calling it again is harmless.
    pub fn start(&self) {
        self.monitor.start();
    }

    /// Removes every listener and timer, aborts the probe in flight; nothing is called afterwards. Whoever waits for a
    /// check gets false, whoever waits for the connection gets an error with code `Aborted`.
    pub fn stop(&self) {
        self.monitor.stop();
    }

    /// How many timeouts are running; 0 after `stop()`.
    #[wasm_bindgen(getter, js_name = pendingTimers)]
    pub fn pending_timers(&self) -> usize {
        self.monitor.pending_timers()
    }

    /// Calls `callback` with the status at each such event.
    pub fn on(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectionEvent")] event: JsValue,
        #[wasm_bindgen(unchecked_param_type = "(status: ConnectionStatus) => unknown")] callback: JsValue,
    ) -> Result<()> {
        self.listen(&event, &callback, false)
    }

    /// Calls `callback` with the status at the next such event.
    pub fn once(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectionEvent")] event: JsValue,
        #[wasm_bindgen(unchecked_param_type = "(status: ConnectionStatus) => unknown")] callback: JsValue,
    ) -> Result<()> {
        self.listen(&event, &callback, true)
    }

    /// Removes a callback; harmless when it is gone already.
    pub fn off(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectionEvent")] event: JsValue,
        #[wasm_bindgen(unchecked_param_type = "(status: ConnectionStatus) => unknown")] callback: JsValue,
    ) -> Result<()> {
        let event = decode::connection_event(&event)?;
        self.monitor.off_function(event, &function("callback", &callback)?.into());
        Ok(())
    }

    /// Calls `callback` with the network state when `offline` or `warningTriggered` has changed, until the function that
    /// it returns is called.
    #[wasm_bindgen(js_name = onNetworkStateChange, unchecked_return_type = "() => void")]
    pub fn on_network_state_change(
        &self,
        #[wasm_bindgen(unchecked_param_type = "(state: NetworkState) => unknown")] callback: JsValue,
    ) -> Result<Function> {
        let callback = function("callback", &callback)?;
        let id = self.monitor.on(Event::StateChanged, move |status| call(&callback, &network_state(status)));
        Ok(self.unsubscribe.bind1(&JsValue::UNDEFINED, &JsValue::from(id.0)).unchecked_into())
    }

    /// Whether there is no server to work with: it did not answer, or it was not asked yet and there is no network.
    #[wasm_bindgen(js_name = isOffline)]
    pub fn is_offline(&self) -> bool {
        self.monitor.status().offline
    }

    /// All that is known.
    #[wasm_bindgen(js_name = getStatus, unchecked_return_type = "ConnectionStatus")]
    pub fn get_status(&self) -> JsValue {
        connection_status(&self.monitor.status(), &self.monitor.urls())
    }

    /// By the latency of the last probe.
    #[wasm_bindgen(js_name = getConnectionQuality, unchecked_return_type = "ConnectionQuality")]
    pub fn get_connection_quality(&self) -> String {
        self.monitor.status().quality.as_str().into()
    }

    /// The state in the form of Odoo's own network state.
    #[wasm_bindgen(js_name = getNetworkState, unchecked_return_type = "NetworkState")]
    pub fn get_network_state(&self) -> JsValue {
        network_state(&self.monitor.status())
    }

    /// The server counts as reachable for five seconds, then it is asked.
    #[wasm_bindgen(js_name = forceOnline)]
    pub fn force_online(&self) {
        self.monitor.force_online();
    }

    /// The server counts as unreachable and is not asked, until `forceOnline()`, `stop()` or a check.
    #[wasm_bindgen(js_name = forceOffline)]
    pub fn force_offline(&self) {
        self.monitor.force_offline();
    }

    /// Asks the browser, and the server unless there is no network; whether the server is reachable.
    #[wasm_bindgen(js_name = checkConnectivity, unchecked_return_type = "Promise<boolean>")]
    pub fn check_connectivity(&self) -> Promise {
        answer(self.monitor.check())
    }

    /// Asks the server; whether it is reachable. A first failure is checked again before it is believed.
    #[wasm_bindgen(js_name = checkServerConnectivity, unchecked_return_type = "Promise<boolean>")]
    pub fn check_server_connectivity(&self) -> Promise {
        answer(self.monitor.check_server())
    }

    /// As `checkServerConnectivity()`; calls within two seconds share one probe.
    #[wasm_bindgen(js_name = checkNow, unchecked_return_type = "Promise<boolean>")]
    pub fn check_now(&self) -> Promise {
        answer(self.monitor.check_now())
    }

    /// Resolves true when the server is reachable, asking it at once; a running monitor goes on asking. Rejects with code `Timeout` after `ms`
    /// milliseconds, 30,000 unless given.
    #[wasm_bindgen(js_name = waitForConnection, unchecked_return_type = "Promise<true>")]
    pub fn wait_for_connection(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> Promise {
        let limit = if is_missing(&ms) { Ok(WAIT) } else { milliseconds("ms", &ms) };
        let connected = limit.map(|limit| self.monitor.wait_for_connection(limit));
        let connected = async move {
            connected?.await?;
            Ok(true.into())
        };
        promise(Box::pin(connected))
    }

    /// Whoever sends data says why the server does not take it, `null` when it does, and for how many milliseconds that
    /// holds, if it is known: at most an hour.
    #[wasm_bindgen(js_name = setAccepting)]
    pub fn set_accepting(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Refusal | null")] refusal: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] ms: JsValue,
    ) -> Result<()> {
        let pause = if is_missing(&ms) { None } else { Some(milliseconds("ms", &ms)?) };
        self.monitor.set_accepting(decode::refusal(&refusal)?, pause);
        Ok(())
    }
}

/// The promise of a check.
fn answer(check: impl Future<Output = bool> + 'static) -> Promise {
    promise(Box::pin(async move { Ok(check.await.into()) }))
}

impl JsConnectionMonitor {
    /// The monitor itself.
    pub(super) fn handle(&self) -> ConnectionMonitor {
        self.monitor.clone()
    }

    fn listen(&self, event: &JsValue, callback: &JsValue, once: bool) -> Result<()> {
        let event = decode::connection_event(event)?;
        let callback: Function = function("callback", callback)?;
        let urls = self.monitor.urls();
        let identity = callback.clone().into();
        self.monitor
            .on_function(event, once, identity, move |status| call(&callback, &connection_status(status, &urls)));
        Ok(())
    }
}

fn connection_status(status: &Status, urls: &[String]) -> JsValue {
    let last = status.last_probe;
    let last_probe = last.map_or(JsValue::NULL, |probe| {
        encode::object(&[
            ("kind", probe.outcome.as_str().into()),
            ("status", probe.outcome.status().map_or(JsValue::NULL, JsValue::from)),
            ("url", urls.get(probe.url).map_or(JsValue::NULL, JsValue::from)),
            ("latency", probe.latency_ms.into()),
            ("at", probe.at.into()),
        ])
    });
    let network = match status.network {
        Network::Slow => "2g",
        Network::Medium => "3g",
        Network::Fast => "4g",
    };
    encode::object(&[
        ("running", status.running.into()),
        ("online", status.online.into()),
        ("serverReachable", status.server_reachable.into()),
        ("accepting", status.refusal.is_none().into()),
        ("refusal", status.refusal.map_or(JsValue::NULL, |refusal| refusal.as_str().into())),
        ("quality", status.quality.as_str().into()),
        ("networkType", network.into()),
        ("lastOnlineCheck", last.map_or(JsValue::NULL, |probe| probe.at.into())),
        ("reconnectAttempts", status.reconnect_attempts.into()),
        ("probing", status.probing.into()),
        ("nextProbeAt", status.next_probe_at.map_or(JsValue::NULL, JsValue::from)),
        ("lastProbe", last_probe),
    ])
}

pub(super) fn network_state(status: &Status) -> JsValue {
    encode::object(&[
        ("warningTriggered", status.warning.into()),
        ("offline", status.offline.into()),
        ("loading", status.probing.into()),
        ("unsyncData", Array::new().into()),
    ])
}
