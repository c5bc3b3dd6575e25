//! The coefficients of explicit Runge–Kutta methods.
//!
//! The one of order 8 with twelve stages is DOP853 of Dormand and Prince, as given by E. Hairer, S. P. Nørsett and G. Wanner, *Solving Ordinary
//! Differential Equations I* (1993), section II.5 and the program `dop853.f`.

/// Stages of a step.
pub(crate) const STAGES: usize = 12;
/// Share of the step at which each stage lies.
pub(crate) const NODES: [f64; STAGES] = [
    0.0,
    0.05260015195876773,
    0.0789002279381516,
    0.1183503419072274,
    0.2816496580927726,
    0.3333333333333333,
    0.25,
    0.3076923076923077,
    0.6512820512820513,
    0.6,
    0.8571428571428571,
    1.0,
];
/// For each stage, the earlier stages that it starts from, with their weights.
pub(crate) const ROWS: [&[(usize, f64)]; STAGES] = [
    &[],
    &[(0, 0.05260015195876773)],
    &[(0, 0.0197250569845379), (1, 0.0591751709536137)],
    &[(0, 0.02958758547680685), (2, 0.08876275643042054)],
    &[
        (0, 0.2413651341592667),
        (2, -0.8845494793282861),
        (3, 0.924834003261792),
    ],
    &[
        (0, 0.037037037037037035),
        (3, 0.17082860872947386),
        (4, 0.12546768756682242),
    ],
    &[
        (0, 0.037109375),
        (3, 0.17025221101954405),
        (4, 0.06021653898045596),
        (5, -0.017578125),
    ],
    &[
        (0, 0.03709200011850479),
        (3, 0.17038392571223998),
        (4, 0.10726203044637328),
        (5, -0.015319437748624402),
        (6, 0.008273789163814023),
    ],
    &[
        (0, 0.6241109587160757),
        (3, -3.3608926294469414),
        (4, -0.868219346841726),
        (5, 27.59209969944671),
        (6, 20.154067550477894),
        (7, -43.48988418106996),
    ],
    &[
        (0, 0.47766253643826434),
        (3, -2.4881146199716677),
        (4, -0.590290826836843),
        (5, 21.230051448181193),
        (6, 15.279233632882423),
        (7, -33.28821096898486),
        (8, -0.020331201708508627),
    ],
    &[
        (0, -0.9371424300859873),
        (3, 5.186372428844064),
        (4, 1.0914373489967295),
        (5, -8.149787010746927),
        (6, -18.52006565999696),
        (7, 22.739487099350505),
        (8, 2.4936055526796523),
        (9, -3.0467644718982196),
    ],
    &[
        (0, 2.273310147516538),
        (3, -10.53449546673725),
        (4, -2.0008720582248625),
        (5, -17.9589318631188),
        (6, 27.94888452941996),
        (7, -2.8589982771350235),
        (8, -8.87285693353063),
        (9, 12.360567175794303),
        (10, 0.6433927460157636),
    ],
];
/// Weights of the stages in the step.
pub(crate) const WEIGHTS: [f64; STAGES] = [
    0.054293734116568765,
    0.0,
    0.0,
    0.0,
    0.0,
    4.450312892752409,
    1.8915178993145003,
    -5.801203960010585,
    0.3111643669578199,
    -0.1521609496625161,
    0.20136540080403034,
    0.04471061572777259,
];
/// Weights that give the difference from a method of order 5 (`er` of the program).
pub(crate) const FIFTH: [f64; STAGES] = [
    0.01312004499419488,
    0.0,
    0.0,
    0.0,
    0.0,
    -1.2251564463762044,
    -0.4957589496572502,
    1.6643771824549864,
    -0.35032884874997366,
    0.3341791187130175,
    0.08192320648511571,
    -0.022355307863886294,
];
/// Weights that give the difference from a method of order 3 (`bhh` of the program).
pub(crate) const THIRD: [f64; STAGES] = [
    -0.18980075407240762,
    0.0,
    0.0,
    0.0,
    0.0,
    4.450312892752409,
    1.8915178993145003,
    -5.801203960010585,
    -0.4226823213237919,
    -0.1521609496625161,
    0.20136540080403034,
    0.02265179219836082,
];

/// An explicit Runge–Kutta method for equations of motion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tableau {
    /// Share of the step at which each stage lies.
    pub(crate) nodes: &'static [f64],
    /// For each stage, the earlier stages that it starts from, with their weights.
    pub(crate) rows: &'static [&'static [(usize, f64)]],
    /// Weights of the stages' accelerations in the velocity at the end of a step, times the step.
    pub(crate) weights: &'static [f64],
    /// Their weights in the place there, times the square of the step: `weights` times the matrix of
    /// `rows`, as by Nyström.
    pub(crate) place_weights: &'static [f64],
}

impl Tableau {
    /// The earlier stages that a stage starts from, with their weights.
    pub(crate) const fn row(&self, stage: usize) -> &'static [(usize, f64)] {
        if stage < self.rows.len() {
            self.rows[stage]
        } else {
            &[]
        }
    }
}

