//! The table of how good tracks, impacts and warnings are, with the peer on the same plots in the same run.
//! See `bench/README.md`.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rampart_bench::raids::{self, Frame, mean, quantile};
use rampart_bench::salvos::{self, Fire, Told};
use rampart_bench::studies::{self, Conditions, Found};
use rampart_bench::traffic::{self, Kind};
use rampart_bench::{plots, shots, watching};
use tracking::{Association, Settings};

const USAGE: &str = "usage: tracks [--tiny] [--seeds N] [--shots N] [--hours N] [--seed N] [--traffic [KIND] [--range-rate]] [--python PROGRAM] [--no-peer]";
/// What tuning gave Stone Soup on raids of other seeds: see `bench/README.md`.
const TUNED: [&str; 6] = ["--acceleration", "400", "--missed", "5", "--speed", "200"];

/// What is run.
struct Plan {
    seeds: u32,
    shots: u32,
    hours: f64,
    /// Seed of the hours in which nothing falls.
    seed: u32,
    /// Only those hours, of every kind of traffic or of those that begin so.
    traffic: Option<String>,
    /// With a radar that has range rate.
    rated: bool,
    python: Option<PathBuf>,
    targets: Vec<u32>,
    tiny: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let plan = plan()?;
    if plan.traffic.is_some() {
        return quiet(&plan, plan.rated);
    }
    println!(
        "processor time on a machine that may be busy with other work; raids of 20 scans, the first 5 left out"
    );
    sustained(&plan)?;
    for (name, association, peer, scans) in [
        (
            "nearest neighbour",
            Association::NearestNeighbour,
            "gnn",
            20,
        ),
        ("joint", Association::JointProbabilistic, "ehm2", 15),
    ] {
        raid_rows(&plan, name, association, peer, scans)?;
    }
    let plain = studies::plain();
    let all = shot_rows(
        "shots, radar of the raids looking all around, winds of 5 m/s",
        &plain,
        plan.shots,
    )?;
    stages(&all);
    let mut small = studies::small_radar();
    small.gap_every_s = Some(4.0);
    let few = plan.shots.div_ceil(10);
    stages(&shot_rows(
        "radar of 20 Hz, blind one second in four",
        &small,
        few,
    )?);
    small.faults.noise = 2.0;
    stages(&shot_rows(
        "the same, errors twice those stated",
        &small,
        few,
    )?);
    salvo_rows(plan.shots.div_ceil(10))?;
    quiet(&plan, false)?;
    quiet(&plan, true)?;
    if !plan.tiny {
        watching::plot_to_cap(&watching::Scene::new(20, 4)?, false)?;
    }
    if plan.tiny
        && (all.in_time < 0.8 * all.shots || !(0.7..1.4).contains(&all.whole().over_bound()))
    {
        return Err("shots are followed worse than ever measured".into());
    }
    Ok(())
}

fn plan() -> Result<Plan, Box<dyn Error>> {
    let mut plan = Plan {
        seeds: 5,
        shots: 300,
        hours: 24.0,
        seed: 1,
        traffic: None,
        rated: false,
        python: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python")),
        targets: vec![10, 50, 100],
        tiny: false,
    };
    let mut words = std::env::args().skip(1).peekable();
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or(USAGE);
        match word.as_str() {
            "--tiny" => {
                plan = Plan {
                    seeds: 1,
                    shots: 10,
                    hours: 0.2,
                    targets: vec![10],
                    tiny: true,
                    ..plan
                }
            }
            "--seeds" => plan.seeds = next()?.parse()?,
            "--shots" => plan.shots = next()?.parse()?,
            "--hours" => plan.hours = next()?.parse()?,
            "--seed" => plan.seed = next()?.parse()?,
            "--traffic" => {
                let kind = words.next_if(|word| !word.starts_with('-'));
                plan.traffic = Some(kind.unwrap_or_default());
            }
            "--range-rate" => plan.rated = true,
            "--python" => plan.python = Some(next()?.into()),
            "--no-peer" => plan.python = None,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(plan)
}

/// A thousand rounds and a thousand clutter plots, ten times a second. First, so that the peak of memory is
/// its own.
fn sustained(plan: &Plan) -> Result<(), Box<dyn Error>> {
    let (targets, scans) = if plan.tiny { (100, 20) } else { (1_000, 200) };
    let mut sensor = plots::sensor();
    sensor.clutter_per_scan = f64::from(targets);
    sensor.scan_period_s = 0.1;
    let before_mb = peak_mb();
    let frames = raids::sustained(&sensor, targets, scans);
    let made_mb = peak_mb();
    let run = raids::run(Settings::default(), sensor, &frames, false)?;
    println!(
        "\n{targets} rounds and as much clutter at 10 Hz, {scans} scans: {}; start included p99 {:.1}, most {:.1}; peak memory {:.0} MB of which the simulation's plots and truth {:.0} MB",
        raids::spread(run.settled_ms()),
        quantile(&run.scan_ms, 0.99),
        quantile(&run.scan_ms, 1.0),
        peak_mb(),
        made_mb - before_mb,
    );
    Ok(())
}

/// Peak of this program's memory, where the system tells it (Linux), MB.
fn peak_mb() -> f64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kilobytes| kilobytes / 1_024.0)
}

