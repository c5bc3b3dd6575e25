//! A bounded queue between the watch and one receiver, which loses only what a later message replaces.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use theatre::warning::Warning;

/// Messages that wait for one receiver at most, as long as there are no more zones.
pub const WAITING_MAX: usize = 1_024;

/// What a receiver's thread is woken for.
#[derive(Clone, Debug, PartialEq)]
pub enum Post {
    /// A message to deliver.
    Message(Box<Warning>),
    /// Nothing came in the time given.
    Nothing,
    /// The connection is new: what the receiver must know is to be told again.
    Again,
    /// No more will come.
    Closed,
}

/// How things stand with one receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Messages that wait.
    pub waiting: usize,
    /// Messages that were delivered.
    pub delivered: u64,
    /// Messages that a later one of their zone replaced before they could be delivered.
    pub replaced: u64,
    /// Why nothing can be delivered, where nothing can.
    pub fault: Option<String>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Warning>,
    standing: Standing,
    again: bool,
    closed: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Mailbox {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Mailbox {
    /// Adds a message, without ever waiting for the receiver.
    pub fn post(&self, warning: Warning) {
        let mut queue = self.lock();
        queue.waiting.push_back(warning);
        if queue.waiting.len() > WAITING_MAX {
            queue.keep_latest();
        }
        drop(queue);
        self.changed.notify_all();
    }

    /// Waits for something to do.
    #[must_use]
    pub fn wait(&self, longest: Duration) -> Post {
        let until = Instant::now() + longest;
        let mut queue = self.lock();
        loop {
            if std::mem::take(&mut queue.again) {
                return Post::Again;
            }
            if let Some(warning) = queue.waiting.pop_front() {
                return Post::Message(Box::new(warning));
            }
            if queue.closed {
                return Post::Closed;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Post::Nothing;
            }
            let waited = self.changed.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Gives a message back that could not be delivered. Only the latest of each zone is kept.
    pub fn give_back(&self, warning: Warning, fault: String) {
        let mut queue = self.lock();
        queue.waiting.push_front(warning);
        queue.keep_latest();
        queue.standing.fault = Some(fault);
    }

    /// Says that so many more messages were delivered.
    pub fn delivered(&self, count: u64) {
        let mut queue = self.lock();
        queue.standing.delivered += count;
        queue.standing.fault = None;
    }

    /// Says why nothing can be delivered, or that it can again.
    pub fn set_fault(&self, fault: Option<String>) {
        self.lock().standing.fault = fault;
    }

    /// Says that the connection is new.
    pub fn tell_again(&self) {
        self.lock().again = true;
        self.changed.notify_all();
    }

    /// Says that no more messages will come; those that wait can still be taken.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Whether no more will come.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Waits so long, or until no more will come.
    pub fn pause(&self, pause: Duration) {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), pause, |queue| !queue.closed);
        drop(waited);
    }

    /// How things stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let queue = self.lock();
        Standing {
            waiting: queue.waiting.len(),
            ..queue.standing.clone()
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No holder leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Keeps the latest message of each zone, in order.
    fn keep_latest(&mut self) {
        let mut seen = BTreeSet::new();
        let before = self.waiting.len();
        let mut kept: VecDeque<Warning> = VecDeque::new();
        for warning in self.waiting.drain(..).rev() {
            if seen.insert(warning.zone.id.clone()) {
                kept.push_front(warning);
            }
        }
        self.standing.replaced += (before - kept.len()) as u64;
        self.waiting = kept;
    }
}
