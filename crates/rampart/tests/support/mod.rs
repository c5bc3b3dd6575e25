//! Theatre folders as text: random ones from a seed, small ones made by hand, and the program run on
//! them.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(
    clippy::unwrap_used,
    reason = "a fault of the folder or the system ends the test"
)]

pub mod dice;
pub mod random;
pub mod schema;

use rampart::load::{File, Folder};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use theatre::Theatre;

/// The columns that [`Text::site`] writes.
const SITE_COLUMNS: &str = "id,name,latitude,longitude,populated_radius_m,people,capacity,\
    partner_people,guard,exposure,criticality,upkeep_loss_per_day,outside,source,confidence";
/// The columns that [`Text::incident`] writes.
const INCIDENT_COLUMNS: &str = "id,date,reported_on,site,munition,rounds_low,rounds_high,killed,\
    wounded,killed_partner,wounded_partner,warned,campaign,source,confidence,supersedes";

/// A site as a row of the list, with the optional columns at their defaults.
#[derive(Clone, Debug)]
pub struct Place {
    pub id: String,
    pub latitude: f64,
    pub longitude: f64,
    pub radius_m: f64,
    pub people: u32,
    pub capacity: u32,
    pub partners: u32,
    pub guard: u32,
    pub exposure: f64,
    pub criticality: f64,
    pub upkeep: f64,
    pub outside: bool,
}

impl Place {
    pub fn new(id: &str, north_km: f64, people: u32) -> Self {
        Self {
            id: id.to_owned(),
            latitude: 33.0 + north_km / 111.0,
            longitude: 44.0,
            radius_m: 800.0,
            people,
            capacity: people.saturating_mul(2).clamp(1, 1_000_000_000),
            partners: 0,
            guard: 0,
            exposure: 1.0,
            criticality: 0.0,
            upkeep: 0.0,
            outside: false,
        }
    }
}

/// A theatre folder as text.
#[derive(Clone, Debug)]
pub struct Text {
    pub theatre: String,
    pub sites: String,
    pub incidents: String,
    pub systems: String,
    pub munitions: String,
}

impl Text {
    /// A theatre without sites, log, systems or threats.
    pub fn new(horizon_days: u32, seed: u64) -> Self {
        let theatre = format!(
            "name = \"Test {seed}\"\nas_of = 2020-03-16\nhorizon_days = {horizon_days}\nseed = {seed}\n\n\
             [loss]\nkilled = 1.0\nwounded = 0.1\n"
        );
        Self {
            theatre,
            sites: format!("{SITE_COLUMNS}\n"),
            incidents: format!("{INCIDENT_COLUMNS}\n"),
            systems: String::new(),
            munitions: String::new(),
        }
    }

    pub fn site(mut self, place: &Place) -> Self {
        let outside = if place.outside { "yes" } else { "no" };
        self.sites.push_str(&format!(
            "{},Site {},{},{},{},{},{},{},{},{},{},{},{outside},a test,assumed\n",
            place.id,
            place.id,
            place.latitude,
            place.longitude,
            place.radius_m,
            place.people,
            place.capacity,
            place.partners,
            place.guard,
            place.exposure,
            place.criticality,
            place.upkeep
        ));
        self
    }

    /// One confirmed report of so many rounds that hurt nobody.
    pub fn incident(
        mut self,
        id: &str,
        date: &str,
        site: &str,
        munition: &str,
        rounds: u32,
    ) -> Self {
        self.incidents.push_str(&format!(
            "{id},{date},,{site},{munition},{rounds},{rounds},0,0,0,0,,,a test,confirmed,\n"
        ));
        self
    }

    /// More of `theatre.toml`.
    pub fn state(mut self, more: &str) -> Self {
        self.theatre.push('\n');
        self.theatre.push_str(more);
        self.theatre.push('\n');
        self
    }

    fn files(&self) -> Vec<(File, &str)> {
        [
            (File::Theatre, &self.theatre),
            (File::Sites, &self.sites),
            (File::Incidents, &self.incidents),
            (File::Systems, &self.systems),
            (File::Munitions, &self.munitions),
        ]
        .into_iter()
        .map(|(file, text)| (file, text.as_str()))
        .filter(|(file, text)| !file.is_optional() || !text.is_empty())
        .collect()
    }

    /// The file of that name.
    pub fn file(&self, name: &str) -> &str {
        let files = self.files();
        files
            .iter()
            .find(|(file, _)| file.name() == name)
            .unwrap()
            .1
    }

    /// The theatre, read through the loader; its faults end the test.
    pub fn load(&self) -> Theatre {
        let files = self.files().into_iter();
        let folder = Folder::of(files.map(|(file, text)| (file, text.as_bytes().to_vec())));
        match folder.theatre() {
            Ok(theatre) => theatre,
            Err(faults) => {
                let told = faults.render(rampart::diagnose::Drawing::Plain);
                unreachable!(
                    "{told}\n{}\n{}\n{}",
                    self.theatre, self.sites, self.incidents
                )
            }
        }
    }

    /// Writes the folder.
    pub fn write(&self, dir: &Path) {
        std::fs::create_dir_all(dir).unwrap();
        for (file, text) in self.files() {
            std::fs::write(dir.join(file.name()), text).unwrap();
        }
    }
}

/// The theatre that comes with the program.
pub fn iraq() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../theatres/iraq-2020");
    dir.canonicalize().unwrap()
}

/// A new folder under the build's own temporary one, removed first if it is there.
pub fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Runs the program in a folder.
pub fn rampart(within: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rampart"));
    command
        .args(arguments)
        .current_dir(within)
        .output()
        .unwrap()
}

/// Runs it with a first argument, a theatre folder, and some words.
pub fn run(within: &Path, command: &str, theatre: &Path, words: &str) -> Output {
    let theatre = theatre.to_str().unwrap();
    let arguments: Vec<&str> = [command, theatre]
        .into_iter()
        .chain(words.split_whitespace())
        .collect();
    rampart(within, &arguments)
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The one JSON document that standard output is; the exit status and standard error are checked.
pub fn document(output: &Output, status: i32) -> Value {
    assert_eq!((code(output), stderr(output).as_str()), (status, ""));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Names of what is in a folder, sorted.
pub fn listing(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}
