//! The catalogue: what is built in, and what a theatre's own files add to it or replace in it.
//!
//! An entry with the id of a built-in one replaces the figures that it gives and keeps the rest; an
//! entry with a new id needs them all.

use super::log::{File, Log};
use super::names::Names;
use super::rules::{Count, Number, OneOf, Slug, Text};
use super::toml_table::{Document, Table};
use crate::diagnose::{FaultKind, shown};
use std::collections::HashMap;
use theatre::{
    Blast, Catalogue, Interceptor, Interval, MunitionClass, MunitionKind, People, Role, Sensor,
    SystemClass, Vulnerability,
};

const SYSTEMS_MAX: usize = 100;
const MUNITIONS_MAX: usize = 100;
/// Longest distance that a figure may be, m: half the Earth's circumference.
const FAR_M: f64 = 20_000_000.0;
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;
const TEN_YEARS_DAYS: f64 = 3_650.0;

const KIND: OneOf<MunitionKind> = OneOf(&[
    ("rocket", MunitionKind::Rocket),
    ("mortar", MunitionKind::Mortar),
    ("ballistic-missile", MunitionKind::BallisticMissile),
]);

const EFFECT: OneOf<Blast> = OneOf(&[("fragments", Blast::Fragments), ("blast", Blast::Blast)]);

const ROLE: OneOf<Role> = OneOf(&[
    ("warning", Role::Warning),
    ("point-defence", Role::PointDefence),
    ("area-defence", Role::AreaDefence),
]);

const MUNITION_KEYS: [&str; 16] = [
    "id",
    "name",
    "kind",
    "effect",
    "speed_mps",
    "mass_kg",
    "calibre_mm",
    "drag_scale",
    "fired_from_m",
    "scatter_along",
    "scatter_across",
    "failure_probability",
    "killed_radius_m",
    "wounded_radius_m",
    "interval_s",
    "centre_spread",
];

const SYSTEM_KEYS: [&str; 5] = ["id", "name", "role", "most_per_site", "transfer_days"];
const SENSOR_KEYS: [&str; 6] = [
    "sensor_range_m",
    "sensor_mask_deg",
    "detection_probability",
    "scan_period_s",
    "plots_needed",
    "warning_delay_s",
];
const INTERCEPTOR_KEYS: [&str; 10] = [
    "engages",
    "intercept_probability",
    "reach_m",
    "engagements",
    "engagement_s",
    "reaction_s",
    "channels",
    "looks",
    "reload_s",
    "window_s",
];
const VULNERABILITY_KEYS: [&str; 3] = ["damage_radius_m", "critical_part_spread_m", "repair_days"];

const PEOPLE_KEYS: [&str; 13] = [
    "indoors",
    "indoors_night",
    "wake_s",
    "building",
    "prone",
    "shelter",
    "blast_shelter",
    "drop_s",
    "shelter_first_s",
    "shelter_last_s",
    "compliance",
    "group_size",
    "missile_early_warning",
];

/// The text of each catalogue file that is there to be read.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    pub built_in_systems: &'a str,
    pub built_in_munitions: &'a str,
    pub built_in_people: &'a str,
    pub systems: Option<&'a str>,
    pub munitions: Option<&'a str>,
}

/// The classes that could be read, and the ids of all.
#[derive(Debug)]
pub(super) struct Classes<T> {
    /// Aligned with `names` where there is no fault.
    pub list: Vec<Option<T>>,
    pub names: Names,
}

/// The catalogue as far as it could be read.
#[derive(Debug)]
pub(super) struct Draft {
    pub systems: Classes<SystemClass>,
    pub munitions: Classes<MunitionClass>,
    pub people: Option<People>,
}

impl Draft {
    /// The catalogue, where every part could be read.
    pub fn finish(self) -> Option<Catalogue> {
        Some(Catalogue {
            systems: self.systems.list.into_iter().collect::<Option<_>>()?,
            munitions: self.munitions.list.into_iter().collect::<Option<_>>()?,
            people: self.people?,
        })
    }
}

