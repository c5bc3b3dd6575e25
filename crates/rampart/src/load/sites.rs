//! `sites.csv`: where people are.

use super::csv_table::{Column, Row, Sheet, Trust};
use super::log::{File, Log};
use super::names::Names;
use super::rules::{COUNT_MAX, Count, Number, OneOf, Slug, Text, YES_OR_NO, grouped};
use crate::diagnose::{FaultKind, shown};
use theatre::{Geodetic, Site, SiteConfidence};

const SITES_MAX: usize = 1_000_000;

const REQUIRED: [&str; 9] = [
    "id",
    "name",
    "latitude",
    "longitude",
    "populated_radius_m",
    "people",
    "capacity",
    "source",
    "confidence",
];
const OPTIONAL: [&str; 6] = [
    "partner_people",
    "guard",
    "exposure",
    "criticality",
    "upkeep_loss_per_day",
    "outside",
];

const CONFIDENCE: OneOf<SiteConfidence> = OneOf(&[
    ("confirmed", SiteConfidence::Confirmed),
    ("reported", SiteConfidence::Reported),
    ("assumed", SiteConfidence::Assumed),
]);

/// The sites that could be read, and the ids of all.
#[derive(Debug)]
pub(super) struct Sites {
    /// Aligned with `names` where there is no fault.
    pub list: Vec<Site>,
    pub names: Names,
    /// Whether each name is outside the theatre.
    pub outside: Vec<bool>,
}

impl Sites {
    pub fn empty() -> Self {
        Self {
            list: Vec::new(),
            names: Names::new("site"),
            outside: Vec::new(),
        }
    }

    /// The sites of a file that could not be read: references to them are not checked.
    pub fn unread() -> Self {
        let mut sites = Self::empty();
        sites.names.complete = false;
        sites
    }
}

struct Columns {
    id: Column,
    name: Column,
    latitude: Column,
    longitude: Column,
    radius: Column,
    people: Column,
    capacity: Column,
    source: Column,
    confidence: Column,
    partner: Column,
    guard: Column,
    exposure: Column,
    criticality: Column,
    upkeep: Column,
    outside: Column,
}

impl Columns {
    fn of(sheet: &Sheet) -> Self {
        Self {
            id: sheet.column("id"),
            name: sheet.column("name"),
            latitude: sheet.column("latitude"),
            longitude: sheet.column("longitude"),
            radius: sheet.column("populated_radius_m"),
            people: sheet.column("people"),
            capacity: sheet.column("capacity"),
            source: sheet.column("source"),
            confidence: sheet.column("confidence"),
            partner: sheet.column("partner_people"),
            guard: sheet.column("guard"),
            exposure: sheet.column("exposure"),
            criticality: sheet.column("criticality"),
            upkeep: sheet.column("upkeep_loss_per_day"),
            outside: sheet.column("outside"),
        }
    }
}

/// Reads the site list.
pub(super) fn read(log: &Log, text: &str) -> Sites {
    let Some(mut sheet) = Sheet::open(log, File::Sites, text, &REQUIRED, &OPTIONAL) else {
        return Sites::unread();
    };
    let columns = Columns::of(&sheet);
    let mut sites = Sites::empty();
    let (mut people, mut partners) = (Total::default(), Total::default());
    let mut rows = 0_usize;
    sheet.rows(SITES_MAX, |row, trust| {
        rows += 1;
        if columns.id.holds(trust) {
            name(row, &columns, &mut sites);
        } else {
            // The row may hold any id, so that no reference can be called unknown.
            sites.names.complete = false;
        }
        if trust != Trust::All {
            return;
        }
        if let Some(site) = site(row, &columns) {
            people.add(row, columns.people, site.people);
            partners.add(row, columns.partner, site.partner_people);
            sites.list.push(site);
        }
    });
    if rows == 0 {
        sites.names.complete = false;
        let wrong = "the file lists no site".to_owned();
        let mend = "add a row for each place where people are".to_owned();
        log.add(File::Sites, 0..0, FaultKind::Missing, wrong, mend);
    }
    sites
}

