//! Who is hurt by rounds that get through.
//!
//! The Carleton damage function P(r) = exp(−r²/R²) (Driels, *Weaponeering*, 2nd ed., chapter 8, with
//! equal radii along and across) gives the chance that a standing person at distance r is killed,
//! or hurt. Cover leaves a share of the lethal area πR². People are spread evenly over the populated
//! area, so the share of them that one round reaches has a closed form but for the edge, which is
//! integrated.

use crate::unknowns::PeopleDraw;
use rand_distr::{Binomial, Distribution, Poisson};
use std::f64::consts::PI;
use theatre::{Blast, Stream};

/// What people are behind, and what share of the standing area each leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Posture {
    /// Share of people so placed.
    pub share: f64,
    /// Share of the killing area that is left.
    pub killed: f64,
    /// Share of the hurting area that is left.
    pub hurt: f64,
}

/// How people are placed at an hour of the day when they have had `time_to_act_s` since a siren or a
/// first burst: in the open, in buildings, prone, in shelter.
///
/// By night most are indoors, and lose the time that waking takes. Shelters lie about as a Poisson
/// process has them, so that the distance to the nearest, and the time it takes, has Rayleigh's
/// distribution: 19 of 20 are there by `shelter_last_s`.
#[must_use]
pub fn postures(people: &PeopleDraw, effect: Blast, hour: f64, time_to_act_s: f64) -> [Posture; 4] {
    let night = is_night(hour);
    let (indoors, lost_s) = if night {
        (people.indoors_night, people.wake_s)
    } else {
        (people.indoors, 0.0)
    };
    let time_to_act_s = time_to_act_s - lost_s;
    let dropped = if time_to_act_s >= people.drop_s {
        people.compliance
    } else {
        0.0
    };
    let walking_s = time_to_act_s - people.shelter_first_s;
    let span_s = people.shelter_last_s - people.shelter_first_s;
    let reached = if walking_s <= 0.0 {
        0.0
    } else {
        let share = walking_s / span_s.max(1e-9);
        -libm::expm1(-libm::log(20.0) * share * share)
    };
    let sheltered = people.compliance * reached;
    let exposed = 1.0 - sheltered;
    let prone = exposed * (1.0 - indoors) * dropped;
    let open = exposed * (1.0 - indoors) * (1.0 - dropped);
    let placed = |share, killed, hurt_by_fragments, hurt_by_blast| Posture {
        share,
        killed,
        hurt: match effect {
            Blast::Fragments => hurt_by_fragments,
            Blast::Blast => hurt_by_blast,
        },
    };
    [
        placed(open, 1.0, 1.0, 1.0),
        placed(exposed * indoors, people.building, people.building, 1.0),
        placed(prone, people.prone, people.prone, 1.0),
        placed(
            sheltered,
            people.shelter,
            people.shelter,
            people.blast_shelter,
        ),
    ]
}

/// Whether people sleep at a local hour, 0 to 24: from ten to six; assumed.
#[must_use]
pub fn is_night(hour: f64) -> bool {
    !(6.0..22.0).contains(&hour)
}

/// Shares of the standing areas that are left, averaged over how people are placed: killed, hurt.
#[must_use]
pub fn mean_cover(postures: &[Posture; 4]) -> [f64; 2] {
    let sum = |part: fn(&Posture) -> f64| postures.iter().map(|p| p.share * part(p)).sum();
    [sum(|p| p.killed), sum(|p| p.hurt)]
}

/// Integral of exp(−r²/R²) over a disc, as a share of the disc's area: the share of evenly spread
/// standing people whom one round reaches.
///
/// `scale_m` is R, `offset_m` how far the round falls from the disc's centre. Exact inside and far
/// outside; within 4 R/√2 of the edge by 24-point Gauss–Legendre quadrature of chords.
#[must_use]
pub fn share_reached(offset_m: f64, scale_m: f64, radius_m: f64) -> f64 {
    let whole = (scale_m / radius_m) * (scale_m / radius_m);
    let sigma_m = scale_m * std::f64::consts::FRAC_1_SQRT_2;
    let edge_m = 5.5 * sigma_m;
    if !(scale_m > 0.0 && radius_m > 0.0) || offset_m >= radius_m + edge_m {
        return 0.0;
    }
    if offset_m + edge_m <= radius_m {
        return whole;
    }
    // Chords at x = radius · sin(angle): smooth in the angle up to the rim.
    let angle = |x_m: f64| libm::asin((x_m / radius_m).clamp(-1.0, 1.0));
    let (low, high) = (angle(offset_m - edge_m), angle(offset_m + edge_m));
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    let mut sum = 0.0;
    for (node, weight) in GAUSS_LEGENDRE_24 {
        for side in [-node, node] {
            let (sine, cosine) = libm::sincos(middle + half * side);
            let away = (radius_m * sine - offset_m) / scale_m;
            let chord = libm::erf(radius_m * cosine / scale_m);
            sum += weight * libm::exp(-away * away) * chord * cosine;
        }
    }
    (sum * half * scale_m / (libm::sqrt(PI) * radius_m)).min(whole.min(1.0))
}

