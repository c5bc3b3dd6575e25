//! The part of the ground that a zone covers, and the probability that an impact reaches it.

use crate::TrackingError;

/// Most corners of an area.
pub const CORNERS_MAX: usize = 1_000;
/// Farthest that a corner may lie from the origin of the tracking frame, along each axis, m.
const CORNER_MAX_M: f64 = 1e6;
/// Least size of an area, m².
const AREA_MIN_M2: f64 = 1.0;
/// Least spread of an impact along any direction, m: below it, places of zones are not known either.
const SIGMA_MIN_M: f64 = 1.0;
/// Beyond this many standard deviations lies 10⁻¹⁰ of a normal distribution.
const REACH_SIGMAS: f64 = 6.5;
/// Difference between the two rules of quadrature from which a piece is halved. The better rule is then
/// off by less: 10⁻⁵ over all pieces, as the tests measure.
const PIECE_TOLERANCE: f64 = 5e-7;
/// Times a piece may be halved.
const HALVINGS_MAX: u32 = 10;
/// Pieces to begin with, at most.
const PIECES: f64 = 12.0;

/// A simple polygon on the ground of the tracking frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    corners_m: Vec<[f64; 2]>,
}

impl Area {
    /// The area within these corners, none repeated at the end, in either sense of turning.
    ///
    /// # Errors
    /// [`TrackingError::Corners`] where there are fewer than three corners or more than
    /// [`CORNERS_MAX`], [`TrackingError::OutOfRange`] where one lies more than 10⁶ m away or the area is
    /// under a square metre, and [`TrackingError::CrossesItself`] where two sides meet that should not.
    pub fn new(corners_m: Vec<[f64; 2]>) -> Result<Self, TrackingError> {
        let count = corners_m.len();
        if !(3..=CORNERS_MAX).contains(&count) {
            return Err(TrackingError::Corners {
                count,
                most: CORNERS_MAX,
            });
        }
        for value in corners_m.iter().flatten() {
            crate::error::within(
                "corner of an area in m",
                *value,
                -CORNER_MAX_M,
                CORNER_MAX_M,
            )?;
        }
        let area = Self { corners_m };
        if let Some((first, second)) = area.crossing() {
            return Err(TrackingError::CrossesItself { first, second });
        }
        crate::error::within(
            "size of an area in m²",
            area.size_m2(),
            AREA_MIN_M2,
            f64::MAX,
        )?;
        Ok(area)
    }

    /// Its corners, m.
    #[must_use]
    pub fn corners_m(&self) -> &[[f64; 2]] {
        &self.corners_m
    }

    /// Its size, m².
    #[must_use]
    pub fn size_m2(&self) -> f64 {
        let twice: f64 = self.sides().map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
        0.5 * twice.abs()
    }

    /// Distance from a place to the area, m; 0 inside.
    #[must_use]
    pub fn distance_m(&self, [x, y]: [f64; 2]) -> f64 {
        let above = self.sides().filter(|(a, b)| {
            (a[0] > x) != (b[0] > x) && y < a[1] + (x - a[0]) / (b[0] - a[0]) * (b[1] - a[1])
        });
        if above.count() % 2 == 1 {
            return 0.0;
        }
        let to_side = |(a, b): ([f64; 2], [f64; 2])| {
            let (along_x, along_y) = (b[0] - a[0], b[1] - a[1]);
            let squared = along_x * along_x + along_y * along_y;
            let share = ((x - a[0]) * along_x + (y - a[1]) * along_y) / squared.max(1e-12);
            let share = share.clamp(0.0, 1.0);
            libm::hypot(x - a[0] - share * along_x, y - a[1] - share * along_y)
        };
        self.sides().map(to_side).fold(f64::INFINITY, f64::min)
    }

