//! `rampart raid`: one raid on one site, under every loadout.

use super::output::{Folder, json};
use super::progress::Bars;
use super::{Threads, failed, print_whole, theatre_of};
use crate::brief::html;
use crate::raids::{
    self, Document, Interrupted, Length, REPLICATIONS_MAX, Results, Run, Store, Subject, WarningBy,
    Words,
};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use theatre::Theatre;

mod text;

/// Exit code for a command line that makes no sense (`EX_USAGE` of sysexits).
const WRONG_USAGE: u8 = 64;
/// Exit code of what Ctrl-C ends, as shells have it.
const STOPPED: u8 = 130;

/// Options of `rampart raid`.
#[derive(Clone, Debug, Args)]
pub struct RaidArguments {
    /// The theatre folder.
    dir: PathBuf,
    /// The site that is raided.
    #[arg(long, value_name = "ID")]
    site: String,
    /// The munition class.
    #[arg(long, value_name = "ID")]
    munition: String,
    /// Rounds of the raid [default: a typical salvo of the class, the median of the log's forecast].
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(raid::ROUNDS_MAX)))]
    rounds: Option<u32>,
    /// A loadout to report, such as `c-ram=1`, `c-ram=1,patriot=1` or `nothing`. May be repeated; the
    /// others are compared with the first [default: every loadout that the site may have].
    #[arg(long, value_name = "SYSTEM=N,...")]
    loadout: Vec<String>,
    /// Raids simulated.
    #[arg(long, value_name = "N", default_value_t = 8192, conflicts_with = "precision", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(REPLICATIONS_MAX)))]
    replications: u32,
    /// Simulate until the mean casualties and the leakage of every loadout are known to this share of
    /// themselves, at half of the 95 % interval's width: 0.05 is 5 %.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = precision)]
    precision: Option<f64>,
    /// Also tell the chance of at least N casualties in one raid, however small.
    #[arg(long, value_name = "N", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u32).range(1..=200))]
    tail: Option<u32>,
    /// Also tell which unknown matters most for the casualties under the first loadout.
    #[arg(long)]
    explain: bool,
    /// Local hour at which the raid comes, 0 to 24, such as 3.5: by night most are indoors and asleep
    /// [default: any, all equally likely].
    #[arg(long, value_name = "H", allow_negative_numbers = true, value_parser = hour)]
    hour: Option<f64>,
    /// Who says when people are warned. `stand-in`: a law of how often a round must be seen, calibrated on
    /// the closed loop. `closed-loop`: the live tracker and warner on simulated plots, with a report of how
    /// far the stand-in lies from them; ten to fifty times slower, and not for missiles.
    #[arg(long, value_name = "BY", value_enum, default_value_t = WarningBy::StandIn)]
    warning: WarningBy,
    /// Seed in place of the theatre's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    threads: Threads,
    /// Print one JSON document and nothing else.
    #[arg(long)]
    json: bool,
    /// Folder for `raid.html`, `raid.json` and `raid.parquet`, a row for every raid and loadout.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with a study that was broken off, from what is kept in the folder of `--out`.
    #[arg(long, requires = "out")]
    resume: bool,
}

fn precision(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok();
    share
        .filter(|share| (1e-4..=1.0).contains(share))
        .ok_or_else(|| "not a share from 0.0001 to 1, such as 0.05".to_owned())
}

fn hour(text: &str) -> Result<f64, String> {
    let hour = text.parse::<f64>().ok();
    hour.filter(|hour| (0.0..24.0).contains(hour))
        .ok_or_else(|| "not an hour from 0 to below 24, such as 3.5".to_owned())
}

