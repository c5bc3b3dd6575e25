//! One draw of everything that is not known exactly.
//!
//! A group of replications shares one draw, so the spread between groups shows what ignorance of
//! the catalogue does to an answer, and the spread within a group shows what chance does.
//! Every interval is drawn uniformly and independently, but for two kinds of tie: a radar figure is
//! drawn at the same share for every system (what is not known of one radar is not known of the
//! next, and a gun's own radar must not look worse than a bare one by chance), and so is the
//! behaviour of people.

use theatre::{
    Blast, Catalogue, Interceptor, Interval, MunitionClass, MunitionKind, People, Role, Sensor,
    Stream, SystemClass, Vulnerability,
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

/// What a figure is a figure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A munition class, by index.
    Munition(usize),
    /// A system class, by index: its interceptors and how it is put out.
    System(usize),
    /// Every radar.
    Radars,
    /// People under fire.
    People,
}

/// One unknown: a figure that a draw sets once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    /// What it is a figure of.
    pub of: Owner,
    /// The key that gives it in its file.
    pub key: &'static str,
}

impl Unknowns {
    /// The draw of one group. The same seed and group give the same draw, whatever else is drawn.
    #[must_use]
    pub fn draw(catalogue: &Catalogue, seed: u64, group: u32) -> Self {
        Self::build(catalogue, &mut |of| Shares::new(seed, group, of))
    }

    /// The draw of one group in which one figure is that of another group.
    #[must_use]
    pub fn exchanged(
        catalogue: &Catalogue,
        seed: u64,
        group: u32,
        figure: Figure,
        other: u32,
    ) -> Self {
        Self::build(catalogue, &mut |of| {
            let shares = Shares::new(seed, group, of);
            if of == figure.of {
                shares.but(figure.key, Shares::new(seed, other, of).stream)
            } else {
                shares
            }
        })
    }

    fn build<'a>(catalogue: &Catalogue, shares: &mut dyn FnMut(Owner) -> Shares<'a>) -> Self {
        Self {
            munitions: (0..)
                .zip(&catalogue.munitions)
                .map(|(index, class)| draw_munition(class, shares(Owner::Munition(index))))
                .collect(),
            systems: (0..)
                .zip(&catalogue.systems)
                .map(|(index, class)| {
                    draw_system(class, shares(Owner::System(index)), shares(Owner::Radars))
                })
                .collect(),
            people: draw_people(&catalogue.people, shares(Owner::People)),
        }
    }
}

/// Every figure that a draw sets and that is not known exactly, in the order of the catalogue.
#[must_use]
pub fn figures(catalogue: &Catalogue) -> Vec<Figure> {
    let mut seen = Vec::new();
    let record = |of, seen: &mut Vec<Figure>, draw: &dyn Fn(Shares<'_>)| {
        let mut keys = Vec::new();
        draw(Shares::new(0, 0, of).recorded(&mut keys));
        for key in keys {
            let figure = Figure { of, key };
            if !seen.contains(&figure) {
                seen.push(figure);
            }
        }
    };
    for (index, class) in (0..).zip(&catalogue.munitions) {
        let of = Owner::Munition(index);
        record(of, &mut seen, &|shares| {
            draw_munition(class, shares);
        });
    }
    for (index, class) in (0..).zip(&catalogue.systems) {
        let radars = || Shares::new(0, 0, Owner::Radars);
        record(Owner::System(index), &mut seen, &|shares| {
            draw_system(class, shares, radars());
        });
    }
    for class in &catalogue.systems {
        let own = || Shares::new(0, 0, Owner::System(0));
        record(Owner::Radars, &mut seen, &|shares| {
            draw_system(class, own(), shares);
        });
    }
    record(Owner::People, &mut seen, &|shares| {
        draw_people(&catalogue.people, shares);
    });
    seen
}

/// Where in their intervals the figures of one owner lie: draws in a fixed order, so that one can be
/// taken from another group and the rest stay what they are.
struct Shares<'a> {
    stream: Stream,
    exchanged: Option<(&'static str, Stream)>,
    seen: Option<&'a mut Vec<&'static str>>,
}

impl<'a> Shares<'a> {
    fn new(seed: u64, group: u32, of: Owner) -> Self {
        let numbered = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let (entity, purpose) = match of {
            Owner::Munition(index) => (numbered(index), PURPOSE_MUNITION),
            Owner::System(index) => (numbered(index), PURPOSE_SYSTEM),
            Owner::Radars => (0, PURPOSE_SENSOR),
            Owner::People => (0, PURPOSE_PEOPLE),
        };
        Self {
            stream: Stream::new(seed, group, entity, purpose),
            exchanged: None,
            seen: None,
        }
    }

