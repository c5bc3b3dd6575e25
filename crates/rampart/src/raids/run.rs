//! Running a study: chunk by chunk, on as many threads as there are, until it is long enough, precise
//! enough, or broken off.

use super::document::precise;
use super::replicate::{Design, Row, chunk};
use super::store::Store;
use super::subject::Subject;
use crate::decide::Progress;
use crate::statistics::{Stopping, looks};
use rayon::prelude::*;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tracking::TrackingError;

/// Most replications of one study.
pub const REPLICATIONS_MAX: u32 = 1_000_000;
/// Chunks after which a study that runs for a precision looks at itself first: 128 groups.
const FIRST_LOOK: u32 = 4;

/// How long a study runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// So many replications, 1 to [`REPLICATIONS_MAX`].
    Replications(u32),
    /// Until the answer is so precise: a share of the mean, above 0. At most [`REPLICATIONS_MAX`].
    Precision(f64),
}

/// A study about to run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// What is studied.
    pub subject: &'a Subject<'a>,
    /// How long.
    pub length: Length,
    /// Where chunks are kept, if anywhere.
    pub store: Option<&'a Store>,
    /// Set from outside to break the study off: the chunks at work are finished, no other is begun.
    pub stop: &'a AtomicBool,
    /// Told of every chunk.
    pub progress: &'a dyn Progress,
}

/// What a study gave.
#[derive(Clone, Debug)]
pub struct Results {
    /// How its replications fall into groups.
    pub design: Design,
    /// By replication, then by part of the loadouts.
    pub rows: Vec<Row>,
    /// Whether the precision was reached, where one was asked for.
    pub reached: Option<bool>,
    /// Whether it was broken off: the rows are those of the first chunks, without a gap.
    pub stopped: bool,
    /// Replications flown in this run, over its seconds.
    pub replications_per_second: f64,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    /// Broken off before the first chunk was done.
    #[error("stopped before anything was done")]
    AtOnce,
    /// A chunk could not be kept.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The tracker or the warner cannot be told of this radar or site.
    #[error("the closed loop cannot be run: {0}")]
    ClosedLoop(#[from] TrackingError),
}

/// The rows of a chunk.
struct Chunk {
    rows: Vec<Row>,
    /// Whether it was flown now, and not kept from before.
    fresh: bool,
}

impl Run<'_> {
    /// Runs the study.
    ///
    /// # Errors
    /// When nothing was done, or a chunk could not be kept; chunks kept before stay.
    pub fn run(&self) -> Result<Results, Interrupted> {
        let began = Instant::now();
        let (design, looks) = match self.length {
            Length::Replications(replications) => {
                let design = Design::of(replications);
                (design, vec![design.chunks()])
            }
            Length::Precision(_) => {
                let design = Design::of(REPLICATIONS_MAX);
                (design, looks(FIRST_LOOK, design.chunks()))
            }
        };
        let (mut rows, mut flown, mut reached) = (Vec::new(), 0, None);
        let (mut done, mut stopping, mut stopped) = (0, Stopping::default(), false);
        for look in looks {
            for found in self.chunks(design, done..look)? {
                let Some(Chunk { rows: chunk, fresh }) = found else {
                    stopped = true;
                    break;
                };
                flown += if fresh { chunk.len() } else { 0 };
                rows.extend(chunk);
                done += 1;
            }
            if stopped {
                break;
            }
            if let Length::Precision(wanted) = self.length {
                let stops = stopping.may_stop(precise(self.subject, design, &rows, wanted));
                reached = Some(stops);
                if stops {
                    break;
                }
            }
        }
        if done == 0 {
            return Err(Interrupted::AtOnce);
        }
        let options = self.subject.options.len().max(1);
        let replications = u32::try_from(rows.len() / options).unwrap_or(u32::MAX);
        let seconds = began.elapsed().as_secs_f64();
        Ok(Results {
            design: Design {
                replications,
                ..design
            },
            rows,
            reached,
            stopped,
            replications_per_second: (flown / options) as f64 / seconds.max(1e-9),
        })
    }

    /// A range of chunks in their order; `None` from where the study was broken off. The first that cannot
    /// be flown or kept ends the rest.
    fn chunks(
        &self,
        design: Design,
        range: std::ops::Range<u32>,
    ) -> Result<Vec<Option<Chunk>>, Interrupted> {
        self.progress
            .begin("raids", u64::from(range.end - range.start));
        // One chunk a task and in order, so that what is broken off has few gaps.
        range
            .into_par_iter()
            .with_max_len(1)
            .map(|number| {
                let rows = design.replications_of(number).len() * self.subject.options.len();
                let kept = self.store.and_then(|store| store.read(number, rows));
                let fresh = kept.is_none();
                if fresh && self.stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let rows = match kept {
                    Some(rows) => rows,
                    None => chunk(self.subject, design, number)?,
                };
                if let Some(store) = self.store.filter(|_| fresh) {
                    store.write(number, &rows)?;
                }
                self.progress.step();
                Ok(Some(Chunk { rows, fresh }))
            })
            .collect()
    }
}
