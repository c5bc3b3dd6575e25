//! What stands in where no file says which radar watches a site, and which zones it has.

use ballistics::DragShape;
use raid::Radar;
use raid::unknowns::SensorDraw;
use theatre::warning::Zone;
use theatre::{Catalogue, EastNorthUp, Geodetic, LocalFrame, Role, Site, Theatre};
use tracking::DragPrior;

/// Source (SAC and SIC) of a simulated radar: area 0 is for local use.
pub const SIMULATED_SOURCE: (u8, u8) = (0, 1);
/// Corners of the polygon that stands for a circle: it then misses 0.5 % of its area.
const CORNERS: u32 = 36;

/// The radar that watches where none is described: the catalogue's first with guns or interceptors of
/// rockets, in the middle of the site, with the middle of every interval.
#[must_use]
pub fn radar(catalogue: &Catalogue) -> Option<Radar> {
    let point_defence = catalogue
        .systems
        .iter()
        .filter(|class| class.role == Role::PointDefence);
    let sensor = point_defence
        .chain(&catalogue.systems)
        .find_map(|class| class.sensor.as_ref())?;
    Some(Radar::of(&SensorDraw {
        range_m: sensor.range_m.at(0.5),
        mask_tangent: libm::tan(sensor.mask_deg.at(0.5).to_radians()),
        detection_probability: sensor.detection_probability.at(0.5),
        scan_period_s: sensor.scan_period_s.at(0.5),
        plots_needed: sensor.plots_needed.at(0.5) as u32,
        delay_s: sensor.delay_s.at(0.5),
    }))
}

/// How to track near a place: drag as the catalogue's munitions have it, and an Earth that turns.
#[must_use]
pub fn tracking(theatre: &Theatre, origin: Geodetic) -> tracking::Settings {
    let mut settings = tracking::Settings {
        drag: DragPrior::of_munitions(&theatre.catalogue.munitions, DragShape::G1),
        ..tracking::Settings::default()
    };
    settings.surroundings.coriolis_latitude_rad = Some(origin.latitude_deg.to_radians());
    settings
}

/// The zone of a site where none is described: where people live and work, with the time in which the
/// last of them reach shelter, by the middle of its interval.
#[must_use]
pub fn zone(theatre: &Theatre, site: &Site) -> Zone {
    let frame = LocalFrame::new(site.place, 0.0);
    let corner = |number: u32| {
        let angle = std::f64::consts::TAU * f64::from(number) / f64::from(CORNERS);
        let (north, east) = libm::sincos(angle);
        let place = EastNorthUp {
            east_m: site.populated_radius_m * east,
            north_m: site.populated_radius_m * north,
            up_m: 0.0,
        };
        frame.geodetic(place).0
    };
    Zone {
        id: site.id.clone(),
        name: site.name.clone(),
        outline: (0..CORNERS).map(corner).collect(),
        shelter_time_s: theatre.catalogue.people.shelter_last_s.at(0.5),
    }
}
