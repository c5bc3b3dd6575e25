//! Positions, typed by their frame.
//!
//! Planning needs a place on the WGS 84 ellipsoid and the Earth-centred frame behind it; watching adds
//! heights, and the level frame in which a radar measures.

/// Semi-major axis of the WGS 84 ellipsoid, m (NIMA TR8350.2, table 3.1).
pub const WGS84_SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
/// Flattening of the WGS 84 ellipsoid (NIMA TR8350.2, table 3.1).
pub const WGS84_FLATTENING: f64 = 1.0 / 298.257_223_563;

/// A place on the WGS 84 ellipsoid, at height zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geodetic {
    /// Geodetic latitude, degrees, −90 to 90, north positive.
    pub latitude_deg: f64,
    /// Longitude, degrees, −180 to 180, east positive.
    pub longitude_deg: f64,
}

/// A place in the Earth-centred, Earth-fixed frame, m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ecef {
    /// Towards latitude 0, longitude 0, m.
    pub x_m: f64,
    /// Towards latitude 0, longitude 90° east, m.
    pub y_m: f64,
    /// Towards the north pole, m.
    pub z_m: f64,
}

impl Geodetic {
    /// The same place in the Earth-centred frame (TR8350.2, equation 4-14, height zero).
    #[must_use]
    pub fn ecef(self) -> Ecef {
        self.ecef_at(0.0)
    }

    /// The place this far above the ellipsoid, m, in the Earth-centred frame (TR8350.2, equation 4-14).
    #[must_use]
    pub fn ecef_at(self, height_m: f64) -> Ecef {
        let (latitude, longitude) = self.radians();
        let eccentricity_squared = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING);
        let sine = libm::sin(latitude);
        let normal_m =
            WGS84_SEMI_MAJOR_AXIS_M / libm::sqrt(1.0 - eccentricity_squared * sine * sine);
        let axial_m = (normal_m + height_m) * libm::cos(latitude);
        Ecef {
            x_m: axial_m * libm::cos(longitude),
            y_m: axial_m * libm::sin(longitude),
            z_m: (normal_m * (1.0 - eccentricity_squared) + height_m) * sine,
        }
    }

    /// Straight-line distance to `other`, m. Within 1 part in 10⁴ of the distance along the ground
    /// up to 300 km, which is far finer than any reach it is compared with.
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        let (here, there) = (self.ecef(), other.ecef());
        let [dx, dy, dz] = [
            there.x_m - here.x_m,
            there.y_m - here.y_m,
            there.z_m - here.z_m,
        ];
        libm::sqrt(dx * dx + dy * dy + dz * dz)
    }

    fn radians(self) -> (f64, f64) {
        (
            self.latitude_deg.to_radians(),
            self.longitude_deg.to_radians(),
        )
    }
}

/// A place in the level frame of some origin, m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EastNorthUp {
    /// Towards east, m.
    pub east_m: f64,
    /// Towards north, m.
    pub north_m: f64,
    /// Along the outward normal of the ellipsoid at the origin, m.
    pub up_m: f64,
}

/// The frame that is level at an origin: east, north and up there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalFrame {
    origin: Ecef,
    /// East, north and up as unit vectors of the Earth-centred frame.
    axes: [[f64; 3]; 3],
}

