//! `rampart hindcast`: past raids simulated again.

use super::output::{Folder, json};
use super::{Threads, failed, print_whole, theatre_of};
use crate::brief::html;
use crate::brief::words::{number, percent};
use crate::diagnose::shown;
use crate::hindcast::{Hindcast, hindcast};
use crate::statistics::Share;
use clap::Args;
use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Options of `rampart hindcast`.
#[derive(Clone, Debug, Args)]
pub struct HindcastArguments {
    /// The theatre folder.
    dir: PathBuf,
    /// Print one JSON document and nothing else.
    #[arg(long)]
    json: bool,
    /// Seed in place of the theatre's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Times that each raid is simulated.
    #[arg(long, value_name = "N", default_value_t = 4096,
          value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    replications: u32,
    #[command(flatten)]
    threads: Threads,
    /// Also write `hindcast.json` and `hindcast.html`, the report of its calibration, to this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Hindcasts and prints.
#[must_use]
pub fn run(arguments: &HindcastArguments) -> ExitCode {
    let theatre = match theatre_of(&arguments.dir, arguments.seed) {
        Ok(theatre) => theatre,
        Err(code) => return code,
    };
    let folder = match arguments.out.as_deref().map(Folder::create).transpose() {
        Ok(folder) => folder,
        Err(error) => return failed(&error.to_string()),
    };
    let simulated = arguments
        .threads
        .run(|| hindcast(&theatre, arguments.replications));
    let scored = match simulated {
        Ok(Some(scored)) => scored,
        Ok(None) => {
            return failed("the log shows no attack by the theatre's date: nothing to hindcast");
        }
        Err(error) => return failed(&error),
    };
    match finish(arguments, folder, &scored) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn finish(
    arguments: &HindcastArguments,
    folder: Option<Folder>,
    scored: &Hindcast,
) -> io::Result<()> {
    let document = json(scored)?;
    let mut text = text(scored);
    if let Some(folder) = folder {
        folder.write("hindcast.json", &document)?;
        let page = folder.write("hindcast.html", html::hindcast(scored))?;
        let _ = writeln!(
            text,
            "\nWritten: {}, hindcast.json beside it.",
            page.display()
        );
    }
    print_whole(if arguments.json { &document } else { &text })
}

fn text(scored: &Hindcast) -> String {
    let mut out = format!(
        "HINDCAST – {}: {} raids, each simulated {} times, seed {}. Nothing is fitted to the outcomes.\n\n",
        shown(&scored.theatre),
        scored.raids.len(),
        scored.replications,
        scored.seed
    );
    let _ = writeln!(
        out,
        "{:<28} {:<18} {:>7} {:>9} {:>8} {:>11} {:>11} {:>6} {:>6}",
        "raid", "munition", "rounds", "reported", "mean", "50 %", "90 %", "CRPS", "base"
    );
    for line in &scored.raids {
        let bounds = |bounds: [f64; 2]| format!("{:.0}–{:.0}", bounds[0], bounds[1]);
        let observed = f64::from(line.observed);
        let missed = observed < line.interval_90[0] || observed > line.interval_90[1];
        let _ = writeln!(
            out,
            "{:<28} {:<18} {:>7} {:>9} {:>8} {:>11} {:>11} {:>6} {:>6}{}",
            shown(&line.incident),
            format!(
                "{}{}",
                line.munition,
                if line.munition_assumed { " ?" } else { "" }
            ),
            format!("{}–{}", line.rounds[0], line.rounds[1]),
            line.observed,
            number(line.simulated_mean),
            bounds(line.interval_50),
            bounds(line.interval_90),
            number(line.crps),
            number(line.crps_baseline),
            if missed { "  missed" } else { "" }
        );
    }
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), percent);
    let _ = writeln!(
        out,
        "\n? the report names no munition. Coverage of reported casualties: 50 % interval {}, 90 % interval {}; on the {} raids with \
         casualties {} and {}.",
        percent(scored.coverage_50),
        percent(scored.coverage_90),
        scored.raids_with_casualties,
        share(scored.coverage_50_with_casualties),
        share(scored.coverage_90_with_casualties),
    );
    let _ = writeln!(
        out,
        "CRPS {} against {} of the baseline (the log's own casualties per round, which it has seen). \
         Lower is better.",
        number(scored.crps),
        number(scored.crps_baseline)
    );
    let _ = writeln!(
        out,
        "Randomised PIT by tenths: {:?}; 95 % of bars lie from {} to {} where the simulation is calibrated.\n",
        scored.pit_histogram, scored.pit_band[0], scored.pit_band[1]
    );
    calibration(&mut out, scored);
    for anchor in &scored.anchors {
        let _ = writeln!(
            out,
            "{} {}: with casualties {} (simulated {:.0}–{:.0}), killed {} ({:.0}–{:.0}), wounded {} \
             ({:.0}–{:.0})",
            anchor.raids,
            anchor.of,
            anchor.with_casualties,
            anchor.with_casualties_90[0],
            anchor.with_casualties_90[1],
            anchor.killed,
            anchor.killed_90[0],
            anchor.killed_90[1],
            anchor.wounded,
            anchor.wounded_90[0],
            anchor.wounded_90[1],
        );
    }
    out
}

fn calibration(out: &mut String, scored: &Hindcast) {
    let _ = writeln!(
        out,
        "{:<36} {:>6} {:>22} {:>22} {:>9}",
        "coverage (95 %, exact)", "raids", "50 % interval", "90 % interval", "mean PIT"
    );
    for line in &scored.calibration {
        let cover = |share: &Share| {
            format!(
                "{:.0} % ({:.0}–{:.0})",
                100.0 * share.mean,
                100.0 * share.low,
                100.0 * share.high
            )
        };
        let _ = writeln!(
            out,
            "{:<36} {:>6} {:>22} {:>22} {:>9.2}",
            shown(&line.of),
            line.within_50.of,
            cover(&line.within_50),
            cover(&line.within_90),
            line.mean_pit
        );
    }
    out.push('\n');
}
