//! Flights of the ballistics crate beside SciPy's DOP853: the same shots under the same law of drag.
//!
//! `flights [--tiny] [--python PROGRAM]` first checks that both give the same impacts to 1 mm at the
//! accuracy `FINE` and fails where they do not; then it prints how many flights each makes in a
//! second, and how far its impacts lie from those of the peer at its tightest. A second table flies
//! batches, of the regression case and under tables of drag and wind, beside NumPy's arrays and DOP853 at
//! like errors, whose impacts must be the same to 1e-5 m and 1e-3 m; and measures their miss from flights
//! of order 8. Times of batches and their peers are of the processor, the best of many runs. Beside them
//! stand the floating-point operations of a flight, counted one by one in a flight that must give the same
//! bits, and what share they are of the fused products that the core can do at best.

use ballistics::{
    Accuracy, Batch, BodyDrag, ConstantCoefficientDrag, DragCurve, DragLaw, DragShape, Environment,
    FlightError, Impact, Impacts, Instructions, Launch, Projectile, Shots, Steps, Surroundings,
    WindProfile, fly_precisely, fly_under,
};
use rampart_bench::peak::peak_flops;
use rampart_bench::raids::processor_ms;
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The law of the regression case in the tests of ballistics: a 13 kg mortar round of 120 mm with
/// the same coefficient at every speed.
const LAW: ConstantCoefficientDrag = ConstantCoefficientDrag {
    per_metre: 0.5 * 1.225 * 0.15 * 0.011 / 13.0,
};
const WIND_MPS: [f64; 3] = [3.0, -2.0, 0.0];
const GRAVITY_MPS2: f64 = 9.806_65;
/// Greatest distance between impacts of the two programs, m.
const AGREEMENT_M: f64 = 1e-3;
const USAGE: &str = "usage: flights [--tiny] [--python PROGRAM]";

/// How much to do.
struct Settings {
    python: String,
    shots: u32,
    seconds: f64,
}

/// One row of the table.
struct Row {
    name: String,
    flights_per_s: f64,
    miss_m: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let settings = settings()?;
    let shots = shots(settings.shots);
    let peer = peer(&settings.python, &shots)?;
    let runs = peer["runs"].as_array().ok_or("the peer gave no runs")?;
    let tightest = impacts(runs.last().ok_or("the peer gave no runs")?)?;
    let fine = miss_m(&fly_all(&shots, Accuracy::FINE)?, &tightest)?;
    if fine >= AGREEMENT_M {
        return Err(format!("the impacts lie {fine} m apart, more than {AGREEMENT_M} m").into());
    }

    let mut rows = Vec::new();
    for (name, accuracy) in [("PLANNING", Accuracy::PLANNING), ("FINE", Accuracy::FINE)] {
        rows.push(Row {
            name: format!("ballistics, {name}"),
            flights_per_s: flights_per_s(&shots, accuracy, settings.seconds)?,
            miss_m: miss_m(&fly_all(&shots, accuracy)?, &tightest)?,
        });
    }
    for run in runs {
        let seconds = run["seconds"].as_f64().ok_or("a run without seconds")?;
        rows.push(Row {
            name: format!("SciPy DOP853, rtol {}", run["rtol"]),
            flights_per_s: f64::from(settings.shots) / seconds,
            miss_m: miss_m(&impacts(run)?, &tightest)?,
        });
    }
    print(&rows, &settings, &peer);
    batches(&shots, &settings)
}

/// A batch, and what its flights are compared with.
struct Case<'a, Law> {
    name: &'a str,
    batch: Batch,
    law: &'a Law,
    surroundings: &'a Surroundings,
    launches: &'a [Launch],
    /// The greatest miss that is taken, m.
    miss_max_m: f64,
    /// Who flies the same, and how many a second.
    peer: (&'a str, f64),
    /// Floating-point operations that the core does a second at best.
    peak_flops: f64,
}

/// Heights, m, and the wind there, m/s.
const LAYERS: [(f64, [f64; 2]); 5] = [
    (0.0, [2.0, 1.0]),
    (500.0, [5.0, -1.0]),
    (1_000.0, [7.0, -3.0]),
    (2_000.0, [9.0, -5.0]),
    (4_000.0, [14.0, -4.0]),
];
const LATITUDE_RAD: f64 = 0.58;
const MORTAR: Projectile = Projectile {
    mass_kg: 13.0,
    calibre_m: 0.120,
    drag: DragCurve {
        shape: DragShape::G7,
        scale: 1.2,
    },
};
/// Shots under tables, times the shots under a constant coefficient.
const MANY_TIMES: u32 = 5;
/// Launches that the peer flies under tables.
const TABLED: usize = 20;

