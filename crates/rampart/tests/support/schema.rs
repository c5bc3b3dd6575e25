//! What the document of `rampart plan --json` must be, whatever the theatre.

use serde_json::Value;
use std::collections::BTreeMap;
use theatre::Theatre;

type Check = fn(&Value, &str);

fn number(value: &Value, of: &str) {
    assert!(value.as_f64().is_some_and(f64::is_finite), "{of}: {value}");
}

fn at_least_zero(value: &Value, of: &str) {
    number(value, of);
    assert!(float(value) >= 0.0, "{of}: {value}");
}

fn count(value: &Value, of: &str) {
    assert!(value.is_u64(), "{of}: {value}");
}

fn text(value: &Value, of: &str) {
    let filled = value.as_str().is_some_and(|text| !text.is_empty());
    assert!(filled, "{of}: {value}");
}

fn flag(value: &Value, of: &str) {
    assert!(value.is_boolean(), "{of}: {value}");
}

fn share(value: &Value, of: &str) {
    number(value, of);
    assert!((0.0..=1.0).contains(&float(value)), "{of}: {value}");
}

/// A mean within 90 % bounds that are in order.
fn range(value: &Value, of: &str) {
    object(
        value,
        of,
        &[("mean", number), ("low", number), ("high", number)],
    );
    ordered(value, of);
}

fn range_of_positive(value: &Value, of: &str) {
    range(value, of);
    at_least_zero(&value["low"], of);
}

fn ordered(value: &Value, of: &str) {
    assert!(
        float(&value["low"]) <= float(&value["high"]),
        "{of}: {value}"
    );
}

fn units(value: &Value, of: &str) {
    let systems = value.as_object();
    let sound = |systems: &serde_json::Map<String, Value>| {
        let mut counts = systems.values();
        counts.all(|count| count.as_u64().is_some_and(|count| count > 0))
    };
    assert!(systems.is_some_and(sound), "{of}: {value}");
}

fn words(value: &Value, of: &str) {
    for line in list(value, of) {
        text(line, of);
    }
}

pub fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

pub fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap_or(u64::MAX)
}

pub fn list<'a>(value: &'a Value, of: &str) -> &'a [Value] {
    assert!(value.is_array(), "{of}: {value}");
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An object with these keys and no other, each of its kind.
fn object(value: &Value, of: &str, fields: &[(&str, Check)]) {
    let keys: Vec<&str> = value
        .as_object()
        .map(|map| map.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut expected: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
    expected.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected, "{of}");
    for (key, check) in fields {
        check(&value[*key], &format!("{of}.{key}"));
    }
}

fn objects(value: &Value, of: &str, fields: &[(&str, Check)]) {
    for (index, entry) in list(value, of).iter().enumerate() {
        object(entry, &format!("{of}[{index}]"), fields);
    }
}