impl LocalFrame {
    /// The frame at a place this far above the ellipsoid, m.
    #[must_use]
    pub fn new(origin: Geodetic, height_m: f64) -> Self {
        let (latitude, longitude) = origin.radians();
        let (sin_lat, cos_lat) = (libm::sin(latitude), libm::cos(latitude));
        let (sin_lon, cos_lon) = (libm::sin(longitude), libm::cos(longitude));
        Self {
            origin: origin.ecef_at(height_m),
            axes: [
                [-sin_lon, cos_lon, 0.0],
                [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
                [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            ],
        }
    }

    /// A place this far above the ellipsoid, m, in this frame.
    #[must_use]
    pub fn local(&self, place: Geodetic, height_m: f64) -> EastNorthUp {
        let there = place.ecef_at(height_m);
        let apart = [
            there.x_m - self.origin.x_m,
            there.y_m - self.origin.y_m,
            there.z_m - self.origin.z_m,
        ];
        let [east_m, north_m, up_m] = self
            .axes
            .map(|axis| axis[0] * apart[0] + axis[1] * apart[1] + axis[2] * apart[2]);
        EastNorthUp {
            east_m,
            north_m,
            up_m,
        }
    }

    /// A place of this frame on the ellipsoid, and its height above that, m. Within 0.1 mm up to 100 km
    /// above the ellipsoid and down to 1,000 km below (Bowring, Survey Review 23 (181), 1976, repeated).
    #[must_use]
    pub fn geodetic(&self, place: EastNorthUp) -> (Geodetic, f64) {
        let along = [place.east_m, place.north_m, place.up_m];
        let part = |axis: usize| -> f64 {
            let turned = self.axes.iter().zip(along);
            turned.map(|(of, along)| of[axis] * along).sum()
        };
        let (x, y) = (self.origin.x_m + part(0), self.origin.y_m + part(1));
        let z = self.origin.z_m + part(2);
        let level = libm::sqrt(x * x + y * y);
        let squared = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING);
        let minor_m = WGS84_SEMI_MAJOR_AXIS_M * (1.0 - WGS84_FLATTENING);
        let second_squared = squared / (1.0 - squared);
        // The reduced latitude, corrected; two rounds leave nothing that a double could show.
        let mut reduced = libm::atan2(z * WGS84_SEMI_MAJOR_AXIS_M, level * minor_m);
        let mut latitude = 0.0;
        for _ in 0..3 {
            let (sine, cosine) = (libm::sin(reduced), libm::cos(reduced));
            latitude = libm::atan2(
                z + second_squared * minor_m * sine * sine * sine,
                level - squared * WGS84_SEMI_MAJOR_AXIS_M * cosine * cosine * cosine,
            );
            reduced = libm::atan2(
                (1.0 - WGS84_FLATTENING) * libm::sin(latitude),
                libm::cos(latitude),
            );
        }
        let sine = libm::sin(latitude);
        let normal_m = WGS84_SEMI_MAJOR_AXIS_M / libm::sqrt(1.0 - squared * sine * sine);
        // Sound at the poles too, where level over cosine is not.
        let height_m = level * libm::cos(latitude) + z * sine
            - WGS84_SEMI_MAJOR_AXIS_M * WGS84_SEMI_MAJOR_AXIS_M / normal_m;
        let place = Geodetic {
            latitude_deg: latitude.to_degrees(),
            longitude_deg: libm::atan2(y, x).to_degrees(),
        };
        (place, height_m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude_deg: f64, longitude_deg: f64) -> Geodetic {
        Geodetic {
            latitude_deg,
            longitude_deg,
        }
    }

    #[test]
    fn the_axes_of_the_ellipsoid_come_out() {
        assert!((place(0.0, 0.0).ecef().x_m - 6_378_137.0).abs() < 1e-6);
        // Semi-minor axis, TR8350.2 table 3.3.
        assert!((place(90.0, 0.0).ecef().z_m - 6_356_752.314_2).abs() < 1e-4);
    }

    #[test]
    fn one_degree_of_longitude_on_the_equator_is_its_chord() {
        let chord = 2.0 * 6_378_137.0 * (0.5_f64.to_radians()).sin();
        assert!((place(0.0, 10.0).distance_m(place(0.0, 11.0)) - chord).abs() < 1e-6);
    }

    #[test]
    fn local_places_go_there_and_back() {
        for (latitude, longitude, height_m) in [
            (33.3, 44.4, 41.0),
            (-89.999, 10.0, 0.0),
            (0.0, 180.0, 9_000.0),
            (51.0, -0.1, -50.0),
        ] {
            let frame = LocalFrame::new(place(latitude, longitude), height_m);
            for (east_m, north_m, up_m) in [
                (0.0, 0.0, 0.0),
                (12_000.0, -7_000.0, 3_000.0),
                (-40_000.0, 90.0, -300.0),
            ] {
                let local = EastNorthUp {
                    east_m,
                    north_m,
                    up_m,
                };
                let (there, above_m) = frame.geodetic(local);
                let back = frame.local(there, above_m);
                let off = [
                    back.east_m - east_m,
                    back.north_m - north_m,
                    back.up_m - up_m,
                ];
                assert!(
                    off.iter().all(|off| off.abs() < 1e-4),
                    "{off:?} at {latitude}"
                );
            }
        }
    }

    #[test]
    fn east_is_east_and_the_earth_falls_away() {
        let frame = LocalFrame::new(place(0.0, 0.0), 0.0);
        let there = frame.local(place(0.0, 0.1), 0.0);
        let angle = 0.1_f64.to_radians();
        assert!((there.east_m - 6_378_137.0 * angle.sin()).abs() < 1e-6);
        assert!((there.up_m + 6_378_137.0 * (1.0 - angle.cos())).abs() < 1e-6);
        assert!(there.north_m.abs() < 1e-9);
        assert!(frame.local(place(0.1, 0.0), 0.0).north_m > 11_000.0);
        assert_eq!(frame.local(place(0.0, 0.0), 250.0).up_m, 250.0);
    }
}
