//! Warnings over MQTT 3.1.1, for sirens: the state of each zone, kept by the broker, at least once.
//!
//! `rampart/REALITY/SITE/zones/ZONE/state` holds the latest message of a zone, `rampart/REALITY/SITE/status`
//! `online` or `offline`, and receivers acknowledge on `rampart/REALITY/SITE/zones/ZONE/acknowledgement`.

use super::Outlet;
use crate::watch::engine::Realm;
use crate::watch::mailbox::{Mailbox, Post};
use crate::watch::message::{self, reality_word};
use rumqttc::{
    Client, ClientError, Connection, Event, LastWill, MqttOptions, Outgoing, Packet, Publish, QoS,
};
use std::collections::BTreeMap;
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use theatre::warning::Warning;

use super::{IDLE, PAUSE_MAX, PAUSE_MIN};

/// Messages handed to the connection that it has not sent.
const HANDED_OVER_MAX: usize = 64;
/// After so long without a word the broker counts as gone, and so do we.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Most bytes of a packet from the broker: an acknowledgement has a hundred.
const PACKET_BYTES_MAX: usize = 4_096;
/// How long the farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a receiver has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Identifier of the warning.
    pub identifier: String,
    /// The zone whose topic it came on.
    pub zone: String,
    /// Who acknowledges, in the receiver's own words.
    pub by: String,
}

impl Acknowledgement {
    /// As JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({ "identifier": self.identifier, "zone": self.zone, "by": self.by })
    }
}

/// A broker and what is published there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mqtt<R: Realm> {
    /// Name or address of the broker.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// The site.
    pub site: String,
    /// Whether people are to act.
    pub realm: PhantomData<R>,
}

/// What both threads know of the connection.
#[derive(Debug, Default)]
struct Line {
    connected: AtomicBool,
    ended: AtomicBool,
}

impl<R: Realm> Mqtt<R> {
    /// Starts to publish, and to hand acknowledgements over.
    ///
    /// # Errors
    /// When no threads can be made.
    pub fn start(
        self,
        acknowledge: impl Fn(Acknowledgement) + Send + 'static,
    ) -> io::Result<Outlet<R>> {
        let mailbox = Arc::new(Mailbox::default());
        let line = Arc::new(Line::default());
        let (client, mut connection) = Client::new(self.options(), HANDED_OVER_MAX);
        let mut network = connection.eventloop.network_options();
        network.set_tcp_nodelay(true);
        connection.eventloop.set_network_options(network);
        let listener = Listener {
            mqtt: self.clone(),
            client: client.clone(),
            line: Arc::clone(&line),
            mailbox: Arc::clone(&mailbox),
            acknowledge,
        };
        std::thread::Builder::new()
            .name("mqtt connection".to_owned())
            .spawn(move || listener.run(connection))?;
        Outlet::start_with("mqtt", mailbox, move |mailbox| {
            self.publish_all(&client, &line, mailbox);
        })
    }

    fn options(&self) -> MqttOptions {
        let word = reality_word(R::REALITY);
        // Two of one name would throw each other out for ever.
        let name = format!("rampart-{word}-{}-{}", self.site, std::process::id());
        let mut options = MqttOptions::new(name, &self.host, self.port);
        options.set_keep_alive(KEEP_ALIVE);
        options.set_clean_session(true);
        options.set_max_packet_size(PACKET_BYTES_MAX, 1 << 20);
        options.set_last_will(LastWill::new(
            self.status_topic(),
            "offline",
            QoS::AtLeastOnce,
            true,
        ));
        if let Some((user, password)) = &self.credentials {
            options.set_credentials(user, password);
        }
        options
    }

    fn topic(&self, rest: &str) -> String {
        format!("rampart/{}/{}/{rest}", reality_word(R::REALITY), self.site)
    }

    fn status_topic(&self) -> String {
        self.topic("status")
    }

