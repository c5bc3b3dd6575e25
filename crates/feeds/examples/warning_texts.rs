//! Prints messages of CAP and events of Cursor on Target for warnings of every stage, with names that somebody
//! hostile may have chosen, for a check by other programs: `cap` or `cot`, a blank, the message, and a zero octet.

use feeds::cap::{Issuer, message};
use feeds::cot::event;
use std::io::Write;
use theatre::{Geodetic, Reality, Reference, Stage, Warning, Zone};

const NAMES: [&str; 9] = [
    "North housing",
    "",
    "<zone> & \"others\" ]]>",
    "\u{202e}desrever\u{2066}",
    "bell \u{7} zero \u{0} escape \u{1b}[2J end",
    "none \u{ffff} and \u{fdd0}",
    "</alert><!-- -->&#0;&lt;",
    "a, b\r\n\tc",
    "🚀 Лагерь مخيم é",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = Issuer {
        sender: "rampart@camp.example".to_owned(),
        name: "Rampart".to_owned(),
        exercise: "Winter <3>".to_owned(),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for stage in [Stage::Alert, Stage::Update, Stage::Cancel, Stage::AllClear] {
        for reality in [Reality::Actual, Reality::Exercise] {
            for name in NAMES.iter().copied().chain([&*"x".repeat(10_000)]) {
                let warning = warning(stage, reality, name);
                write!(out, "cap {}\0", message(&warning, &issuer)?)?;
                write!(out, "cot {}\0", event(&warning)?)?;
            }
        }
    }
    Ok(())
}

fn warning(stage: Stage, reality: Reality, name: &str) -> Warning {
    let place = |latitude_deg, longitude_deg| Geodetic {
        latitude_deg,
        longitude_deg,
    };
    let earlier = Reference {
        identifier: "camp-000017".to_owned(),
        sent_ns: 1_795_377_598_000_000_000,
    };
    Warning {
        identifier: "camp-000018".to_owned(),
        reality,
        stage,
        zone: Zone {
            id: "north".to_owned(),
            name: name.to_owned(),
            outline: vec![
                place(-0.000_000_1, 43.95),
                place(36.25, -43.96),
                place(36.24, 43.955),
            ],
            shelter_time_s: 8.0,
        },
        sent_ns: 1_795_377_600_250_000_000,
        first_impact_ns: 1_795_377_611_000_000_000,
        last_impact_ns: 1_795_377_614_000_000_000,
        expires_ns: 1_795_377_660_000_000_000,
        probability: 0.83,
        class: name.to_owned(),
        references: if stage == Stage::Alert {
            vec![]
        } else {
            vec![earlier]
        },
    }
}
