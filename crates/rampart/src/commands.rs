//! The command line: one module for each command.

pub mod bias;
pub mod check;
pub mod exercise;
pub mod forecast;
pub mod hindcast;
pub mod import;
pub mod output;
pub mod plan;
pub mod progress;
pub mod raid;
pub mod replay;
pub mod score;
pub mod watch;

pub use check::{BAD_INPUT, print_faults};

use crate::load;
use clap::{Args, Parser, Subcommand};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use theatre::Theatre;

/// Plans the protection of people at many sites against rockets, mortars and missiles.
#[derive(Clone, Debug, Parser)]
#[command(name = "rampart", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Reads a theatre folder and reports every fault in it; without one, what looks wrong in its log.
    ///
    /// Suggestions change nothing, the exit status included.
    ///
    /// Exit status: 0 no fault, 1 faults, 64 wrong usage.
    Check {
        /// The theatre folder.
        dir: PathBuf,
    },
    /// Proposes what to defend and whom to move, and shows what that buys and what risk is left.
    ///
    /// Exit status: 0; 1 bad input, with nothing written; 2 no plan can exist, which is an outcome;
    /// 64 wrong usage.
    Plan(Box<plan::PlanArguments>),
    /// Shows how many attacks to expect where, or scores the models that say so.
    ///
    /// Exit status: 0; 1 bad input; 64 wrong usage.
    Forecast(forecast::ForecastArguments),
    /// Simulates past raids again and sets them beside what was reported.
    ///
    /// Exit status: 0; 1 bad input; 64 wrong usage.
    Hindcast(hindcast::HindcastArguments),
    /// Simulates one raid on one site under every loadout: leakage, casualties, time of warning.
    ///
    /// Exit status: 0; 1 bad input, or a file that cannot be written; 64 wrong usage, unknown names
    /// included; 130 stopped by Ctrl-C.
    #[command(after_long_help = crate::raids::columns_text())]
    Raid(Box<raid::RaidArguments>),
    /// Adds events of ACLED, UCDP GED or GTD to a theatre's log, and says of every row what became of it.
    ///
    /// Exit status: 0; 1 bad input, with nothing written; 64 wrong usage.
    Import(import::ImportArguments),
    /// Watches a site: plots of radars in, warnings to sirens, maps and files out.
    ///
    /// Everything received and decided is kept in a journal first, so that the watch goes on as it was when it
    /// is started again, with the same warnings under the same identifiers. Ctrl-C ends it.
    ///
    /// Exit status: 0; 1 bad input, or decisions that differ; 64 wrong usage.
    Watch(Box<watch::WatchArguments>),
    /// Simulates a raid and sends what a radar would report of it, for `rampart watch --exercise` to warn of.
    ///
    /// Every report is marked as simulated.
    ///
    /// Exit status: 0; 1 bad input; 64 wrong usage.
    Exercise(exercise::ExerciseArguments),
    /// Shows what watching would have made of recorded plots: tracks, impacts, warnings.
    ///
    /// Positions are in the radar's own frame: x and y level, z up; x is east where azimuth is from north,
    /// and where azimuth is from the x axis it is taken as east for zones. Times are of the file's clock. In a
    /// JSON object a line, `t` is in s and a plot is [elevation, azimuth, range] in rad and m; behind it may
    /// stand a number that is not looked at, the range rate in m/s and the signal-to-noise ratio in dB.
    ///
    /// SENSOR.toml needs `latitude`, `longitude`, `height_m`, `azimuth_reference` ("x-axis" or "north"), `range_sigma_m`,
    /// `azimuth_sigma_rad`, `elevation_sigma_rad`, `detection_probability`, `clutter_per_scan`, `scan_period_s`, and
    /// `range_min_m`, `range_max_m` and so on for `azimuth` and `elevation` in rad. It may have `range_rate_sigma_mps`,
    /// `ground_height_m`, and the bias: `range_bias_m`, `azimuth_bias_rad`, `elevation_bias_rad`, which are subtracted,
    /// and `range_bias_sigma_m`, `azimuth_bias_sigma_rad`, `elevation_bias_sigma_rad`, what is not known of them, which
    /// widens tracks and impacts. Without a spread impacts allow for one half as large as the random error; 0 says that there is none.
    ///
    /// Exit status: 0; 1 bad input, after what came before it; 64 wrong usage.
    Replay(Box<replay::ReplayArguments>),
    /// Scores the same against the `truth` in recorded plots.
    ///
    /// Exit status: 0; 1 bad input; 64 wrong usage.
    Score(Box<score::ScoreArguments>),
    /// Estimates the bias of a radar from recorded rounds whose impacts were surveyed.
    ///
    /// IMPACTS.jsonl has a line of JSON for each impact: `file`, the recording; `x_m` and `y_m` in the radar's own frame, or
    /// `latitude` and `longitude`; and, where they are known, `height_m` of the ground there above the sea, `t` in s by the
    /// recording's clock, and `sigma_m`, the error of the survey [default: 3]. What is printed last belongs into SENSOR.toml, in
    /// the place of what it says of bias already. See docs/watch.md.
    ///
    /// Exit status: 0; 1 bad input, or impacts that belong to no round; 64 wrong usage.
    Bias(Box<bias::BiasArguments>),
}

/// How many threads to use.
#[derive(Clone, Debug, Args)]
pub struct Threads {
    /// Threads [default: one for each processor]; the answer does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    /// Runs work on that many threads.
    ///
    /// # Errors
    /// When the threads cannot be made.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, String> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads.map_or(0, usize::from))
            .build()
            .map_err(|error| format!("cannot start threads: {error}"))?;
        Ok(pool.install(work))
    }
}

impl Arguments {
    /// Runs the command.
    #[must_use]
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Check { dir } => check::run(&dir),
            Command::Plan(arguments) => plan::run(&arguments),
            Command::Forecast(arguments) => forecast::run(&arguments),
            Command::Hindcast(arguments) => hindcast::run(&arguments),
            Command::Raid(arguments) => raid::run(&arguments),
            Command::Import(arguments) => import::run(&arguments),
            Command::Watch(arguments) => watch::run(&arguments),
            Command::Exercise(arguments) => exercise::run(&arguments),
            Command::Replay(arguments) => replay::run(&arguments),
            Command::Score(arguments) => score::run(&arguments),
            Command::Bias(arguments) => bias::run(&arguments),
        }
    }
}

/// The theatre of a folder, with a seed in place of its own where one is given; its faults are printed.
fn theatre_of(dir: &Path, seed: Option<u64>) -> Result<Theatre, ExitCode> {
    match load::theatre(dir) {
        Ok(mut theatre) => {
            theatre.seed = seed.unwrap_or(theatre.seed);
            Ok(theatre)
        }
        Err(faults) => {
            print_faults(&faults);
            Err(ExitCode::from(BAD_INPUT))
        }
    }
}

/// Says what went wrong, and gives the exit code for it.
fn failed(why: &str) -> ExitCode {
    eprintln!("rampart: {why}");
    ExitCode::from(BAD_INPUT)
}

/// Prints all of it to standard output. A reader who has gone away is no fault.
fn print_whole(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let why = format!("cannot write to standard output: {error}");
            Err(io::Error::new(error.kind(), why))
        }
        Ok(()) => Ok(()),
    }
}
