//! `rampart plan`: the brief of a theatre.

use super::output::{Folder, can_write, json, write_whole};
use super::progress::Bars;
use super::{Threads, failed, print_whole, theatre_of};
use crate::brief::{Brief, html, terminal};
use crate::decide::{self, Decision, Infeasible, Settings};
use crate::diagnose::plain;
use crate::request::{self, Change, Lock, Objective, Previous, Request, RequestError};
use clap::Args;
use planner::Problem;
use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use theatre::Theatre;

/// Exit code when no plan can exist.
const NO_PLAN: u8 = 2;
/// Exit code for a command line that makes no sense (`EX_USAGE` of sysexits).
const WRONG_USAGE: u8 = 64;

/// Options of `rampart plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArguments {
    /// The theatre folder.
    dir: PathBuf,
    /// Print one JSON document and nothing else; write no files unless `--out` is given.
    #[arg(long)]
    json: bool,
    /// Folder for `brief.html` and `plan.json` [default: one named after the theatre's, in `rampart-out`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed in place of the theatre's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Raids simulated of each source, for choosing the plan and again for judging it.
    #[arg(long, value_name = "N", default_value_t = Settings::default().replications,
          value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    replications: u32,
    #[command(flatten)]
    threads: Threads,
    /// Also write the exact planning problem, every coefficient and limit, as JSON.
    #[arg(long, value_name = "FILE")]
    problem: Option<PathBuf>,
    #[command(flatten)]
    asked: Asked,
}

/// What is asked besides the theatre.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "What is asked besides the theatre")]
struct Asked {
    /// What the plan makes least: `expected`, the loss expected; `cvar=0.95`, the mean loss of the worst
    /// 5 % of the draws of what is not known; `worst-case=2`, the loss expected when up to two expected
    /// attacks, of the kinds on record, move to where the defence is thin.
    #[arg(long, value_name = "OBJECTIVE", default_value_t = Objective::Expected)]
    objective: Objective,
    /// Loss of one site whose chance is told for today and the plan [default: that of ten killed].
    #[arg(long, value_name = "LOSS", value_parser = loss)]
    site_loss: Option<f64>,
    /// Draws of what is not known for which the plan is solved again, for its regret and for how often
    /// its lines survive [default: 40 for up to 14 sites, fewer for more].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=512))]
    draws: Option<u32>,
    /// Seconds that each search for a plan may take; one that runs out gives the best plan and its gap.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time_limit: Option<Duration>,
    /// Gap at which the search for the plan may stop, as a share of the loss: 0.01 is 1 %.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    gap: Option<f64>,
    /// Why the plan does no more for SITE: it is solved again with SITE given more systems, kept open,
    /// emptied to its guard or closed, and the difference shown. May be repeated.
    #[arg(long, value_name = "SITE")]
    why_not: Vec<String>,
    /// Plan with an input changed, and show what that changes: `stock.c-ram=4`. May be repeated; all
    /// hold at once. Keys: `stock.SYSTEM`, `movement.people_per_day` (or `lift`), `movement.may_leave`,
    /// `site.ID.capacity`, `site.ID.guard`, `mission.ID.people`.
    #[arg(long, value_name = "KEY=NUMBER")]
    what_if: Vec<String>,
    /// A line that is decided already: `SITE=SYSTEM` (at least one), `SITE=SYSTEM:N` (exactly N),
    /// `SITE=none`, `SITE=open` or `SITE=closed`. May be repeated.
    #[arg(long, value_name = "SITE=...")]
    lock: Vec<String>,
    /// An earlier `plan.json`, of this theatre or another state of it: what changed since, and why.
    #[arg(long, value_name = "OLD.json")]
    compare: Option<PathBuf>,
}

impl Asked {
    /// What is asked, read against the theatre.
    fn read(&self, theatre: &Theatre) -> Result<Request, RequestError> {
        let changes = self.what_if.iter();
        let changes: Result<Vec<_>, _> = changes.map(|word| Change::read(theatre, word)).collect();
        let mut request = Request {
            time_limit: self.time_limit,
            gap: self.gap,
            objective: self.objective,
            site_loss: self.site_loss,
            draws: self.draws,
            changes: changes?,
            locks: Vec::new(),
            why_not: request::sites(theatre, &self.why_not)?,
            previous: None,
        };
        let changed = request.changed(theatre);
        for word in &self.lock {
            request.locks.push(Lock::read(&changed, word)?);
        }
        Ok(request)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    /// Ten years: no search takes longer.
    const MOST: f64 = 315_576_000.0;
    let seconds = text.parse::<f64>().ok();
    seconds
        .filter(|seconds| (0.0..=MOST).contains(seconds) && *seconds > 0.0)
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("not a number of seconds above 0 and up to {MOST}"))
}