    fn but(mut self, key: &'static str, other: Stream) -> Self {
        self.exchanged = Some((key, other));
        self
    }

    fn recorded(mut self, seen: &'a mut Vec<&'static str>) -> Self {
        self.seen = Some(seen);
        self
    }

    /// The draw of one figure; one whose interval is a point is known, and not listed.
    fn at(&mut self, key: &'static str, interval: &Interval) -> f64 {
        interval.at(self.share(key, interval.low < interval.high))
    }

    fn share(&mut self, key: &'static str, unknown: bool) -> f64 {
        if let Some(seen) = self.seen.as_mut().filter(|_| unknown) {
            seen.push(key);
        }
        let own = self.stream.uniform();
        match &mut self.exchanged {
            Some((exchanged, other)) => {
                let theirs = other.uniform();
                if *exchanged == key { theirs } else { own }
            }
            None => own,
        }
    }
}

fn draw_munition(class: &MunitionClass, mut shares: Shares<'_>) -> MunitionDraw {
    let killed_scale_m = carleton_scale_m(shares.at("killed_radius_m", &class.killed_radius_m));
    let hurt_scale_m = carleton_scale_m(shares.at("wounded_radius_m", &class.wounded_radius_m))
        .max(killed_scale_m);
    MunitionDraw {
        kind: class.kind,
        effect: class.effect,
        killed_scale_m,
        hurt_scale_m,
        speed_mps: shares.at("speed_mps", &class.speed_mps),
        speed_range_mps: [class.speed_mps.low, class.speed_mps.high],
        mass_kg: shares.at("mass_kg", &class.mass_kg),
        calibre_m: shares.at("calibre_mm", &class.calibre_mm) * 1e-3,
        drag_scale: shares.at("drag_scale", &class.drag_scale),
        fired_from_m: [class.fired_from_m.low, class.fired_from_m.high],
        scatter_along: shares.at("scatter_along", &class.scatter_along),
        scatter_across: shares.at("scatter_across", &class.scatter_across),
        failure_probability: shares.at("failure_probability", &class.failure_probability),
        interval_s: shares.at("interval_s", &class.interval_s),
        centre_spread: shares.at("centre_spread", &class.centre_spread),
        elevation_share: shares.share(
            "elevation_share",
            matches!(
                class.kind,
                MunitionKind::Mortar | MunitionKind::BallisticMissile
            ),
        ),
    }
}

