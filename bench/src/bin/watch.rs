//! The watch: from plot to CAP, append rate of the journal, and how long a restart takes. `--tiny` does little.

use rampart_bench::watching::{Before, Scene, append_rate, plot_to_cap, restart};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let tiny = std::env::args().any(|argument| argument == "--tiny");
    let scene = Scene::new(20, 4)?;
    plot_to_cap(&scene, tiny)?;
    if !tiny {
        plot_to_cap(&Scene::new(40, 8)?, tiny)?;
    }
    append_rate(if tiny { 10_000 } else { 1_000_000 })?;
    let records = if tiny { 20_000 } else { 1_000_000 };
    restart(&scene, records, Before::Quiet)?;
    restart(&scene, records / 5, Before::Attack)
}
