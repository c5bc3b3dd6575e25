//! The chance that one raid hurts many, without waiting for it to happen.
//!
//! Given where rounds burst and how people are placed, [`crate::casualties::realise`] draws groups at
//! random places and, in each, who is hurt: a compound Poisson number. Its distribution up to the
//! count in question follows from Panjer's recursion (ASTIN Bulletin 12, 1981, 22–26), burst by burst.
//! Averaging that chance over raids in place of counting the raids that reach it is conditional Monte
//! Carlo (Hammersley 1956; Asmussen and Glynn, *Stochastic Simulation*, 2007, section V.4): unbiased,
//! and never more scattered.
//!
//! Who was hurt by an earlier burst is not counted twice: [`crate::Casualties::join`] takes each person
//! that a burst reaches to be one of those hurt before with the chance hurt / people, so that the
//! number hurt is a chain that only grows. One thing is left out: nobody is held back where a draw
//! hurts more of one nation's people than there are of them.

use crate::casualties::{Burst, GAUSS_LEGENDRE_24, Posture, REACH, size_of_groups};
use std::f64::consts::PI;

/// Chance that bursts, in this order, hurt at least `least` of so many people.
#[must_use]
pub fn chance_of(least: u32, bursts: &[Burst], radius_m: f64, people: f64, group_size: f64) -> f64 {
    if least == 0 {
        return 1.0;
    }
    if people < f64::from(least) {
        return 0.0;
    }
    let size = size_of_groups(people, group_size);
    // Groups a square metre.
    let density = people / size / (PI * radius_m * radius_m);
    // Chances that exactly 0, 1, 2, … are hurt so far; the rest have reached the count.
    let mut so_far = vec![0.0; least as usize];
    so_far[0] = 1.0;
    for burst in bursts {
        let spots = Spots::around(burst, radius_m, density);
        if spots.weights.is_empty() {
            continue;
        }
        let mut next = vec![0.0; so_far.len()];
        for (hurt, &chance) in so_far.iter().enumerate() {
            if chance <= 0.0 {
                continue;
            }
            let unhurt = 1.0 - hurt as f64 / people;
            let more = spots.more(size as u64, unhurt, so_far.len() - hurt);
            for (sum, more) in next[hurt..].iter_mut().zip(more) {
                *sum += chance * more;
            }
        }
        so_far = next;
    }
    // Summed from what is not yet there; where nearly all of it is, little is left of the digits, and
    // the chance is far below any that a study can show.
    (1.0 - so_far.iter().sum::<f64>()).max(0.0)
}

/// Groups that one burst may reach: expected numbers of them by chance to be hurt.
struct Spots {
    /// Expected number of groups and each person's chance there.
    weights: Vec<(f64, f64)>,
}

impl Spots {
    fn around(burst: &Burst, radius_m: f64, density: f64) -> Self {
        let reach_m = REACH * burst.hurt_scale_m;
        let (offset_m, mut weights) = (burst.offset_m, Vec::new());
        if offset_m >= radius_m + reach_m {
            return Self { weights };
        }
        let farthest_m = if reach_m < radius_m {
            reach_m.min(offset_m + radius_m)
        } else {
            offset_m + radius_m
        };
        let edge_m = (radius_m - offset_m).abs();
        let mut panel = |from_m: f64, to_m: f64| {
            let (middle, half) = (0.5 * (from_m + to_m), 0.5 * (to_m - from_m));
            for (node, weight) in GAUSS_LEGENDRE_24 {
                for side in [-node, node] {
                    // Nodes crowd towards both ends, where the arc has a square root.
                    let sine = libm::sin(0.5 * PI * side);
                    let distance_m = middle + half * sine;
                    let slope = 0.5 * PI * libm::cos(0.5 * PI * side);
                    let arc = arc_within(distance_m, offset_m, radius_m);
                    let ring = 2.0 * PI * distance_m * arc * weight * slope * half;
                    for posture in &burst.postures {
                        let groups = density * ring * posture.share;
                        if groups > 0.0 {
                            weights.push((groups, hurt_chance(burst, posture, distance_m)));
                        }
                    }
                }
            }
        };
        if offset_m < radius_m {
            panel(0.0, edge_m.min(farthest_m));
        }
        if farthest_m > edge_m {
            panel(edge_m, farthest_m);
        }
        Self { weights }
    }