    /// Publishes what comes until there is no more.
    fn publish_all(&self, client: &Client, line: &Line, mailbox: &Mailbox) {
        let mut latest: BTreeMap<String, Warning> = BTreeMap::new();
        loop {
            match mailbox.wait(IDLE) {
                Post::Message(warning) => {
                    if line.connected.load(Ordering::Acquire) {
                        self.publish(client, line, mailbox, &warning);
                    }
                    latest.insert(warning.zone.id.clone(), *warning);
                }
                Post::Again => {
                    for warning in latest.values() {
                        self.publish(client, line, mailbox, warning);
                    }
                }
                Post::Nothing => {}
                Post::Closed => break,
            }
        }
        let farewell = client.try_publish(self.status_topic(), QoS::AtLeastOnce, true, "offline");
        if farewell.and_then(|()| client.try_disconnect()).is_ok() {
            let until = Instant::now() + FAREWELL;
            while !line.ended.load(Ordering::Acquire) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Hands a message to the connection, waiting for room as long as it lasts: when it is made anew, the
    /// latest of each zone is published again.
    fn publish(&self, client: &Client, line: &Line, mailbox: &Mailbox, warning: &Warning) {
        let topic = self.topic(&format!("zones/{}/state", warning.zone.id));
        let payload = message::json(&self.site, warning).to_string();
        while line.connected.load(Ordering::Acquire) {
            let handed = client.try_publish(&topic, QoS::AtLeastOnce, true, payload.as_str());
            match handed {
                Err(ClientError::TryRequest(_)) if !mailbox.is_closed() => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                _ => return,
            }
        }
    }
}

/// Keeps the connection.
struct Listener<R: Realm, A> {
    mqtt: Mqtt<R>,
    client: Client,
    line: Arc<Line>,
    mailbox: Arc<Mailbox>,
    acknowledge: A,
}

impl<R: Realm, A: Fn(Acknowledgement)> Listener<R, A> {
    fn run(self, mut connection: Connection) {
        let mut pause = PAUSE_MIN;
        for event in connection.iter() {
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    pause = PAUSE_MIN;
                    self.greet();
                }
                Ok(Event::Incoming(Packet::PubAck(_))) => self.mailbox.delivered(1),
                Ok(Event::Incoming(Packet::Publish(publish))) => self.hear(&publish),
                Ok(Event::Outgoing(Outgoing::Disconnect)) => break,
                Ok(_) => {}
                Err(error) => {
                    self.line.connected.store(false, Ordering::Release);
                    self.mailbox.set_fault(Some(error.to_string()));
                    if self.mailbox.is_closed() {
                        break;
                    }
                    self.mailbox.pause(pause);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
        self.line.connected.store(false, Ordering::Release);
        self.line.ended.store(true, Ordering::Release);
    }

    /// What is said first on a new connection.
    fn greet(&self) {
        let status = self.mqtt.status_topic();
        let acknowledgements = self.mqtt.topic("zones/+/acknowledgement");
        let greeted = self
            .client
            .try_publish(status, QoS::AtMostOnce, true, "online")
            .and_then(|()| {
                self.client
                    .try_subscribe(acknowledgements, QoS::AtLeastOnce)
            });
        match greeted {
            Ok(()) => self.mailbox.set_fault(None),
            Err(error) => self.mailbox.set_fault(Some(error.to_string())),
        }
        self.line.connected.store(true, Ordering::Release);
        self.mailbox.tell_again();
    }

    fn hear(&self, publish: &Publish) {
        let zone = publish
            .topic
            .strip_suffix("/acknowledgement")
            .and_then(|topic| topic.rsplit('/').next());
        let payload: Option<serde_json::Value> = serde_json::from_slice(&publish.payload).ok();
        let (Some(zone), Some(payload)) = (zone, payload) else {
            return;
        };
        let text = |key: &str| payload.get(key).and_then(|value| value.as_str());
        if let Some(identifier) = text("identifier") {
            (self.acknowledge)(Acknowledgement {
                identifier: identifier.to_owned(),
                zone: zone.to_owned(),
                by: text("by").unwrap_or("unnamed").to_owned(),
            });
        }
    }
}
