//! Text and numbers, made safe for the page.

use crate::brief::{Range, Units, words};

/// Text for an element or a quoted attribute. Controls, and the marks that reorder the text after
/// them, are dropped.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' | '\r' => safe.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}

/// A length or coordinate of a drawing; 0 where it is not a number.
pub fn px(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if !tenths.is_finite() || tenths == 0.0 {
        return "0".into();
    }
    let text = format!("{:.1}", tenths / 10.0);
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}

/// A mean with its interval, which may fall to a second line.
pub fn interval(range: &Range) -> String {
    if range.mean == 0.0 && range.low == 0.0 && range.high == 0.0 {
        return "0".into();
    }
    format!(
        "{} <span class=\"i\">({}–{})</span>",
        words::number(range.mean),
        words::number(range.low),
        words::number(range.high)
    )
}

/// A chance in percent.
pub fn chance(share: f64) -> String {
    if share.is_finite() {
        words::percent(share)
    } else {
        "–".into()
    }
}

/// A chance with its interval.
pub fn chances(range: &Range) -> String {
    if range.high < 0.01 {
        return escape(&chance(range.high));
    }
    let bound = |share: f64| {
        chance(share)
            .trim_end_matches(" %")
            .replace("< ", "&lt; ")
            .replace("> ", "&gt; ")
    };
    format!(
        "{} <span class=\"i\">({}–{} %)</span>",
        escape(&chance(range.mean)),
        bound(range.low),
        bound(range.high)
    )
}

/// Units in words, each in one piece.
pub fn systems(units: &Units) -> String {
    if units.is_empty() {
        return escape(&words::units(units));
    }
    let each = units
        .iter()
        .map(|(system, &count)| words::units(&Units::from([(system.clone(), count)])));
    let pieces: Vec<String> = each.map(|piece| piece_of(&piece)).collect();
    pieces.join(", ")
}

fn piece_of(words: &str) -> String {
    let class = if words.chars().count() <= 24 {
        " class=\"nowrap\""
    } else {
        ""
    };
    format!("<span{class}>{}</span>", escape(words))
}

/// `1 person`, `2 people`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// At most `letters` letters, with an ellipsis where some are missing.
pub fn clip(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.into();
    }
    let kept: String = text.chars().take(letters.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// At most `lines` lines of at most `letters` letters each, broken between words.
pub fn fold(text: &str, letters: usize, lines: usize) -> Vec<String> {
    let mut folded: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while rest.chars().count() > letters && folded.len() + 1 < lines {
        let fits = |end: &usize| rest[..*end].chars().count() <= letters;
        let Some(end) = rest
            .match_indices(' ')
            .map(|(end, _)| end)
            .take_while(fits)
            .last()
        else {
            break;
        };
        folded.push(rest[..end].trim_end().into());
        rest = rest[end..].trim_start();
    }
    folded.push(clip(rest, letters));
    folded
}

/// About how wide `text` is in the page's type at `size`, erring on the wide side.
pub fn width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | 't' | 'f' | 'r' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '('
            | ')' | ' ' | '-' => 0.36,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '→' | '…' => 0.98,
            'A'..='Z' | '&' => 0.74,
            letter if letter.is_ascii() => 0.6,
            letter if letter < '\u{1100}' => 0.66,
            _ => 1.05,
        })
        .sum();
    ems * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_is_text() {
        assert_eq!(
            escape("a<b & \"c\"\u{202e}\u{7}'"),
            "a&lt;b &amp; &quot;c&quot;&#39;"
        );
    }

    #[test]
    fn lengths_are_short_and_finite() {
        assert_eq!(px(1.04), "1");
        assert_eq!(px(-0.01), "0");
        assert_eq!(px(f64::NAN), "0");
        assert_eq!(px(12.36), "12.4");
    }

    #[test]
    fn long_names_fold_then_clip() {
        assert_eq!(fold("Camp Taji", 24, 2), ["Camp Taji"]);
        assert_eq!(
            fold("Nineveh Operations Command Mosul", 24, 2),
            ["Nineveh Operations", "Command Mosul"]
        );
        assert_eq!(
            fold("Nineveh Operations Command Mosul", 18, 2),
            ["Nineveh Operations", "Command Mosul"]
        );
        assert_eq!(
            fold("Union III and embassy Baghdad", 16, 3),
            ["Union III and", "embassy Baghdad"]
        );
        assert_eq!(fold(&"x".repeat(200), 10, 2), ["xxxxxxxxx…"]);
        assert_eq!(fold("", 10, 2), [""]);
    }

    #[test]
    fn chances_keep_their_marks_safe() {
        let range = Range {
            mean: 0.004,
            low: 0.001,
            high: 0.2,
        };
        assert_eq!(
            chances(&range),
            "&lt; 1 % <span class=\"i\">(&lt; 1–20 %)</span>"
        );
    }
}