    /// Chances that this burst hurts exactly 0, 1, … of those unhurt, up to `counts` of them.
    fn more(&self, size: u64, unhurt: f64, counts: usize) -> Vec<f64> {
        // Expected numbers of groups in which exactly k are newly hurt.
        let mut rates = vec![0.0; counts];
        let mut some = 0.0;
        for &(groups, chance) in &self.weights {
            let chance = chance * unhurt;
            if chance <= 0.0 {
                continue;
            }
            let none = libm::exp(size as f64 * libm::log1p(-chance.min(1.0 - 1e-16)));
            some += groups * (1.0 - none);
            let odds = chance / (1.0 - chance).max(1e-16);
            let mut exactly = none;
            for (count, rate) in rates.iter_mut().enumerate().skip(1) {
                let left = (size as f64 - count as f64 + 1.0).max(0.0);
                exactly *= odds * left / count as f64;
                *rate += groups * exactly;
            }
        }
        let mut law = vec![0.0; counts];
        if let Some(first) = law.first_mut() {
            *first = libm::exp(-some);
        }
        for count in 1..counts {
            let terms = (1..=count).map(|part| part as f64 * rates[part] * law[count - part]);
            law[count] = terms.sum::<f64>() / count as f64;
        }
        law
    }
}

/// Share of the circle of radius `distance_m` around a point `offset_m` from the middle of a disc that
/// lies within the disc.
fn arc_within(distance_m: f64, offset_m: f64, radius_m: f64) -> f64 {
    if distance_m + offset_m <= radius_m {
        return 1.0;
    }
    let twice = 2.0 * distance_m * offset_m;
    if twice <= 0.0 {
        return 0.0;
    }
    let cosine = (distance_m * distance_m + offset_m * offset_m - radius_m * radius_m) / twice;
    libm::acos(cosine.clamp(-1.0, 1.0)) / PI
}

/// Chance that a person at this distance, so placed, is killed or wounded.
fn hurt_chance(burst: &Burst, posture: &Posture, distance_m: f64) -> f64 {
    let killed = burst.killed_scale_m * burst.killed_scale_m * posture.killed;
    let hurt = burst.hurt_scale_m * burst.hurt_scale_m * posture.hurt;
    let area = killed.max(hurt);
    if area > 0.0 {
        libm::exp(-distance_m * distance_m / area)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casualties::{Casualties, realise};
    use theatre::Stream;

    fn burst(offset_m: f64, scale_m: f64) -> Burst {
        let placed = |share, killed, hurt| Posture {
            share,
            killed,
            hurt,
        };
        Burst {
            offset_m,
            killed_scale_m: 0.4 * scale_m,
            hurt_scale_m: scale_m,
            postures: [
                placed(0.3, 1.0, 1.0),
                placed(0.4, 0.4, 0.4),
                placed(0.1, 0.5, 0.5),
                placed(0.2, 0.1, 0.05),
            ],
        }
    }

    /// The chance is that of the draws it stands for: near the edge, over the whole of a small base,
    /// for bursts that reach the same people, and for groups above and below the count.
    #[test]
    fn the_chance_agrees_with_the_draws_it_stands_for() {
        let cases = [
            (vec![burst(380.0, 40.0)], 400.0, 900, 300, 6.0, 8),
            (vec![burst(30.0, 60.0)], 50.0, 40, 10, 9.0, 12),
            (
                vec![burst(60.0, 45.0), burst(90.0, 45.0), burst(200.0, 30.0)],
                120.0,
                150,
                80,
                25.0,
                10,
            ),
            (
                vec![burst(0.0, 70.0), burst(10.0, 60.0)],
                90.0,
                60,
                60,
                1.0,
                60,
            ),
        ];
        let draws = 25_000;
        for (case, (bursts, radius_m, own, partner, size, least)) in (0..).zip(cases) {
            let ours = chance_of(least, &bursts, radius_m, f64::from(own + partner), size);
            let mut reached = 0;
            for draw in 0..draws {
                let mut stream = Stream::new(5, draw, case, 1);
                let mut toll = Casualties::default();
                for burst in &bursts {
                    let more = realise(burst, radius_m, own, partner, size, &mut stream);
                    toll.join(more, own, partner, &mut stream);
                }
                reached += u32::from(toll.all() >= least);
            }
            let (count, drawn) = (f64::from(draws), f64::from(reached) / f64::from(draws));
            let error = (ours * (1.0 - ours) / count).sqrt();
            assert!(
                ours > 1e-3 && ours < 0.999 && (ours - drawn).abs() < 4.0 * error,
                "case {case}: {ours} not {drawn} ± {error}"
            );
        }
    }

    #[test]
    fn nobody_and_too_few_have_no_chance() {
        let one = [burst(0.0, 50.0)];
        assert_eq!(chance_of(0, &one, 100.0, 50.0, 5.0), 1.0);
        assert_eq!(chance_of(10, &one, 100.0, 9.0, 5.0), 0.0);
        assert_eq!(chance_of(10, &[], 100.0, 90.0, 5.0), 0.0);
        assert_eq!(chance_of(10, &[burst(900.0, 50.0)], 100.0, 90.0, 5.0), 0.0);
    }
}