/// Notes the row's id, and a fault where another row has it.
fn name(row: &Row, columns: &Columns, sites: &mut Sites) {
    let column = columns.id;
    let Some(id) = row.get(column).filter(|id| !id.is_empty()) else {
        return;
    };
    let index = sites.outside.len();
    match sites.names.add(id, index) {
        Ok(()) => sites.outside.push(row.get(columns.outside) == Some("yes")),
        Err(_) => {
            let wrong = format!("another site has the id `{}`", shown(id));
            let mend = "give each site an id of its own".to_owned();
            row.fault(column, FaultKind::Duplicate, wrong, mend);
        }
    }
}

fn site(row: &Row, columns: &Columns) -> Option<Site> {
    let id = row.need(columns.id, &Slug);
    let name = row.need(columns.name, &Text);
    let latitude = row.need(columns.latitude, &Number::within(-90.0, 90.0));
    let longitude = row.need(columns.longitude, &Number::within(-180.0, 180.0));
    let radius = row.need(columns.radius, &Number::positive(100_000.0));
    let people = row.need(columns.people, &Count::ANY);
    let capacity = row.need(columns.capacity, &Count::ANY);
    let source = row.need(columns.source, &Text);
    let confidence = row.need(columns.confidence, &CONFIDENCE);
    let partner = row.or(columns.partner, &Count::ANY, 0);
    let guard = row.or(columns.guard, &Count::ANY, 0);
    let exposure = row.or(columns.exposure, &Number::within(0.0, 1_000.0), 1.0);
    let many = Number::within(0.0, f64::from(COUNT_MAX));
    let criticality = row.or(columns.criticality, &many, 0.0);
    let upkeep = row.or(columns.upkeep, &many, 0.0);
    let outside = row.or(columns.outside, &YES_OR_NO, false);
    let fits = fits(row, columns, people, capacity, guard);
    Some(Site {
        id: id?,
        name: name?,
        place: Geodetic {
            latitude_deg: latitude?,
            longitude_deg: longitude?,
        },
        populated_radius_m: radius?,
        people: people?,
        capacity: fits.then_some(capacity?)?,
        partner_people: partner?,
        guard: guard?,
        exposure: exposure?,
        criticality: criticality?,
        upkeep_loss_per_day: upkeep?,
        outside: outside?,
        source: source?,
        confidence: confidence?,
        line: row.line,
    })
}

/// Whether the site holds its people and its guard; a fault where it does not.
fn fits(
    row: &Row,
    columns: &Columns,
    people: Option<u32>,
    capacity: Option<u32>,
    guard: Option<u32>,
) -> bool {
    let Some(capacity) = capacity else {
        return true;
    };
    let mut fits = true;
    if let Some(people) = people.filter(|people| *people > capacity) {
        let wrong =
            format!("`capacity` is {capacity}, less than the {people} people who are there");
        let mend = format!("write a capacity of at least {people}");
        row.fault(columns.capacity, FaultKind::Contradiction, wrong, mend);
        fits = false;
    }
    if let Some(guard) = guard.filter(|guard| *guard > capacity) {
        let wrong = format!("`guard` is {guard}, more than the capacity of {capacity}");
        let mend = format!("write a guard of at most {capacity}");
        row.fault(columns.guard, FaultKind::Contradiction, wrong, mend);
        fits = false;
    }
    fits
}

/// People over all sites so far.
#[derive(Default)]
struct Total {
    sum: u64,
    told: bool,
}

impl Total {
    fn add(&mut self, row: &Row, column: Column, count: u32) {
        self.sum += u64::from(count);
        if self.sum > u64::from(COUNT_MAX) && !self.told {
            self.told = true;
            let wrong = format!("with this row the sites hold {} people", grouped(self.sum));
            let mend = format!("keep all sites together to {}", grouped(COUNT_MAX.into()));
            row.fault(column, FaultKind::Range, wrong, mend);
        }
    }
}
