//! From places on the Earth to points of a drawing: equirectangular, true to scale at the middle
//! latitude, and whole across the antimeridian.

use theatre::Geodetic;

/// Kilometres in a degree of latitude, on a sphere of 6371 km.
const KM_PER_DEG: f64 = 111.195;
/// No drawing covers less than this, km.
const EXTENT_KM_MIN: f64 = 30.0;

/// A point of a drawing, px from its top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// `px` from here towards `other`; here, where both are one.
    pub fn towards(self, other: Self, px: f64) -> Self {
        let distance = self.distance(other);
        if distance < 1e-9 {
            return self;
        }
        let share = px / distance;
        Self {
            x: self.x + share * (other.x - self.x),
            y: self.y + share * (other.y - self.y),
        }
    }
}

/// A rectangle of a drawing, px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub fn centre(&self) -> Point {
        Point {
            x: self.left + 0.5 * self.width,
            y: self.top + 0.5 * self.height,
        }
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right()
            && other.left < self.right()
            && self.top < other.bottom()
            && other.top < self.bottom()
    }

    pub fn holds(&self, point: Point) -> bool {
        self.nearest(point) == point
    }

    /// The point of the rectangle nearest to `point`.
    pub fn nearest(&self, point: Point) -> Point {
        Point {
            x: point.x.max(self.left).min(self.right()),
            y: point.y.max(self.top).min(self.bottom()),
        }
    }

    /// The rectangle with `px` taken off each side.
    pub fn less(&self, px: f64) -> Self {
        Self {
            left: self.left + px,
            top: self.top + px,
            width: (self.width - 2.0 * px).max(0.0),
            height: (self.height - 2.0 * px).max(0.0),
        }
    }

    /// Where the way from the centre to `point` leaves the rectangle; `point`, where it lies inside.
    pub fn clip(&self, point: Point) -> Point {
        let centre = self.centre();
        let (dx, dy) = (point.x - centre.x, point.y - centre.y);
        let share = (0.5 * self.width / dx.abs())
            .min(0.5 * self.height / dy.abs())
            .min(1.0);
        Point {
            x: centre.x + share * dx,
            y: centre.y + share * dy,
        }
    }
}

/// How large a drawing may be, px, and what its margins leave for labels.
#[derive(Clone, Copy)]
pub struct Room {
    pub width: [f64; 2],
    pub height: [f64; 2],
    pub margin_x: f64,
    pub margin_y: f64,
}

/// Room kept free at the edges of a drawing, px.
#[derive(Clone, Copy, Default)]
pub struct Strips {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A map projection and the drawing it fills.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    latitude_mid_deg: f64,
    longitude_mid_deg: f64,
    stretch: f64,
    /// Where the middle of all places is drawn.
    origin: Point,
    /// Scale.
    pub px_per_km: f64,
    /// Width of the drawing, px.
    pub width: f64,
    /// Height of the drawing, px.
    pub height: f64,
}

impl Projection {
    /// The greatest scale at which all `places` fit into `room` between the strips kept free.
    pub fn fit(places: &[Geodetic], room: &Room, strips: &Strips) -> Self {
        let [south, north] = bounds(places.iter().map(|place| place.latitude_deg));
        let [west, east] = longitudes(places);
        let latitude_mid_deg = (south + north) / 2.0;
        let stretch = latitude_mid_deg.to_radians().cos().max(0.05);
        let width_km = ((east - west) * KM_PER_DEG * stretch).max(EXTENT_KM_MIN);
        let height_km = ((north - south) * KM_PER_DEG).max(EXTENT_KM_MIN);
        let taken_x = 2.0 * room.margin_x + strips.left + strips.right;
        let taken_y = 2.0 * room.margin_y + strips.top + strips.bottom;
        let px_per_km =
            ((room.width[1] - taken_x) / width_km).min((room.height[1] - taken_y) / height_km);
        let width = (width_km * px_per_km + taken_x)
            .max(room.width[0])
            .min(room.width[1])
            .round();
        let height = (height_km * px_per_km + taken_y)
            .max(room.height[0])
            .min(room.height[1])
            .round();
        let origin = Point {
            x: (strips.left + width - strips.right) / 2.0,
            y: (strips.top + height - strips.bottom) / 2.0,
        };
        let longitude_mid_deg = (west + east) / 2.0;
        Self {
            latitude_mid_deg,
            longitude_mid_deg,
            stretch,
            origin,
            px_per_km,
            width,
            height,
        }
    }