fn draw_system(class: &SystemClass, mut own: Shares<'_>, mut shared: Shares<'_>) -> SystemDraw {
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

fn draw_sensor(sensor: &Sensor, shares: &mut Shares<'_>) -> SensorDraw {
    SensorDraw {
        range_m: shares.at("sensor_range_m", &sensor.range_m),
        mask_tangent: libm::tan(shares.at("sensor_mask_deg", &sensor.mask_deg).to_radians()),
        detection_probability: shares.at("detection_probability", &sensor.detection_probability),
        scan_period_s: shares.at("scan_period_s", &sensor.scan_period_s),
        plots_needed: whole(shares.at("plots_needed", &sensor.plots_needed)).max(1),
        delay_s: shares.at("warning_delay_s", &sensor.delay_s),
    }
}

fn draw_interceptor(interceptor: &Interceptor, shares: &mut Shares<'_>) -> InterceptorDraw {
    InterceptorDraw {
        engages: interceptor.engages.clone(),
        intercept_probability: shares
            .at("intercept_probability", &interceptor.intercept_probability),
        reach_m: shares.at("reach_m", &interceptor.reach_m),
        engagements: whole(shares.at("engagements", &interceptor.engagements)),
        engagement_s: shares.at("engagement_s", &interceptor.engagement_s),
        reaction_s: shares.at("reaction_s", &interceptor.reaction_s),
        channels: whole(shares.at("channels", &interceptor.channels)).max(1),
        looks: whole(shares.at("looks", &interceptor.looks)).max(1),
        reload_s: shares.at("reload_s", &interceptor.reload_s),
        window_s: shares.at("window_s", &interceptor.window_s),
    }
}

fn draw_vulnerability(vulnerability: &Vulnerability, shares: &mut Shares<'_>) -> VulnerabilityDraw {
    VulnerabilityDraw {
        damage_scale_m: carleton_scale_m(
            shares.at("damage_radius_m", &vulnerability.damage_radius_m),
        ),
        spread_m: shares.at("spread_m", &vulnerability.spread_m),
        repair_days: shares.at("repair_days", &vulnerability.repair_days),
    }
}

fn draw_people(people: &People, mut shares: Shares<'_>) -> PeopleDraw {
    let shelter_first_s = shares.at("shelter_first_s", &people.shelter_first_s);
    PeopleDraw {
        indoors: shares.at("indoors", &people.indoors),
        building: shares.at("building", &people.building),
        prone: shares.at("prone", &people.prone),
        shelter: shares.at("shelter", &people.shelter),
        blast_shelter: shares.at("blast_shelter", &people.blast_shelter),
        drop_s: shares.at("drop_s", &people.drop_s),
        shelter_first_s,
        shelter_last_s: shares
            .at("shelter_last_s", &people.shelter_last_s)
            .max(shelter_first_s),
        compliance: shares.at("compliance", &people.compliance),
        group_size: shares.at("group_size", &people.group_size).max(1.0),
        missile_early_warning: shares.at("missile_early_warning", &people.missile_early_warning),
        indoors_night: shares.at("indoors_night", &people.indoors_night),
        wake_s: shares.at("wake_s", &people.wake_s),
    }
}

/// The Carleton radius R of P = exp(−r²/R²) whose even-odds radius is `radius_m`.
fn carleton_scale_m(radius_m: f64) -> f64 {
    radius_m / libm::sqrt(std::f64::consts::LN_2)
}

fn whole(number: f64) -> u32 {
    libm::round(number).clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(low: f64, high: f64) -> Interval {
        Interval {
            low,
            high,
            source: "a test".into(),
        }
    }

    fn catalogue() -> Catalogue {
        let some = || interval(1.0, 2.0);
        let sensor = Sensor {
            range_m: some(),
            mask_deg: some(),
            detection_probability: interval(0.5, 0.9),
            scan_period_s: some(),
            plots_needed: interval(2.0, 6.0),
            delay_s: interval(3.0, 3.0),
        };
        let system = |id: &str| SystemClass {
            id: id.into(),
            name: id.into(),
            role: Role::Warning,
            most_per_site: 1,
            transfer_days: some(),
            sensor: Some(sensor.clone()),
            interceptor: None,
            vulnerability: None,
        };
        Catalogue {
            systems: vec![system("one"), system("other")],
            munitions: Vec::new(),
            people: People {
                indoors: some(),
                building: some(),
                prone: some(),
                shelter: some(),
                blast_shelter: some(),
                drop_s: some(),
                shelter_first_s: some(),
                shelter_last_s: interval(3.0, 4.0),
                compliance: some(),
                group_size: some(),
                missile_early_warning: some(),
                indoors_night: some(),
                wake_s: some(),
            },
        }
    }

    /// Exchanging every figure in turn changes that one alone, and a figure that is known is not one.
    #[test]
    fn one_figure_is_exchanged_and_no_other() {
        let catalogue = catalogue();
        let figures = figures(&catalogue);
        assert!(!figures.iter().any(|figure| figure.key == "warning_delay_s"));
        assert_eq!(figures.iter().filter(|f| f.of == Owner::Radars).count(), 5);
        let (own, other) = (
            Unknowns::draw(&catalogue, 7, 1),
            Unknowns::draw(&catalogue, 7, 2),
        );
        let scan = Figure {
            of: Owner::Radars,
            key: "scan_period_s",
        };
        let mixed = Unknowns::exchanged(&catalogue, 7, 1, scan, 2);
        let mut wanted = own.clone();
        for (system, theirs) in wanted.systems.iter_mut().zip(&other.systems) {
            if let (Some(sensor), Some(theirs)) = (&mut system.sensor, &theirs.sensor) {
                sensor.scan_period_s = theirs.scan_period_s;
            }
        }
        assert_eq!(mixed, wanted);
        for figure in figures {
            let mixed = Unknowns::exchanged(&catalogue, 7, 1, figure, 2);
            let back = Unknowns::exchanged(&catalogue, 7, 1, figure, 1);
            assert_ne!(mixed, own, "{figure:?}");
            assert_eq!(back, own, "{figure:?}");
        }
    }
}