/// Reads all catalogue files.
pub(super) fn read(log: &Log, texts: Texts) -> Draft {
    let parse = |file, text| Document::parse(log, file, text);
    let built_in = parse(File::BuiltInSystems, texts.built_in_systems);
    let own = texts.systems.map(|text| parse(File::Systems, text));
    let system_keys = [
        &SYSTEM_KEYS[..],
        &SENSOR_KEYS,
        &INTERCEPTOR_KEYS,
        &VULNERABILITY_KEYS,
    ]
    .concat();
    let systems = Kind {
        what: "system",
        keys: &system_keys,
        limit: SYSTEMS_MAX,
        reserved: &[],
    }
    .read(built_in.as_ref(), own.as_ref().map(Option::as_ref), system);
    let built_in = parse(File::BuiltInMunitions, texts.built_in_munitions);
    let own = texts.munitions.map(|text| parse(File::Munitions, text));
    let munitions = Kind {
        what: "munition",
        keys: &MUNITION_KEYS,
        limit: MUNITIONS_MAX,
        reserved: &["unknown", "none"],
    }
    .read(
        built_in.as_ref(),
        own.as_ref().map(Option::as_ref),
        munition,
    );
    let people = parse(File::BuiltInPeople, texts.built_in_people);
    Draft {
        systems,
        munitions,
        people: people.and_then(|document| people_under_fire(&document)),
    }
}

/// How the entries of one kind are read.
struct Kind<'a> {
    what: &'static str,
    keys: &'a [&'static str],
    limit: usize,
    /// Ids that mean something else.
    reserved: &'a [&'a str],
}

impl Kind<'_> {
    /// The built-in classes, each under the theatre's entry of the same id, then the theatre's own.
    /// The inner `None` of `own` is a file that is there and could not be read.
    fn read<T>(
        &self,
        built_in: Option<&Document>,
        own: Option<Option<&Document>>,
        each: impl Fn(&Table) -> Option<T>,
    ) -> Classes<T> {
        let mut names = Names::new(self.what);
        names.complete = built_in.is_some() && own.is_none_or(|own| own.is_some());
        let base_entries = self.entries(built_in);
        let own_entries = self.entries(own.flatten());
        let mut list: Vec<Option<T>> = Vec::new();
        for (id, base) in &base_entries {
            // An entry without an id, or with one that is taken, is a fault already.
            let _ = id.as_ref().map(|id| names.add(id, list.len()));
            list.push(each(base));
        }
        let mut own_names = HashMap::new();
        for (index, (id, own)) in own_entries.iter().enumerate() {
            let Some(id) = id else {
                // It may be any of those that are named elsewhere.
                names.complete = false;
                each(own);
                continue;
            };
            if let Some((_, first)) = own_names.get(id).and_then(|first| own_entries.get(*first)) {
                self.fault_at_second(id, own);
                let base = names
                    .get(id)
                    .and_then(|replaced| base_entries.get(replaced));
                each(&own.clone().over(base.map_or(first, |(_, base)| base)));
                continue;
            }
            own_names.insert(id, index);
            match names.get(id) {
                Some(replaced) => {
                    let class = match base_entries.get(replaced) {
                        Some((_, base)) => each(&own.clone().over(base)),
                        None => each(own),
                    };
                    if let Some(entry) = list.get_mut(replaced) {
                        *entry = class;
                    }
                }
                None => {
                    self.fault_if_too_many(list.len(), own);
                    let _ = names.add(id, list.len());
                    list.push(each(own));
                }
            }
        }
        Classes { list, names }
    }

    fn fault_at_second(&self, id: &str, entry: &Table) {
        let wrong = format!(
            "the {} `{}` stands twice in this file",
            self.what,
            shown(id)
        );
        let mend = "keep one of the two, or give one another id".to_owned();
        entry.fault(entry.span_of("id"), FaultKind::Duplicate, wrong, mend);
    }

    fn fault_if_too_many(&self, count: usize, entry: &Table) {
        if count == self.limit {
            let wrong = format!(
                "with this one there are more than {} classes of {}",
                self.limit, self.what
            );
            let mend = "remove some, or replace built-in ones by giving their ids".to_owned();
            entry.fault(entry.span(), FaultKind::Limit, wrong, mend);
        }
    }

    /// Each entry of a file with its id; a fault at an id that means something else, and such an
    /// entry is left out.
    fn entries<'d>(&self, document: Option<&'d Document<'d>>) -> Vec<(Option<String>, Table<'d>)> {
        let Some(document) = document else {
            return Vec::new();
        };
        let root = document.root(&[self.what]);
        let tables = root.tables(self.what, self.keys, self.limit);
        let mut entries = Vec::with_capacity(tables.len());
        for table in tables {
            let id = table
                .or("id", &Slug, String::new())
                .filter(|id| !id.is_empty());
            match id.as_deref().filter(|id| self.reserved.contains(id)) {
                Some(reserved) => {
                    let wrong = format!("`{reserved}` has a meaning of its own in the log");
                    let mend = "choose another id".to_owned();
                    table.fault(table.span_of("id"), FaultKind::Duplicate, wrong, mend);
                }
                None => entries.push((id, table)),
            }
        }
        entries
    }
}

