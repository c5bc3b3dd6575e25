//! `rampart forecast`: what the log says of attacks to come, and how well it would have said so before.

use super::output::{Folder, json};
use super::{Threads, failed, print_whole, theatre_of};
use crate::brief::html;
use crate::brief::words::{number, percent, range};
use crate::diagnose::{shown, wrapped};
use crate::events::{self, Cut, Events, Period};
use crate::outlook::{Attacks, HoursOutlook, Outlook, outlook};
use crate::scoring::{self, Scores};
use clap::{Args, Subcommand};
use forecast::Record;
use forecast::contest::{Contest, Trial};
use forecast::counts::Counts;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Options of `rampart forecast`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ForecastArguments {
    #[command(subcommand)]
    command: Option<ForecastCommand>,
    /// The theatre folder.
    #[arg(required = true)]
    dir: Option<PathBuf>,
    /// Print one JSON document and nothing else.
    #[arg(long)]
    json: bool,
    /// Seed in place of the theatre's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Clone, Debug, Subcommand)]
enum ForecastCommand {
    /// Scores every model on a log, and says which one to use.
    ///
    /// A model other than the default is chosen only if its gain in log score over the default is above
    /// 0 with 95 % certainty, by drawing blocks of a week anew.
    Score(ScoreArguments),
}

/// Options of `rampart forecast score`.
#[derive(Clone, Debug, Args)]
pub struct ScoreArguments {
    /// A CSV of events with a header, or a theatre folder.
    log: PathBuf,
    /// Column with the time of each event.
    #[arg(long, value_name = "COLUMN", default_value = "date")]
    time: String,
    /// Column with the place of each event.
    #[arg(long, value_name = "COLUMN", default_value = "site")]
    site: String,
    /// Days that models are fitted to, FIRST..LAST [default for a theatre: a quarter of its log, then
    /// anew every 26 weeks].
    #[arg(long, value_name = "PERIOD", requires = "test")]
    fit: Option<Period>,
    /// Days that they forecast, one bin ahead, FIRST..LAST [default for a theatre: the rest of its log].
    #[arg(long, value_name = "PERIOD", requires = "fit")]
    test: Option<Period>,
    /// Length of a bin, hours [default: 24; for a theatre, whose reports have dates alone, 168].
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8760))]
    bin_hours: Option<u32>,
    /// Keep sites with more events than this within the fit period [default: 100; for a theatre every
    /// site].
    #[arg(long, value_name = "N")]
    minimum_events: Option<u64>,
    /// Print one JSON document and nothing else.
    #[arg(long)]
    json: bool,
    /// Also write scores.json and scores.html, with calibration plots, to this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
}

/// Runs `rampart forecast` or `rampart forecast score`.
#[must_use]
pub fn run(arguments: &ForecastArguments) -> ExitCode {
    let done = match (&arguments.command, &arguments.dir) {
        (Some(ForecastCommand::Score(arguments)), _) => score(arguments),
        (None, Some(dir)) => forecast(dir, arguments),
        (None, None) => Err(failed("name a theatre folder")),
    };
    done.map_or_else(|code| code, |()| ExitCode::SUCCESS)
}

fn forecast(dir: &Path, arguments: &ForecastArguments) -> Result<(), ExitCode> {
    let theatre = theatre_of(dir, arguments.seed)?;
    let outlook = outlook(&theatre);
    let printed = if arguments.json {
        json(&outlook)
    } else {
        Ok(outlook_text(&outlook))
    };
    printed
        .and_then(|printed| print_whole(&printed))
        .map_err(|error| failed(&error.to_string()))
}

