//! One draw of everything that is not known exactly.
//!
//! A group of replications shares one draw, so the spread between groups shows what ignorance of
//! the catalogue does to an answer, and the spread within a group shows what chance does.
//! Every interval is drawn uniformly and independently, but for two kinds of tie: a radar figure is
//! drawn at the same share for every system (what is not known of one radar is not known of the
//! next, and a gun's own radar must not look worse than a bare one by chance), and so is the
//! behaviour of people.

use theatre::{
    Blast, Catalogue, Interceptor, Interval, MunitionClass, MunitionKind, Role, Sensor, Stream,
    SystemClass, Vulnerability,
};

/// Purpose words of the random streams that draw the unknowns.
const PURPOSE_MUNITION: u32 = 0x100;
const PURPOSE_SYSTEM: u32 = 0x101;
const PURPOSE_SENSOR: u32 = 0x102;
const PURPOSE_PEOPLE: u32 = 0x103;

/// One draw of a munition class. Units as in [`MunitionClass`].
#[derive(Clone, Debug, PartialEq)]
pub struct MunitionDraw {
    /// How it flies.
    pub kind: MunitionKind,
    /// How it hurts.
    pub effect: Blast,
    /// Speed at burn-out, m/s: of rockets, whose motor is what it is.
    pub speed_mps: f64,
    /// Speeds that the charge or burn can be set to, m/s: of mortars and missiles.
    pub speed_range_mps: [f64; 2],
    /// Share of the way through a stated range of elevations: of mortars and missiles.
    pub elevation_share: f64,
    /// Mass in flight, kg.
    pub mass_kg: f64,
    /// Diameter, m.
    pub calibre_m: f64,
    /// Multiplier of the standard shape's drag.
    pub drag_scale: f64,
    /// Distances from which it is fired, m: drawn for each raid, not for each group.
    pub fired_from_m: [f64; 2],
    /// Scatter along the line of fire, one sigma, share of the distance.
    pub scatter_along: f64,
    /// Scatter across it, one sigma, share of the distance.
    pub scatter_across: f64,
    /// Chance that a round fails.
    pub failure_probability: f64,
    /// Carleton radius of killing, m: P = exp(−r²/R²).
    pub killed_scale_m: f64,
    /// Carleton radius of hurting (killed or wounded), m, at least `killed_scale_m`.
    pub hurt_scale_m: f64,
    /// Seconds between rounds.
    pub interval_s: f64,
    /// Radius of the area over which raids are centred, in populated radii.
    pub centre_spread: f64,
}

/// One draw of a radar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorDraw {
    /// Greatest range, m.
    pub range_m: f64,
    /// Tangent of the lowest elevation.
    pub mask_tangent: f64,
    /// Chance that one scan sees the round.
    pub detection_probability: f64,
    /// Time between scans, s.
    pub scan_period_s: f64,
    /// Detections needed.
    pub plots_needed: u32,
    /// From the last of them to the siren, s.
    pub delay_s: f64,
}

/// One draw of interceptors.
#[derive(Clone, Debug, PartialEq)]
pub struct InterceptorDraw {
    /// Kinds that it engages.
    pub engages: Vec<MunitionKind>,
    /// Chance that one engagement stops its round.
    pub intercept_probability: f64,
    /// Radius of what one unit defends, m.
    pub reach_m: f64,
    /// Engagements before one unit is empty.
    pub engagements: u32,
    /// Time of one engagement, s.
    pub engagement_s: f64,
    /// From detection to the first engagement, s.
    pub reaction_s: f64,
    /// Rounds that one unit engages at the same time, at least 1.
    pub channels: u32,
    /// Engagements of one round by one unit where each fails and time is left, at least 1.
    pub looks: u32,
    /// From when a unit is empty until it is full again, s.
    pub reload_s: f64,
    /// Time before its fall in which a round can be engaged by area defence, s.
    pub window_s: f64,
}

/// One draw of how a battery is put out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VulnerabilityDraw {
    /// Carleton radius of putting out a critical part, m.
    pub damage_scale_m: f64,
    /// Distance of the critical parts from the battery's middle, m.
    pub spread_m: f64,
    /// Days until it works again.
    pub repair_days: f64,
}

/// One draw of a system class.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemDraw {
    /// What it is for.
    pub role: Role,
    /// Its radar.
    pub sensor: Option<SensorDraw>,
    /// Its interceptors.
    pub interceptor: Option<InterceptorDraw>,
    /// How it is put out.
    pub vulnerability: Option<VulnerabilityDraw>,
}

/// One draw of how people behave and what cover does. Fields as in [`theatre::People`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeopleDraw {
    /// Share indoors by day when nothing has warned them.
    pub indoors: f64,
    /// The same by night, when they sleep.
    pub indoors_night: f64,
    /// Seconds that people who sleep lose before they act.
    pub wake_s: f64,
    /// Share of the lethal area left in a building.
    pub building: f64,
    /// Share left when prone.
    pub prone: f64,
    /// Share left in a shelter, fragments.
    pub shelter: f64,
    /// Share of the wounding area left in a shelter, blast.
    pub blast_shelter: f64,
    /// Seconds to drop.
    pub drop_s: f64,
    /// Seconds in which the first reach shelter.
    pub shelter_first_s: f64,
    /// Seconds in which the last do.
    pub shelter_last_s: f64,
    /// Share who act on a warning.
    pub compliance: f64,
    /// People at one place.
    pub group_size: f64,
    /// Chance that the theatre is warned of a missile.
    pub missile_early_warning: f64,
}

/// One draw of everything in the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknowns {
    /// By index of the munition class.
    pub munitions: Vec<MunitionDraw>,
    /// By index of the system class.
    pub systems: Vec<SystemDraw>,
    /// People under fire.
    pub people: PeopleDraw,
}