/// A figure of a catalogue: always with its source.
fn figure(table: &Table, key: &str, range: Number) -> Option<Interval> {
    table.interval(key, range, true)
}

fn munition(table: &Table) -> Option<MunitionClass> {
    let id = table.need("id", &Slug);
    let name = table.need("name", &Text);
    let kind = table.need("kind", &KIND);
    let effect = table.need("effect", &EFFECT);
    let speed_mps = figure(table, "speed_mps", Number::positive(10_000.0));
    let mass_kg = figure(table, "mass_kg", Number::positive(100_000.0));
    let calibre_mm = figure(table, "calibre_mm", Number::positive(10_000.0));
    let drag_scale = figure(table, "drag_scale", Number::positive(100.0));
    let fired_from_m = figure(table, "fired_from_m", Number::positive(FAR_M));
    let scatter_along = figure(table, "scatter_along", Number::SHARE);
    let scatter_across = figure(table, "scatter_across", Number::SHARE);
    let failure_probability = figure(table, "failure_probability", Number::SHARE);
    let killed_radius_m = figure(table, "killed_radius_m", Number::positive(10_000.0));
    let wounded_radius_m = figure(table, "wounded_radius_m", Number::positive(10_000.0));
    let interval_s = figure(table, "interval_s", Number::within(0.0, HOUR_S));
    let centre_spread = figure(table, "centre_spread", Number::within(0.0, 100.0));
    Some(MunitionClass {
        id: id?,
        name: name?,
        kind: kind?,
        effect: effect?,
        speed_mps: speed_mps?,
        mass_kg: mass_kg?,
        calibre_mm: calibre_mm?,
        drag_scale: drag_scale?,
        fired_from_m: fired_from_m?,
        scatter_along: scatter_along?,
        scatter_across: scatter_across?,
        failure_probability: failure_probability?,
        killed_radius_m: killed_radius_m?,
        wounded_radius_m: wounded_radius_m?,
        interval_s: interval_s?,
        centre_spread: centre_spread?,
    })
}

fn system(table: &Table) -> Option<SystemClass> {
    let id = table.need("id", &Slug);
    let name = table.need("name", &Text);
    let role = table.need("role", &ROLE);
    let most_per_site = table.need(
        "most_per_site",
        &Count {
            low: 1,
            high: 1_000,
        },
    );
    let transfer_days = figure(table, "transfer_days", Number::within(0.0, TEN_YEARS_DAYS));
    let role = role?;
    let has_sensor = role != Role::AreaDefence;
    let has_interceptor = role != Role::Warning;
    let has_vulnerability = role == Role::AreaDefence;
    let parts: [(bool, &[&str]); 3] = [
        (has_sensor, &SENSOR_KEYS),
        (has_interceptor, &INTERCEPTOR_KEYS),
        (has_vulnerability, &VULNERABILITY_KEYS),
    ];
    for (_, keys) in parts.into_iter().filter(|(has, _)| !has) {
        no_meaning_for_role(table, keys);
    }
    let sensor = has_sensor.then(|| sensor(table));
    let interceptor = has_interceptor.then(|| interceptor(table, role));
    let vulnerability = has_vulnerability.then(|| vulnerability(table));
    Some(SystemClass {
        id: id?,
        name: name?,
        role,
        most_per_site: most_per_site?,
        transfer_days: transfer_days?,
        sensor: all(sensor)?,
        interceptor: all(interceptor)?,
        vulnerability: all(vulnerability)?,
    })
}

/// A part that the role does not have is fine; one that could not be read is not.
fn all<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(part) => Some(part),
    }
}

fn no_meaning_for_role(table: &Table, keys: &[&str]) {
    for key in keys.iter().filter(|key| table.gives(key)) {
        let wrong = format!("`{key}` has no meaning for a system of this role");
        let mend = "remove it, or change `role`".to_owned();
        table.fault(table.span_of(key), FaultKind::Unknown, wrong, mend);
    }
}

fn sensor(table: &Table) -> Option<Sensor> {
    let range_m = figure(table, "sensor_range_m", Number::positive(FAR_M));
    let mask_deg = figure(table, "sensor_mask_deg", Number::within(0.0, 90.0));
    let detection_probability = figure(table, "detection_probability", Number::SHARE);
    let scan_period_s = figure(table, "scan_period_s", Number::positive(HOUR_S));
    let plots_needed = figure(table, "plots_needed", Number::within(1.0, 1_000.0));
    let delay_s = figure(table, "warning_delay_s", Number::within(0.0, HOUR_S));
    Some(Sensor {
        range_m: range_m?,
        mask_deg: mask_deg?,
        detection_probability: detection_probability?,
        scan_period_s: scan_period_s?,
        plots_needed: plots_needed?,
        delay_s: delay_s?,
    })
}

