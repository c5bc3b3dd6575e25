//! The table of how good tracks and warnings are. See `bench/README.md`.

use std::error::Error;

use rampart_bench::studies::{self, Conditions, Found};
use rampart_bench::traffic::{self, Kind};
use tracking::Settings;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(hours) = std::env::args().nth(2) {
        let hours: f64 = hours.parse()?;
        let mut groups: Vec<Vec<Kind>> = vec![vec![]];
        groups.extend(Kind::ALL.map(|kind| vec![kind]));
        for kinds in groups {
            let started = std::time::Instant::now();
            println!("{kinds:?}: {:?} in {:?}", traffic::watch(&kinds, hours, 1)?, started.elapsed());
        }
        return Ok(());
    }
    let count: u32 = std::env::args()
        .nth(1)
        .map_or(Ok(100), |text| text.parse())?;
    let mut plain = studies::plain();
    table("plain", &plain, count)?;
    plain.wind_sigma_mps = 0.001;
    table("no wind", &plain, count)?;
    let mut small = studies::small_radar();
    small.gap_every_s = Some(4.0);
    table("20 Hz, gaps", &small, count / 4)?;
    small.faults.noise = 2.0;
    table("20 Hz, gaps, noise 2", &small, count / 4)?;
    small.wind_sigma_mps = 8.0;
    small.faults.bias = [20.0, 0.017, -0.017];
    table("20 Hz, gaps, noise 2, bias, wind 8", &small, count / 4)?;
    Ok(())
}

fn table(name: &str, conditions: &Conditions, count: u32) -> Result<(), Box<dyn Error>> {
    let munitions = rampart_bench::shots::munitions()?;
    println!("{name}");
    let mut all = Found::default();
    for class in 0..munitions.len() {
        let found = studies::follow(&munitions, class, count, conditions, Settings::default())?;
        line(&munitions[class].id, &found);
        all.add(&found);
    }
    line("all", &all);
    for stage in &all.stages {
        println!(
            "   n {:5} rms {:6.1} m over bound {:.3} nees {:.2} ({:+.1} sd) cover {:.3?}",
            stage.count,
            (stage.error_m2 / stage.count).sqrt(),
            stage.over_bound(),
            stage.nees / stage.count,
            stage.nees_off(),
            stage.coverage()
        );
    }
    Ok(())
}

fn line(name: &str, found: &Found) {
    let whole = found.whole();
    println!(
        "{name:12} seen {:4} in time {:.3} delay {:.2} unknown/dismissed/lost/twice {:?}; rms {:.1} over bound {:.3} nees {:.2} cover {:.3?}",
        found.shots,
        found.in_time / found.shots,
        found.delay_s / found.shots,
        found.troubles,
        (whole.error_m2 / whole.count).sqrt(),
        whole.over_bound(),
        whole.nees / whole.count,
        whole.coverage()
    );
}