    /// Probability that an impact, normally distributed, lies in the area or within `radius_m` of it;
    /// within 10⁻⁵. 0 where a figure is not finite.
    ///
    /// In the principal axes of the distribution the two coordinates are independent. Along the wider one
    /// the area and its margin are cut into intervals, whose probabilities are differences of the error
    /// function, exact; over the narrower one these are summed by the rule of Gauss and Kronrod with 15
    /// points (Piessens et al., *QUADPACK*, 1983), halving pieces where its two orders disagree.
    #[must_use]
    pub fn hit_probability(
        &self,
        mean_m: [f64; 2],
        covariance_m2: [[f64; 2]; 2],
        radius_m: f64,
    ) -> f64 {
        let impact = Principal::new(mean_m, covariance_m2);
        impact.map_or(0.0, |impact| self.hit_above(&impact, radius_m, 0.0))
    }

    /// The same, but 0 where it is surely below `least`.
    pub(crate) fn hit_above(&self, impact: &Principal, radius_m: f64, least: f64) -> f64 {
        if !radius_m.is_finite() {
            return 0.0;
        }
        let radius_m = radius_m.max(0.0);
        let &Principal { narrow, wide, .. } = impact;
        let corners: Vec<[f64; 2]> = self.corners_m.iter().map(|at| impact.turn(*at)).collect();
        let span = |axis: usize| {
            let values = corners.iter().map(|corner| corner[axis]);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let (across, along) = (span(0), span(1));
        let low = (across.0 - radius_m).max(-REACH_SIGMAS * narrow);
        let high = (across.1 + radius_m).min(REACH_SIGMAS * narrow);
        let reach = REACH_SIGMAS * wide;
        if low >= high || along.0 - radius_m > reach || along.1 + radius_m < -reach {
            return 0.0;
        }
        // No more than of the rectangle about it.
        let between = |from: f64, to: f64, sigma: f64| {
            let scale = 1.0 / (sigma * std::f64::consts::SQRT_2);
            0.5 * (libm::erf(to * scale) - libm::erf(from * scale))
        };
        let inside = between(along.0 - radius_m, along.1 + radius_m, wide);
        if inside * between(low, high, narrow) < least {
            return 0.0;
        }
        let mut cut = Cut::new(&corners, radius_m, (narrow, wide));
        let mut sum = 0.0;
        let mut from = low;
        for to in ends(&corners, low, high) {
            sum += cut.integral(from, to, 0);
            from = to;
        }
        sum.clamp(0.0, 1.0)
    }

    fn sides(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
        let next = self.corners_m.iter().cycle().skip(1);
        self.corners_m.iter().copied().zip(next.copied())
    }

    /// The first two sides, by their first corners from 0, that meet elsewhere than at a shared corner.
    fn crossing(&self) -> Option<(usize, usize)> {
        let sides: Vec<_> = self.sides().collect();
        for (first, &a) in sides.iter().enumerate() {
            if a.0 == a.1 {
                return Some((first, first));
            }
            for (second, &b) in sides.iter().enumerate().skip(first + 1) {
                let meet = if second == first + 1 {
                    folds_back(a.0, a.1, b.1)
                } else if first == 0 && second == sides.len() - 1 {
                    folds_back(b.0, b.1, a.1)
                } else {
                    touch(a, b)
                };
                if meet {
                    return Some((first, second));
                }
            }
        }
        None
    }
}

/// Twice the area of a triangle, positive where it turns left.
fn turn(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Whether the way from `a` over `b` to `c` turns back onto itself.
fn folds_back(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> bool {
    let forward = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]);
    turn(a, b, c) == 0.0 && forward < 0.0
}

/// Whether two segments have a point in common.
fn touch((a, b): ([f64; 2], [f64; 2]), (c, d): ([f64; 2], [f64; 2])) -> bool {
    let apart = |axis: usize| {
        a[axis].max(b[axis]) < c[axis].min(d[axis]) || c[axis].max(d[axis]) < a[axis].min(b[axis])
    };
    let opposite = |p: f64, q: f64| (p >= 0.0 && q <= 0.0) || (p <= 0.0 && q >= 0.0);
    !apart(0)
        && !apart(1)
        && opposite(turn(a, b, c), turn(a, b, d))
        && opposite(turn(c, d, a), turn(c, d, b))
}

/// A distribution of impacts: mean, standard deviations across and along, and the direction of the wider axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Principal {
    mean_m: [f64; 2],
    narrow: f64,
    wide: f64,
    direction: [f64; 2],
}

