//! How many rounds a text says were fired.
//!
//! A text may give several counts: of two sources, of two munitions, of those fired and those that hit.
//! They are not told apart. The least of them is the low end and their sum the high one, between which
//! the number fired lies in each of these cases.

use super::rules::Rules;
use regex::{Captures, Regex, RegexBuilder};

/// Most rounds of one report, as in the log.
const ROUNDS_MAX: u32 = 10_000;
/// A number with what hedges it, behind a space or an opening mark.
const COUNT: &str = r#"(?:^|[\s("'“‘])(?:(?P<hedge>at least|no fewer than|more than|over|about|around|approximately|roughly|nearly|almost|some|up to|as many as|between)\s+)?(?P<low>{number})(?:(?:\s?[-–]\s?|\s+(?:to|or|and)\s+)(?P<high>{number}))?"#;
/// Numbers of at most three digits, so that a year is none.
const NUMBER: &str = "several|multiple|numerous|dozens of|scores of|a few|a number of|a dozen|a couple of|a pair of|[0-9]{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|an?";
/// Words behind a munition that make it part of another noun: a rocket launcher, a mortar attack.
const PART_OF: [&str; 16] = [
    "attack",
    "attacks",
    "fire",
    "launcher",
    "launchers",
    "barrage",
    "barrages",
    "salvo",
    "salvos",
    "strike",
    "strikes",
    "shelling",
    "team",
    "unit",
    "range",
    "propelled",
];
/// Words behind a munition that was not fired at the site.
const NOT_FIRED: [&str; 9] = [
    "found",
    "unfired",
    "unlaunched",
    "defused",
    "discovered",
    "seized",
    "dismantled",
    "recovered",
    "confiscated",
];
/// Words behind a count that are looked at.
const BEHIND: usize = 4;

/// The expression for rounds, in which `{count}` stands for a number and what hedges it.
///
/// # Errors
/// Where it is no regular expression, or names no `{count}`.
pub fn pattern(text: &str) -> Result<Regex, String> {
    if text.matches("{count}").count() != 1 {
        return Err("does not hold {count} once".to_owned());
    }
    let count = COUNT.replace("{number}", NUMBER);
    let whole = format!(r"{}\b", text.replace("{count}", &count));
    RegexBuilder::new(&whole)
        .case_insensitive(true)
        .build()
        .map_err(|error| error.to_string())
}

/// The rounds that a text states, from the least to the most; `None` where it states none.
#[must_use]
pub fn stated(text: &str, rules: &Rules) -> Option<(u32, u32)> {
    let counts = rules.rounds.captures_iter(text).filter_map(|found| {
        let behind = text.get(found.get(0)?.end()..).unwrap_or_default();
        counted(behind).then(|| count(&found, rules)).flatten()
    });
    let (low, high) = counts.reduce(|(low, high), (l, h)| (low.min(l), high.saturating_add(h)))?;
    let low = low.clamp(1, ROUNDS_MAX);
    Some((low, high.clamp(low, ROUNDS_MAX)))
}

/// Whether what follows leaves the count one of rounds that were fired.
fn counted(behind: &str) -> bool {
    let sentence = behind.split(|c: char| !(c.is_alphanumeric() || c == ' ' || c == '-'));
    let words = sentence.take(1).flat_map(|part| part.split([' ', '-']));
    let mut words = words.filter(|word| !word.is_empty()).map(str::to_lowercase);
    let is_in = |list: &[&str], word: &String| list.contains(&word.as_str());
    match words.next() {
        None => true,
        Some(first) if is_in(&PART_OF, &first) || is_in(&NOT_FIRED, &first) => false,
        Some(_) => !words.take(BEHIND - 1).any(|word| is_in(&NOT_FIRED, &word)),
    }
}

fn count(found: &Captures, rules: &Rules) -> Option<(u32, u32)> {
    let text = |name| found.name(name).map(|part| part.as_str().to_lowercase());
    let unknown = rules.rounds_unknown.high as u32;
    let first = text("low")?;
    let (low, mut high) = number(&first, unknown)?;
    if let Some(second) = text("high") {
        high = high.max(number(&second, unknown)?.1);
    }
    let share = rules.approximate_share;
    Some(match text("hedge").as_deref() {
        Some("at least" | "no fewer than" | "more than" | "over") => (low, high.max(unknown)),
        Some("up to" | "as many as") => (1, high),
        Some("about" | "around" | "approximately" | "roughly" | "nearly" | "almost" | "some") => (
            (f64::from(low) * (1.0 - share)).floor().max(1.0) as u32,
            (f64::from(high) * (1.0 + share)).ceil() as u32,
        ),
        _ => (low, high),
    })
    .filter(|(low, high)| low <= high && *high > 0)
}

/// What a number in words or digits stands for; words without an end run up to `unknown`.
fn number(text: &str, unknown: u32) -> Option<(u32, u32)> {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    let exactly = |count: u32| Some((count, count));
    match text {
        "several" | "multiple" | "numerous" | "a few" | "a number of" => Some((2, unknown.max(2))),
        "dozens of" => Some((24, unknown.max(100))),
        "scores of" => Some((40, unknown.max(200))),
        "a dozen" => exactly(12),
        "a couple of" | "a pair of" => exactly(2),
        "a" | "an" => exactly(1),
        "thirty" => exactly(30),
        "forty" => exactly(40),
        "fifty" => exactly(50),
        _ => match text.parse::<u32>() {
            Ok(count) => exactly(count),
            Err(_) => {
                let at = WORDS.iter().position(|word| *word == text)?;
                exactly(u32::try_from(at).ok()?)
            }
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rounds(text: &str) -> Option<(u32, u32)> {
        let catalogue = crate::load::theatre("../../theatres/iraq-2020".as_ref());
        let rules = crate::load::import_rules(None, &catalogue.unwrap().catalogue);
        stated(text, &rules.unwrap())
    }

    #[test]
    fn a_stated_count_is_read() {
        for (text, expected) in [
            ("Militants fired 14 rockets at the base.", (14, 14)),
            ("Three mortar shells fell.", (3, 3)),
            ("A Katyusha rocket landed near the gate.", (1, 1)),
            ("two 107mm rockets", (2, 2)),
            ("two 122 mm Grad rockets", (2, 2)),
            ("between 30 and 36 rockets", (30, 36)),
            ("hit by 3-5 rockets", (3, 5)),
            ("hit by three or four mortars", (3, 4)),
            ("about 30 rockets", (24, 36)),
            ("at least five rockets", (5, 40)),
            ("up to 8 missiles", (1, 8)),
            ("Several rockets were launched", (2, 40)),
            ("dozens of rockets", (24, 100)),
            ("a dozen rockets", (12, 12)),
            (
                "Seven rockets were fired; two rockets landed inside.",
                (2, 9),
            ),
            (
                "One rocket hit; eleven more rockets were found unfired.",
                (1, 1),
            ),
            ("(17 rockets)", (17, 17)),
        ] {
            assert_eq!(rounds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_count_of_rounds_fired_is_not_read() {
        for text in [
            "A rocket attack on the base.",
            "The base was hit by 107mm rockets.",
            "On 12 March rockets hit the base.",
            "In 2020 rockets hit the base.",
            "At 14:30 rockets hit the base.",
            "BM-21 rockets hit the base.",
            "One mortar team was seen.",
            "Police seized nothing; 24 rockets found nearby.",
            "12 rocket-propelled grenades",
            "0 rockets",
            "",
        ] {
            assert_eq!(rounds(text), None, "{text}");
        }
    }
}