/// Positive nodes and weights of 24-point Gauss–Legendre quadrature (Abramowitz and Stegun, table
/// 25.4).
pub(crate) const GAUSS_LEGENDRE_24: [(f64, f64); 12] = [
    (0.064_056_892_862_605_63, 0.127_938_195_346_752_16),
    (0.191_118_867_473_616_3, 0.125_837_456_346_828_3),
    (0.315_042_679_696_163_4, 0.121_670_472_927_803_39),
    (0.433_793_507_626_045_1, 0.115_505_668_053_725_6),
    (0.545_421_471_388_839_6, 0.107_444_270_115_965_63),
    (0.648_093_651_936_975_5, 0.097_618_652_104_113_88),
    (0.740_124_191_578_554_4, 0.086_190_161_531_953_27),
    (0.820_001_985_973_903, 0.073_346_481_411_080_3),
    (0.886_415_527_004_401_1, 0.059_298_584_915_436_78),
    (0.938_274_552_002_732_8, 0.044_277_438_817_419_81),
    (0.974_728_555_971_309_5, 0.028_531_388_628_933_663),
    (0.995_187_219_997_021_3, 0.012_341_229_799_987_198),
];

/// How far from a burst people are hurt at all, in Carleton radii of hurting: beyond it the chance is
/// below 0.12 %.
pub(crate) const REACH: f64 = 2.6;

/// Most groups that the people of one site are split into.
const GROUPS_MAX: f64 = 50_000.0;

/// People hurt in one raid, as it may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Casualties {
    /// Own people killed.
    pub killed: u32,
    /// Own people wounded.
    pub wounded: u32,
    /// Host-nation people killed.
    pub killed_partner: u32,
    /// Host-nation people wounded.
    pub wounded_partner: u32,
}

impl Casualties {
    /// Everybody killed or wounded.
    #[must_use]
    pub fn all(&self) -> u32 {
        let own = self.killed.saturating_add(self.wounded);
        let partner = self.killed_partner.saturating_add(self.wounded_partner);
        own.saturating_add(partner)
    }

    /// Adds what another burst does to the same people: whom it reaches is a matter of chance, so that
    /// some of them were hurt before. Nobody is counted twice; who was wounded may now be killed.
    pub fn join(&mut self, other: Self, own: u32, partner: u32, stream: &mut Stream) {
        (self.killed, self.wounded) = joined(
            [self.killed, self.wounded],
            [other.killed, other.wounded],
            own,
            stream,
        );
        (self.killed_partner, self.wounded_partner) = joined(
            [self.killed_partner, self.wounded_partner],
            [other.killed_partner, other.wounded_partner],
            partner,
            stream,
        );
    }

    /// Adds another count at the same site, holding each within those who are there.
    pub fn add(&mut self, other: Self, own: u32, partner: u32) {
        self.killed = (self.killed + other.killed).min(own);
        self.wounded = (self.wounded + other.wounded).min(own - self.killed);
        self.killed_partner = (self.killed_partner + other.killed_partner).min(partner);
        self.wounded_partner =
            (self.wounded_partner + other.wounded_partner).min(partner - self.killed_partner);
    }
}

/// Killed and wounded after a burst, of so many people: `before` it and by it, `more`.
fn joined(before: [u32; 2], more: [u32; 2], people: u32, stream: &mut Stream) -> (u32, u32) {
    let [killed, wounded] = before.map(u64::from);
    let [more_killed, more_wounded] = more.map(u64::from);
    let people = u64::from(people);
    let mut among = |reached: u64, some: u64, all: u64| {
        if reached == 0 || some == 0 {
            0
        } else {
            binomial(reached, some as f64 / all as f64, stream)
        }
    };
    let new_killed = more_killed - among(more_killed, killed, people);
    let were_wounded = among(new_killed, wounded, people - killed).min(wounded);
    let new_wounded = more_wounded - among(more_wounded, killed + wounded, people);
    let killed = (killed + new_killed).min(people);
    let wounded = (wounded - were_wounded + new_wounded).min(people - killed);
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    (count(killed), count(wounded))
}

/// A burst that got through, and how people are placed when it comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// Distance from the middle of the base, m.
    pub offset_m: f64,
    /// Carleton radius of killing a standing person, m.
    pub killed_scale_m: f64,
    /// Carleton radius of hurting one, m.
    pub hurt_scale_m: f64,
    /// How people are placed.
    pub postures: [Posture; 4],
}