impl Principal {
    /// None where a figure is not finite.
    pub(crate) fn new(mean_m: [f64; 2], covariance_m2: [[f64; 2]; 2]) -> Option<Self> {
        let mut figures = mean_m.iter().chain(covariance_m2.iter().flatten());
        if !figures.all(|figure| figure.is_finite()) {
            return None;
        }
        let [[xx, xy], [_, yy]] = covariance_m2;
        let (middle, half) = (0.5 * (xx + yy), 0.5 * (xx - yy));
        let apart = libm::sqrt(half * half + xy * xy);
        let angle = 0.5 * libm::atan2(xy, half);
        let sigma = |variance: f64| libm::sqrt(variance.max(0.0)).max(SIGMA_MIN_M);
        Some(Self {
            mean_m,
            narrow: sigma(middle - apart),
            wide: sigma(middle + apart),
            direction: [libm::cos(angle), libm::sin(angle)],
        })
    }

    /// A place across and along the wider axis, from the mean.
    fn turn(&self, place: [f64; 2]) -> [f64; 2] {
        let (x, y) = (place[0] - self.mean_m[0], place[1] - self.mean_m[1]);
        let [cos, sin] = self.direction;
        [cos * y - sin * x, cos * x + sin * y]
    }
}

/// Where pieces end: at corners, where the cut has a kink, but not closer than a share of the whole.
fn ends(corners: &[[f64; 2]], low: f64, high: f64) -> Vec<f64> {
    let least = (high - low) / PIECES;
    let mut kinks: Vec<f64> = corners.iter().map(|corner| corner[0]).collect();
    kinks.sort_by(f64::total_cmp);
    let mut out = Vec::new();
    let mut last = low;
    for kink in kinks {
        if kink - last >= least && high - kink >= least {
            out.push(kink);
            last = kink;
        }
    }
    out.push(high);
    out
}

/// An area with its margin, about the mean of an impact and in its principal axes, being cut.
struct Cut {
    sides: Vec<Side>,
    radius_m: f64,
    narrow: f64,
    wide: f64,
    crossings: Vec<f64>,
    intervals: Vec<(f64, f64)>,
}

/// Points of the rule with 15 points on one side, and their weights; every second one is of the rule with 7.
const POINTS: [(f64, f64); 8] = [
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_55),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_18),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4),
    (0.207_784_955_007_898_47, 0.204_432_940_075_298_9),
    (0.0, 0.209_482_141_084_727_83),
];
/// Weights of the rule with 7 points.
const COARSE: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_64,
    0.381_830_050_505_118_9,
    0.417_959_183_673_469_4,
];

impl Cut {
    fn new(corners: &[[f64; 2]], radius_m: f64, (narrow, wide): (f64, f64)) -> Self {
        let next = corners.iter().cycle().skip(1);
        Self {
            sides: corners
                .iter()
                .zip(next)
                .map(|(a, b)| Side::new(*a, *b, radius_m))
                .collect(),
            radius_m,
            narrow,
            wide,
            crossings: Vec::new(),
            intervals: Vec::new(),
        }
    }

    /// The probability between two places on the narrower axis.
    fn integral(&mut self, low: f64, high: f64, halvings: u32) -> f64 {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let (mut fine, mut coarse) = (0.0, 0.0);
        for (index, (place, weight)) in POINTS.into_iter().enumerate() {
            let mut both = self.density(middle + half * place);
            if place > 0.0 {
                both += self.density(middle - half * place);
            }
            fine += weight * both;
            if index % 2 == 1 {
                coarse += COARSE.get(index / 2).unwrap_or(&0.0) * both;
            }
        }
        if (fine - coarse).abs() * half <= PIECE_TOLERANCE || halvings >= HALVINGS_MAX {
            return fine * half;
        }
        self.integral(low, middle, halvings + 1) + self.integral(middle, high, halvings + 1)
    }