/// Every key of the document, and the kind of its value.
pub fn is_a_plan(plan: &Value) {
    object(
        plan,
        "plan",
        &[
            ("theatre", text),
            ("as_of", text),
            ("horizon_days", count),
            ("seed", count),
            ("inputs", |value, of| {
                let inputs = value.as_object().map(|inputs| inputs.values());
                assert!(inputs.is_some_and(|mut all| all.all(Value::is_u64)), "{of}");
            }),
            ("locks", words),
            ("what_if", |value, of| optional(value, of, what_if)),
            ("objective", text),
            ("risk", |value, of| {
                let fields: [(&str, Check); 4] = [
                    ("objective", text),
                    ("of_least_expected_plan", at_least_zero),
                    ("of_today", at_least_zero),
                    ("judged", range_of_positive),
                ];
                if !value.is_null() {
                    object(value, of, &fields);
                }
            }),
            ("site_loss", at_least_zero),
            ("since", |value, of| optional(value, of, since)),
            ("loss", |value, of| {
                object(value, of, &[("before", loss), ("after", loss)]);
            }),
            ("proof", proof),
            ("critical_assets", |value, of| {
                let fields: [(&str, Check); 5] = [
                    ("rank", count),
                    ("site", text),
                    ("criticality", at_least_zero),
                    ("threat", range_of_positive),
                    ("vulnerability", range_of_positive),
                ];
                objects(value, of, &fields);
            }),
            ("defended_assets", |value, of| {
                let fields: [(&str, Check); 8] = [
                    ("rank", count),
                    ("limits", words),
                    ("site", text),
                    ("systems", units),
                    ("from_day", count),
                    ("loss_averted", range),
                    ("survives", share),
                    ("reason", text),
                ];
                objects(value, of, &fields);
            }),
            ("moves", |value, of| {
                let fields: [(&str, Check); 7] = [
                    ("limits", words),
                    ("from", text),
                    ("to", text),
                    ("people", count),
                    ("first_day", count),
                    ("last_day", count),
                    ("reason", text),
                ];
                objects(value, of, &fields);
            }),
            ("sites", |value, of| {
                let fields: [(&str, Check); 7] = [
                    ("id", text),
                    ("people_before", count),
                    ("people_after", count),
                    ("open", flag),
                    ("systems", units),
                    ("loss_before", range_of_positive),
                    ("loss_after", range_of_positive),
                ];
                objects(value, of, &fields);
            }),
            ("missions", |value, of| {
                let fields: [(&str, Check); 4] = [
                    ("id", text),
                    ("required", count),
                    ("people_after", count),
                    ("met", flag),
                ];
                objects(value, of, &fields);
            }),
            ("accepted_risks", |value, of| {
                let fields: [(&str, Check); 3] =
                    [("site", text), ("loss", range_of_positive), ("why", text)];
                objects(value, of, &fields);
            }),
            ("unmet_requests", |value, of| {
                let fields: [(&str, Check); 3] = [
                    ("system", text),
                    ("site", text),
                    ("loss_averted_by_one_more", range),
                ];
                objects(value, of, &fields);
            }),
            ("limits", |value, of| {
                let fields: [(&str, Check); 7] = [
                    ("limit", text),
                    ("used", count),
                    ("available", count),
                    ("step", count),
                    ("eased", |value, of| optional(value, of, worth)),
                    ("tightened", |value, of| optional(value, of, worth)),
                    ("binds", flag),
                ];
                objects(value, of, &fields);
            }),
            ("frontier", |value, of| {
                let systems: Check = |value, of| {
                    let fields: [(&str, Check); 3] =
                        [("system", text), ("available", count), ("points", points)];
                    objects(value, of, &fields);
                };
                object(value, of, &[("systems", systems), ("people_moved", points)]);
            }),
            ("robustness", |value, of| {
                let fields: [(&str, Check); 6] = [
                    ("draws", count),
                    ("regret", range_of_positive),
                    ("regret_at_most", at_least_zero),
                    ("regret_share", range_of_positive),
                    ("regret_with", drivers),
                    ("lines", |value, of| {
                        let fields: [(&str, Check); 3] =
                            [("site", text), ("survives", share), ("falls_with", drivers)];
                        objects(value, of, &fields);
                    }),
                ];
                object(value, of, &fields);
                let [mean, most] = [&value["regret"]["mean"], &value["regret_at_most"]];
                assert!(float(mean) <= float(most), "{of}: {value}");
            }),
            ("why_not", |value, of| {
                let fields: [(&str, Check); 7] = [
                    ("site", text),
                    ("forced", text),
                    ("answer", text),
                    ("loss_added", |value, of| optional(value, of, range)),
                    ("objective_rises", |value, of| optional(value, of, between)),
                    ("changes", words),
                    ("conflict", conflict),
                ];
                objects(value, of, &fields);
            }),
            ("courses_of_action", |value, of| {
                let fields: [(&str, Check); 7] = [
                    ("name", text),
                    ("summary", text),
                    ("loss", range_of_positive),
                    ("people_moved", count),
                    ("systems", units),
                    ("proof", proof),
                    ("chosen", flag),
                ];
                objects(value, of, &fields);
            }),
            ("notes", words),
        ],
    );
}

/// Null, or what it should be.
fn optional(value: &Value, of: &str, check: Check) {
    if !value.is_null() {
        check(value, of);
    }
}

/// Two bounds in order.
fn between(value: &Value, of: &str) {
    let bounds = list(value, of);
    assert_eq!(bounds.len(), 2, "{of}");
    number(&bounds[0], of);
    assert!(float(&bounds[0]) <= float(&bounds[1]), "{of}: {value}");
}

fn conflict(value: &Value, of: &str) {
    let line: Check = |value, of| optional(value, of, count);
    objects(
        value,
        of,
        &[("file", text), ("line", line), ("demand", text)],
    );
}

fn drivers(value: &Value, of: &str) {
    objects(value, of, &[("unknown", text), ("correlation", number)]);
}

fn since(value: &Value, of: &str) {
    let fields: [(&str, Check); 12] = [
        ("theatre", text),
        ("as_of", text),
        ("seed", count),
        ("inputs_known", flag),
        ("inputs", |value, of| {
            let maybe: Check = |value, of| optional(value, of, count);
            objects(
                value,
                of,
                &[("key", text), ("before", maybe), ("value", maybe)],
            );
        }),
        ("changes", words),
        ("breaks", words),
        ("keeping_loses", |value, of| {
            optional(value, of, at_least_zero)
        }),
        ("loss_averted", |value, of| optional(value, of, range)),
        ("objective_falls", |value, of| optional(value, of, between)),
        ("causes", |value, of| {
            let falls: Check = |value, of| optional(value, of, between);
            objects(
                value,
                of,
                &[
                    ("key", text),
                    ("objective_falls", falls),
                    ("explains", words),
                ],
            );
        }),
        ("unexplained", words),
    ];
    object(value, of, &fields);
}