fn loss(text: &str) -> Result<f64, String> {
    let loss = text.parse::<f64>().ok();
    loss.filter(|loss| loss.is_finite() && *loss >= 0.0)
        .ok_or_else(|| "not a loss of at least 0".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "not a share from 0 to 1, such as 0.01".to_owned())
}

/// What a run gives, in every form.
struct Answer {
    json: String,
    text: String,
    page: Option<String>,
    problem: String,
    code: ExitCode,
}

/// Plans, prints and writes.
#[must_use]
pub fn run(arguments: &PlanArguments) -> ExitCode {
    let theatre = match theatre_of(&arguments.dir, arguments.seed) {
        Ok(theatre) => theatre,
        Err(code) => return code,
    };
    let mut request = match arguments.asked.read(&theatre) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("rampart: {error}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    let previous = arguments.asked.compare.as_deref().map(Previous::read);
    match previous.transpose() {
        Ok(previous) => request.previous = previous,
        Err(error) => return failed(&format!("--compare {error}")),
    }
    let folder = match folder(arguments) {
        Ok(folder) => folder,
        Err(error) => return failed(&error.to_string()),
    };
    let settings = Settings {
        replications: arguments.replications,
    };
    let bars = Bars::default();
    let decision = arguments
        .threads
        .run(|| decide::decide_as_asked(&theatre, settings, &request, &bars));
    bars.finish();
    let answer = match decision {
        Ok(Ok(Decision::Plan(brief, problem))) => planned(&brief, &problem),
        Ok(Ok(Decision::Infeasible(infeasible, problem))) => refused(&infeasible, &problem),
        Ok(Err(error)) => return failed(&error.to_string()),
        Err(error) => return failed(&error),
    };
    let finished = answer.and_then(|answer| finish(arguments, folder, answer));
    finished.unwrap_or_else(|error| failed(&error.to_string()))
}

fn planned(brief: &Brief, problem: &Problem) -> io::Result<Answer> {
    Ok(Answer {
        json: json(&brief.document)?,
        text: terminal::text(brief),
        page: Some(html::page(brief)),
        problem: json(problem)?,
        code: ExitCode::SUCCESS,
    })
}

fn refused(infeasible: &Infeasible, problem: &Problem) -> io::Result<Answer> {
    let mut text = format!(
        "No plan can exist for {}. These cannot all be met:\n",
        plain(&infeasible.theatre)
    );
    for line in &infeasible.conflict {
        let place = line
            .line
            .map_or_else(String::new, |line| format!(", line {line}"));
        let _ = writeln!(text, "  {}{place}: {}", line.file, plain(&line.demand));
    }
    text.push_str("Any one of them given up, a plan exists for the rest of them.\n");
    Ok(Answer {
        json: json(infeasible)?,
        text,
        page: None,
        problem: json(problem)?,
        code: ExitCode::from(NO_PLAN),
    })
}

fn finish(
    arguments: &PlanArguments,
    folder: Option<Folder>,
    answer: Answer,
) -> io::Result<ExitCode> {
    if let Some(path) = &arguments.problem {
        write_whole(path, &answer.problem)?;
    }
    let mut text = answer.text;
    if let Some(folder) = folder {
        let plan = folder.write("plan.json", &answer.json)?;
        let page = answer
            .page
            .map(|page| folder.write("brief.html", &page))
            .transpose()?;
        let written: Vec<String> = page
            .iter()
            .chain([&plan])
            .map(|path| path.display().to_string())
            .collect();
        let _ = writeln!(text, "\nWritten: {}", written.join(", "));
    }
    print_whole(if arguments.json { &answer.json } else { &text })?;
    Ok(answer.code)
}

/// The folder that results go to, made before the long work so that it cannot fail after it; that of
/// the problem's file must be there.
fn folder(arguments: &PlanArguments) -> io::Result<Option<Folder>> {
    if let Some(path) = &arguments.problem {
        can_write(path)?;
    }
    match &arguments.out {
        Some(dir) => Folder::create(dir).map(Some),
        None if arguments.json => Ok(None),
        None => Folder::of_theatre(&arguments.dir).map(Some),
    }
}
