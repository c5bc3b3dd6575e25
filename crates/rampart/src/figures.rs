//! Every figure of a theatre that is an interval, by name, so that what was assumed can be told.

use crate::study::{Group, Setup};
use raid::unknowns::{InterceptorDraw, MunitionDraw, PeopleDraw, SensorDraw, VulnerabilityDraw};
use theatre::{Interval, MunitionClass, People, SystemClass, Theatre, Threat};

/// One figure and what it is a figure of.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure<'a> {
    /// The id of the system, munition or threat; `people` for people under fire.
    pub of: &'a str,
    /// The key that gives it in its file.
    pub key: &'static str,
    /// Its spread and source.
    pub interval: &'a Interval,
}

/// Every figure of the catalogue and of the judged threats, in the order of their files.
#[must_use]
pub fn all(theatre: &Theatre) -> Vec<Figure<'_>> {
    let catalogue = &theatre.catalogue;
    let systems = catalogue
        .systems
        .iter()
        .map(|s| (s.id.as_str(), of_system(s)));
    let munitions = catalogue
        .munitions
        .iter()
        .map(|m| (m.id.as_str(), of_munition(m)));
    let people = std::iter::once(("people", of_people(&catalogue.people)));
    let threats = theatre
        .threats
        .iter()
        .map(|t| (t.id.as_str(), of_threat(t)));
    systems
        .chain(munitions)
        .chain(people)
        .chain(threats)
        .flat_map(|(of, named)| {
            named
                .into_iter()
                .map(move |(key, interval)| Figure { of, key, interval })
        })
        .collect()
}

/// The value that each unknown has in one draw, by name: figures that a group draws once, and attacks
/// expected over the horizon by site and by class. Radars share their draw, and are named once.
#[must_use]
pub fn drawn(theatre: &Theatre, setup: &Setup, group: &Group) -> Vec<(String, f64)> {
    let catalogue = &theatre.catalogue;
    let mut named: Vec<(String, f64)> = Vec::new();
    let mut add = |of: &str, values: &[(&str, f64)]| {
        named.extend(
            values
                .iter()
                .map(|(key, value)| (format!("{key} of {of}"), *value)),
        );
    };
    let systems = || group.unknowns.systems.iter();
    if let Some(sensor) = systems().find_map(|system| system.sensor.as_ref()) {
        add("radars", &sensor_values(sensor));
    }
    for (system, class) in systems().zip(&catalogue.systems) {
        if let Some(interceptor) = &system.interceptor {
            add(&class.id, &interceptor_values(interceptor));
        }
        if let Some(vulnerability) = &system.vulnerability {
            add(&class.id, &vulnerability_values(vulnerability));
        }
    }
    let fired = |munition: usize| setup.sources.iter().any(|s| s.munition == munition);
    for (index, munition) in group.unknowns.munitions.iter().enumerate() {
        if fired(index) {
            add(&catalogue.munitions[index].id, &munition_values(munition));
        }
    }
    add("people", &people_values(&group.unknowns.people));
    for (threat, draw) in theatre.threats.iter().zip(&group.threats) {
        let values = [
            ("probability", draw.probability),
            ("preceded_by_rockets", draw.preceded_by_rockets),
        ];
        add(&threat.id, &values);
    }
    let rate = |site: usize, class: usize| group.rates.per_day(site, class);
    let classes = setup.forecast.classes();
    for (site, place) in theatre.sites.iter().enumerate() {
        let all = (0..classes.len()).map(|class| rate(site, class)).sum();
        named.push((format!("attacks on {}", place.id), all));
    }
    for (class, &munition) in classes.iter().enumerate() {
        let all = (0..theatre.sites.len()).map(|site| rate(site, class)).sum();
        named.push((
            format!("attacks by {}", catalogue.munitions[munition].id),
            all,
        ));
    }
    named
}

