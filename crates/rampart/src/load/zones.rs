//! Zones in GeoJSON (RFC 7946): polygons with an id, a name and a shelter time.

use super::log::{File, Log};
use super::rules::{Rule, Slug, Text};
use super::{Folder, read_file};
use crate::diagnose::{FaultKind, Faults, shown};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use theatre::{Geodetic, LocalFrame, Zone};
use tracking::TrackingError;
use tracking::warning::{Area, ZONES_MAX};

/// Most positions of a ring.
const POSITIONS_MAX: usize = tracking::warning::CORNERS_MAX + 1;
/// Longest shelter time, s.
const SHELTER_MAX_S: f64 = 600.0;

/// A zone and who is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Peopled {
    /// The zone.
    pub zone: Zone,
    /// People in it, where the file says so.
    pub people: Option<f64>,
}

/// The zones of a file. A feature of several polygons gives as many zones, numbered from 1; its people are
/// shared by area.
///
/// # Errors
/// Every fault of the file; each names the feature that it is in.
pub fn zones(path: &Path) -> Result<Vec<Peopled>, Faults> {
    let log = Log::default();
    let mut folder = Folder::default();
    match read_file(path, File::Zones) {
        Some(content) => {
            folder.files.insert(File::Zones, content);
        }
        None => {
            let reader = Reader { log: &log };
            reader.fault(
                FaultKind::File,
                "there is no such file",
                "name a GeoJSON file of zones",
            );
        }
    }
    let text = log
        .is_empty()
        .then(|| folder.text(&log, File::Zones))
        .flatten();
    let found = text.map(|text| read(&log, text)).unwrap_or_default();
    if log.is_empty() {
        return Ok(found);
    }
    Err(log.finish(
        |_| path.display().to_string(),
        |_| folder.shown_text(File::Zones),
    ))
}

struct Reader<'a> {
    log: &'a Log,
}

fn read(log: &Log, text: &str) -> Vec<Peopled> {
    let reader = Reader { log };
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let before: usize = text
                .split_inclusive('\n')
                .take(error.line().saturating_sub(1))
                .map(str::len)
                .sum();
            let at = (before + error.column().saturating_sub(1)).min(text.len().saturating_sub(1));
            log.add(
                File::Zones,
                at..at + 1,
                FaultKind::Syntax,
                format!("this is not JSON: {error}"),
                "correct it here".to_owned(),
            );
            return Vec::new();
        }
    };
    let features = match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => value.get("features").and_then(Value::as_array).cloned(),
        Some("Feature") => Some(vec![value]),
        _ => None,
    };
    let Some(features) = features else {
        reader.fault(
            FaultKind::Type,
            "the file is neither a FeatureCollection with features nor a Feature",
            "write {\"type\": \"FeatureCollection\", \"features\": [...]}",
        );
        return Vec::new();
    };
    let mut all: Vec<Peopled> = Vec::new();
    for (index, feature) in features.iter().enumerate() {
        all.extend(reader.feature(index + 1, feature).unwrap_or_default());
    }
    let mut ids = BTreeSet::new();
    for one in &all {
        if !ids.insert(&one.zone.id) {
            reader.fault(
                FaultKind::Duplicate,
                &format!("there are two zones with the id `{}`", one.zone.id),
                "give each an id of its own",
            );
        }
    }
    if features.is_empty() {
        reader.fault(FaultKind::Missing, "there is no zone", "add a feature");
    }
    if all.len() > ZONES_MAX {
        reader.fault(
            FaultKind::Limit,
            &format!("there are {} zones, which is too many", all.len()),
            &format!("keep to {ZONES_MAX}"),
        );
    }
    all
}

