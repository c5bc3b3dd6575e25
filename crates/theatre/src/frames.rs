//! Positions, typed by their frame.
//!
//! Only what planning needs: a place on the WGS 84 ellipsoid and the Earth-centred frame behind it.

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
        let (latitude, longitude) = self.radians();
        let eccentricity_squared = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING);
        let sine = libm::sin(latitude);
        let normal_m =
            WGS84_SEMI_MAJOR_AXIS_M / libm::sqrt(1.0 - eccentricity_squared * sine * sine);
        let axial_m = normal_m * libm::cos(latitude);
        Ecef {
            x_m: axial_m * libm::cos(longitude),
            y_m: axial_m * libm::sin(longitude),
            z_m: normal_m * (1.0 - eccentricity_squared) * sine,
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
}