impl Unknowns {
    /// The draw of one group. The same seed and group give the same draw, whatever else is drawn.
    #[must_use]
    pub fn draw(catalogue: &Catalogue, seed: u64, group: u32) -> Self {
        let numbered = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        Self {
            munitions: (0..)
                .zip(&catalogue.munitions)
                .map(|(index, class)| {
                    draw_munition(class, Stream::new(seed, group, index, PURPOSE_MUNITION))
                })
                .collect(),
            systems: catalogue
                .systems
                .iter()
                .enumerate()
                .map(|(index, class)| {
                    let own = Stream::new(seed, group, numbered(index), PURPOSE_SYSTEM);
                    draw_system(class, own, Stream::new(seed, group, 0, PURPOSE_SENSOR))
                })
                .collect(),
            people: draw_people(catalogue, Stream::new(seed, group, 0, PURPOSE_PEOPLE)),
        }
    }
}

fn draw_munition(class: &MunitionClass, mut stream: Stream) -> MunitionDraw {
    let mut draw = |interval: &Interval| interval.at(stream.uniform());
    let killed_scale_m = carleton_scale_m(draw(&class.killed_radius_m));
    let hurt_scale_m = carleton_scale_m(draw(&class.wounded_radius_m)).max(killed_scale_m);
    MunitionDraw {
        kind: class.kind,
        effect: class.effect,
        killed_scale_m,
        hurt_scale_m,
        speed_mps: draw(&class.speed_mps),
        speed_range_mps: [class.speed_mps.low, class.speed_mps.high],
        mass_kg: draw(&class.mass_kg),
        calibre_m: draw(&class.calibre_mm) * 1e-3,
        drag_scale: draw(&class.drag_scale),
        fired_from_m: [class.fired_from_m.low, class.fired_from_m.high],
        scatter_along: draw(&class.scatter_along),
        scatter_across: draw(&class.scatter_across),
        failure_probability: draw(&class.failure_probability),
        interval_s: draw(&class.interval_s),
        centre_spread: draw(&class.centre_spread),
        elevation_share: stream.uniform(),
    }
}

fn draw_system(class: &SystemClass, mut own: Stream, mut shared: Stream) -> SystemDraw {
    SystemDraw {
        role: class.role,
        sensor: class
            .sensor
            .as_ref()
            .map(|sensor| draw_sensor(sensor, &mut shared)),
        interceptor: class
            .interceptor
            .as_ref()
            .map(|interceptor| draw_interceptor(interceptor, &mut own)),
        vulnerability: class
            .vulnerability
            .as_ref()
            .map(|vulnerability| draw_vulnerability(vulnerability, &mut own)),
    }
}

fn draw_sensor(sensor: &Sensor, stream: &mut Stream) -> SensorDraw {
    let mut draw = |interval: &Interval| interval.at(stream.uniform());
    SensorDraw {
        range_m: draw(&sensor.range_m),
        mask_tangent: libm::tan(draw(&sensor.mask_deg).to_radians()),
        detection_probability: draw(&sensor.detection_probability),
        scan_period_s: draw(&sensor.scan_period_s),
        plots_needed: whole(draw(&sensor.plots_needed)).max(1),
        delay_s: draw(&sensor.delay_s),
    }
}

fn draw_interceptor(interceptor: &Interceptor, stream: &mut Stream) -> InterceptorDraw {
    let mut draw = |interval: &Interval| interval.at(stream.uniform());
    InterceptorDraw {
        engages: interceptor.engages.clone(),
        intercept_probability: draw(&interceptor.intercept_probability),
        reach_m: draw(&interceptor.reach_m),
        engagements: whole(draw(&interceptor.engagements)),
        engagement_s: draw(&interceptor.engagement_s),
        reaction_s: draw(&interceptor.reaction_s),
        channels: whole(draw(&interceptor.channels)).max(1),
        looks: whole(draw(&interceptor.looks)).max(1),
        reload_s: draw(&interceptor.reload_s),
        window_s: draw(&interceptor.window_s),
    }
}

fn draw_vulnerability(vulnerability: &Vulnerability, stream: &mut Stream) -> VulnerabilityDraw {
    let mut draw = |interval: &Interval| interval.at(stream.uniform());
    VulnerabilityDraw {
        damage_scale_m: carleton_scale_m(draw(&vulnerability.damage_radius_m)),
        spread_m: draw(&vulnerability.spread_m),
        repair_days: draw(&vulnerability.repair_days),
    }
}

fn draw_people(catalogue: &Catalogue, mut stream: Stream) -> PeopleDraw {
    let people = &catalogue.people;
    let mut draw = |interval: &Interval| interval.at(stream.uniform());
    let shelter_first_s = draw(&people.shelter_first_s);
    PeopleDraw {
        indoors: draw(&people.indoors),
        building: draw(&people.building),
        prone: draw(&people.prone),
        shelter: draw(&people.shelter),
        blast_shelter: draw(&people.blast_shelter),
        drop_s: draw(&people.drop_s),
        shelter_first_s,
        shelter_last_s: draw(&people.shelter_last_s).max(shelter_first_s),
        compliance: draw(&people.compliance),
        group_size: draw(&people.group_size).max(1.0),
        missile_early_warning: draw(&people.missile_early_warning),
        indoors_night: draw(&people.indoors_night),
        wake_s: draw(&people.wake_s),
    }
}

/// The Carleton radius R of P = exp(−r²/R²) whose even-odds radius is `radius_m`.
fn carleton_scale_m(radius_m: f64) -> f64 {
    radius_m / libm::sqrt(std::f64::consts::LN_2)
}

fn whole(number: f64) -> u32 {
    libm::round(number).clamp(0.0, f64::from(u32::MAX)) as u32
}