/// Ours, the peer as in its documentation, and the peer tuned.
fn raid_rows(
    plan: &Plan,
    name: &str,
    association: Association,
    peer: &str,
    scans: u32,
) -> Result<(), Box<dyn Error>> {
    println!(
        "\nraids, {name}, {} seeds: mean (least to most)",
        plan.seeds
    );
    println!(
        "targets   GOSPA m               ms a scan   p99 ms      peer GOSPA m          ms a scan   ratio              ratio to the tuned"
    );
    for &targets in &plan.targets {
        let (mut ours, mut times, mut theirs, mut their_ms) = (vec![], vec![], vec![], vec![]);
        let (mut ratios, mut tuned) = (vec![], vec![]);
        for seed in 1..=plan.seeds {
            let frames = raids::raid(targets, scans, seed);
            let settings = Settings {
                association,
                ..Settings::default()
            };
            let run = raids::run(settings, plots::sensor(), &frames, false)?;
            ours.push(run.gospa_m());
            times.extend_from_slice(run.settled_ms());
            let Some(python) = &plan.python else { continue };
            let file = std::env::temp_dir().join(format!("raid-{}.jsonl", std::process::id()));
            write(&file, &frames)?;
            let [gospa_m, ms] = ask(python, &file, peer, &[])?;
            theirs.push(gospa_m);
            their_ms.push(ms);
            ratios.push(run.gospa_m() / gospa_m);
            let [gospa_m, _] = ask(python, &file, peer, &TUNED)?;
            tuned.push(run.gospa_m() / gospa_m);
            std::fs::remove_file(&file)?;
        }
        println!(
            "{targets:7}   {:20}  {:9.3}   {:9.3}   {:20}  {:9.1}   {:18} {}",
            between(&ours, 1),
            mean(&times),
            quantile(&times, 0.99),
            between(&theirs, 1),
            mean(&their_ms),
            between(&ratios, 3),
            between(&tuned, 3),
        );
    }
    Ok(())
}

fn between(figures: &[f64], digits: usize) -> String {
    if figures.is_empty() {
        return "-".into();
    }
    let (least, most) = (quantile(figures, 0.0), quantile(figures, 1.0));
    format!(
        "{:.digits$} ({least:.digits$} to {most:.digits$})",
        mean(figures)
    )
}

fn write(file: &Path, frames: &[Frame]) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for frame in frames {
        let plots: Vec<_> = frame
            .scan
            .plots
            .iter()
            .map(|plot| [plot.elevation_rad, plot.azimuth_rad, plot.range_m])
            .collect();
        let line = serde_json::json!({
            "t": frame.scan.time_ns as f64 * 1e-9,
            "plots": plots,
            "truth": frame.truth_m,
        });
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// GOSPA (m) and processor time a scan (ms) of the peer.
fn ask(
    python: &Path,
    file: &Path,
    peer: &str,
    options: &[&str],
) -> Result<[f64; 2], Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("track_peer.py");
    let told = Command::new(python)
        .arg("-B")
        .arg(script)
        .arg(file)
        .args(["--association", peer])
        .args(options)
        .output()?;
    if !told.status.success() {
        return Err(String::from_utf8_lossy(&told.stderr).into_owned().into());
    }
    let answer: serde_json::Value = serde_json::from_slice(&told.stdout)?;
    let figure = |key: &str| answer[key].as_f64().ok_or("the peer gave no figure");
    Ok([figure("gospa_m")?, figure("processor_ms")?])
}

/// Shots of every class.
fn shot_rows(name: &str, conditions: &Conditions, count: u32) -> Result<Found, Box<dyn Error>> {
    let munitions = shots::munitions()?;
    println!("\n{name}: {count} shots of each class");
    println!(
        "class        shots  warned in 3 scans  never, dismissed, lost, twice  error over bound  NEES of 6  in 50, 90, 99 % regions"
    );
    let mut all = Found::default();
    for class in 0..munitions.len() {
        let found = studies::follow(&munitions, class, count, conditions, Settings::default())?;
        row(&munitions[class].id, &found);
        all.add(&found);
    }
    row("all", &all);
    Ok(all)
}

fn row(name: &str, found: &Found) {
    let whole = found.whole();
    let [half, most, nearly_all] = whole.coverage();
    let [never, dismissed, lost, twice] = found.troubles;
    println!(
        "{name:12} {:5}  {:17.3}  {never:5} {dismissed:9} {lost:6} {twice:6}  {:16.3}  {:9.2}  {half:.3} {most:.3} {nearly_all:.3}",
        found.shots,
        found.in_time / found.shots,
        whole.over_bound(),
        whole.nees / whole.count,
    );
}

