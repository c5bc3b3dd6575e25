//! `rampart import`: events of ACLED, UCDP GED and GTD become reports of a theatre's log.

use super::output::write_whole;
use super::{BAD_INPUT, failed, print_faults, print_whole};
use crate::import::log::{Added, Log};
use crate::import::{self, Casualties, Settings, words};
use crate::load::{self, File, Folder};
use clap::{Args, ValueEnum};
use feeds::events::{self, DateOrder, Options};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use theatre::Theatre;

/// Order of day and month.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dates {
    /// 12/03/2020 is 12 March.
    Dmy,
    /// 12/03/2020 is 3 December.
    Mdy,
}

/// Whose the casualties are.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Whose {
    /// Not known: they go into the notes alone.
    Left,
    /// Our own people's.
    Own,
    /// The host nation's.
    Partner,
}

/// Options of `rampart import`.
#[derive(Clone, Debug, Args)]
pub struct ImportArguments {
    /// The CSV file of events.
    #[arg(required_unless_present = "print_rules")]
    file: Option<PathBuf>,
    /// The theatre folder, whose sites and log are meant.
    #[arg(long, value_name = "DIR", required_unless_present = "print_rules")]
    theatre: Option<PathBuf>,
    /// Farthest that an event may be from a site, km.
    #[arg(long, value_name = "KM", default_value_t = 20.0, value_parser = kilometres)]
    within_km: f64,
    /// Most days between which an event may lie; one known less well is dropped.
    #[arg(long, value_name = "DAYS", default_value_t = 7,
          value_parser = clap::value_parser!(i64).range(1..=366))]
    days_max: i64,
    /// Order of day and month where a date can be read both ways.
    #[arg(long, value_enum)]
    dates: Option<Dates>,
    /// Whose the casualties are: the data sets count everybody, attackers included.
    #[arg(long, value_enum, default_value_t = Whose::Left)]
    casualties: Whose,
    /// Rules of your own for telling munitions apart.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Print the built-in rules and nothing else.
    #[arg(long)]
    print_rules: bool,
    /// Say what would be done, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// A new log, in place of adding to the theatre's own.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Add to the file of --out where it is there already.
    #[arg(long, requires = "out", conflicts_with = "replace")]
    append: bool,
    /// Replace the file of --out where it is there already.
    #[arg(long, requires = "out")]
    replace: bool,
}

fn kilometres(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(km) if (0.1..=500.0).contains(&km) => Ok(km),
        _ => Err("write a number from 0.1 to 500".to_owned()),
    }
}

/// Imports, or says why not.
#[must_use]
pub fn run(arguments: &ImportArguments) -> ExitCode {
    if arguments.print_rules {
        return match print_whole(load::BUILT_IN_IMPORT_RULES) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("cannot print: {error}")),
        };
    }
    let (Some(file), Some(dir)) = (&arguments.file, &arguments.theatre) else {
        return failed("name a file of events and a theatre");
    };
    whole(arguments, file, dir).unwrap_or_else(|code| code)
}

fn whole(arguments: &ImportArguments, file: &Path, dir: &Path) -> Result<ExitCode, ExitCode> {
    let folder = with_log(Folder::read(dir));
    let theatre = checked(&folder)?;
    let target = Target::of(arguments, dir).map_err(|why| failed(&why))?;
    let rules =
        load::import_rules(arguments.rules.as_deref(), &theatre.catalogue).map_err(|faults| {
            print_faults(&faults);
            ExitCode::from(BAD_INPUT)
        })?;
    let settings = Settings {
        within_km: arguments.within_km,
        days_max: arguments.days_max,
        casualties: match arguments.casualties {
            Whose::Left => Casualties::Left,
            Whose::Own => Casualties::Own,
            Whose::Partner => Casualties::Partner,
        },
    };
    let options = Options {
        dates: arguments.dates.map(|dates| match dates {
            Dates::Dmy => DateOrder::DayFirst,
            Dates::Mdy => DateOrder::MonthFirst,
        }),
    };
    let name = file.display().to_string();
    let bytes =
        std::fs::read(file).map_err(|error| failed(&format!("cannot read {name}: {error}")))?;
    let reading = events::read(&bytes, &options)
        .map_err(|refusal| failed(&format!("{name}: {refusal}\n  help: {}", refusal.mend())))?;
    let import = import::import(reading, &theatre, &rules, settings);
    let log = target.log(&folder).map_err(|why| failed(&why))?;
    let added = log
        .with(&import)
        .map_err(|error| failed(&format!("cannot write rows: {error}")))?;
    // The log as it would be must be one that every other command takes.
    checked(&folder.with(File::Incidents, added.text.clone().into_bytes()))?;
    let mut text = words::account(&name, &import, &added, &theatre, settings);
    text.push_str(&write(arguments, &target, &added).map_err(|why| failed(&why))?);
    print_whole(&text).map_err(|error| failed(&format!("cannot print: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

/// The folder with an empty log where it has none: a theatre may begin with an import.
fn with_log(folder: Folder) -> Folder {
    if folder.lacks(File::Incidents) {
        let empty = Log::empty().text().as_bytes().to_vec();
        return folder.with(File::Incidents, empty);
    }
    folder
}

fn checked(folder: &Folder) -> Result<Theatre, ExitCode> {
    folder.theatre().map_err(|faults| {
        print_faults(&faults);
        ExitCode::from(BAD_INPUT)
    })
}

/// Where reports go.
enum Target {
    /// The theatre's own log.
    Theatre(PathBuf),
    /// A file that is added to.
    Append(PathBuf),
    /// A file that is made, or replaced.
    New(PathBuf),
}

impl Target {
    fn of(arguments: &ImportArguments, dir: &Path) -> Result<Self, String> {
        let Some(out) = &arguments.out else {
            return Ok(Self::Theatre(dir.join(File::Incidents.name())));
        };
        match (out.exists(), arguments.append, arguments.replace) {
            (true, true, _) => Ok(Self::Append(out.clone())),
            (true, false, false) => Err(format!(
                "{} is there already: say --append to add to it, or --replace",
                out.display()
            )),
            _ => Ok(Self::New(out.clone())),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Theatre(path) | Self::Append(path) | Self::New(path) => path,
        }
    }

    /// The log before anything is added.
    fn log(&self, folder: &Folder) -> Result<Log, String> {
        let wrong = |why| format!("{}: {why}", self.path().display());
        match self {
            Self::Theatre(_) => {
                Log::of(folder.bytes(File::Incidents).unwrap_or_default()).map_err(wrong)
            }
            Self::Append(path) => {
                let bytes = std::fs::read(path)
                    .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                Log::of(&bytes).map_err(wrong)
            }
            Self::New(_) => Ok(Log::empty()),
        }
    }
}

/// Writes the log, and says so.
fn write(arguments: &ImportArguments, target: &Target, added: &Added) -> Result<String, String> {
    let path = target.path();
    if arguments.dry_run {
        return Ok("Nothing is written: this is a dry run.\n".to_owned());
    }
    if added.new == 0 && !matches!(target, Target::New(_)) {
        return Ok("Nothing is written: there is nothing new.\n".to_owned());
    }
    write_whole(path, &added.text).map_err(|error| error.to_string())?;
    Ok(format!("Written: {}\n", path.display()))
}
