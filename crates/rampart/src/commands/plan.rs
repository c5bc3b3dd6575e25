//! `rampart plan`: the brief of a theatre.

use super::output::{Folder, json, write_whole};
use super::progress::Bars;
use super::{Threads, failed, print_whole, theatre_of};
use crate::brief::{Brief, html, terminal};
use crate::decide::{self, Decision, Infeasible, Settings};
use crate::diagnose::plain;
use clap::Args;
use planner::Problem;
use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code when no plan can exist.
const NO_PLAN: u8 = 2;

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
        .run(|| decide::decide(&theatre, settings, &bars));
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
        let _ = writeln!(
            text,
            "  {}, line {}: {}",
            line.file,
            line.line,
            plain(&line.demand)
        );
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

/// The folder that results go to, made before the long work so that it cannot fail after it.
fn folder(arguments: &PlanArguments) -> io::Result<Option<Folder>> {
    match &arguments.out {
        Some(dir) => Folder::create(dir).map(Some),
        None if arguments.json => Ok(None),
        None => Folder::of_theatre(&arguments.dir).map(Some),
    }
}
