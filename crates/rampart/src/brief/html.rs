//! The brief as one HTML file that opens without a network: inline style, inline drawings, no
//! script, nothing that differs from run to run. It prints on A4 with the decision first and the
//! evidence behind it, and says in shapes and words whatever it says in colour.

mod charts;
mod decision;
mod evidence;
mod hindcast;
mod map;
mod raids;
mod residual;
mod scores;
mod table;
mod text;

pub use hindcast::page as hindcast;
pub use raids::page as raids;
pub use scores::page as scores;

use super::{Brief, reasons};
use std::collections::BTreeMap;
use std::fmt::Write;
use text::escape;

/// The page: a whole HTML document.
#[must_use]
pub fn page(brief: &Brief) -> String {
    let names = Names::of(brief);
    let mut page = String::new();
    head(
        &mut page,
        "Proposed defended asset list",
        &brief.document.theatre,
    );
    decision::title(&mut page, &brief.document);
    page.push_str("<main>\n<section class=\"decision\">\n");
    decision::headline(&mut page, &brief.document);
    page.push_str(&map::figure(brief));
    decision::defended_assets(&mut page, &brief.document, &names);
    decision::moves(&mut page, &brief.document, &names);
    decision::missions(&mut page, &brief.document, &names);
    let mut limits = reasons::limits(&brief.document);
    limits.extend(reasons::robustness(&brief.document));
    if !limits.is_empty() {
        lines(&mut page, "What holds the plan", &limits, "");
    }
    let answers = reasons::answers(&brief.document);
    if !answers.is_empty() {
        lines(&mut page, "Answers to what was asked", &answers, "");
    }
    page.push_str("</section>\n<section class=\"evidence\">\n<h2>The evidence</h2>\n");
    evidence::critical_assets(&mut page, &brief.document, &names);
    residual::table(&mut page, brief, &names);
    evidence::accepted_risks(&mut page, &brief.document, &names);
    evidence::unmet_requests(&mut page, &brief.document, &names);
    evidence::courses_of_action(&mut page, &brief.document);
    page.push_str(&charts::sites(&brief.document, &names));
    page.push_str(&charts::curves(&brief.curves));
    evidence::half_lives(&mut page, &brief.half_lives);
    lines(
        &mut page,
        "Caveats",
        &brief.caveats,
        "Nothing is known to be missing.",
    );
    lines(
        &mut page,
        "How the numbers were made",
        &brief.method,
        "Not stated.",
    );
    page.push_str("</section>\n</main>\n</body>\n</html>\n");
    page
}

fn head(page: &mut String, what: &str, of: &str) {
    head_with(page, what, of, "light", "");
}

/// The head of a page in one or both colour schemes, with a style of its own after the common one.
fn head_with(page: &mut String, what: &str, of: &str, schemes: &str, style: &str) {
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"{schemes}\">\n\
         <title>{what} — {}</title>\n<style>\n{}{style}</style>\n</head>\n<body>\n",
        escape(of),
        include_str!("html/style.css"),
    );
}

/// A heading and a list, or what its emptiness means.
fn lines(page: &mut String, title: &str, items: &[String], empty: &str) {
    let _ = writeln!(page, "<h3>{title}</h3>");
    if items.is_empty() {
        let _ = writeln!(page, "<p class=\"empty\">{empty}</p>");
        return;
    }
    page.push_str("<ul class=\"lines\">\n");
    for item in items {
        let _ = writeln!(page, "<li>{}</li>", escape(item));
    }
    page.push_str("</ul>\n");
}

/// What each site is called; a site without a name is called by its id.
struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    fn of(brief: &'a Brief) -> Self {
        Self(
            brief
                .places
                .iter()
                .map(|line| (line.id.as_str(), line.name.as_str()))
                .collect(),
        )
    }

    /// The name, unescaped.
    fn plain(&self, id: &'a str) -> &'a str {
        match self.0.get(id) {
            Some(name) if !name.trim().is_empty() => name,
            _ => id,
        }
    }

    /// The name, ready for the page, whichever way it is written.
    fn name(&self, id: &'a str) -> String {
        format!("<bdi>{}</bdi>", escape(self.plain(id)))
    }

    /// The name with the id that reasons and files use.
    fn both(&self, id: &'a str) -> String {
        let name = self.plain(id);
        if name == id {
            return self.name(id);
        }
        format!(
            "{} <span class=\"id\"><bdi>{}</bdi></span>",
            self.name(id),
            escape(id)
        )
    }
}