/// Simulates, prints and writes.
#[must_use]
pub fn run(arguments: &RaidArguments) -> ExitCode {
    let theatre = match theatre_of(&arguments.dir, arguments.seed) {
        Ok(theatre) => theatre,
        Err(code) => return code,
    };
    let words = Words {
        site: &arguments.site,
        munition: &arguments.munition,
        rounds: arguments.rounds,
        loadouts: &arguments.loadout,
        tail: arguments.tail,
        warning: arguments.warning,
        hour: arguments.hour,
    };
    let subject = match Subject::read(&theatre, words) {
        Ok(subject) => subject,
        Err(error) => {
            eprintln!("rampart: {error}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match study(arguments, &theatre, &subject) {
        Ok(code) => code,
        Err(why) => failed(&why),
    }
}

fn study(
    arguments: &RaidArguments,
    theatre: &Theatre,
    subject: &Subject<'_>,
) -> Result<ExitCode, String> {
    let out = Out::open(arguments, theatre, subject)?;
    let stop = stopped_by_hand()?;
    let bars = Bars::default();
    let run = Run {
        subject,
        length: length(arguments),
        store: out.as_ref().map(|out| &out.store),
        stop: &stop,
        progress: &bars,
    };
    let found = arguments.threads.run(|| {
        let results = run.run()?;
        let asked = arguments.explain && !results.stopped;
        let unknowns = asked.then(|| raids::explain(subject, &stop, &bars));
        Ok::<_, Interrupted>((results, unknowns))
    })?;
    bars.finish();
    let (mut results, unknowns) = found.map_err(|error| told(&error, out.as_ref()))?;
    results.stopped |= stop.load(Ordering::Relaxed);
    let unknowns = unknowns.map(Option::unwrap_or_default);
    let document = Document::of(subject, &results, arguments.precision, unknowns);
    let printed = json(&document).map_err(|error| error.to_string())?;
    let mut text = text::text(subject, &document);
    if let Some(out) = &out {
        text.push('\n');
        text.push_str(&match results.stopped {
            true => out.kept(),
            false => out.finish(subject, &results, &document, &printed)?,
        });
        text.push('\n');
    }
    print_whole(if arguments.json { &printed } else { &text })
        .map_err(|error| error.to_string())?;
    if results.stopped {
        eprintln!(
            "rampart: stopped after {} replications",
            results.design.replications
        );
        return Ok(ExitCode::from(STOPPED));
    }
    Ok(ExitCode::SUCCESS)
}

fn length(arguments: &RaidArguments) -> Length {
    match arguments.precision {
        Some(share) => Length::Precision(share),
        None => Length::Replications(arguments.replications),
    }
}

/// What Ctrl-C sets. A second one ends the program as if it were not caught.
fn stopped_by_hand() -> Result<Arc<AtomicBool>, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(STOPPED));
        }
    })
    .map_err(|error| format!("cannot catch Ctrl-C: {error}"))?;
    Ok(stop)
}

fn told(error: &Interrupted, out: Option<&Out>) -> String {
    match (error, out) {
        (Interrupted::Io(_), Some(out)) => format!("{error}. {}", out.kept()),
        _ => error.to_string(),
    }
}

/// Where results go, and what is kept until they are whole.
struct Out {
    folder: Folder,
    store: Store,
}

impl Out {
    fn open(
        arguments: &RaidArguments,
        theatre: &Theatre,
        subject: &Subject<'_>,
    ) -> Result<Option<Self>, String> {
        let Some(dir) = &arguments.out else {
            return Ok(None);
        };
        let folder = Folder::create(dir).map_err(|error| error.to_string())?;
        let study = serde_json::json!({
            "site": arguments.site,
            "munition": arguments.munition,
            "rounds": subject.rounds,
            "loadouts": subject.loadouts.iter().map(|loadout| &loadout.name).collect::<Vec<_>>(),
            "length": format!("{:?}", length(arguments)),
            "tail": arguments.tail,
            "warning": subject.warning,
            "hour": subject.hour,
            "seed": theatre.seed,
            "theatre": raids::fingerprint(theatre),
            "version": env!("CARGO_PKG_VERSION"),
        });
        let store = Store::open(&dir.join("raid-partial"), &study, arguments.resume);
        let store = store.map_err(|error| error.to_string())?;
        Ok(Some(Self { folder, store }))
    }

    fn kept(&self) -> String {
        format!(
            "What is done is kept in {}; the same command with --resume goes on.",
            self.folder.path().display()
        )
    }

    /// Writes the results and removes what was kept for them.
    fn finish(
        &self,
        subject: &Subject<'_>,
        results: &Results,
        document: &Document,
        printed: &str,
    ) -> Result<String, String> {
        let rows = raids::parquet(subject, results.design, &results.rows)
            .map_err(|error| format!("cannot make raid.parquet: {error}"))?;
        let rings = raids::rings(subject, results.design, document.best());
        let write = |name: &str, contents: &[u8]| {
            let path = self.store.place(name, self.folder.path(), contents);
            path.map_err(|error| format!("{error}. {}", self.kept()))
        };
        write("raid.parquet", &rows)?;
        write("raid.json", printed.as_bytes())?;
        let page = html::raids(subject, document, &results.rows, &rings);
        let page = write("raid.html", page.as_bytes())?;
        self.store.remove().map_err(|error| error.to_string())?;
        Ok(format!(
            "Written: {}, raid.json and raid.parquet beside it.",
            page.display()
        ))
    }
}
