//! `theatre.toml`: what is to be decided, with what, by when.

use super::catalogue::Draft;
use super::log::{File, Log};
use super::names::Names;
use super::rules::{COUNT_MAX, Count, Day, Flag, Number, Text, Whole};
use super::sites::Sites;
use super::toml_table::{Document, Table};
use crate::diagnose::{FaultKind, shown};
use std::collections::HashSet;
use std::ops::Range;
use theatre::{
    Deployed, Interval, LossWeights, Mission, Movement, MunitionKind, Role, Stock, SystemClass,
    Threat,
};

const DAYS_MAX: u32 = 3_650;
const UNITS_MAX: u32 = 1_000;
const ENTRIES_MAX: usize = 10_000;
const ROUNDS_MAX: f64 = 10_000.0;
/// Greatest weight of one casualty, and loss of one move.
const WEIGHT_MAX: f64 = 1_000_000.0;

const ROOT_KEYS: [&str; 10] = [
    "name",
    "as_of",
    "horizon_days",
    "seed",
    "loss",
    "stock",
    "deployed",
    "mission",
    "threat",
    "movement",
];
const STOCK_KEYS: [&str; 4] = ["system", "available", "arrives_day", "sites"];
const DEPLOYED_KEYS: [&str; 4] = ["system", "site", "quantity", "movable"];
const MISSION_KEYS: [&str; 3] = ["id", "people", "sites"];
const THREAT_KEYS: [&str; 7] = [
    "id",
    "munition",
    "sites",
    "simultaneous",
    "rounds",
    "probability",
    "preceded_by_rockets",
];

/// What `theatre.toml` says.
#[derive(Debug)]
pub(super) struct Statement {
    pub name: String,
    pub as_of: jiff::civil::Date,
    pub horizon_days: u32,
    pub seed: u64,
    pub loss: LossWeights,
    pub stock: Vec<Stock>,
    pub deployed: Vec<Deployed>,
    pub missions: Vec<Mission>,
    pub threats: Vec<Threat>,
    pub movement: Movement,
}

/// Reads the statement. `None` once a fault has been added.
pub(super) fn read(log: &Log, text: &str, sites: &Sites, catalogue: &Draft) -> Option<Statement> {
    let document = Document::parse(log, File::Theatre, text)?;
    let root = document.root(&ROOT_KEYS);
    let name = root.need("name", &Text);
    let as_of = root.need("as_of", &Day);
    let horizon_days = root.need(
        "horizon_days",
        &Count {
            low: 1,
            high: DAYS_MAX,
        },
    );
    let seed = root.need(
        "seed",
        &Whole {
            low: 0,
            high: u64::MAX,
        },
    );
    let loss = root.need_table("loss", &["killed", "wounded", "partner"]);
    let loss = loss.as_ref().and_then(loss_weights);
    let movement = movement(&root);
    let mut standing = Standing::default();
    let stock: Option<Vec<_>> = root
        .tables("stock", &STOCK_KEYS, ENTRIES_MAX)
        .iter()
        .map(|table| stock(table, sites, catalogue, &mut standing))
        .fold(Some(Vec::new()), gather);
    let deployed = root
        .tables("deployed", &DEPLOYED_KEYS, ENTRIES_MAX)
        .iter()
        .map(|table| deployed(table, sites, catalogue, &mut standing))
        .fold(Some(Vec::new()), gather);
    let mut ids = HashSet::new();
    let missions = root
        .tables("mission", &MISSION_KEYS, ENTRIES_MAX)
        .iter()
        .map(|table| mission(table, &sites.names, &mut ids))
        .fold(Some(Vec::new()), gather);
    ids.clear();
    let threats = root
        .tables("threat", &THREAT_KEYS, ENTRIES_MAX)
        .iter()
        .map(|table| threat(table, &sites.names, &catalogue.munitions.names, &mut ids))
        .fold(Some(Vec::new()), gather);
    Some(Statement {
        name: name?,
        as_of: as_of?,
        horizon_days: horizon_days?,
        seed: seed?,
        loss: loss?,
        stock: stock?,
        deployed: deployed?,
        missions: missions?,
        threats: threats?,
        movement: movement?,
    })
}

/// Collects every entry, or nothing once one is faulty; unlike `collect`, it reads them all.
fn gather<T>(all: Option<Vec<T>>, entry: Option<T>) -> Option<Vec<T>> {
    let (mut all, entry) = (all?, entry?);
    all.push(entry);
    Some(all)
}

fn loss_weights(table: &Table) -> Option<LossWeights> {
    let weight = Number::within(0.0, WEIGHT_MAX);
    let killed = table.need("killed", &weight);
    let wounded = table.need("wounded", &weight);
    let partner = table.or("partner", &weight, 1.0);
    Some(LossWeights {
        killed: killed?,
        wounded: wounded?,
        partner: partner?,
    })
}

/// How people can be moved; nobody where the table is absent.
fn movement(root: &Table) -> Option<Movement> {
    let keys = ["people_per_day", "may_leave", "loss_per_person"];
    let Some(table) = root.table("movement", &keys) else {
        let none = Movement {
            people_per_day: 0,
            may_leave: 0,
            loss_per_person: 0.0,
            line: 1,
        };
        return (!root.gives("movement")).then_some(none);
    };
    let people_per_day = table.need("people_per_day", &Count::ANY);
    let may_leave = table.need("may_leave", &Count::ANY);
    let loss_per_person = table.need("loss_per_person", &Number::within(0.0, WEIGHT_MAX));
    Some(Movement {
        people_per_day: people_per_day?,
        may_leave: may_leave?,
        loss_per_person: loss_per_person?,
        line: table.line(),
    })
}