    /// The density at a place on the narrower axis, of all that lies in the cut there.
    fn density(&mut self, at: f64) -> f64 {
        let scaled = at / self.narrow;
        let density = libm::exp(-0.5 * scaled * scaled)
            / (self.narrow * libm::sqrt(2.0 * std::f64::consts::PI));
        self.cut(at);
        self.intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut sum, mut open) = (0.0, None::<(f64, f64)>);
        for &(low, high) in &self.intervals {
            open = match open {
                Some((from, to)) if low <= to => Some((from, to.max(high))),
                Some(done) => {
                    sum += self.between(done);
                    Some((low, high))
                }
                None => Some((low, high)),
            };
        }
        density * (sum + open.map_or(0.0, |last| self.between(last)))
    }

    fn between(&self, (low, high): (f64, f64)) -> f64 {
        let scale = 1.0 / (self.wide * std::f64::consts::SQRT_2);
        0.5 * (libm::erf(high * scale) - libm::erf(low * scale))
    }

    /// Cuts the area, and the strip about each side, into intervals of the wider axis.
    fn cut(&mut self, at: f64) {
        self.crossings.clear();
        self.intervals.clear();
        for side in &self.sides {
            if (side.left[0] > at) != (side.right[0] > at) {
                let crossing = side.left[1] + (at - side.left[0]) * side.slope;
                self.crossings.push(crossing);
            }
            if self.radius_m > 0.0 {
                self.intervals.extend(side.strip(at, self.radius_m));
            }
        }
        self.crossings.sort_by(f64::total_cmp);
        let pairs = self.crossings.chunks_exact(2);
        self.intervals.extend(pairs.map(|pair| (pair[0], pair[1])));
    }
}

/// A side of an area, and the edges of the band about it: what does not hang on where it is cut.
struct Side {
    left: [f64; 2],
    right: [f64; 2],
    slope: f64,
    /// How far the normals of the edges lean to either side, and how far above the side they lie; none where
    /// the side stands upright.
    band: Option<(f64, f64)>,
}

impl Side {
    fn new(a: [f64; 2], b: [f64; 2], radius: f64) -> Self {
        let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
        let (along, up) = (right[0] - left[0], right[1] - left[1]);
        let length = libm::hypot(along, up);
        Self {
            left,
            right,
            slope: up / along,
            band: (along > 1e-9 * length).then(|| (radius * up / length, radius * length / along)),
        }
    }