/// When attacks come, four hours at a time; by the hour it is in the document.
fn hours(hours: &HoursOutlook) -> String {
    const TOGETHER: usize = 4;
    let known = format!(
        "Hours of the day, from {} attacks whose time is known ({} are known by day alone):",
        hours.with_time, hours.without_time
    );
    let parts = hours
        .shares
        .chunks(TOGETHER)
        .enumerate()
        .map(|(part, shares)| {
            let share = shares.iter().map(|share| share.mean).sum();
            let first = part * TOGETHER;
            format!(" {first:02}–{:02} h {}", first + TOGETHER, percent(share))
        });
    known + &parts.collect::<Vec<_>>().join(",") + "."
}

fn outlook_text(outlook: &Outlook) -> String {
    let mut out = format!(
        "FORECAST – {}: attacks over {} days from {}.\n\n{}\n\n",
        shown(&outlook.theatre),
        outlook.horizon_days,
        outlook.as_of,
        wrapped(&format!(
            "Model: {}: {}.",
            outlook.model.name, outlook.model.why
        )),
    );
    let _ = writeln!(
        out,
        "{:<24} {:<18} {:>22} {:>14} {:>8}",
        "site", "munition", "expected (90 %)", "may come, 90 %", "any"
    );
    let mut line = |site: &str, munition: &str, attacks: &Attacks| {
        let _ = writeln!(
            out,
            "{:<24} {:<18} {:>22} {:>14} {:>8}",
            shown(site),
            shown(munition),
            range(&attacks.expected),
            format!("{:.0}–{:.0}", attacks.number_low, attacks.number_high),
            percent(attacks.p_any),
        );
    };
    for site in &outlook.sites {
        line(&site.site, "all", &site.attacks);
        for class in &site.classes {
            line("", &class.munition, &class.attacks);
        }
    }
    line("all sites", "all", &outlook.total);
    out.push('\n');
    out.push_str(&wrapped(&hours(&outlook.hours)));
    out.push('\n');
    out.push_str("\nRounds of a salvo, mean (90 % of salvos):");
    for salvo in &outlook.salvos {
        let _ = write!(out, " {} {};", shown(&salvo.munition), range(&salvo.rounds));
    }
    out.push_str("\nHalf-lives of the default, by weight:");
    for half_life in &outlook.half_lives {
        let days = half_life
            .days
            .map_or_else(|| "for ever".into(), |days| format!("{days} days"));
        let _ = write!(out, " {days} {};", percent(half_life.weight));
    }
    out.push_str("\nFitted to the log by week (95 %):\n");
    for line in &outlook.parameters {
        let _ = writeln!(
            out,
            "  {} – {}{}: {} ({}–{})",
            line.model,
            line.name,
            line.site
                .as_ref()
                .map_or_else(String::new, |site| format!(", {}", shown(site))),
            number(line.estimate),
            number(line.low),
            number(line.high),
        );
    }
    out
}

/// A log that has been cut into bins.
struct Table {
    counts: Counts,
    trial: Trial,
}

fn score(arguments: &ScoreArguments) -> Result<(), ExitCode> {
    let table = if arguments.log.is_dir() {
        of_theatre(arguments)?
    } else {
        of_csv(arguments).map_err(|why| failed(&why))?
    };
    let contest = arguments
        .threads
        .run(|| scoring::contest(&table.counts, table.trial))
        .map_err(|why| failed(&why))?;
    let scores = Scores::of(&contest);
    let written = || -> std::io::Result<()> {
        let document = json(&scores)?;
        if let Some(dir) = &arguments.out {
            let folder = Folder::create(dir)?;
            folder.write("scores.json", &document)?;
            folder.write(
                "scores.html",
                html::scores(&contest, &title(arguments, &table)),
            )?;
        }
        let text = text(&contest, &title(arguments, &table));
        print_whole(if arguments.json { &document } else { &text })
    };
    written().map_err(|error| failed(&error.to_string()))
}

fn of_csv(arguments: &ScoreArguments) -> Result<Table, String> {
    let (Some(fit), Some(test)) = (arguments.fit, arguments.test) else {
        return Err("a CSV needs --fit FIRST..LAST and --test FIRST..LAST".into());
    };
    let events = events::read(&arguments.log, &arguments.time, &arguments.site)?;
    cut(&events, fit, test, arguments, 24, 100)
}

