//! The rules by which `rampart import` tells munitions apart, built in or the user's own.

use super::log::{File, Log};
use super::names::Names;
use super::rules::{Number, OneOf, Slug, Text};
use super::toml_table::{Document, Table};
use crate::diagnose::{FaultKind, Faults, shown};
use crate::import::rounds;
use crate::import::rules::{Field, Outcome, Rule, Rules};
use feeds::events::DataSet;
use regex::{Regex, RegexBuilder};
use std::path::Path;
use theatre::Catalogue;

/// The built-in rules, as they can be edited.
pub const BUILT_IN_IMPORT_RULES: &str = include_str!("../../catalogue/import.toml");

const RULES_MAX: usize = 1_000;
/// Most memory of a compiled expression, so that no expression can take all of it.
const PATTERN_BYTES_MAX: usize = 1 << 22;
const ROUNDS: Number = Number::within(1.0, 10_000.0);

const RULE_KEYS: [&str; 10] = [
    "id",
    "data_sets",
    "kind",
    "sub_kind",
    "actors",
    "location",
    "text",
    "unless_text",
    "class",
    "drop",
];

const DATA_SETS: OneOf<DataSet> = OneOf(&[
    ("acled", DataSet::Acled),
    ("ucdp", DataSet::UcdpGed),
    ("gtd", DataSet::Gtd),
]);

/// The rules of a file, or the built-in ones; their classes are of `catalogue`.
///
/// # Errors
/// Every fault of the rules.
pub fn import_rules(own: Option<&Path>, catalogue: &Catalogue) -> Result<Rules, Faults> {
    let log = Log::default();
    let bytes = match own {
        None => Some(Ok(BUILT_IN_IMPORT_RULES.as_bytes().to_vec())),
        Some(path) => super::read_file(path, File::ImportRules),
    };
    let name = own.map_or_else(
        || File::ImportRules.name().to_owned(),
        |path| path.display().to_string(),
    );
    let add = |wrong: String, mend: &str| {
        log.add(
            File::ImportRules,
            0..0,
            FaultKind::File,
            wrong,
            mend.to_owned(),
        );
    };
    let text = match bytes {
        Some(Ok(bytes)) => String::from_utf8(super::without_mark(&bytes).to_vec())
            .map_err(|_| add("the file is not UTF-8".to_owned(), "save it as UTF-8"))
            .ok(),
        Some(Err(trouble)) => {
            add(trouble.wrong, &trouble.mend);
            None
        }
        None => {
            add("there is no such file".to_owned(), "name a file of rules");
            None
        }
    };
    let mut munitions = Names::new("munition");
    for (index, class) in catalogue.munitions.iter().enumerate() {
        // The catalogue has each id once.
        let _ = munitions.add(&class.id, index);
    }
    let rules = text.as_ref().and_then(|text| read(&log, text, &munitions));
    match rules.filter(|_| log.is_empty()) {
        Some(rules) => Ok(rules),
        None => Err(log.finish(|_| name.clone(), |_| text.clone().unwrap_or_default())),
    }
}

fn read(log: &Log, text: &str, munitions: &Names) -> Option<Rules> {
    let document = Document::parse(log, File::ImportRules, text)?;
    let root = document.root(&[
        "rounds_unknown",
        "approximate_share",
        "rounds_pattern",
        "rule",
    ]);
    let rounds_unknown = root.interval("rounds_unknown", ROUNDS, true);
    let approximate_share = root.need("approximate_share", &Number::SHARE);
    let rounds = root.need("rounds_pattern", &Text).and_then(|text| {
        let compiled = rounds::pattern(&text);
        compiled
            .map_err(|why| no_pattern(&root, "rounds_pattern", &why))
            .ok()
    });
    let tables = root.tables("rule", &RULE_KEYS, RULES_MAX);
    if tables.is_empty() {
        let wrong = "there is no rule, so that nothing could be imported".to_owned();
        root.fault(0..0, FaultKind::Missing, wrong, "add a [[rule]]".to_owned());
    }
    let list: Vec<Option<Rule>> = tables.iter().map(|table| rule(table, munitions)).collect();
    Some(Rules {
        list: list.into_iter().collect::<Option<_>>()?,
        rounds_unknown: rounds_unknown?,
        approximate_share: approximate_share?,
        rounds: rounds?,
    })
}

fn rule(table: &Table, munitions: &Names) -> Option<Rule> {
    let id = table.need("id", &Slug);
    let data_sets = data_sets(table);
    let mut conditions = Some(Vec::new());
    for (key, field) in Field::ALL {
        if table.gives(key) {
            let condition = pattern(table, key).map(|pattern| (field, pattern));
            conditions = conditions.zip(condition).map(|(mut all, condition)| {
                all.push(condition);
                all
            });
        }
    }
    let unless_text = match table.gives("unless_text") {
        true => pattern(table, "unless_text").map(Some),
        false => Some(None),
    };
    let outcome = outcome(table, munitions);
    Some(Rule {
        id: id?,
        data_sets: data_sets?,
        conditions: conditions?,
        unless_text: unless_text?,
        outcome: outcome?,
    })
}

fn data_sets(table: &Table) -> Option<Vec<DataSet>> {
    if !table.gives("data_sets") {
        return Some(Vec::new());
    }
    let expected = "a list of \"acled\", \"ucdp\" and \"gtd\"";
    let mut sets = Some(Vec::new());
    for (text, span) in table.texts("data_sets", expected)? {
        match (
            DATA_SETS.0.iter().find(|(name, _)| *name == text),
            &mut sets,
        ) {
            (Some((_, set)), Some(sets)) => sets.push(*set),
            (Some(_), None) => {}
            (None, _) => {
                let wrong = format!("`{}` is no data set", shown(&text));
                table.fault(span, FaultKind::Unknown, wrong, format!("write {expected}"));
                sets = None;
            }
        }
    }
    sets
}

fn pattern(table: &Table, key: &str) -> Option<Regex> {
    let text = table.need(key, &Text)?;
    let compiled = RegexBuilder::new(&text)
        .case_insensitive(true)
        .size_limit(PATTERN_BYTES_MAX)
        .build();
    compiled
        .map_err(|error| no_pattern(table, key, &error.to_string()))
        .ok()
}

fn no_pattern(table: &Table, key: &str, why: &str) {
    // The last line of the library's message is the reason; those before draw the expression.
    let reason = why.lines().last().unwrap_or(why).trim();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    let wrong = format!("`{key}` is no regular expression: {}", shown(reason));
    let mend = "write it as Rust's `regex` takes it, in single quotes".to_owned();
    table.fault(table.span_of(key), FaultKind::Syntax, wrong, mend);
}

fn outcome(table: &Table, munitions: &Names) -> Option<Outcome> {
    match (table.gives("class"), table.gives("drop")) {
        (true, false) => {
            let class = table.need("class", &Text)?;
            if class != "unknown" {
                table.reference("class", munitions)?;
            }
            Some(Outcome::Class(class))
        }
        (false, true) => table.need("drop", &Text).map(Outcome::Drop),
        (both, _) => {
            let wrong = match both {
                true => "the rule gives both `class` and `drop`",
                false => "the rule gives neither `class` nor `drop`",
            };
            let mend = "give the class of what the rule takes, or the reason why it drops it";
            table.fault(
                table.span(),
                FaultKind::Contradiction,
                wrong.to_owned(),
                mend.to_owned(),
            );
            None
        }
    }
}
