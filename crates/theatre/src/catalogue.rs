//! What is known of munitions, systems and people under fire: statistics, each with its spread.

use crate::Interval;

/// How a munition flies and by what it can be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MunitionKind {
    /// Fired at a low angle from a rail or tube; its speed is that at burn-out.
    Rocket,
    /// Fired at a high angle; its charge sets its speed.
    Mortar,
    /// Leaves the lower atmosphere; exposure to rockets and mortars does not govern it.
    BallisticMissile,
}

impl MunitionKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 3] = [Self::Rocket, Self::Mortar, Self::BallisticMissile];

    /// The kind's name in files and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rocket => "rocket",
            Self::Mortar => "mortar",
            Self::BallisticMissile => "ballistic-missile",
        }
    }
}

/// How a round hurts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blast {
    /// Fragments: shelter stops most of both.
    Fragments,
    /// A large warhead: shelter stops its fragments, not its blast.
    Blast,
}

/// One class of munition, as public, coarse statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct MunitionClass {
    /// Unique name in files.
    pub id: String,
    /// Name for a reader.
    pub name: String,
    /// How it flies.
    pub kind: MunitionKind,
    /// How it hurts.
    pub effect: Blast,
    /// Speed at burn-out or launch, m/s.
    pub speed_mps: Interval,
    /// Mass in flight, kg.
    pub mass_kg: Interval,
    /// Diameter of the body, mm.
    pub calibre_mm: Interval,
    /// Multiplies the drag coefficient of the standard shape.
    pub drag_scale: Interval,
    /// Distance from which it is fired at a base, m.
    pub fired_from_m: Interval,
    /// Scatter along the line of fire, one sigma, as a share of the distance.
    pub scatter_along: Interval,
    /// Scatter across the line of fire, one sigma, as a share of the distance.
    pub scatter_across: Interval,
    /// Share of rounds that fail to launch, break up or do not burst.
    pub failure_probability: Interval,
    /// Radius within which standing people are killed with even odds, m.
    pub killed_radius_m: Interval,
    /// Radius within which standing people are wounded or worse with even odds, m.
    pub wounded_radius_m: Interval,
    /// Seconds between rounds of a salvo.
    pub interval_s: Interval,
    /// Radius of the area over which raids are centred, in units of a site's populated radius: fire is
    /// laid on a base, and more lies inside its fence than where people live.
    pub centre_spread: Interval,
}

/// What a system is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Radar and sirens, no interceptors.
    Warning,
    /// Guns or missiles that defend the site where they stand; includes radar and sirens.
    PointDefence,
    /// Missiles that defend every site within reach while the battery survives.
    AreaDefence,
}

/// A radar that sees rounds in flight.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensor {
    /// Greatest range at which it sees a round, m.
    pub range_m: Interval,
    /// Lowest elevation at which it sees a round, degrees.
    pub mask_deg: Interval,
    /// Chance that one scan sees a round that is there.
    pub detection_probability: Interval,
    /// Time between two looks at the same place, s.
    pub scan_period_s: Interval,
    /// Detections needed before a warning is given.
    pub plots_needed: Interval,
    /// From the last detection needed to the siren, s.
    pub delay_s: Interval,
}

/// Interceptors, as statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct Interceptor {
    /// Kinds of munition that it engages.
    pub engages: Vec<MunitionKind>,
    /// Chance that one engagement stops its round.
    pub intercept_probability: Interval,
    /// Radius of what one unit defends, m.
    pub reach_m: Interval,
    /// Engagements before one unit must be reloaded.
    pub engagements: Interval,
    /// Time that one engagement takes, s.
    pub engagement_s: Interval,
    /// From warning to the first engagement, s.
    pub reaction_s: Interval,
    /// Rounds that one unit engages at the same time.
    pub channels: Interval,
    /// Engagements of one round by one unit where each before it failed and time is left.
    pub looks: Interval,
    /// Seconds from when a unit is empty until it is full again.
    pub reload_s: Interval,
    /// Seconds before its fall in which a round can be engaged, for area defence.
    pub window_s: Interval,
}

/// How a battery is put out by rounds that fall on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vulnerability {
    /// Radius within which a burst puts out one of the battery's critical parts with even odds, m.
    pub damage_radius_m: Interval,
    /// Distance of its critical parts from its middle, m.
    pub spread_m: Interval,
    /// Days until it works again.
    pub repair_days: Interval,
}

/// One class of defensive system.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemClass {
    /// Unique name in files.
    pub id: String,
    /// Name for a reader.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Most units that the plan sends to one site.
    pub most_per_site: u32,
    /// Days from leaving one site to standing ready at another.
    pub transfer_days: Interval,
    /// Its radar, for warning and point defence.
    pub sensor: Option<Sensor>,
    /// Its interceptors, for point and area defence.
    pub interceptor: Option<Interceptor>,
    /// How it is put out, for area defence.
    pub vulnerability: Option<Vulnerability>,
}

/// How people behave under fire, and what cover does for them.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// Share of people inside ordinary buildings by day when nothing has warned them.
    pub indoors: Interval,
    /// The same by night, when they sleep.
    pub indoors_night: Interval,
    /// Seconds that people who sleep lose before they act.
    pub wake_s: Interval,
    /// Share of the standing lethal area that is left inside an ordinary building.
    pub building: Interval,
    /// Share that is left when prone.
    pub prone: Interval,
    /// Share that is left in a shelter, for fragments.
    pub shelter: Interval,
    /// Share of the standing wounding area that is left indoors, prone or sheltered, for blast.
    pub blast_shelter: Interval,
    /// Seconds that it takes to drop.
    pub drop_s: Interval,
    /// Seconds in which the quickest reach a shelter.
    pub shelter_first_s: Interval,
    /// Seconds in which 19 of 20 have reached the nearest shelter.
    pub shelter_last_s: Interval,
    /// Share of people who act on a warning.
    pub compliance: Interval,
    /// People who are together at one place, such as a tent or an office.
    pub group_size: Interval,
    /// Chance that a theatre is warned of a missile in time to shelter, from early-warning satellites
    /// and radars that are none of the plan's systems.
    pub missile_early_warning: Interval,
}

/// Everything known of systems, munitions and people.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// Classes of system.
    pub systems: Vec<SystemClass>,
    /// Classes of munition.
    pub munitions: Vec<MunitionClass>,
    /// People under fire.
    pub people: People,
}

impl Catalogue {
    /// Index of the system with this id.
    #[must_use]
    pub fn system(&self, id: &str) -> Option<usize> {
        self.systems.iter().position(|system| system.id == id)
    }

    /// Index of the munition class with this id.
    #[must_use]
    pub fn munition(&self, id: &str) -> Option<usize> {
        self.munitions.iter().position(|munition| munition.id == id)
    }
}