fn of_theatre(arguments: &ScoreArguments) -> Result<Table, ExitCode> {
    let theatre = theatre_of(&arguments.log, None)?;
    let (Some(fit), Some(test)) = (arguments.fit, arguments.test) else {
        if arguments.bin_hours.is_some() || arguments.minimum_events.is_some() {
            let why = "--bin-hours and --minimum-events need --fit and --test";
            return Err(failed(why));
        }
        let Record { counts, trial, .. } = Record::new(&theatre);
        return Ok(Table { counts, trial });
    };
    let events = Events::of_theatre(&theatre);
    cut(&events, fit, test, arguments, 168, 0).map_err(|why| failed(&why))
}

fn cut(
    events: &Events,
    fit: Period,
    test: Period,
    arguments: &ScoreArguments,
    bin_hours: u32,
    minimum_events: u64,
) -> Result<Table, String> {
    let binned = events.cut(&Cut {
        fit,
        test,
        bin_hours: arguments.bin_hours.unwrap_or(bin_hours),
        minimum_events: arguments.minimum_events.unwrap_or(minimum_events),
    })?;
    Ok(Table {
        counts: binned.counts,
        trial: binned.trial,
    })
}

/// What was scored, in a line.
fn title(arguments: &ScoreArguments, table: &Table) -> String {
    let name = arguments.log.file_name().unwrap_or_default();
    let (counts, trial) = (&table.counts, table.trial);
    format!(
        "{}: {} sites, bins of {} hours, fitted to {} and {} forecast one ahead",
        shown(&name.to_string_lossy()),
        counts.sites(),
        counts.bin_hours(),
        trial.fit_bins,
        counts.bins().saturating_sub(trial.first_scored),
    )
}

fn text(contest: &Contest, title: &str) -> String {
    let events = contest.chosen().0.number_test.observed;
    let mut out = format!("FORECAST SCORES – {title}, with {events} events.\n\n");
    let _ = writeln!(
        out,
        "{:<52} {:>9} {:>7} {:>7} {:>6} {:>6} {:>13}  gain over the default (95 %)",
        "model", "log score", "CRPS", "Brier", "90 %", "E/O", "N-test δ1, δ2"
    );
    for (index, (scored, gain)) in contest.models.iter().enumerate() {
        let ratio = scored.expected_over_observed;
        let test = &scored.number_test;
        let _ = writeln!(
            out,
            "{:<52} {:>9.4} {:>7.4} {:>7.4} {:>6.3} {:>6} {:>6.3} {:>6.3}  {}{}",
            scored.name,
            scored.log_score,
            scored.crps,
            scored.brier,
            scored.cover90,
            ratio.map_or_else(|| "–".into(), |ratio| format!("{ratio:.3}")),
            test.delta_1,
            test.delta_2,
            match index {
                0 => "–".into(),
                _ if contest.has_bounds() =>
                    format!("{:+.4} ({:+.4} to {:+.4})", gain.mean, gain.low, gain.high),
                _ => format!("{:+.4}", gain.mean),
            },
            if index == contest.chosen {
                "  ← chosen"
            } else {
                ""
            },
        );
    }
    let _ = writeln!(
        out,
        "\nUsed: {}: {}.{}\nLower is better but for the gain, which is in nats a site and bin. 90 % is the share of counts within \
         the central 90 %, E/O attacks expected over observed. The N-test counts bins and sites as independent.",
        contest.chosen().0.name,
        contest.why,
        contest
            .runner_up
            .map_or_else(String::new, |(other, gain)| format!(
                "\nOver the next best, {}: {:+.4} ({:+.4} to {:+.4}).",
                contest.models[other].0.name, gain.mean, gain.low, gain.high
            )),
    );
    out
}
