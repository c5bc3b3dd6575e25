//! Actual and exercise, kept apart by types.
//!
//! An engine of one realm makes messages of that realm alone, nobody else can make any, and what sends
//! messages names the realm that it takes. A program that would send an exercise to a live receiver does
//! not compile:
//!
//! ```compile_fail
//! use rampart::watch::engine::{Drill, Live, Message};
//!
//! fn siren(message: &Message<Live>) {}
//! fn practise(message: &Message<Drill>) {
//!     siren(message);
//! }
//! ```

use std::fmt::Debug;
use std::marker::PhantomData;
use theatre::{Reality, Warning};

mod sealed {
    pub trait Sealed {}
}

/// Whether people are to act, or to practise: [`Live`] or [`Drill`], and nothing else.
pub trait Realm: sealed::Sealed + Clone + Copy + Debug + PartialEq + Send + Sync + 'static {
    /// What its messages say.
    const REALITY: Reality;
    /// How its identifiers begin.
    const PREFIX: &'static str;
}

/// Rounds are in the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live;

/// Nobody is in danger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drill;

impl sealed::Sealed for Live {}
impl sealed::Sealed for Drill {}

impl Realm for Live {
    const REALITY: Reality = Reality::Actual;
    const PREFIX: &'static str = "";
}

impl Realm for Drill {
    const REALITY: Reality = Reality::Exercise;
    const PREFIX: &'static str = "exercise-";
}

/// A warning that its engine decided on.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<R: Realm> {
    warning: Warning,
    realm: PhantomData<R>,
}

impl<R: Realm> Message<R> {
    /// The only way to a message.
    pub(super) fn new(warning: Warning) -> Self {
        Self {
            warning: Warning {
                reality: R::REALITY,
                ..warning
            },
            realm: PhantomData,
        }
    }

    /// What it says.
    #[must_use]
    pub fn warning(&self) -> &Warning {
        &self.warning
    }
}
