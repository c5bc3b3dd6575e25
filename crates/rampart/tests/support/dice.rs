//! Draws for generators.

use theatre::Stream;

/// Keeps generators apart from everything that the program draws.
const PURPOSE: u32 = 0x7E57;

pub struct Dice(Stream);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Stream::new(seed, 0, 0, PURPOSE))
    }

    pub fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from low to high, both included.
    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.uniform() * f64::from(high - low + 1)) as u32
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.uniform() * choices.len() as f64) as usize]
    }

    /// Some of the numbers below a limit, each with this chance, and at least one.
    pub fn some_of(&mut self, limit: usize, probability: f64) -> Vec<usize> {
        let mut some: Vec<usize> = (0..limit).filter(|_| self.chance(probability)).collect();
        if some.is_empty() {
            some.push((self.uniform() * limit as f64) as usize);
        }
        some
    }
}