fn worth(value: &Value, of: &str) {
    object(value, of, &[("loss", range), ("objective", between)]);
}

/// A frontier: with more to spend, no less can be had.
fn points(value: &Value, of: &str) {
    let fields: [(&str, Check); 3] = [
        ("most", count),
        ("loss", range_of_positive),
        ("proof", proof),
    ];
    objects(value, of, &fields);
    for pair in list(value, of).windows(2) {
        let [least, most] = [&pair[1]["proof"]["bound"], &pair[0]["proof"]["value"]];
        assert!(float(least) <= float(most), "{of}: {pair:?}");
        assert!(whole(&pair[0]["most"]) < whole(&pair[1]["most"]), "{of}");
    }
}

fn proof(value: &Value, of: &str) {
    let fields: [(&str, Check); 4] = [
        ("value", at_least_zero),
        ("bound", number),
        ("gap", at_least_zero),
        ("status", text),
    ];
    object(value, of, &fields);
}

fn what_if(value: &Value, of: &str) {
    let fields: [(&str, Check); 5] = [
        ("applied", |value, of| {
            let fields: [(&str, Check); 3] = [("key", text), ("before", count), ("value", count)];
            objects(value, of, &fields);
        }),
        ("proof_before", |value, of| optional(value, of, proof)),
        ("loss_averted", |value, of| optional(value, of, range)),
        ("objective_falls", |value, of| optional(value, of, between)),
        ("changes", words),
    ];
    object(value, of, &fields);
}

fn loss(value: &Value, of: &str) {
    object(
        value,
        of,
        &[
            ("mean", at_least_zero),
            ("low", at_least_zero),
            ("high", at_least_zero),
            ("killed", range_of_positive),
            ("wounded", range_of_positive),
            ("killed_partner", range_of_positive),
            ("wounded_partner", range_of_positive),
            ("realised_low", at_least_zero),
            ("realised_high", at_least_zero),
            ("p_any_killed", share),
            ("p_ten_casualties", share),
            ("p_site_loss", range_of_positive),
        ],
    );
    ordered(value, of);
    assert!(
        float(&value["realised_low"]) <= float(&value["realised_high"]),
        "{of}"
    );
}

/// That the document adds up, in itself and against its theatre.
pub fn adds_up(plan: &Value, theatre: &Theatre) {
    is_a_plan(plan);
    assert_eq!(plan["theatre"], theatre.name);
    assert_eq!(plan["as_of"], theatre.as_of.to_string());
    assert_eq!(
        whole(&plan["horizon_days"]),
        u64::from(theatre.horizon_days)
    );
    assert_eq!(whole(&plan["seed"]), theatre.seed);
    assert!(float(&plan["proof"]["bound"]) <= float(&plan["proof"]["value"]));
    ranks(plan);
    let sites = people(plan, theatre);
    moves(plan, theatre, sites);
    systems(plan, theatre);
    missions(plan, theatre);
    courses(plan);
}

fn ranks(plan: &Value) {
    let of = |key: &str| -> Vec<u64> {
        let lines = list(&plan[key], key).iter();
        lines.map(|line| whole(&line["rank"])).collect()
    };
    let critical = of("critical_assets");
    assert!(critical.iter().copied().eq(1..=critical.len() as u64));
    let defended = of("defended_assets");
    assert!(defended.first().is_none_or(|&rank| rank == 1));
    for (place, pair) in (2..).zip(defended.windows(2)) {
        assert!(pair[1] == pair[0] || pair[1] == place, "{defended:?}");
    }
    let averted = list(&plan["defended_assets"], "defended").iter();
    let averted: Vec<f64> = averted
        .map(|line| float(&line["loss_averted"]["mean"]))
        .collect();
    assert!(averted.is_sorted_by(|a, b| a >= b), "{averted:?}");
}

/// People of each site, before and after.
fn people(plan: &Value, theatre: &Theatre) -> BTreeMap<String, [u64; 2]> {
    let lines = list(&plan["sites"], "sites");
    assert_eq!(lines.len(), theatre.sites.len());
    let mut people = BTreeMap::new();
    for (line, site) in lines.iter().zip(&theatre.sites) {
        let [before, after] = ["people_before", "people_after"].map(|key| whole(&line[key]));
        assert_eq!(line["id"], site.id);
        assert_eq!(before, u64::from(site.people));
        assert!(after <= u64::from(site.capacity));
        assert_eq!(line["open"], after > 0, "{line}");
        assert!(after == 0 || after >= u64::from(site.guard), "{line}");
        people.insert(site.id.clone(), [before, after]);
    }
    let sum = |which: usize| people.values().map(|both| both[which]).sum::<u64>();
    assert_eq!((sum(0), sum(1)), (theatre.people(), theatre.people()));
    people
}