/// What one burst does to `own` and `partner` people who live in groups of `group_size` spread over
/// a disc of `radius_m`, drawn at random.
///
/// Groups (a tent, an office, a dining hall) make casualties come together, as they do in the log.
pub fn realise(
    burst: &Burst,
    radius_m: f64,
    own: u32,
    partner: u32,
    group_size: f64,
    stream: &mut Stream,
) -> Casualties {
    let people = f64::from(own) + f64::from(partner);
    let reach_m = REACH * burst.hurt_scale_m;
    let mut hurt = Casualties::default();
    if people < 1.0 || burst.offset_m >= radius_m + reach_m {
        return hurt;
    }
    let size = size_of_groups(people, group_size);
    let groups = people / size;
    // Groups that may be reached are scattered over the smaller of the burst's reach and the base.
    let around_burst = reach_m < radius_m;
    let mean = if around_burst {
        groups * (reach_m / radius_m).powi(2)
    } else {
        groups
    };
    for _ in 0..poisson(mean, stream) {
        // As many draws for each group whatever becomes of it, so that the next has the same.
        let [spot, turn, placed, draws @ ..] = [(); 7].map(|()| stream.uniform());
        let spot_radius = libm::sqrt(spot);
        let (sine, cosine) = libm::sincos(std::f64::consts::TAU * turn);
        let distance_m = if around_burst {
            let away_m = reach_m * spot_radius;
            let from_middle_m = libm::hypot(burst.offset_m + away_m * cosine, away_m * sine);
            if from_middle_m > radius_m {
                continue;
            }
            away_m
        } else {
            let from_middle_m = radius_m * spot_radius;
            libm::hypot(
                from_middle_m * cosine - burst.offset_m,
                from_middle_m * sine,
            )
        };
        let posture = pick(&burst.postures, placed);
        let own_share = f64::from(own) / people;
        let group = group_hurt(burst, posture, distance_m, size as u64, own_share, draws);
        hurt.add(group, own, partner);
    }
    hurt
}

/// People of one group: whole, and no fewer than keep the groups of a site within bounds, as beyond
/// them one more tells nothing.
pub(crate) fn size_of_groups(people: f64, group_size: f64) -> f64 {
    libm::round(group_size)
        .max(libm::ceil(people / GROUPS_MAX))
        .clamp(1.0, people.max(1.0))
}

/// What a burst does to a group, by uniform draws: who is killed, who wounded, whose they are.
fn group_hurt(
    burst: &Burst,
    posture: Posture,
    distance_m: f64,
    size: u64,
    own_share: f64,
    [killed_draw, wounded_draw, own_killed_draw, own_wounded_draw]: [f64; 4],
) -> Casualties {
    let chance = |scale_m: f64, area_left: f64| {
        let effective = scale_m * scale_m * area_left;
        if effective > 0.0 {
            libm::exp(-distance_m * distance_m / effective)
        } else {
            0.0
        }
    };
    let killed_chance = chance(burst.killed_scale_m, posture.killed);
    let hurt_chance = chance(burst.hurt_scale_m, posture.hurt).max(killed_chance);
    let killed = binomial_at(size, killed_chance, killed_draw);
    let wounded_chance = if killed_chance < 1.0 {
        (hurt_chance - killed_chance) / (1.0 - killed_chance)
    } else {
        0.0
    };
    let wounded = binomial_at(size - killed, wounded_chance, wounded_draw);
    let killed_own = binomial_at(killed, own_share, own_killed_draw);
    let wounded_own = binomial_at(wounded, own_share, own_wounded_draw);
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Casualties {
        killed: count(killed_own),
        wounded: count(wounded_own),
        killed_partner: count(killed - killed_own),
        wounded_partner: count(wounded - wounded_own),
    }
}

/// The binomial count at a quantile: the inverse of its distribution function, summed from below.
fn binomial_at(trials: u64, chance: f64, draw: f64) -> u64 {
    if trials == 0 || chance.is_nan() || chance <= 0.0 {
        return 0;
    }
    if chance >= 1.0 {
        return trials;
    }
    if chance > 0.5 {
        return trials - binomial_at(trials, 1.0 - chance, 1.0 - draw);
    }
    let none = trials as f64 * libm::log1p(-chance);
    if none < -600.0 {
        // Its terms would vanish: a draw of another kind, on a stream that follows from this one.
        return binomial(trials, chance, &mut Stream::new(draw.to_bits(), 0, 0, 0));
    }
    let odds = chance / (1.0 - chance);
    let (mut term, mut count) = (libm::exp(none), 0);
    let mut left = draw - term;
    while left >= 0.0 && count < trials {
        term *= odds * (trials - count) as f64 / (count + 1) as f64;
        count += 1;
        left -= term;
    }
    count
}

