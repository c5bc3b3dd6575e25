//! One raid on one site, under every loadout, as often as it takes to know what it does.
//!
//! A **replication** is one raid as it may happen; a **group** of replications shares one draw of what
//! is not known ([`raid::Unknowns`]). So the spread between groups is what more knowledge would take
//! away, the spread within is chance, and the mean's interval, taken over groups, holds both. Every
//! loadout meets the same raids, so that differences between loadouts are sharp.
//!
//! A study is cut into **chunks** of whole groups. A chunk is a function of the study and its number
//! alone, so that any order, thread count and interruption gives the same rows.

mod beside;
mod columns;
mod document;
mod explain;
mod map;
mod replicate;
mod run;
mod store;
mod subject;
mod warned;

pub use beside::StandInLine;
pub use columns::{COLUMNS, columns_text, parquet};
pub use document::{
    CountLine, Difference, Document, LoadoutLine, Precision, Tail, UnknownLine, Warning, of_option,
};
pub use explain::explain;
pub use map::{RINGS, Rings, rings};
pub use replicate::{Design, GROUPS_PER_CHUNK, Row, StandIn};
pub use run::{Interrupted, Length, REPLICATIONS_MAX, Results, Run};
pub use store::{Store, StoreError, fingerprint};
pub use subject::{Loadout, Subject, SubjectError, Words};
pub use warned::WarningBy;