/// Prints the table of batches; fails where one misses by more than it may, or a peer lands elsewhere.
fn batches(shots: &[Launch], settings: &Settings) -> Result<(), Box<dyn Error>> {
    let uniform = Surroundings {
        wind: WindProfile::uniform([WIND_MPS[0], WIND_MPS[1]])?,
        ..Surroundings::default()
    };
    let regression = [Launch {
        speed_mps: 220.0,
        elevation_rad: 48.0_f64.to_radians(),
        azimuth_rad: 30.0_f64.to_radians(),
    }; 256];
    let layered = Surroundings {
        wind: WindProfile::new(&LAYERS)?,
        coriolis_latitude_rad: Some(LATITUDE_RAD),
        ..Surroundings::default()
    };
    let law = BodyDrag::new(MORTAR.mass_kg, MORTAR.calibre_m, MORTAR.drag);
    let mut tabled = vec![regression[0]];
    tabled.extend(shots.iter().take(TABLED));
    let peers = batch_peers(&settings.python, &regression[0], &tabled)?;
    let theirs = serde_json::from_value(peers["regression"]["impact_m"].clone())?;
    agree(&LAW, &regression[..1], &uniform, &[theirs], 1e-5)?;
    let theirs: Vec<[f64; 2]> = serde_json::from_value(peers["tabled"]["impacts_m"].clone())?;
    agree(&law, &tabled, &layered, &theirs, 1e-3)?;
    let rate = |of: &str, name: &str| peers[of][name].as_f64().unwrap_or(f64::NAN);
    let rk4 = ("NumPy, RK4", rate("regression", "coarse_per_s"));
    let fine = ("SciPy DOP853, 1e-6 m", rate("regression", "fine_per_s"));
    let under_tables = ("SciPy DOP853, 1e-3 m", rate("tabled", "flights_per_s"));

    let peak_flops = peak_flops(if settings.seconds < 1.0 { 5 } else { 200 });
    println!(
        "\npeak of fused products: {:.1} GFLOP/s on one core\n",
        1e-9 * peak_flops
    );
    println!(
        "| batch, one thread | flights/s | greatest miss, m | peer | its flights/s | times \
         | operations a flight | GFLOP/s | share of peak |"
    );
    println!("|---|--:|--:|---|--:|--:|--:|--:|--:|");
    for (name, refinement, launches, miss_max_m, peer) in [
        ("regression case", 0.85, &regression[..], 1e-5, rk4),
        ("regression case", 1.2, &regression[..], 1e-6, fine),
        ("spread shots", 1.0, shots, 1e-4, fine),
    ] {
        let case = Case {
            name,
            batch: Batch::of_constant_coefficient(LAW, &uniform, refinement)?,
            law: &LAW,
            surroundings: &uniform,
            launches,
            miss_max_m,
            peer,
            peak_flops,
        };
        case.print(settings.seconds)?;
    }
    // So many that the processor cannot learn by heart which way each flight turns.
    let many = crate::shots(MANY_TIMES * settings.shots);
    for (name, refinement, launches) in [
        ("its launch, tables, Coriolis", 0.5, &regression[..]),
        ("spread shots, the same", 0.8, &many[..]),
    ] {
        let case = Case {
            name,
            batch: Batch::of_body(&MORTAR, None, &layered, refinement)?,
            law: &law,
            surroundings: &layered,
            launches,
            miss_max_m: 1e-3,
            peer: under_tables,
            peak_flops,
        };
        case.print(settings.seconds)?;
    }
    let batch = Batch::of_body(&MORTAR, None, &layered, 0.8)?;
    on_threads(&batch, &many, settings.seconds)
}

/// Prints how many flights a second so many threads make by the clock, each of them all launches.
fn on_threads(batch: &Batch, launches: &[Launch], seconds: f64) -> Result<(), Box<dyn Error>> {
    let shots = shots_of(launches);
    println!("\n| threads | spread shots under tables, flights/s by the clock |\n|--:|--:|");
    for threads in [1_u32, 2, 4] {
        let once = || {
            batch.fly(
                black_box(&shots),
                Instructions::Widest,
                &mut Impacts::default(),
            )
        };
        let (start, mut best_s) = (Instant::now(), f64::INFINITY);
        while start.elapsed().as_secs_f64() < seconds {
            let run = Instant::now();
            let ends: Vec<_> = std::thread::scope(|scope| {
                let running: Vec<_> = (0..threads).map(|_| scope.spawn(once)).collect();
                running.into_iter().map(|thread| thread.join()).collect()
            });
            best_s = best_s.min(run.elapsed().as_secs_f64());
            for end in ends {
                end.map_err(|_| "a thread of flights failed")??;
            }
        }
        let flights = f64::from(threads) * launches.len() as f64;
        println!("| {threads} | {:.0} |", flights / best_s);
    }
    Ok(())
}