fn stages(found: &Found) {
    println!(
        "seconds of track   tracks  RMS error m  error over bound  NEES of 6 (its 95 % bounds)  of all classes  in 50, 90, 99 % regions"
    );
    for (index, stage) in found.stages.iter().enumerate() {
        let [half, most, nearly_all] = stage.coverage();
        let name = studies::STAGES_S
            .get(index)
            .map_or("2 s before the end".to_owned(), |seconds| {
                format!("{seconds}")
            });
        let reach = 1.96 * (12.0 / stage.count).sqrt();
        println!(
            "{name:18} {:6}  {:11.1}  {:16.3}  {:9.2} ({:.2} to {:.2})         {:14.2}  {half:.3} {most:.3} {nearly_all:.3}",
            stage.count,
            (stage.error_m2 / stage.count).sqrt(),
            stage.over_bound(),
            stage.nees / stage.count,
            6.0 - reach,
            6.0 + reach,
            stage.nees_of_all / stage.count,
        );
    }
}

/// Salvos, so many of each class, as a radar sees them without range rate and, once, with it.
fn salvo_rows(count: u32) -> Result<(), Box<dyn Error>> {
    println!(
        "\nsalvos; warned: within three looks of the first plot, and rounds 5 s before they fall"
    );
    println!(
        "looks every  rounds every  rate  salvos  in time  never  mean s  most s  rounds warned  followed"
    );
    let munitions = shots::munitions()?;
    for (period_s, rounds, interval_s, uneven, rated) in [
        (1.0, 1, 1.0, 0.0, false),
        (1.0, 6, 0.3, 0.0, false),
        (1.0, 6, 0.5, 0.0, false),
        (1.0, 6, 1.0, 0.0, false),
        (1.0, 6, 1.0, 0.0, true),
        (1.0, 6, 1.0, 0.3, false),
        (1.0, 6, 2.0, 0.0, false),
        (1.0, 20, 1.0, 0.3, false),
        (2.5, 1, 2.5, 0.0, false),
        (2.5, 6, 2.5, 0.0, false),
    ] {
        let fire = Fire {
            sensor: plots::radar(period_s, rated),
            rounds,
            interval_s,
            uneven,
        };
        let mut told = Told::default();
        for class in 0..munitions.len() {
            told.add(&salvos::fire(
                &munitions,
                class,
                count,
                &fire,
                Settings::default(),
            )?);
        }
        let [delay_s, warned] = told.delay_s;
        println!(
            "{period_s:9} s  {rounds:6} {:>5} s  {:4}  {:6}  {:7.3}  {:5}  {:6.2}  {:6.1}  {:13.3}  {:8.3}",
            format!("{interval_s}{}", if uneven > 0.0 { "~" } else { "" }),
            if rated { "yes" } else { "no" },
            told.salvos,
            told.in_time / told.salvos,
            told.salvos - warned,
            delay_s / warned,
            told.longest_s,
            told.warned / told.rounds,
            told.followed / told.rounds,
        );
    }
    Ok(())
}

/// Hours in which nothing is fired at anybody, with range rate or without.
fn quiet(plan: &Plan, rated: bool) -> Result<(), Box<dyn Error>> {
    println!(
        "\nhours in which nothing falls, clutter of 10 plots a scan in all of them, {} range rate",
        if rated { "with" } else { "without" }
    );
    println!("what flies    hours   flown  needless alerts  in 30 days  at 95 % at most");
    let mut groups: Vec<(String, Vec<Kind>)> = vec![("nothing".into(), vec![])];
    groups.extend(Kind::ALL.map(|kind| (format!("{kind:?}").to_lowercase(), vec![kind])));
    groups.push(("all".into(), Kind::ALL.to_vec()));
    let wanted = plan.traffic.as_deref().unwrap_or_default();
    groups.retain(|(name, _)| name.starts_with(wanted));
    if groups.is_empty() {
        return Err(format!("no kind of traffic begins with '{wanted}'").into());
    }
    for (name, kinds) in groups {
        let found = traffic::watch(&kinds, plan.hours, plan.seed, rated)?;
        println!(
            "{name:12} {:6} {:7}  {:15}  {:10.2}  {:.2}",
            found.hours,
            found.flyers,
            found.alerts,
            f64::from(found.alerts) * 720.0 / found.hours,
            most(found.alerts) * 720.0 / found.hours
        );
        for told in &found.told {
            println!("             {told}");
        }
        for (class, count) in &found.dismissed {
            println!("             dismissed as {class}: {count}");
        }
    }
    Ok(())
}

/// The mean of a Poisson number that is exceeded with a chance of 5 % where `count` was found.
fn most(count: u32) -> f64 {
    let below = |mean: f64| -> f64 {
        let mut term = (-mean).exp();
        let mut sum = term;
        for number in 1..=count {
            term *= mean / f64::from(number);
            sum += term;
        }
        sum
    };
    let (mut low, mut high) = (0.0, 10.0 + 3.0 * f64::from(count));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
