//! Warnings of every stage with names that somebody hostile may have chosen.

use feeds::cap::Issuer;
use proptest::prelude::*;
use theatre::{Geodetic, Reality, Reference, Stage, Warning, Zone};

/// 2026-11-22T20:00:00.25 UTC.
pub const SENT_NS: i64 = 1_795_377_600_250_000_000;

pub fn issuer() -> Issuer {
    Issuer {
        sender: "rampart@camp.example".to_owned(),
        name: "Rampart, Camp North".to_owned(),
        exercise: "Winter 3".to_owned(),
    }
}

pub fn warning(stage: Stage, reality: Reality) -> Warning {
    let place = |latitude_deg, longitude_deg| Geodetic {
        latitude_deg,
        longitude_deg,
    };
    let earlier = Reference {
        identifier: "camp-north-000017".to_owned(),
        sent_ns: SENT_NS - 2_000_000_000,
    };
    Warning {
        identifier: "camp-north-000018".to_owned(),
        reality,
        stage,
        zone: Zone {
            id: "north".to_owned(),
            name: "North housing".to_owned(),
            outline: vec![
                place(36.25, 43.95),
                place(36.25, 43.96),
                place(36.24, 43.955),
            ],
            shelter_time_s: 8.0,
        },
        sent_ns: SENT_NS,
        first_impact_ns: SENT_NS + 11_500_000_000,
        last_impact_ns: SENT_NS + 14_000_000_000,
        expires_ns: SENT_NS + 60_000_000_000,
        probability: 0.83,
        class: "107 mm rocket".to_owned(),
        references: if stage == Stage::Alert {
            vec![]
        } else {
            vec![earlier]
        },
    }
}

pub const STAGES: [Stage; 4] = [Stage::Alert, Stage::Update, Stage::Cancel, Stage::AllClear];
pub const REALITIES: [Reality; 2] = [Reality::Actual, Reality::Exercise];

/// Names with markup, quotes, control characters, changes of direction, nothing at all, and very long ones.
pub fn hostile_name() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<",
        "&",
        "]]>",
        "\"",
        "'",
        "--",
        "<!--",
        "&lt;",
        "&#0;",
        "\u{0}",
        "\u{7}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{2066}",
        "\u{feff}",
        "\u{ffff}",
        "\u{85}",
        "\r\n",
        "\t",
        " ",
        ",",
        "é",
        "Лагерь",
        "مخيم",
        "🚀",
        "North",
        "</alert>",
        "%s",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        Just("x".repeat(10_000)),
        Just("\u{202e}".repeat(10_000)),
    ]
}

prop_compose! {
    pub fn hostile_warning()(
        stage in prop::sample::select(STAGES.to_vec()),
        reality in prop::sample::select(REALITIES.to_vec()),
        id in hostile_name(),
        name in hostile_name(),
        class in hostile_name(),
        sent_ns in 0_i64..4_000_000_000_000_000_000,
        until_ns in 0_i64..100_000_000_000,
        lasting_ns in 0_i64..100_000_000_000,
        after_ns in 1_i64..100_000_000_000,
        probability in 0.0..=1.0_f64,
        corners in prop::collection::vec((-90.0..=90.0_f64, -180.0..=180.0_f64), 3..9),
        earlier in 1_usize..5,
    ) -> Warning {
        let mut warning = warning(stage, reality);
        warning.zone.id = id;
        warning.zone.name = name;
        warning.zone.outline = corners
            .into_iter()
            .map(|(latitude_deg, longitude_deg)| Geodetic { latitude_deg, longitude_deg })
            .collect();
        warning.class = class;
        warning.sent_ns = sent_ns;
        warning.first_impact_ns = sent_ns + until_ns;
        warning.last_impact_ns = warning.first_impact_ns + lasting_ns;
        warning.expires_ns = warning.last_impact_ns + after_ns;
        warning.probability = probability;
        warning.references = warning.references.iter().cycle().take(earlier).cloned().collect();
        if stage == Stage::Alert {
            warning.references.clear();
        }
        warning
    }
}
