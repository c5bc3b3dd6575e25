//! Faults in what a person wrote: where, what is wrong, and what would be right.
//!
//! A [`Fault`] carries the few words around the place that it names, so that it can be shown long
//! after the file is gone. Nothing that a file holds reaches a terminal unescaped.

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use std::fmt::{self, Write as _};
use std::ops::Range;

/// Faults that are shown in full; of the rest only the number is.
pub const SHOWN_MAX: usize = 100;
/// Widest line of words, in characters.
const WIDTH: usize = 80;

/// What sort of rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The folder or file is missing, unreadable, empty, too large, or not a file.
    File,
    /// The bytes are not text.
    Text,
    /// The text is not TOML or CSV.
    Syntax,
    /// A key, column or value is missing.
    Missing,
    /// A key, column, name or id that nothing knows.
    Unknown,
    /// A value of another type than the one that is meant.
    Type,
    /// A value out of range.
    Range,
    /// The same thing given twice.
    Duplicate,
    /// Values that are right each alone and wrong together.
    Contradiction,
    /// More than Rampart takes.
    Limit,
}

/// One fault in one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The file, as the person named its folder.
    pub path: String,
    /// Line, from 1; 0 where the fault is of the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 where the fault is of the whole file.
    pub column: usize,
    /// Bytes of the offending text, after any byte-order mark.
    pub span: Range<usize>,
    /// What sort of rule was broken.
    pub kind: FaultKind,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub mend: String,
    /// The words around the place; `None` where the fault is of the whole file.
    pub excerpt: Option<Excerpt>,
}

/// Part of one line of a file, fit to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    path: String,
    text: String,
    label: Range<usize>,
    line: usize,
    column: usize,
}

impl Excerpt {
    /// Most characters shown before the offending text, and from its start on.
    const SIDES: [usize; 2] = [50, 90];

    /// The part of `line_text` around `span`, which is in bytes of that line and is cut at its end.
    #[must_use]
    pub fn new(
        path: &str,
        line_text: &str,
        span: Range<usize>,
        line: usize,
        column: usize,
    ) -> Self {
        let start = floor(line_text, span.start);
        let end = floor(line_text, span.end.max(start));
        let [before, after] = Self::SIDES;
        let from = back(line_text, start, before);
        let to = forth(line_text, start, after);
        let mut text = String::new();
        if from > 0 {
            text.push_str("...");
        }
        text.push_str(&plain(&line_text[from..start]));
        let label_start = text.len();
        let label_end = end.min(to);
        text.push_str(&plain(&line_text[start..label_end]));
        if text.len() == label_start && to == label_end {
            // Something to point at behind the last character.
            text.push(' ');
        }
        let label = label_start..text.len();
        text.push_str(&plain(&line_text[label_end..to]));
        if to < line_text.len() {
            text.push_str("...");
        }
        Self {
            path: path.to_owned(),
            text,
            label,
            line,
            column,
        }
    }
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn back(text: &str, from: usize, chars: usize) -> usize {
    let before = &text[..from];
    before
        .char_indices()
        .rev()
        .take(chars)
        .last()
        .map_or(from, |(at, _)| at)
}

fn forth(text: &str, from: usize, chars: usize) -> usize {
    text[from..]
        .char_indices()
        .nth(chars)
        .map_or(text.len(), |(at, _)| from + at)
}

/// The text with everything that a terminal might act on shown as its code.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push(' '),
            c if acts_on_terminal(c) => {
                let _ = write!(out, "<{:02X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether a character moves the cursor, turns the direction of writing, or cannot be seen.
fn acts_on_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A value as it is shown in a message: escaped and cut to sixty characters.
#[must_use]
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let cut = forth(text, 0, LONGEST);
    let mut out = plain(&text[..cut]);
    if cut < text.len() {
        out.push_str("...");
    }
    out
}

/// The text in lines of at most eighty characters, where its words allow it; its own line breaks
/// are kept.
#[must_use]
pub fn wrapped(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(wrapped_line).collect();
    lines.join("\n")
}

fn wrapped_line(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            out.push('\n');
            width = 0;
        } else if !out.is_empty() {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.excerpt.is_none() {
            write!(f, "{}: ", shown(&self.path))?;
        }
        f.write_str(&wrapped(&self.wrong))
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(wrapped(&self.mend)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.excerpt.as_ref()?.label.clone();
        let span = LabeledSpan::new(None, label.start, label.len());
        Some(Box::new(std::iter::once(span)))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            self.text.as_bytes(),
            (0, self.text.len()).into(),
            self.line.saturating_sub(1),
            self.column.saturating_sub(1),
            1,
        )))
    }
}

/// Every fault found in a folder, in the order of its files and lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// The faults, at least one.
    pub list: Vec<Fault>,
    /// Faults found beyond those kept in the list.
    pub unlisted: usize,
}

/// How faults are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// ASCII, the same bytes everywhere.
    Plain,
    /// Box-drawing characters.
    Unicode,
    /// Box-drawing characters and colour.
    Colour,
}

impl Faults {
    /// How many were found.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.unlisted
    }

    /// The first hundred, drawn for a reader, and a line that counts them all.
    #[must_use]
    pub fn render(&self, drawing: Drawing) -> String {
        let theme = match drawing {
            Drawing::Plain => GraphicalTheme::none(),
            Drawing::Unicode => GraphicalTheme::unicode_nocolor(),
            Drawing::Colour => GraphicalTheme::unicode(),
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_wrap_lines(false)
            .with_context_lines(0)
            .with_links(false);
        let mut out = String::new();
        for fault in self.list.iter().take(SHOWN_MAX) {
            // Writing to a string cannot fail; a snippet that cannot be drawn leaves its message.
            let _ = handler.render_report(&mut out, fault);
            out.push('\n');
        }
        let more = self.count() - self.list.len().min(SHOWN_MAX);
        let noun = if self.count() == 1 { "fault" } else { "faults" };
        let _ = match more {
            0 => writeln!(out, "{} {noun}", self.count()),
            _ => writeln!(
                out,
                "{} {noun}, of which {more} more are not shown",
                self.count()
            ),
        };
        out.lines()
            .fold(String::with_capacity(out.len()), |mut all, line| {
                all.push_str(line.trim_end());
                all.push('\n');
                all
            })
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Drawing::Plain))
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_the_fault() {
        let line = "x".repeat(100_000);
        let excerpt = Excerpt::new("f", &line, 5_000..5_003, 1, 5_001);
        assert!(excerpt.text.len() < 200);
        assert_eq!(&excerpt.text[excerpt.label.clone()], "xxx");
    }

    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c"), "a<1B>[2Jb<202E>c");
        let excerpt = Excerpt::new("f", "é\u{0}é", 2..3, 1, 2);
        assert_eq!(excerpt.text, "é<00>é");
        assert_eq!(&excerpt.text[excerpt.label.clone()], "<00>");
    }
}
