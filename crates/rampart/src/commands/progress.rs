//! Progress on a terminal, and silence in a pipe.

use crate::decide::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Mutex;

/// One bar at a time, on standard error. `indicatif` draws nothing where that is no terminal.
#[derive(Debug, Default)]
pub struct Bars {
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    /// Takes the last bar away.
    pub fn finish(&self) {
        self.replace(None);
    }

    fn replace(&self, next: Option<ProgressBar>) {
        if let Ok(mut bar) = self.bar.lock() {
            if let Some(last) = bar.take() {
                last.finish_and_clear();
            }
            *bar = next;
        }
    }
}

impl Progress for Bars {
    fn begin(&self, stage: &str, steps: u64) {
        let bar = ProgressBar::new(steps).with_message(stage.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos:>4}/{len:<4} {msg}") {
            bar.set_style(style);
        }
        bar.tick();
        self.replace(Some(bar));
    }

    fn step(&self) {
        if let Ok(bar) = self.bar.lock()
            && let Some(bar) = bar.as_ref()
        {
            bar.inc(1);
        }
    }
}