    /// Where a place is in the drawing, or beyond its edge.
    pub fn point(&self, place: Geodetic) -> Point {
        let px_per_deg = KM_PER_DEG * self.px_per_km;
        let east_deg = wrap(place.longitude_deg - self.longitude_mid_deg);
        Point {
            x: self.origin.x + east_deg * self.stretch * px_per_deg,
            y: self.origin.y - (place.latitude_deg - self.latitude_mid_deg) * px_per_deg,
        }
    }

    /// The place drawn at a point.
    pub fn place(&self, point: Point) -> Geodetic {
        let px_per_deg = KM_PER_DEG * self.px_per_km;
        Geodetic {
            latitude_deg: self.latitude_mid_deg - (point.y - self.origin.y) / px_per_deg,
            longitude_deg: self.longitude_mid_deg
                + (point.x - self.origin.x) / (self.stretch * px_per_deg),
        }
    }

    /// The drawing itself.
    pub fn frame(&self) -> Rect {
        Rect {
            left: 0.0,
            top: 0.0,
            width: self.width,
            height: self.height,
        }
    }

    /// Parallels: where, and what they are called.
    pub fn parallels(&self) -> Vec<(f64, String)> {
        let south = self
            .place(Point {
                x: 0.0,
                y: self.height,
            })
            .latitude_deg
            .max(-90.0);
        let north = self.place(Point { x: 0.0, y: 0.0 }).latitude_deg.min(90.0);
        let line = |latitude_deg: f64| {
            let place = Geodetic {
                latitude_deg,
                longitude_deg: self.longitude_mid_deg,
            };
            (self.point(place).y, degrees(latitude_deg, "N", "S"))
        };
        rounds(south, north).into_iter().map(line).collect()
    }

    /// Meridians: where, and what they are called.
    pub fn meridians(&self) -> Vec<(f64, String)> {
        let west = self.place(Point { x: 0.0, y: 0.0 }).longitude_deg;
        let east = self
            .place(Point {
                x: self.width,
                y: 0.0,
            })
            .longitude_deg;
        let px_per_deg = KM_PER_DEG * self.px_per_km * self.stretch;
        let line = |longitude_deg: f64| {
            let x = self.origin.x + (longitude_deg - self.longitude_mid_deg) * px_per_deg;
            (x, degrees(wrap(longitude_deg), "E", "W"))
        };
        rounds(west, east).into_iter().map(line).collect()
    }
}

/// Distance along the ground, km.
pub fn distance_km(one: Geodetic, other: Geodetic) -> f64 {
    let radius_km = 6371.0;
    let chord_km = one.distance_m(other) / 1000.0;
    2.0 * radius_km * (chord_km / (2.0 * radius_km)).min(1.0).asin()
}

/// Round degrees between two bounds: six of them at most.
fn rounds(low: f64, high: f64) -> Vec<f64> {
    let steps = [
        0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 45.0, 90.0,
    ];
    let step = steps
        .into_iter()
        .find(|step| (high - low) / step <= 6.0)
        .unwrap_or(180.0);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last)
        .take(12)
        .map(|number| number as f64 * step)
        .collect()
}

fn degrees(value: f64, positive: &str, negative: &str) -> String {
    let size = (value.abs() * 100.0).round() / 100.0;
    let side = if size == 0.0 || size == 180.0 {
        ""
    } else if value > 0.0 {
        positive
    } else {
        negative
    };
    format!("{size}°{side}")
}

