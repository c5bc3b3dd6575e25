//! An earlier plan, read from its `plan.json`.

use crate::diagnose::shown;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Largest file that is read: a plan of a million sites is smaller.
const BYTES_MAX: u64 = 2_000_000_000;

/// What an earlier plan decided, and under which inputs. Keys that it has besides are left unread.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Previous {
    /// Title of its theatre.
    pub theatre: String,
    /// The day up to which things were known.
    pub as_of: String,
    /// Days planned.
    pub horizon_days: u32,
    /// Its seed.
    pub seed: u64,
    /// What it made least; the expected loss in plans of versions that did not record it.
    #[serde(default = "expected")]
    pub objective: String,
    /// What it does with every site.
    pub sites: Vec<PreviousSite>,
    /// The inputs that can be changed, by key; none in plans of versions that did not record them.
    #[serde(default)]
    pub inputs: Option<BTreeMap<String, u32>>,
}

fn expected() -> String {
    super::Objective::Expected.to_string()
}

/// What an earlier plan does with one site.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct PreviousSite {
    /// Site id.
    pub id: String,
    /// Own people at its end.
    pub people_after: u32,
    /// Whether it stays open.
    pub open: bool,
    /// Units that stand there, by system id.
    pub systems: BTreeMap<String, u32>,
}

impl Previous {
    /// Reads the file of an earlier plan.
    ///
    /// # Errors
    /// What is wrong with the file, and what it should be.
    pub fn read(path: &Path) -> Result<Self, String> {
        let told = |why: String| format!("{}: {why}", path.display());
        let size = std::fs::metadata(path).map_err(|error| told(error.to_string()))?;
        if size.len() > BYTES_MAX {
            return Err(told(format!(
                "above {BYTES_MAX} bytes, too long for a plan"
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
        Self::parse(&text).map_err(told)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let hint = "it should be a plan.json that `rampart plan` wrote";
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| format!("not JSON ({error}); {hint}"))?;
        if value
            .get("status")
            .is_some_and(|status| status == "infeasible")
        {
            return Err(
                "it says that no plan could exist: there is nothing to compare with".into(),
            );
        }
        let previous: Self = serde_json::from_value(value)
            .map_err(|error| format!("not a plan ({}); {hint}", shown(&error.to_string())))?;
        let mut ids = BTreeSet::new();
        for site in &previous.sites {
            if !ids.insert(site.id.as_str()) {
                return Err(format!(
                    "it has the site `{}` twice; {hint}",
                    shown(&site.id)
                ));
            }
        }
        Ok(previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plan_is_told() {
        let site = r#"{"id":"a","people_after":3,"open":true,"systems":{"c-ram":1},"more":1}"#;
        let plan = |sites: &str| {
            format!(
                r#"{{"theatre":"T","as_of":"2020-01-01","horizon_days":3,"seed":1,"sites":[{sites}],"notes":[]}}"#
            )
        };
        let read = Previous::parse(&plan(site)).expect("it is a plan");
        assert_eq!((read.sites.len(), read.inputs), (1, None));
        let twice = plan(&format!("{site},{site}"));
        let cases = [
            ("", "not JSON"),
            ("[1", "not JSON"),
            ("[]", "not a plan"),
            ("{}", "missing field"),
            (r#"{"status":"infeasible"}"#, "no plan could exist"),
            (twice.as_str(), "twice"),
        ];
        for (text, told) in cases {
            let error = Previous::parse(text).expect_err("it is no plan");
            assert!(error.contains(told), "{error}");
        }
        let negative = plan(&site.replace('3', "-3"));
        assert!(Previous::parse(&negative).is_err());
    }
}