/// A figure that may be left out, and what is taken then.
fn figure_or(table: &Table, key: &str, range: Number, otherwise: f64) -> Option<Interval> {
    let default = Interval {
        low: otherwise,
        high: otherwise,
        source: format!("taken where `{key}` is left out"),
    };
    table.interval_or(key, range, default)
}

fn interceptor(table: &Table, role: Role) -> Option<Interceptor> {
    let engages = engages(table);
    let intercept_probability = figure(table, "intercept_probability", Number::SHARE);
    let reach_m = figure(table, "reach_m", Number::positive(FAR_M));
    let engagements = figure(table, "engagements", Number::within(0.0, 100_000.0));
    let engagement_s = figure(table, "engagement_s", Number::positive(HOUR_S));
    let reaction_s = figure(table, "reaction_s", Number::within(0.0, HOUR_S));
    // Left out, they limit nothing but a gun, which engages one round at a time.
    let rounds_at_once = if role == Role::PointDefence {
        1.0
    } else {
        1_000.0
    };
    let count = Number::within(1.0, 1_000.0);
    let channels = figure_or(table, "channels", count, rounds_at_once);
    let looks = figure_or(table, "looks", count, 1.0);
    let reload_s = figure_or(table, "reload_s", Number::within(0.0, DAY_S), DAY_S);
    let window_s = figure_or(table, "window_s", Number::within(0.0, HOUR_S), HOUR_S);
    Some(Interceptor {
        engages: engages?,
        intercept_probability: intercept_probability?,
        reach_m: reach_m?,
        engagements: engagements?,
        engagement_s: engagement_s?,
        reaction_s: reaction_s?,
        channels: channels?,
        looks: looks?,
        reload_s: reload_s?,
        window_s: window_s?,
    })
}

/// The kinds that a system engages, each once.
fn engages(table: &Table) -> Option<Vec<MunitionKind>> {
    use super::rules::Rule;
    let expected = format!("a list of kinds, each {}", KIND.expected());
    let mut kinds = Some(Vec::new());
    for (word, span) in table.texts("engages", &expected)? {
        let fault = match (KIND.cell(&word), &mut kinds) {
            (Ok(kind), Some(kinds)) if !kinds.contains(&kind) => {
                kinds.push(kind);
                continue;
            }
            (Ok(_), None) => continue,
            (Ok(_), Some(_)) => (
                FaultKind::Duplicate,
                format!("`{word}` stands twice in `engages`"),
            ),
            (Err(wrong), _) => (wrong.kind, format!("an entry of `engages` {}", wrong.why)),
        };
        table.fault(span, fault.0, fault.1, format!("write {expected}"));
        kinds = None;
    }
    kinds
}

fn vulnerability(table: &Table) -> Option<Vulnerability> {
    let damage_radius_m = figure(table, "damage_radius_m", Number::positive(10_000.0));
    let spread_m = figure(
        table,
        "critical_part_spread_m",
        Number::within(0.0, 10_000.0),
    );
    let repair_days = figure(table, "repair_days", Number::within(0.0, TEN_YEARS_DAYS));
    Some(Vulnerability {
        damage_radius_m: damage_radius_m?,
        spread_m: spread_m?,
        repair_days: repair_days?,
    })
}

fn people_under_fire(document: &Document) -> Option<People> {
    let table = document.root(&PEOPLE_KEYS);
    let share = |key| figure(&table, key, Number::SHARE);
    let seconds = |key| figure(&table, key, Number::within(0.0, HOUR_S));
    Some(People {
        indoors: share("indoors")?,
        indoors_night: share("indoors_night")?,
        wake_s: seconds("wake_s")?,
        building: share("building")?,
        prone: share("prone")?,
        shelter: share("shelter")?,
        blast_shelter: share("blast_shelter")?,
        drop_s: seconds("drop_s")?,
        shelter_first_s: seconds("shelter_first_s")?,
        shelter_last_s: seconds("shelter_last_s")?,
        compliance: share("compliance")?,
        group_size: figure(&table, "group_size", Number::within(1.0, 10_000.0))?,
        missile_early_warning: share("missile_early_warning")?,
    })
}