impl Reader<'_> {
    fn fault(&self, kind: FaultKind, wrong: &str, mend: &str) {
        self.log
            .add(File::Zones, 0..0, kind, wrong.to_owned(), mend.to_owned());
    }

    /// The zones of a feature. `None` once a fault has been added.
    fn feature(&self, number: usize, feature: &Value) -> Option<Vec<Peopled>> {
        let id = feature.pointer("/properties/id").and_then(Value::as_str);
        let place = match id {
            Some(id) => format!("feature {number}, `{}`", shown(id)),
            None => format!("feature {number}"),
        };
        let property = |key: &str| feature.pointer(&format!("/properties/{key}"));
        let id = self.word(&place, "id", property("id"), &Slug);
        let name = self.word(&place, "name", property("name"), &Text);
        let shelter_time_s = self.number(
            &place,
            "shelter_time_s",
            property("shelter_time_s"),
            SHELTER_MAX_S,
        );
        let people = match property("people") {
            None | Some(Value::Null) => Some(None),
            given => self.number(&place, "people", given, 1e9).map(Some),
        };
        let polygons = self.polygons(&place, feature.get("geometry"));
        let (id, name, shelter_time_s) = (id?, name?, shelter_time_s?);
        let (people, polygons) = (people?, polygons?);
        let total_m2: f64 = polygons.iter().map(|(_, size_m2)| size_m2).sum();
        let several = polygons.len() > 1;
        let zone = |(index, (outline, size_m2)): (usize, (Vec<Geodetic>, f64))| {
            let ending = |mark: &str| match several {
                true => format!("{mark}{}", index + 1),
                false => String::new(),
            };
            Peopled {
                zone: Zone {
                    id: format!("{id}{}", ending("-")),
                    name: format!("{name}{}", ending(" ")),
                    outline,
                    shelter_time_s,
                },
                people: people.map(|people| people * size_m2 / total_m2),
            }
        };
        Some(polygons.into_iter().enumerate().map(zone).collect())
    }

    fn word<R: Rule<Value = String>>(
        &self,
        place: &str,
        key: &str,
        value: Option<&Value>,
        rule: &R,
    ) -> Option<String> {
        let mend = format!("write {}", rule.expected());
        let (kind, why) = match value {
            Some(Value::String(text)) => match rule.cell(text) {
                Ok(word) => return Some(word),
                Err(wrong) => (wrong.kind, wrong.why),
            },
            None => (FaultKind::Missing, "is missing".to_owned()),
            Some(_) => (FaultKind::Type, "is no text".to_owned()),
        };
        self.fault(kind, &format!("{place}: the property `{key}` {why}"), &mend);
        None
    }

    fn number(&self, place: &str, key: &str, value: Option<&Value>, most: f64) -> Option<f64> {
        let number = value.and_then(Value::as_f64);
        if let Some(number) = number.filter(|number| (0.0..=most).contains(number)) {
            return Some(number);
        }
        let (kind, why) = match (value, number) {
            (None, _) => (FaultKind::Missing, "is missing"),
            (_, None) => (FaultKind::Type, "is no number"),
            _ => (FaultKind::Range, "is out of range"),
        };
        self.fault(
            kind,
            &format!("{place}: the property `{key}` {why}"),
            &format!("write a number from 0 to {most}"),
        );
        None
    }

    /// The outlines of a geometry, with their sizes.
    fn polygons(&self, place: &str, geometry: Option<&Value>) -> Option<Vec<(Vec<Geodetic>, f64)>> {
        let part = |key: &str| geometry.and_then(|geometry| geometry.get(key));
        let coordinates = part("coordinates").and_then(Value::as_array);
        let one;
        let polygons = match (part("type").and_then(Value::as_str), coordinates) {
            (Some("Polygon"), Some(rings)) => {
                one = [Value::Array(rings.clone())];
                &one[..]
            }
            (Some("MultiPolygon"), Some(polygons)) if !polygons.is_empty() => polygons,
            _ => {
                self.fault(
                    FaultKind::Type,
                    &format!("{place}: the geometry is neither a Polygon nor a MultiPolygon with coordinates"),
                    "draw the zone as a polygon",
                );
                return None;
            }
        };
        let outlines: Vec<_> = polygons
            .iter()
            .map(|rings| self.polygon(place, rings))
            .collect();
        outlines.into_iter().collect()
    }

    fn polygon(&self, place: &str, rings: &Value) -> Option<(Vec<Geodetic>, f64)> {
        let add = |kind, wrong: &str, mend: &str| {
            self.fault(kind, &format!("{place}: {wrong}"), mend);
            None
        };
        let ring = match rings.as_array().map(Vec::as_slice) {
            Some([ring]) => ring,
            Some([_, _, ..]) => {
                let mend = "draw it without: people in a hole would hear the siren and not know";
                return add(FaultKind::Limit, "the polygon has a hole", mend);
            }
            _ => return add(FaultKind::Type, "a polygon has no ring", "give it one"),
        };
        let positions = ring.as_array().map_or(&[][..], Vec::as_slice);
        if !(4..=POSITIONS_MAX).contains(&positions.len()) {
            return add(
                FaultKind::Limit,
                &format!("the ring has {} positions", positions.len()),
                &format!("give 4 to {POSITIONS_MAX}, the last being the first again"),
            );
        }
        let mut outline = Vec::with_capacity(positions.len());
        for (index, position) in positions.iter().enumerate() {
            let number = |axis: usize| position.get(axis).and_then(Value::as_f64);
            match (number(0), number(1)) {
                (Some(longitude_deg), Some(latitude_deg))
                    if longitude_deg.abs() <= 180.0 && latitude_deg.abs() <= 90.0 =>
                {
                    outline.push(Geodetic {
                        latitude_deg,
                        longitude_deg,
                    });
                }
                _ => {
                    return add(
                        FaultKind::Range,
                        &format!(
                            "position {} of the ring is no longitude and latitude",
                            index + 1
                        ),
                        "write [longitude, latitude] in degrees, in that order",
                    );
                }
            }
        }
        if outline.first() != outline.last() {
            let mend = "repeat the first position at the end";
            return add(FaultKind::Contradiction, "the ring is not closed", mend);
        }
        outline.pop();
        let size_m2 = self.size_m2(place, &outline)?;
        Some((outline, size_m2))
    }

    /// The size of an outline, which must be an area.
    fn size_m2(&self, place: &str, outline: &[Geodetic]) -> Option<f64> {
        let frame = LocalFrame::new(*outline.first()?, 0.0);
        let corner = |place: &Geodetic| {
            let local = frame.local(*place, 0.0);
            [local.east_m, local.north_m]
        };
        match Area::new(outline.iter().map(corner).collect()) {
            Ok(area) => Some(area.size_m2()),
            Err(TrackingError::CrossesItself { first, second }) => {
                self.fault(
                    FaultKind::Contradiction,
                    &format!(
                        "{place}: the ring crosses itself: the side from position {} meets the one from position {}",
                        first + 1,
                        second + 1
                    ),
                    "put the positions in the order in which they go round",
                );
                None
            }
            Err(error) => {
                self.fault(
                    FaultKind::Range,
                    &format!("{place}: {error}"),
                    "draw a zone of some metres to some hundred kilometres",
                );
                None
            }
        }
    }
}