fn wrap(longitude_deg: f64) -> f64 {
    let turned = (longitude_deg + 180.0).rem_euclid(360.0);
    turned - 180.0
}

fn bounds(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let [low, high] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
        [low.min(value), high.max(value)]
    });
    if low <= high { [low, high] } else { [0.0, 0.0] }
}

/// West and east bounds that leave out the widest empty stretch; east may exceed 180.
fn longitudes(places: &[Geodetic]) -> [f64; 2] {
    let mut sorted: Vec<f64> = places
        .iter()
        .map(|place| wrap(place.longitude_deg))
        .collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else {
        return [0.0, 0.0];
    };
    let mut widest = (first + 360.0 - last, [first, last]);
    for pair in sorted.windows(2) {
        if pair[1] - pair[0] > widest.0 {
            widest = (pair[1] - pair[0], [pair[1], pair[0] + 360.0]);
        }
    }
    widest.1
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        width: [300.0, 500.0],
        height: [300.0, 400.0],
        margin_x: 50.0,
        margin_y: 40.0,
    };

    fn at(latitude_deg: f64, longitude_deg: f64) -> Geodetic {
        Geodetic {
            latitude_deg,
            longitude_deg,
        }
    }

    #[test]
    fn everything_fits_between_the_margins() {
        for places in [
            vec![at(33.0, 41.0), at(36.3, 44.6)],
            vec![at(-17.0, 179.0), at(-19.0, -178.0)],
            vec![at(33.0, 44.0)],
            vec![at(89.9, 0.0), at(-89.9, 120.0), at(0.0, -120.0)],
        ] {
            let projection = Projection::fit(&places, &ROOM, &Strips::default());
            for place in places {
                let point = projection.point(place);
                assert!(
                    point.x > 49.0 && point.x < projection.width - 49.0,
                    "{point:?}"
                );
                assert!(
                    point.y > 39.0 && point.y < projection.height - 39.0,
                    "{point:?}"
                );
            }
        }
    }

    #[test]
    fn strips_stay_free() {
        let places = [at(33.0, 41.0), at(36.3, 44.6)];
        let strips = Strips {
            bottom: 60.0,
            left: 30.0,
            ..Strips::default()
        };
        let projection = Projection::fit(&places, &ROOM, &strips);
        for place in places {
            let point = projection.point(place);
            assert!(
                point.x > 79.0 && point.y < projection.height - 99.0,
                "{point:?}"
            );
        }
    }

    #[test]
    fn the_antimeridian_is_no_edge() {
        let projection = Projection::fit(
            &[at(-17.0, 179.0), at(-19.0, -178.0)],
            &ROOM,
            &Strips::default(),
        );
        assert!(projection.px_per_km > 0.5);
        let labels: Vec<String> = projection
            .meridians()
            .into_iter()
            .map(|line| line.1)
            .collect();
        assert!(
            labels.contains(&"180°".into()) && labels.contains(&"179°W".into()),
            "{labels:?}"
        );
    }

    #[test]
    fn scale_is_true_at_the_middle() {
        let (one, other) = (at(33.0, 44.0), at(33.0, 45.0));
        let projection = Projection::fit(&[one, other], &ROOM, &Strips::default());
        let drawn_km =
            projection.point(one).distance(projection.point(other)) / projection.px_per_km;
        assert!((drawn_km / distance_km(one, other) - 1.0).abs() < 0.005);
    }

    #[test]
    fn a_place_survives_the_way_there_and_back() {
        let projection =
            Projection::fit(&[at(33.0, 44.0), at(35.0, 45.0)], &ROOM, &Strips::default());
        let there = projection.point(at(34.2, 44.4));
        let back = projection.place(there);
        assert!(
            (back.latitude_deg - 34.2).abs() < 1e-9 && (back.longitude_deg - 44.4).abs() < 1e-9
        );
    }
}