/// DOP853, of order 8.
pub(crate) const EIGHTH: Tableau = Tableau {
    nodes: &NODES,
    rows: &ROWS,
    weights: &WEIGHTS,
    place_weights: &place_weights(&ROWS, &WEIGHTS),
};

/// DOPRI5 of Dormand and Prince, of order 5 with six stages (Hairer, Nørsett and Wanner, table II.5.2).
/// Where a law has kinks, what counts is how short the steps are, and these cost half as much.
pub(crate) const FIFTH_ORDER: Tableau = Tableau {
    nodes: &[0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0],
    rows: &FIFTH_ROWS,
    weights: &FIFTH_WEIGHTS,
    place_weights: &place_weights(&FIFTH_ROWS, &FIFTH_WEIGHTS),
};

const FIFTH_WEIGHTS: [f64; 6] = [
    35.0 / 384.0,
    0.0,
    500.0 / 1113.0,
    125.0 / 192.0,
    -2187.0 / 6784.0,
    11.0 / 84.0,
];
const FIFTH_ROWS: [&[(usize, f64)]; 6] = [
    &[],
    &[(0, 0.2)],
    &[(0, 3.0 / 40.0), (1, 9.0 / 40.0)],
    &[(0, 44.0 / 45.0), (1, -56.0 / 15.0), (2, 32.0 / 9.0)],
    &[
        (0, 19372.0 / 6561.0),
        (1, -25360.0 / 2187.0),
        (2, 64448.0 / 6561.0),
        (3, -212.0 / 729.0),
    ],
    &[
        (0, 9017.0 / 3168.0),
        (1, -355.0 / 33.0),
        (2, 46732.0 / 5247.0),
        (3, 49.0 / 176.0),
        (4, -5103.0 / 18656.0),
    ],
];

const fn place_weights<const COUNT: usize>(
    rows: &[&[(usize, f64)]; COUNT],
    weights: &[f64; COUNT],
) -> [f64; COUNT] {
    let mut place = [0.0; COUNT];
    let mut stage = 0;
    while stage < COUNT {
        let mut term = 0;
        while term < rows[stage].len() {
            let (from, weight) = rows[stage][term];
            place[from] += weights[stage] * weight;
            term += 1;
        }
        stage += 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The conditions of quadrature up to the order, and those that tie each row to its node.
    #[test]
    fn the_weights_integrate_powers_up_to_the_order() {
        for (method, order) in [(EIGHTH, 8), (FIFTH_ORDER, 5)] {
            for power in 0..order {
                let pairs = method.weights.iter().zip(method.nodes);
                let sum: f64 = pairs.map(|(weight, node)| weight * node.powi(power)).sum();
                assert!((sum - 1.0 / f64::from(power + 1)).abs() < 1e-14, "{power}");
            }
            for (row, node) in method.rows.iter().zip(method.nodes) {
                let sum: f64 = row.iter().map(|(_, weight)| weight).sum();
                assert!((sum - node).abs() < 1e-14);
            }
            assert!((method.place_weights.iter().sum::<f64>() - 0.5).abs() < 1e-14);
        }
        assert!(FIFTH.iter().sum::<f64>().abs() < 1e-14);
        assert!(THIRD.iter().sum::<f64>().abs() < 1e-14);
    }

    /// Place and velocity after so many steps over 2 s of y″ = cos t − sin y − 0.3 y′ √(1 + y′²).
    fn after(method: &Tableau, steps: u32) -> [f64; 2] {
        let step = 2.0 / f64::from(steps);
        let (mut place, mut velocity) = (0.5_f64, 2.0_f64);
        for index in 0..steps {
            let mut slopes: Vec<[f64; 2]> = Vec::new();
            for (row, node) in method.rows.iter().zip(method.nodes) {
                let moved = |of: usize| -> f64 {
                    let terms = row.iter().map(|&(from, weight)| weight * slopes[from][of]);
                    step * terms.sum::<f64>()
                };
                let (y, v) = (place + moved(0), velocity + moved(1));
                let time = step * (f64::from(index) + node);
                let drag = 0.3 * v * (1.0 + v * v).sqrt();
                slopes.push([v, time.cos() - y.sin() - drag]);
            }
            let weighed = |weights: &[f64]| -> f64 {
                let terms = slopes.iter().zip(weights);
                step * terms.map(|(slope, weight)| weight * slope[1]).sum::<f64>()
            };
            place += step * (velocity + weighed(method.place_weights));
            velocity += weighed(method.weights);
        }
        [place, velocity]
    }

    #[test]
    fn the_error_of_either_falls_with_its_order() {
        let exact = after(&EIGHTH, 400);
        for (method, order, coarse) in [(EIGHTH, 8.0, 5), (FIFTH_ORDER, 5.0, 40)] {
            let [one, other] = [coarse, 2 * coarse].map(|steps| {
                let [place, velocity] = after(&method, steps);
                (place - exact[0]).hypot(velocity - exact[1])
            });
            let seen = (one / other).log2();
            assert!((seen - order).abs() < 0.1, "{seen} {one:e} {other:e}");
        }
    }
}
