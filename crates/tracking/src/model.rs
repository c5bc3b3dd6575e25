//! What a track may be, and how each kind moves.

/// What a track may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A round in free flight: gravity and drag alone act on it.
    FallingRound,
    /// A rocket whose motor burns.
    RocketUnderThrust,
    /// An aeroplane or helicopter.
    Aircraft,
    /// A small unmanned aircraft, hovering or slow.
    Drone,
    /// A bird.
    Bird,
    /// A round of a machine gun: fast, low, and soon spent.
    MachineGunRound,
}

impl Class {
    /// Every class, in the order of declaration.
    pub const ALL: [Self; 6] = [
        Self::FallingRound,
        Self::RocketUnderThrust,
        Self::Aircraft,
        Self::Drone,
        Self::Bird,
        Self::MachineGunRound,
    ];

    /// The name in messages and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FallingRound => "falling round",
            Self::RocketUnderThrust => "rocket under thrust",
            Self::Aircraft => "aircraft",
            Self::Drone => "drone",
            Self::Bird => "bird",
            Self::MachineGunRound => "machine-gun round",
        }
    }

    /// Whether gravity and drag alone act on it, or a motor too.
    pub(crate) fn flies_freely(self) -> bool {
        self.falls() || self == Self::MachineGunRound
    }

    /// Whether it is slow and turns as it likes: what stands at one place, and often in a flock.
    pub(crate) fn is_slow(self) -> bool {
        matches!(self, Self::Drone | Self::Bird)
    }

    /// Whether it comes down by itself and bursts: what is not dismissed.
    #[must_use]
    pub fn falls(self) -> bool {
        matches!(self, Self::FallingRound | Self::RocketUnderThrust)
    }

    /// How it moves. What share of all that is seen it is, is assumed: near a base there are fifty birds,
    /// aircraft and bullets for every round, and of what stays up seven of ten are birds. The spreads of speed
    /// are round figures (assumed): a mortar or rocket passes 100 to 700 m/s, an aircraft 30 to 220 level (96 along
    /// an axis, root mean square; it climbs or sinks by 12), a small drone up to 20, birds 8 to 20 (Bruderer and Boldt, "Flight
    /// characteristics of birds: I. radar measurements of speeds", Ibis 143, 2001).
    pub(crate) fn manner(self) -> Manner {
        match self {
            // Free flight is steady but for gusts and yaw: 0.1 m/s of speed in 10 s (assumed). What speeds it
            // has beforehand is the prior's.
            Self::FallingRound => Manner::new(0.0195, [300.0, 300.0], [0.001, 0.001]),
            // A motor changes the speed by some 200 m/s in its first second, along the path.
            Self::RocketUnderThrust => Manner {
                along_psd: 2e4,
                ..Manner::new(0.0005, [200.0, 200.0], [10.0, 10.0])
            },
            Self::Aircraft => Manner::new(0.14, [96.0, 12.0], [9.0, 1.0]),
            Self::Drone => Manner::new(0.10, [9.0, 3.0], [3.0, 1.0]),
            Self::Bird => Manner::new(0.56, [10.0, 2.0], [2.0, 0.5]),
            // It loses a third of its speed between two looks, which a filter's one step misses by some 10 m/s.
            Self::MachineGunRound => Manner {
                along_psd: 200.0,
                ..Manner::new(0.18, [350.0, 200.0], [0.1, 0.1])
            },
        }
    }
}

/// How a class moves: what its speeds are beforehand and how unsteadily it flies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Share of all tracks, before anything is known (assumed).
    pub(crate) prior: f64,
    /// Spread of velocity about zero, level and upward, m/s.
    pub(crate) velocity_sigma_mps: [f64; 2],
    /// Power spectral density of random acceleration, level and upward, m²/s³.
    pub(crate) acceleration_psd: [f64; 2],
    /// The same along the path, on top, m²/s³.
    pub(crate) along_psd: f64,
}

impl Manner {
    fn new(prior: f64, velocity_sigma_mps: [f64; 2], acceleration_psd: [f64; 2]) -> Self {
        Self {
            prior,
            velocity_sigma_mps,
            acceleration_psd,
            along_psd: 0.0,
        }
    }
}

/// Speed that birds and small drones hardly pass, m/s (assumed).
pub(crate) const SLOW_MAX_MPS: f64 = 30.0;
/// Mean time for which a motor still burns, s (assumed: 107 and 122 mm rockets burn 1 to 2 s).
pub(crate) const BURN_MEAN_S: f64 = 1.0;
