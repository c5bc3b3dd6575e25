//! Whether plots fit what the radar says of its errors.

/// Components for which the stated errors count (assumed: four plots).
const MISFIT_PRIOR: f64 = 12.0;
/// Longest time for which errors of a radar are taken to last, s (assumed: echoes from the ground and the play of
/// a drive). In plots farther apart a likeness is a neighbour's plots taken by mistake.
const LASTING_MAX_S: f64 = 0.5;
/// Greatest factor of the variance of the errors, by their size and by how they hang together.
const NOISE_SCALE_MAX: f64 = 25.0;

/// How far plots lie from where they should, against what the radar's stated errors allow.
///
/// The variance of the errors is the stated one times a factor whose prior is inverse gamma, worth
/// [`MISFIT_PRIOR`] components that fit (Bar-Shalom, Li and Kirubarajan 2001, section 5.4, for the test on
/// which it rests). Innovations of a filter that is right are white (Kailath, IEEE Trans. Automatic
/// Control 13, 1968): where each resembles the last by a correlation of ρ, plots are worth (1 − ρ) / (1 + ρ)
/// of as many independent ones. Neither counts before chance no longer explains it, and the factor is never
/// below one: a radar is not taken to be better than it says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Misfit {
    squares: f64,
    components: f64,
    /// Sum of products of each innovation with the last.
    products: f64,
    /// The last innovation, and the age of the track then, s.
    last: ([f64; 3], f64),
}

crate::stored!(Misfit {
    squares,
    components,
    products,
    last
});

impl Misfit {
    /// The factor of the variance of the errors.
    pub(crate) fn noise_scale(self) -> f64 {
        // Each counts once it passes two standard deviations of what chance gives.
        let components = MISFIT_PRIOR + self.components;
        let squares = MISFIT_PRIOR + self.squares;
        let size = squares / components;
        let size = if size > 1.0 + 2.0 * libm::sqrt(2.0 / components) {
            size.min(NOISE_SCALE_MAX)
        } else {
            1.0
        };
        let alike = self.products / squares;
        let fewer = if alike > 2.0 / libm::sqrt(components) {
            ((1.0 + alike) / (1.0 - alike.min(0.99))).min(NOISE_SCALE_MAX)
        } else {
            1.0
        };
        size * fewer
    }

    /// Takes an innovation in; returns by how much the factor has changed.
    pub(crate) fn take(
        &mut self,
        squared_distance: f64,
        components: f64,
        scaled: [f64; 3],
        age_s: f64,
    ) -> f64 {
        let before = self.noise_scale();
        self.squares += squared_distance * before;
        self.components += components;
        let (last, last_age_s) = self.last;
        if age_s - last_age_s <= LASTING_MAX_S {
            let product: f64 = last.iter().zip(scaled).map(|(a, b)| a * b).sum();
            self.products += product * before;
        }
        self.last = (scaled, age_s);
        self.noise_scale() / before
    }
}