fn moves(plan: &Value, theatre: &Theatre, mut people: BTreeMap<String, [u64; 2]>) {
    let horizon = u64::from(theatre.horizon_days);
    let mut moved = 0;
    for line in list(&plan["moves"], "moves") {
        let [first, last, count] = ["first_day", "last_day", "people"].map(|key| whole(&line[key]));
        assert!(1 <= first && first <= last && last <= horizon, "{line}");
        moved += count;
        for (end, leaves) in [("from", true), ("to", false)] {
            let id = line[end].as_str().unwrap_or_default();
            let site = people.get_mut(id).map(|both| &mut both[0]);
            assert!(count > 0 && site.is_some(), "{line}");
            if let Some(there) = site {
                *there = if leaves {
                    *there - count
                } else {
                    *there + count
                };
            }
        }
    }
    for (id, [moved_to, after]) in people {
        assert_eq!(moved_to, after, "{id}");
    }
    assert!(moved <= u64::from(theatre.movement.people_per_day) * horizon);
    let proposed = &list(&plan["courses_of_action"], "courses")[0];
    assert_eq!(whole(&proposed["people_moved"]), moved);
}

fn systems(plan: &Value, theatre: &Theatre) {
    let stands = |lines: &[Value]| -> BTreeMap<String, u64> {
        let mut sum = BTreeMap::new();
        for (id, count) in lines
            .iter()
            .filter_map(|line| line["systems"].as_object())
            .flatten()
        {
            *sum.entry(id.clone()).or_default() += whole(count);
        }
        sum
    };
    let sites = stands(list(&plan["sites"], "sites"));
    assert_eq!(sites, stands(list(&plan["defended_assets"], "defended")));
    assert_eq!(
        sites,
        stands(&list(&plan["courses_of_action"], "courses")[..1])
    );
    for (id, count) in &sites {
        let system = theatre.catalogue.system(id);
        let stock = theatre.stock.iter();
        let stock = stock.filter(|stock| Some(stock.system) == system);
        let deployed = theatre.deployed.iter();
        let deployed = deployed.filter(|deployed| Some(deployed.system) == system);
        let most = stock.map(|stock| u64::from(stock.available)).sum::<u64>()
            + deployed.map(|there| u64::from(there.quantity)).sum::<u64>();
        assert!(*count <= most, "{count} {id} of {most}");
    }
    for line in list(&plan["defended_assets"], "defended") {
        let day = whole(&line["from_day"]);
        assert!(
            (1..=u64::from(theatre.horizon_days)).contains(&day),
            "{line}"
        );
    }
}

fn missions(plan: &Value, theatre: &Theatre) {
    let lines = list(&plan["missions"], "missions");
    assert_eq!(lines.len(), theatre.missions.len());
    for (line, mission) in lines.iter().zip(&theatre.missions) {
        assert_eq!(line["id"], mission.id);
        assert_eq!(whole(&line["required"]), u64::from(mission.people));
        assert_eq!(line["people_after"], line["required"], "{line}");
        assert_eq!(line["met"], true, "{line}");
    }
}

fn courses(plan: &Value) {
    let lines = list(&plan["courses_of_action"], "courses");
    assert_eq!(lines[0]["name"], "proposed");
    assert_eq!(lines[0]["loss"]["mean"], plan["loss"]["after"]["mean"]);
    for (place, line) in lines.iter().enumerate() {
        assert_eq!(line["chosen"], place == 0, "{line}");
    }
}

/// That nothing in the document tells where or when it was made.
pub fn tells_no_place_or_time(plan: &Value) {
    match plan {
        Value::String(text) => {
            let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
            let clock = text.split_whitespace().any(|word| {
                let parts: Vec<&str> = word.split(':').collect();
                parts.len() > 1
                    && parts[..2]
                        .iter()
                        .all(|part| !part.is_empty() && digits(part))
            });
            let path = text.split_whitespace().any(|word| {
                let word = word.trim_start_matches(['"', '(', '`']);
                word.starts_with('/') || word.contains(":\\") || word.contains("://")
            });
            assert!(!clock && !path, "{text}");
        }
        Value::Array(values) => values.iter().for_each(tells_no_place_or_time),
        Value::Object(map) => map.values().for_each(tells_no_place_or_time),
        _ => {}
    }
}