type Values = Vec<(&'static str, f64)>;

fn sensor_values(sensor: &SensorDraw) -> Values {
    vec![
        ("sensor_range_m", sensor.range_m),
        ("sensor_mask_deg", sensor.mask_tangent),
        ("detection_probability", sensor.detection_probability),
        ("scan_period_s", sensor.scan_period_s),
        ("plots_needed", f64::from(sensor.plots_needed)),
        ("warning_delay_s", sensor.delay_s),
    ]
}

fn interceptor_values(interceptor: &InterceptorDraw) -> Values {
    vec![
        ("intercept_probability", interceptor.intercept_probability),
        ("reach_m", interceptor.reach_m),
        ("engagements", f64::from(interceptor.engagements)),
        ("engagement_s", interceptor.engagement_s),
        ("reaction_s", interceptor.reaction_s),
        ("channels", f64::from(interceptor.channels)),
        ("looks", f64::from(interceptor.looks)),
        ("reload_s", interceptor.reload_s),
        ("window_s", interceptor.window_s),
    ]
}

fn vulnerability_values(vulnerability: &VulnerabilityDraw) -> Values {
    vec![
        ("damage_radius_m", vulnerability.damage_scale_m),
        ("critical_part_spread_m", vulnerability.spread_m),
        ("repair_days", vulnerability.repair_days),
    ]
}

fn munition_values(munition: &MunitionDraw) -> Values {
    vec![
        ("speed_mps", munition.speed_mps),
        ("mass_kg", munition.mass_kg),
        ("calibre_mm", munition.calibre_m),
        ("drag_scale", munition.drag_scale),
        ("scatter_along", munition.scatter_along),
        ("scatter_across", munition.scatter_across),
        ("failure_probability", munition.failure_probability),
        ("killed_radius_m", munition.killed_scale_m),
        ("wounded_radius_m", munition.hurt_scale_m),
        ("interval_s", munition.interval_s),
        ("centre_spread", munition.centre_spread),
    ]
}

fn people_values(people: &PeopleDraw) -> Values {
    vec![
        ("indoors", people.indoors),
        ("indoors_night", people.indoors_night),
        ("wake_s", people.wake_s),
        ("building", people.building),
        ("prone", people.prone),
        ("shelter", people.shelter),
        ("blast_shelter", people.blast_shelter),
        ("drop_s", people.drop_s),
        ("shelter_first_s", people.shelter_first_s),
        ("shelter_last_s", people.shelter_last_s),
        ("compliance", people.compliance),
        ("group_size", people.group_size),
        ("missile_early_warning", people.missile_early_warning),
    ]
}

type Named<'a> = Vec<(&'static str, &'a Interval)>;

fn of_system(system: &SystemClass) -> Named<'_> {
    let mut named = vec![("transfer_days", &system.transfer_days)];
    if let Some(sensor) = &system.sensor {
        named.extend([
            ("sensor_range_m", &sensor.range_m),
            ("sensor_mask_deg", &sensor.mask_deg),
            ("detection_probability", &sensor.detection_probability),
            ("scan_period_s", &sensor.scan_period_s),
            ("plots_needed", &sensor.plots_needed),
            ("warning_delay_s", &sensor.delay_s),
        ]);
    }
    if let Some(interceptor) = &system.interceptor {
        named.extend([
            ("intercept_probability", &interceptor.intercept_probability),
            ("reach_m", &interceptor.reach_m),
            ("engagements", &interceptor.engagements),
            ("engagement_s", &interceptor.engagement_s),
            ("reaction_s", &interceptor.reaction_s),
            ("channels", &interceptor.channels),
            ("looks", &interceptor.looks),
            ("reload_s", &interceptor.reload_s),
            ("window_s", &interceptor.window_s),
        ]);
    }
    if let Some(vulnerability) = &system.vulnerability {
        named.extend([
            ("damage_radius_m", &vulnerability.damage_radius_m),
            ("critical_part_spread_m", &vulnerability.spread_m),
            ("repair_days", &vulnerability.repair_days),
        ]);
    }
    named
}

fn of_munition(munition: &MunitionClass) -> Named<'_> {
    vec![
        ("speed_mps", &munition.speed_mps),
        ("mass_kg", &munition.mass_kg),
        ("calibre_mm", &munition.calibre_mm),
        ("drag_scale", &munition.drag_scale),
        ("fired_from_m", &munition.fired_from_m),
        ("scatter_along", &munition.scatter_along),
        ("scatter_across", &munition.scatter_across),
        ("failure_probability", &munition.failure_probability),
        ("killed_radius_m", &munition.killed_radius_m),
        ("wounded_radius_m", &munition.wounded_radius_m),
        ("interval_s", &munition.interval_s),
        ("centre_spread", &munition.centre_spread),
    ]
}

fn of_people(people: &People) -> Named<'_> {
    vec![
        ("indoors", &people.indoors),
        ("indoors_night", &people.indoors_night),
        ("wake_s", &people.wake_s),
        ("building", &people.building),
        ("prone", &people.prone),
        ("shelter", &people.shelter),
        ("blast_shelter", &people.blast_shelter),
        ("drop_s", &people.drop_s),
        ("shelter_first_s", &people.shelter_first_s),
        ("shelter_last_s", &people.shelter_last_s),
        ("compliance", &people.compliance),
        ("group_size", &people.group_size),
        ("missile_early_warning", &people.missile_early_warning),
    ]
}

fn of_threat(threat: &Threat) -> Named<'_> {
    vec![
        ("rounds", &threat.rounds),
        ("probability", &threat.probability),
        ("preceded_by_rockets", &threat.preceded_by_rockets),
    ]
}
