//! Where warnings go: each receiver on a thread of its own, behind a [`Mailbox`], so that one that is slow
//! or dead delays nobody else.

mod cap;
mod lines;
mod mqtt;
mod tak;

pub use cap::CapFolder;
pub use lines::JsonLines;
pub use mqtt::{Acknowledgement, Mqtt};
pub use tak::Tak;

use super::engine::{Message, Realm};
use super::mailbox::{Mailbox, Post, Standing};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use theatre::warning::Warning;

/// Shortest and longest pause before another attempt.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often a receiver that has nothing to do looks after its connection.
const IDLE: Duration = Duration::from_millis(500);

/// How long a receiver may take for the last messages when the program stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// A receiver that is delivered to one message at a time.
pub trait Sink: Send {
    /// Delivers a message.
    ///
    /// # Errors
    /// Why it could not be delivered; it will be tried again, but for [`io::ErrorKind::InvalidData`].
    fn deliver(&mut self, warning: &Warning) -> io::Result<()>;

    /// Looks after the connection while there is nothing to deliver.
    ///
    /// # Errors
    /// Why nothing could be delivered now.
    fn idle(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A receiver's thread and its mailbox. It takes messages of its realm alone.
#[derive(Debug)]
pub struct Outlet<R: Realm> {
    /// Name for the status view.
    pub name: String,
    mailbox: Arc<Mailbox>,
    thread: JoinHandle<()>,
    realm: PhantomData<R>,
}

impl<R: Realm> Outlet<R> {
    /// Starts a thread that delivers to a receiver.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn start(name: &str, mut sink: impl Sink + 'static) -> io::Result<Self> {
        Self::start_with(name, Arc::default(), move |mailbox| run(&mut sink, mailbox))
    }

    /// Starts a thread that looks after a mailbox itself, until it is closed and empty.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn start_with(
        name: &str,
        mailbox: Arc<Mailbox>,
        work: impl FnOnce(&Mailbox) + Send + 'static,
    ) -> io::Result<Self> {
        let theirs = Arc::clone(&mailbox);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&theirs))?;
        Ok(Self {
            name: name.to_owned(),
            mailbox,
            thread,
            realm: PhantomData,
        })
    }

    /// Queues a message, without waiting.
    pub fn post(&self, message: &Message<R>) {
        self.mailbox.post(message.warning().clone());
    }

    /// How things stand with the receiver.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.mailbox.standing()
    }

    /// Lets the thread deliver what waits, and ends it; what cannot be delivered soon is left.
    pub fn stop(self) {
        self.mailbox.close();
        let until = Instant::now() + STOP_PATIENCE;
        while !self.thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn run(sink: &mut impl Sink, mailbox: &Mailbox) {
    let mut pause = PAUSE_MIN;
    loop {
        let (outcome, message) = match mailbox.wait(IDLE) {
            Post::Message(warning) => (sink.deliver(&warning), Some(warning)),
            Post::Nothing | Post::Again => (sink.idle(), None),
            Post::Closed => return,
        };
        match (outcome, message) {
            (Ok(()), message) => {
                pause = PAUSE_MIN;
                match message {
                    Some(_) => mailbox.delivered(1),
                    None => mailbox.set_fault(None),
                }
            }
            (Err(error), message) => {
                if mailbox.is_closed() {
                    return;
                }
                match message {
                    // It would fail again, and hold up the others.
                    Some(_) if error.kind() == io::ErrorKind::InvalidData => {
                        mailbox.set_fault(Some(error.to_string()));
                        continue;
                    }
                    Some(warning) => mailbox.give_back(*warning, error.to_string()),
                    None => mailbox.set_fault(Some(error.to_string())),
                }
                mailbox.pause(pause);
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}