fn pick(postures: &[Posture; 4], draw: f64) -> Posture {
    let mut left = draw;
    for posture in postures {
        left -= posture.share;
        if left < 0.0 {
            return *posture;
        }
    }
    postures[3]
}

fn binomial(trials: u64, chance: f64, stream: &mut Stream) -> u64 {
    Binomial::new(trials, chance.clamp(0.0, 1.0)).map_or(0, |law| law.sample(stream))
}

fn poisson(mean: f64, stream: &mut Stream) -> u64 {
    Poisson::new(mean).map_or(0, |law: Poisson<f64>| law.sample(stream) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A burst in the middle: ∫ exp(−r²/s²) over the disc is π s² (1 − exp(−R²/s²)).
    #[test]
    fn the_share_reached_from_the_middle_has_a_closed_form() {
        for (scale_m, radius_m) in [
            (10.0_f64, 900.0_f64),
            (200.0, 400.0),
            (300.0, 50.0),
            (80.0, 80.0),
        ] {
            let exact = (scale_m / radius_m).powi(2) * -(-(radius_m / scale_m).powi(2)).exp_m1();
            let ours = share_reached(0.0, scale_m, radius_m);
            assert!(
                (ours / exact - 1.0).abs() < 1e-7,
                "{scale_m} in {radius_m}: {ours} not {exact}"
            );
        }
    }

    #[test]
    fn the_share_reached_from_anywhere_agrees_with_brute_force() {
        for (offset_m, scale_m, radius_m) in [
            (400.0_f64, 60.0_f64, 420.0_f64),
            (500.0, 60.0, 420.0),
            (100.0, 300.0, 120.0),
            (30.0, 500.0, 40.0),
        ] {
            let cells = 1_500;
            let mut sum = 0.0;
            let mut inside = 0.0;
            for row in 0..cells {
                for column in 0..cells {
                    let place = |index: i32| {
                        radius_m * (2.0 * (f64::from(index) + 0.5) / f64::from(cells) - 1.0)
                    };
                    let (x_m, y_m) = (place(row), place(column));
                    if x_m.hypot(y_m) <= radius_m {
                        inside += 1.0;
                        let away = (x_m - offset_m).hypot(y_m) / scale_m;
                        sum += (-away * away).exp();
                    }
                }
            }
            let (ours, brute) = (share_reached(offset_m, scale_m, radius_m), sum / inside);
            assert!(
                (ours / brute - 1.0).abs() < 2e-3,
                "{offset_m}: {ours} not {brute}"
            );
        }
    }

    #[test]
    fn the_inverse_of_the_binomial_law_has_its_moments() {
        for (trials, chance) in [(15, 0.02), (15, 0.7), (40, 0.4), (1, 0.3), (5_000, 0.3)] {
            let count = 20_000;
            let draws = (0..count).map(|n| (f64::from(n) + 0.5) / f64::from(count));
            let (mut sum, mut squares) = (0.0, 0.0);
            for draw in draws {
                let number = binomial_at(trials, chance, draw) as f64;
                sum += number;
                squares += number * number;
            }
            let mean = sum / f64::from(count);
            let variance = squares / f64::from(count) - mean * mean;
            let expected = trials as f64 * chance;
            assert!(
                (mean / expected - 1.0).abs() < 0.01,
                "{trials} {chance}: {mean}"
            );
            let ratio = variance / (expected * (1.0 - chance));
            assert!((ratio - 1.0).abs() < 0.05, "{trials} {chance}: {ratio}");
        }
        assert_eq!([binomial_at(7, 1.0, 0.3), binomial_at(7, 0.0, 0.3)], [7, 0]);
        assert!(binomial_at(9, 0.5, 0.999_999_999) <= 9);
    }

    #[test]
    fn nobody_is_hurt_where_nobody_is() {
        let burst = Burst {
            offset_m: 0.0,
            killed_scale_m: 50.0,
            hurt_scale_m: 90.0,
            postures: [Posture {
                share: 1.0,
                killed: 1.0,
                hurt: 1.0,
            }; 4],
        };
        let mut stream = Stream::new(1, 1, 1, 1);
        assert_eq!(
            realise(&burst, 100.0, 0, 0, 10.0, &mut stream),
            Casualties::default()
        );
        for replication in 0..50 {
            let mut stream = Stream::new(1, replication, 1, 1);
            let toll = realise(&burst, 10.0, 7, 2, 10.0, &mut stream);
            assert!(
                toll.killed + toll.wounded <= 7 && toll.killed_partner + toll.wounded_partner <= 2
            );
        }
    }
}