fn stock(
    table: &Table,
    sites: &Sites,
    catalogue: &Draft,
    standing: &mut Standing,
) -> Option<Stock> {
    let system = table.reference("system", &catalogue.systems.names);
    let available = table.need(
        "available",
        &Count {
            low: 0,
            high: UNITS_MAX,
        },
    );
    let arrives_day = table.or(
        "arrives_day",
        &Count {
            low: 1,
            high: DAYS_MAX,
        },
        1,
    );
    let only = match table.gives("sites") {
        true => table.references("sites", &sites.names).map(Some),
        false => Some(None),
    };
    for (site, span) in only.iter().flatten().flatten() {
        inside(table, sites, *site, span.clone());
    }
    standing.add(table, system, catalogue);
    Some(Stock {
        system: system?,
        available: available?,
        arrives_day: arrives_day?,
        sites: only?.map(indices),
        line: table.line(),
    })
}

fn deployed(
    table: &Table,
    sites: &Sites,
    catalogue: &Draft,
    standing: &mut Standing,
) -> Option<Deployed> {
    let system = table.reference("system", &catalogue.systems.names);
    let site = table.reference("site", &sites.names);
    let quantity = table.need(
        "quantity",
        &Count {
            low: 1,
            high: UNITS_MAX,
        },
    );
    let movable = table.or("movable", &Flag, false);
    if let Some(site) = site {
        inside(table, sites, site, table.span_of("site"));
    }
    standing.add(table, system, catalogue);
    Some(Deployed {
        system: system?,
        site: site?,
        quantity: quantity?,
        movable: movable?,
        line: table.line(),
    })
}

/// A fault where a system stands at, or could be sent to, a site outside the theatre.
fn inside(table: &Table, sites: &Sites, site: usize, span: Range<usize>) {
    if sites.outside.get(site).copied().unwrap_or(false) {
        let wrong = "this site lies outside the theatre, and receives people only".to_owned();
        let mend = "name a site of the theatre, or write `outside` as no in sites.csv".to_owned();
        table.fault(span, FaultKind::Contradiction, wrong, mend);
    }
}

/// The kinds of munition that the theatre's systems engage, by each kind of defence so far.
#[derive(Default)]
struct Standing {
    point: Vec<MunitionKind>,
    area: Vec<MunitionKind>,
    told: Vec<MunitionKind>,
}

impl Standing {
    /// Notes what a system engages; a fault where point and area defence would share a kind, of
    /// which the simulator knows no doctrine.
    fn add(&mut self, table: &Table, system: Option<usize>, catalogue: &Draft) {
        let class = system.and_then(|index| catalogue.systems.list.get(index));
        let Some(Some(SystemClass {
            role,
            interceptor: Some(interceptor),
            ..
        })) = class
        else {
            return;
        };
        let own = match role {
            Role::AreaDefence => &mut self.area,
            _ => &mut self.point,
        };
        own.extend(&interceptor.engages);
        for kind in &interceptor.engages {
            let shared = self.point.contains(kind) && self.area.contains(kind);
            if shared && !self.told.contains(kind) {
                self.told.push(*kind);
                let name = kind.name();
                let wrong = format!("a point defence and an area defence both engage `{name}`");
                let mend = "this is not modelled: change `engages` of one of them".to_owned();
                table.fault(
                    table.span_of("system"),
                    FaultKind::Contradiction,
                    wrong,
                    mend,
                );
            }
        }
    }
}

fn mission(table: &Table, sites: &Names, ids: &mut HashSet<String>) -> Option<Mission> {
    let id = unique(table, ids);
    let people = table.need(
        "people",
        &Count {
            low: 0,
            high: COUNT_MAX,
        },
    );
    let at = table.references("sites", sites);
    Some(Mission {
        id: id?,
        people: people?,
        sites: indices(at?),
        line: table.line(),
    })
}

fn threat(
    table: &Table,
    sites: &Names,
    munitions: &Names,
    ids: &mut HashSet<String>,
) -> Option<Threat> {
    let id = unique(table, ids);
    let munition = table.reference("munition", munitions);
    let at = table.references("sites", sites);
    let simultaneous = table.or("simultaneous", &Flag, false);
    let rounds = table.interval("rounds", Number::within(1.0, ROUNDS_MAX), false);
    let probability = table.interval("probability", Number::SHARE, true);
    let preceded = match table.gives("preceded_by_rockets") {
        true => table.interval("preceded_by_rockets", Number::SHARE, true),
        false => Some(Interval {
            low: 0.0,
            high: 0.0,
            source: "default".to_owned(),
        }),
    };
    Some(Threat {
        id: id?,
        munition: munition?,
        sites: indices(at?),
        simultaneous: simultaneous?,
        rounds: rounds?,
        probability: probability?,
        preceded_by_rockets: preceded?,
        line: table.line(),
    })
}

/// The id of an entry; a fault where another entry has it.
fn unique(table: &Table, ids: &mut HashSet<String>) -> Option<String> {
    let id = table.need("id", &Text)?;
    if !ids.insert(id.clone()) {
        let wrong = format!("the id `{}` stands twice", shown(&id));
        let mend = "give each entry an id of its own".to_owned();
        table.fault(table.span_of("id"), FaultKind::Duplicate, wrong, mend);
        return None;
    }
    Some(id)
}

fn indices(places: Vec<(usize, Range<usize>)>) -> Vec<usize> {
    places.into_iter().map(|(index, _)| index).collect()
}