    /// The cut through all that lies within a radius: two discs and the band between them. It is convex, so
    /// that the cut is one interval.
    fn strip(&self, at: f64, radius: f64) -> Option<(f64, f64)> {
        let (left, right) = (self.left, self.right);
        if at < left[0] - radius || at > right[0] + radius {
            return None;
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for end in [left, right] {
            let off = at - end[0];
            let half_squared = radius * radius - off * off;
            if half_squared >= 0.0 {
                let half = libm::sqrt(half_squared);
                low = low.min(end[1] - half);
                high = high.max(end[1] + half);
            }
        }
        if let Some((lean, rise)) = self.band {
            let on_axis = left[1] + self.slope * (at - left[0]);
            if (left[0] - lean..=right[0] - lean).contains(&at) {
                high = high.max(on_axis + rise);
            }
            if (left[0] + lean..=right[0] + lean).contains(&at) {
                low = low.min(on_axis - rise);
            }
        }
        (low <= high).then_some((low, high))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use theatre::Stream;

    fn square(half_m: f64) -> Area {
        Area::new(vec![
            [-half_m, -half_m],
            [half_m, -half_m],
            [half_m, half_m],
            [-half_m, half_m],
        ])
        .unwrap()
    }

    fn normal(below: f64) -> f64 {
        0.5 * libm::erfc(-below / std::f64::consts::SQRT_2)
    }

    #[test]
    fn rectangles_and_half_planes_come_out_by_the_closed_form() {
        for (mean, sigma) in [
            ([0.0, 0.0], [100.0, 100.0]),
            ([250.0, -40.0], [30.0, 400.0]),
            ([-90.0, 310.0], [800.0, 2.0]),
            ([101.0, 0.0], [1.0, 5_000.0]),
        ] {
            let covariance = [[sigma[0] * sigma[0], 0.0], [0.0, sigma[1] * sigma[1]]];
            let between = |axis: usize| {
                normal((100.0 - mean[axis]) / sigma[axis])
                    - normal((-100.0 - mean[axis]) / sigma[axis])
            };
            let found = square(100.0).hit_probability(mean, covariance, 0.0);
            assert!((found - between(0) * between(1)).abs() < 1e-6, "{found}");
        }
        // A half plane, its edge turned by 30°, against any covariance and margin.
        let (cos, sin) = (0.75_f64.sqrt(), 0.5);
        let corner = |u: f64, v: f64| [u * cos - v * sin, u * sin + v * cos];
        let plane = Area::new(vec![
            corner(0.0, -4e5),
            corner(8e5, -4e5),
            corner(8e5, 4e5),
            corner(0.0, 4e5),
        ])
        .unwrap();
        let covariance = [[9e4, -2e4], [-2e4, 1e4]];
        let spread = (9e4 * cos * cos - 4e4 * cos * sin + 1e4 * sin * sin).sqrt();
        for (off, radius) in [(0.0, 0.0), (-350.0, 0.0), (-350.0, 120.0), (200.0, 60.0)] {
            let found = plane.hit_probability(corner(off, 3_000.0), covariance, radius);
            let exact = normal((off + radius) / spread);
            assert!(
                (found - exact).abs() < 1e-6,
                "{off} {radius}: {found} {exact}"
            );
        }
    }

    #[test]
    fn a_small_zone_with_a_margin_is_the_disc() {
        // The density is even over the disc to first order; the second order of a normal density is known.
        let (sigma, radius): (f64, f64) = (100.0, 80.0);
        let found = square(0.6).hit_probability([0.0, 0.0], [[1e4, 0.0], [0.0, 1e4]], radius);
        let disc = |radius: f64| 1.0 - (-0.5 * radius * radius / (sigma * sigma)).exp();
        assert!(found > disc(80.6) && found < disc(80.9), "{found}");
    }

    /// Any simple polygon with a margin, against impacts that are drawn.
    #[test]
    fn any_polygon_agrees_with_drawn_impacts() {
        let shapes = [
            // Like a C, so that margins meet across the gap.
            vec![
                [0.0, 0.0],
                [400.0, 0.0],
                [400.0, 80.0],
                [90.0, 80.0],
                [90.0, 200.0],
                [400.0, 200.0],
                [400.0, 300.0],
                [0.0, 300.0],
            ],
            vec![[0.0, 0.0], [900.0, 10.0], [0.0, 25.0]],
            vec![[-50.0, 0.0], [0.0, 400.0], [50.0, 0.0], [0.0, 130.0]],
        ];
        let mut stream = Stream::new(5, 0, 0, 91);
        for (index, shape) in shapes.into_iter().enumerate() {
            let area = Area::new(shape).unwrap();
            for radius in [0.0, 45.0] {
                let mean = [300.0 * stream.uniform(), 300.0 * stream.uniform()];
                let (wide, narrow) = (
                    50.0 + 400.0 * stream.uniform(),
                    20.0 + 60.0 * stream.uniform(),
                );
                let angle = 7.0 * stream.uniform();
                let (cos, sin) = (angle.cos(), angle.sin());
                let (a, b) = (wide * wide, narrow * narrow);
                let cross = (a - b) * cos * sin;
                let covariance = [
                    [a * cos * cos + b * sin * sin, cross],
                    [cross, a * sin * sin + b * cos * cos],
                ];
                let found = area.hit_probability(mean, covariance, radius);
                let (mut hits, draws) = (0, 200_000);
                for _ in 0..draws {
                    let (u, v) = (wide * stream.normal(), narrow * stream.normal());
                    let place = [mean[0] + u * cos - v * sin, mean[1] + u * sin + v * cos];
                    hits += u32::from(area.distance_m(place) <= radius);
                }
                let share = f64::from(hits) / f64::from(draws);
                let sigma = (share * (1.0 - share) / f64::from(draws)).sqrt();
                assert!(
                    (found - share).abs() < 4.5 * sigma + 1e-5,
                    "shape {index}, radius {radius}: {found} against {share}"
                );
            }
        }
    }

    /// The error that is stated, against the same sum with every piece halved to the end.
    #[test]
    fn the_quadrature_is_within_its_stated_error() {
        let mut stream = Stream::new(6, 0, 0, 92);
        let mut worst = 0.0_f64;
        for _ in 0..60 {
            let mut corners = Vec::new();
            for step in 0..9 {
                let angle = f64::from(step) / 9.0 * std::f64::consts::TAU;
                let reach = 60.0 + 500.0 * stream.uniform();
                corners.push([reach * angle.cos(), reach * angle.sin()]);
            }
            let area = Area::new(corners.clone()).unwrap();
            let mean = [
                900.0 * (stream.uniform() - 0.5),
                900.0 * (stream.uniform() - 0.5),
            ];
            let (narrow, wide) = (
                3.0 + 200.0 * stream.uniform(),
                210.0 + 500.0 * stream.uniform(),
            );
            let covariance = [[narrow * narrow, 0.0], [0.0, wide * wide]];
            let found = area.hit_probability(mean, covariance, 45.0);
            let moved: Vec<_> = corners
                .iter()
                .map(|corner| [corner[0] - mean[0], corner[1] - mean[1]])
                .map(|[x, y]| [-x, y])
                .collect();
            let mut cut = Cut::new(&moved, 45.0, (narrow, wide));
            let steps = 40_000;
            let width = 2.0 * REACH_SIGMAS * narrow / f64::from(steps);
            let sum: f64 = (0..steps)
                .map(|step| cut.density(-REACH_SIGMAS * narrow + (f64::from(step) + 0.5) * width))
                .sum();
            worst = worst.max((found - sum * width).abs());
        }
        assert!(worst < 1e-5, "{worst}");
    }

    /// What is left out is less than asked for, and what is not is the same.
    #[test]
    fn nothing_is_left_out_that_counts() {
        let (mut stream, mut out, mut counted) = (Stream::new(7, 0, 0, 93), 0, 0);
        let area = square(150.0);
        for _ in 0..2_000 {
            let mean = [(); 2].map(|()| 3_000.0 * (stream.uniform() - 0.5));
            let [a, b] = [(); 2].map(|()| 5.0 + 300.0 * stream.uniform());
            let cross = a * b * (stream.uniform() - 0.5);
            let covariance = [[a * a, cross], [cross, b * b]];
            let whole = area.hit_probability(mean, covariance, 45.0);
            let impact = Principal::new(mean, covariance).unwrap();
            let least = 1e-4 * stream.uniform();
            let found = area.hit_above(&impact, 45.0, least);
            if found == 0.0 && whole > 0.0 {
                assert!(whole < least + 1e-9, "{whole} {least}");
                out += 1;
            } else {
                assert_eq!(found, whole);
                counted += 1;
            }
        }
        assert!(out > 100 && counted > 100, "{out} {counted}");
    }

    #[test]
    fn what_is_no_area_is_refused() {
        let refused = |corners: Vec<[f64; 2]>| Area::new(corners).unwrap_err();
        assert!(matches!(
            refused(vec![[0.0, 0.0], [1.0, 0.0]]),
            TrackingError::Corners { count: 2, .. }
        ));
        let bow = vec![[0.0, 0.0], [10.0, 10.0], [10.0, 0.0], [0.0, 10.0]];
        assert!(matches!(
            refused(bow),
            TrackingError::CrossesItself {
                first: 0,
                second: 2
            }
        ));
        for corners in [
            vec![[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]],
            vec![[0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [5.0, 9.0]],
            vec![[0.0, 0.0], [10.0, 0.0], [f64::NAN, 5.0]],
            vec![[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]],
            vec![
                [0.0, 0.0],
                [10.0, 0.0],
                [10.0, 10.0],
                [5.0, 0.0],
                [0.0, 10.0],
            ],
        ] {
            let _ = refused(corners);
        }
        assert_eq!(
            square(5.0).hit_probability([f64::NAN, 0.0], [[1.0; 2]; 2], 1.0),
            0.0
        );
        assert_eq!(
            square(5.0).hit_probability([9e9, 0.0], [[1.0, 0.0], [0.0, 1.0]], 1.0),
            0.0
        );
    }
}
