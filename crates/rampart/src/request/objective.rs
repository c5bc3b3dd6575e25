//! What the plan is to make least: `--objective expected`, `cvar=0.95` or `worst-case=2`.

use std::fmt;
use std::str::FromStr;

/// Most attacks that may shift; far above what any log expects.
const ATTACKS_MAX: f64 = 1e6;

/// What the plan makes least.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Objective {
    /// The expected loss.
    #[default]
    Expected,
    /// The mean of the worst share `1 - level` of the draws of what is not known.
    Tail {
        /// From 0 to below 1.
        level: f64,
    },
    /// The expected loss when up to so many expected attacks, of the kinds on record, move from where
    /// they were expected to where they hurt most.
    WorstCase {
        /// Expected attacks over the horizon, at least 0.
        attacks: f64,
    },
}

impl FromStr for Objective {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str, most: f64| {
            let number = text.parse::<f64>().ok();
            number.filter(|number| (0.0..=most).contains(number))
        };
        match text.split_once('=') {
            None if text == "expected" => Ok(Self::Expected),
            Some(("cvar", level)) => number(level, 1.0)
                .filter(|level| *level < 1.0)
                .map(|level| Self::Tail { level })
                .ok_or_else(|| "the level is from 0 to below 1, as in cvar=0.95".into()),
            Some(("worst-case", attacks)) => number(attacks, ATTACKS_MAX)
                .map(|attacks| Self::WorstCase { attacks })
                .ok_or_else(|| "a number of attacks of at least 0, as in worst-case=2".into()),
            _ => Err("write expected, cvar=LEVEL or worst-case=ATTACKS".into()),
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected => f.write_str("expected"),
            Self::Tail { level } => write!(f, "cvar={level}"),
            Self::WorstCase { attacks } => write!(f, "worst-case={attacks}"),
        }
    }
}