/// Fails where a flight of order 8 ends farther from the peer's than it may.
fn agree(
    law: &impl DragLaw,
    launches: &[Launch],
    surroundings: &Surroundings,
    theirs: &[[f64; 2]],
    miss_max_m: f64,
) -> Result<(), Box<dyn Error>> {
    let place = |launch| {
        let one = fly_precisely(law, launch, None, surroundings, Steps::Tolerance(1e-9))?;
        Ok([one.x_m, one.y_m])
    };
    let ours: Result<Vec<_>, FlightError> = launches.iter().map(place).collect();
    let miss_m = miss_m(&ours?, theirs)?;
    if miss_m <= miss_max_m {
        Ok(())
    } else {
        Err(format!("a batch's peer lands {miss_m} m away, more than {miss_max_m} m").into())
    }
}

/// Has the peers of batches fly the regression case, and launches under tables.
fn batch_peers(
    python: &str,
    regression: &Launch,
    tabled: &[Launch],
) -> Result<Value, Box<dyn Error>> {
    let area_m2 = std::f64::consts::FRAC_PI_4 * MORTAR.calibre_m.powi(2);
    let twice_radps = 2.0 * ballistics::flight::EARTH_RATE_RADPS;
    let task = json!({
        "per_metre": LAW.per_metre,
        "gravity_mps2": GRAVITY_MPS2,
        "wind_mps": WIND_MPS,
        "regression_mps": velocities(std::slice::from_ref(regression))[0],
        "tables": {
            "drag": MORTAR.drag.shape.knots(),
            "wind": LAYERS,
            "turning_radps": [twice_radps * LATITUDE_RAD.cos(), twice_radps * LATITUDE_RAD.sin()],
            "half_area_per_mass": 0.5 * MORTAR.drag.scale * area_m2 / MORTAR.mass_kg,
            "velocities_mps": velocities(tabled),
        },
    });
    asked(python, "flights_batch_peer.py", &task)
}

impl<Law: DragLaw> Case<'_, Law> {
    fn print(&self, seconds: f64) -> Result<(), Box<dyn Error>> {
        let shots = shots_of(self.launches);
        let mut impacts = Impacts::default();
        let (start, mut best_s) = (Instant::now(), f64::INFINITY);
        while start.elapsed().as_secs_f64() < seconds {
            let run_ms = processor_ms();
            self.batch
                .fly(black_box(&shots), Instructions::Widest, &mut impacts)?;
            best_s = best_s.min(1e-3 * (processor_ms() - run_ms));
        }
        let mut miss_m = 0.0_f64;
        for (index, launch) in self.launches.iter().enumerate() {
            let steps = Steps::Tolerance(1e-9);
            let one = fly_precisely(self.law, launch, None, self.surroundings, steps)?;
            let [x, y] = [0, 1].map(|axis| impacts.place_m[axis][index]);
            miss_m = miss_m.max((x - one.x_m).hypot(y - one.y_m));
        }
        let mut counted = Impacts::default();
        let operations = self.batch.count(&shots, &mut counted)?;
        if counted != impacts {
            return Err(format!("{}: counting changes the answer", self.name).into());
        }
        let operations = operations.floating() as f64 / self.launches.len() as f64;
        let flights_per_s = self.launches.len() as f64 / best_s;
        let flops = flights_per_s * operations;
        println!(
            "| {} | {flights_per_s:.0} | {miss_m:.1e} | {} | {:.0} | {:.0} \
             | {operations:.0} | {:.1} | {:.0} % |",
            self.name,
            self.peer.0,
            self.peer.1,
            flights_per_s / self.peer.1,
            1e-9 * flops,
            100.0 * flops / self.peak_flops
        );
        if miss_m <= self.miss_max_m {
            Ok(())
        } else {
            Err(format!(
                "{}: {miss_m} m is more than {} m",
                self.name, self.miss_max_m
            )
            .into())
        }
    }
}

fn shots_of(launches: &[Launch]) -> Shots {
    let mut shots = Shots::default();
    for velocity in velocities(launches) {
        shots.push(velocity);
    }
    shots
}

/// The velocities of launches, m/s.
fn velocities(launches: &[Launch]) -> Vec<[f64; 3]> {
    let velocity = |shot: &Launch| {
        let along = shot.speed_mps * shot.elevation_rad.cos();
        let (sin, cos) = shot.azimuth_rad.sin_cos();
        [
            along * cos,
            along * sin,
            shot.speed_mps * shot.elevation_rad.sin(),
        ]
    };
    launches.iter().map(velocity).collect()
}

