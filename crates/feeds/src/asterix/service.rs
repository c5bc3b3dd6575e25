//! Service messages to and from what they say of a radar's turning and place.

use super::clock;
use super::write::{by_name, fields};
use super::{Category, Editions, Item, Record};
use std::f64::consts::TAU;
use theatre::Geodetic;

/// Step of an angle on the Earth, degrees (I034/120).
const PLACE_STEP_DEG: f64 = 180.0 / 8_388_608.0;
/// Step of the time of a turn, s (I034/041).
const PERIOD_STEP_S: f64 = 1.0 / 128.0;

/// A service message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// System area code and system identification code of the radar.
    pub source: (u8, u8),
    /// What it is about.
    pub message: Message,
    /// When, ns since 1970-01-01T00:00:00 UTC.
    pub time_ns: i64,
    /// Time of one turn of the antenna, s, where it is given.
    pub period_s: Option<f64>,
    /// Where the radar stands, where it is given.
    pub place: Option<Place>,
}

/// What a service message is about. A north marker begins a scan; sector crossings divide it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// The antenna passes north.
    NorthMarker,
    /// The antenna passes into a sector.
    SectorCrossing {
        /// Azimuth at which the sector begins, rad from north, clockwise, 0 to 2π.
        azimuth_rad: f64,
    },
    /// Something else, by its number in I034/000.
    Other(u8),
}

/// Where a radar stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// On the WGS 84 ellipsoid.
    pub position: Geodetic,
    /// Height above mean sea level, m, whole metres on the wire.
    pub height_m: f64,
}

/// Why a record gives no service message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoService {
    /// A record of another category.
    #[error("the record is not about the radar itself")]
    OtherCategory,
    /// An item that it needs is not there.
    #[error("the record has no {0}")]
    Lacks(&'static str),
    /// A time of day of 24 h or more, or a moment that cannot be told.
    #[error("the time of day is not below 24 h (I034/030)")]
    TimeOfDay,
    /// A latitude beyond a pole.
    #[error("the latitude is beyond a pole (I034/120)")]
    Latitude,
}

/// A service message that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{what} of {value} cannot be written")]
pub struct OutOfRange {
    /// What.
    pub what: &'static str,
    /// Its value.
    pub value: f64,
}

/// What a record says. The day is the one that brings the time of day nearest to `received_ns`.
///
/// # Errors
/// [`NoService`], where anything of it would have to be guessed.
pub fn from_record(record: &Record, received_ns: i64) -> Result<Service, NoService> {
    if record.category != Category::Service {
        return Err(NoService::OtherCategory);
    }
    let raw = |path, name| {
        let field = record.field(path).ok_or(NoService::Lacks(name))?;
        Ok(field.raw)
    };
    let source = (
        raw("010/SAC", "data source (I034/010)")? as u8,
        raw("010/SIC", "data source (I034/010)")? as u8,
    );
    let message = match raw("000", "message type (I034/000)")? {
        1 => Message::NorthMarker,
        2 => Message::SectorCrossing {
            azimuth_rad: raw("020", "sector number (I034/020)")? as f64 / 256.0 * TAU,
        },
        other => Message::Other(other as u8),
    };
    let time_of_day = raw("030", "time of day (I034/030)")?;
    Ok(Service {
        source,
        message,
        time_ns: clock::moment_ns(time_of_day, received_ns).ok_or(NoService::TimeOfDay)?,
        period_s: record.field("041").map(super::Field::number),
        place: place(record)?,
    })
}

/// The record that says it, in any edition.
///
/// # Errors
/// [`OutOfRange`], where an item cannot hold what it has to.
pub fn to_record(service: &Service) -> Result<Record, OutOfRange> {
    let (area, identification) = service.source;
    let (number, sector) = match service.message {
        Message::NorthMarker => (1, None),
        Message::SectorCrossing { azimuth_rad } => (2, Some(azimuth_rad)),
        Message::Other(number) => (number, None),
    };
    let mut items = vec![
        item(
            "010",
            &[("SAC", area.into()), ("SIC", identification.into())],
        ),
        item("000", &[("", number.into())]),
        item("030", &[("", clock::time_of_day(service.time_ns))]),
    ];
    if let Some(azimuth_rad) = sector {
        let turns = azimuth_rad / TAU;
        let steps = clock::unsigned(turns - libm::floor(turns), 1.0 / 256.0, 9);
        let steps = within(steps, "an azimuth in rad", azimuth_rad)? % 256;
        items.push(item("020", &[("", steps)]));
    }
    if let Some(period_s) = service.period_s {
        let steps = clock::unsigned(period_s, PERIOD_STEP_S, 16);
        items.push(item(
            "041",
            &[("", within(steps, "a turn in s", period_s)?)],
        ));
    }
    if let Some(Place { position, height_m }) = service.place {
        let angle =
            |what, value: f64| within(clock::signed(value, PLACE_STEP_DEG, 24), what, value);
        let height = within(clock::signed(height_m, 1.0, 16), "a height in m", height_m)?;
        let latitude = angle("a latitude in degrees", position.latitude_deg)?;
        // 180° east is 180° west.
        let east = position.longitude_deg;
        let longitude = angle(
            "a longitude in degrees",
            if east >= 180.0 { east - 360.0 } else { east },
        )?;
        items.push(item(
            "120",
            &[("HGT", height), ("LAT", latitude), ("LON", longitude)],
        ));
    }
    Ok(Record {
        category: Category::Service,
        items: items.into_iter().flatten().collect(),
    })
}

fn within(steps: Option<u64>, what: &'static str, value: f64) -> Result<u64, OutOfRange> {
    steps.ok_or(OutOfRange { what, value })
}

fn item(name: &'static str, named: &[(&str, u64)]) -> Option<Item> {
    let definition = by_name(Category::Service, &Editions::LATEST, name)?;
    let value = fields(&definition, named)?;
    Some(Item { name, value })
}

fn place(record: &Record) -> Result<Option<Place>, NoService> {
    let number = |path| record.field(path).map(super::Field::number);
    let (Some(height_m), Some(latitude_deg), Some(longitude_deg)) =
        (number("120/HGT"), number("120/LAT"), number("120/LON"))
    else {
        return Ok(None);
    };
    if latitude_deg.abs() > 90.0 {
        return Err(NoService::Latitude);
    }
    Ok(Some(Place {
        position: Geodetic {
            latitude_deg,
            longitude_deg,
        },
        height_m,
    }))
}