fn settings() -> Result<Settings, Box<dyn Error>> {
    let mut settings = Settings {
        python: concat!(env!("CARGO_MANIFEST_DIR"), "/.venv/bin/python").into(),
        shots: 400,
        seconds: 2.0,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--tiny" => (settings.shots, settings.seconds) = (20, 0.05),
            "--python" => settings.python = arguments.next().ok_or(USAGE)?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(settings)
}

/// Shots spread over mortars' speeds (100 to 320 m/s), elevations (20 to 80 degrees) and directions.
fn shots(count: u32) -> Vec<Launch> {
    // Additive recurrence by powers of the root of x^4 = x + 1, which fills a cube evenly (Roberts,
    // "The unreasonable effectiveness of quasirandom sequences", 2018).
    const RATIO: f64 = 1.220_744_084_605_759_5;
    let spread = |index: u32, axis: i32| (f64::from(index) * RATIO.powi(-axis)).fract();
    let shot = |index| Launch {
        speed_mps: 100.0 + 220.0 * spread(index, 1),
        elevation_rad: (20.0 + 60.0 * spread(index, 2)).to_radians(),
        azimuth_rad: std::f64::consts::TAU * spread(index, 3),
    };
    (1..=count).map(shot).collect()
}

fn fly_one(launch: &Launch, accuracy: Accuracy) -> Result<Impact, FlightError> {
    let environment = Environment {
        wind_mps: WIND_MPS,
        ..Environment::default()
    };
    fly_under(&LAW, launch, &environment, accuracy, &mut |_| {})
}

fn fly_all(shots: &[Launch], accuracy: Accuracy) -> Result<Vec<[f64; 2]>, FlightError> {
    let place = |impact: Impact| [impact.x_m, impact.y_m];
    let flights = shots.iter().map(|shot| fly_one(shot, accuracy).map(place));
    flights.collect()
}

/// Flights in a second, on one thread: all shots over and over for at least so many seconds.
fn flights_per_s(shots: &[Launch], accuracy: Accuracy, seconds: f64) -> Result<f64, FlightError> {
    let (start, mut flights) = (Instant::now(), 0.0);
    loop {
        for shot in shots {
            black_box(fly_one(black_box(shot), accuracy)?);
        }
        flights += shots.len() as f64;
        let elapsed_s = start.elapsed().as_secs_f64();
        if elapsed_s >= seconds {
            return Ok(flights / elapsed_s);
        }
    }
}

/// Has the peer fly the shots.
fn peer(python: &str, shots: &[Launch]) -> Result<Value, Box<dyn Error>> {
    let task = json!({
        "per_metre": LAW.per_metre,
        "gravity_mps2": GRAVITY_MPS2,
        "wind_mps": WIND_MPS,
        "velocities_mps": velocities(shots),
    });
    asked(python, "flights_peer.py", &task)
}

/// What a program of this folder answers to a task, on one thread.
fn asked(python: &str, program: &str, task: &Value) -> Result<Value, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python)
        .arg(folder.join(program))
        .env("OMP_NUM_THREADS", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {python}: {error}; run bench/setup first"))?;
    let mut input = child.stdin.take().ok_or("no pipe to the peer")?;
    input.write_all(task.to_string().as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("the peer ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn impacts(run: &Value) -> Result<Vec<[f64; 2]>, serde_json::Error> {
    serde_json::from_value(run["impacts_m"].clone())
}

/// The greatest distance between impacts of the same shot, m.
fn miss_m(ours: &[[f64; 2]], theirs: &[[f64; 2]]) -> Result<f64, Box<dyn Error>> {
    if ours.len() != theirs.len() || ours.is_empty() {
        return Err(format!("{} impacts beside {}", ours.len(), theirs.len()).into());
    }
    let pairs = ours.iter().zip(theirs);
    let misses = pairs.map(|(one, other)| (one[0] - other[0]).hypot(one[1] - other[1]));
    Ok(misses.fold(0.0, f64::max))
}

fn print(rows: &[Row], settings: &Settings, peer: &Value) {
    let tightest = rows.last().map_or(f64::NAN, |row| row.flights_per_s);
    let versions = peer["versions"].as_str().unwrap_or("?");
    println!("{} shots, one thread; {versions}\n", settings.shots);
    println!("| method | flights/s | greatest miss, mm | flights/s, times the tightest peer's |");
    println!("|---|--:|--:|--:|");
    for row in rows {
        println!(
            "| {} | {:.0} | {:.6} | {:.1} |",
            row.name,
            row.flights_per_s,
            1e3 * row.miss_m,
            row.flights_per_s / tightest
        );
    }
}
