//! Inputs that may be changed for one run, by key: `--what-if stock.c-ram=4`.

use super::{RequestError, site, system, unknown, whole};
use std::collections::BTreeMap;
use theatre::{Stock, Theatre};

const OPTION: &str = "--what-if";
/// Most people or units that an input may state, as in the files.
const PEOPLE_MAX: u32 = 1_000_000_000;
const UNITS_MAX: u32 = 1_000;
/// The keys, for a message.
const KEYS: &str = "stock.SYSTEM, movement.people_per_day (or lift), movement.may_leave, \
    site.ID.capacity, site.ID.guard, mission.ID.people";

/// One input of a theatre that may be changed without another simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// Units of a system in stock, by index.
    Stock(usize),
    /// Lift, people a day.
    PeoplePerDay,
    /// People who may leave the theatre.
    MayLeave,
    /// Own people that a site can hold.
    Capacity(usize),
    /// Own people who must stay at an open site.
    Guard(usize),
    /// People who must serve a mission.
    Mission(usize),
}

/// A changed input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    input: Input,
    /// The key in full, such as `stock.c-ram`.
    pub key: String,
    /// The value before.
    pub before: u32,
    /// The value put in its place.
    pub value: u32,
}

impl Change {
    /// Reads `KEY=VALUE` against a theatre.
    ///
    /// # Errors
    /// When the key names nothing that can be changed, or the value is none that it can have.
    pub fn read(theatre: &Theatre, word: &str) -> Result<Self, RequestError> {
        Self::parse(theatre, word).map_err(|wrong| RequestError::new(OPTION, word, wrong))
    }

    fn parse(theatre: &Theatre, word: &str) -> Result<Self, String> {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("write KEY=NUMBER, with a key among: {KEYS}"))?;
        let input = Input::of(theatre, key)?;
        let value = input.value(theatre, value)?;
        Ok(Self {
            input,
            key: input.key(theatre),
            before: input.get(theatre),
            value,
        })
    }

    /// The change that puts another value in the place of an input, by its key; none where the
    /// theatre has no such input or it cannot have that value.
    #[must_use]
    pub fn to(theatre: &Theatre, key: &str, value: u32) -> Option<Self> {
        Self::parse(theatre, &format!("{key}={value}")).ok()
    }

    /// As it is written on the command line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}={}", self.key, self.value)
    }

    /// Puts the value in its place.
    pub fn apply(&self, theatre: &mut Theatre) {
        let value = self.value;
        match self.input {
            Input::Stock(system) => set_stock(&mut theatre.stock, system, value),
            Input::PeoplePerDay => theatre.movement.people_per_day = value,
            Input::MayLeave => theatre.movement.may_leave = value,
            Input::Capacity(site) => theatre.sites[site].capacity = value,
            Input::Guard(site) => theatre.sites[site].guard = value,
            Input::Mission(mission) => theatre.missions[mission].people = value,
        }
    }
}

/// Every input that may be changed, by key, with its value; and the people of each site, under
/// `site.ID.people`, which no option changes.
#[must_use]
pub fn inputs(theatre: &Theatre) -> BTreeMap<String, u32> {
    let stock = theatre.stock.iter().map(|stock| Input::Stock(stock.system));
    let sites = 0..theatre.sites.len();
    let of_sites = sites
        .clone()
        .flat_map(|site| [Input::Capacity(site), Input::Guard(site)]);
    let missions = (0..theatre.missions.len()).map(Input::Mission);
    let changeable = stock
        .chain([Input::PeoplePerDay, Input::MayLeave])
        .chain(of_sites)
        .chain(missions)
        .map(|input| (input.key(theatre), input.get(theatre)));
    let people = sites.map(|site| {
        let site = &theatre.sites[site];
        (format!("site.{}.people", site.id), site.people)
    });
    changeable.chain(people).collect()
}

/// Units come to the first stock of a system and go from the last; where there is none, one is made
/// for all sites, from the first day.
fn set_stock(stocks: &mut Vec<Stock>, system: usize, value: u32) {
    let total: u32 = stock_of(stocks, system);
    let mut fewer = total.saturating_sub(value);
    let more = value.saturating_sub(total);
    for stock in stocks.iter_mut().rev().filter(|s| s.system == system) {
        let taken = fewer.min(stock.available);
        stock.available -= taken;
        fewer -= taken;
    }
    match stocks.iter_mut().find(|stock| stock.system == system) {
        Some(stock) => stock.available = stock.available.saturating_add(more),
        None => stocks.push(Stock {
            system,
            available: value,
            arrives_day: 1,
            sites: None,
            line: 1,
        }),
    }
}

fn stock_of(stocks: &[Stock], system: usize) -> u32 {
    let own = stocks.iter().filter(|stock| stock.system == system);
    own.fold(0, |sum, stock| sum.saturating_add(stock.available))
}

impl Input {
    fn of(theatre: &Theatre, key: &str) -> Result<Self, String> {
        let parts: Vec<&str> = key.split('.').collect();
        match parts.as_slice() {
            ["stock", id] => Ok(Self::Stock(system(theatre, id)?)),
            ["lift"] | ["movement", "people_per_day"] => Ok(Self::PeoplePerDay),
            ["movement", "may_leave"] => Ok(Self::MayLeave),
            ["site", id, "capacity"] => Ok(Self::Capacity(site(theatre, id)?)),
            ["site", id, "guard"] => Ok(Self::Guard(site(theatre, id)?)),
            ["mission", id @ .., "people"] if !id.is_empty() => {
                let id = id.join(".");
                let ids = theatre.missions.iter().map(|mission| mission.id.as_str());
                let found = ids.clone().position(|known| known == id);
                Ok(Self::Mission(
                    found.ok_or_else(|| unknown("mission", &id, ids))?,
                ))
            }
            _ => Err(format!(
                "there is no key `{}`; the keys are: {KEYS}",
                crate::diagnose::shown(key)
            )),
        }
    }

    fn key(self, theatre: &Theatre) -> String {
        let site = |site: usize| &theatre.sites[site].id;
        match self {
            Self::Stock(system) => format!("stock.{}", theatre.catalogue.systems[system].id),
            Self::PeoplePerDay => "movement.people_per_day".into(),
            Self::MayLeave => "movement.may_leave".into(),
            Self::Capacity(index) => format!("site.{}.capacity", site(index)),
            Self::Guard(index) => format!("site.{}.guard", site(index)),
            Self::Mission(index) => format!("mission.{}.people", theatre.missions[index].id),
        }
    }

    fn get(self, theatre: &Theatre) -> u32 {
        match self {
            Self::Stock(system) => stock_of(&theatre.stock, system),
            Self::PeoplePerDay => theatre.movement.people_per_day,
            Self::MayLeave => theatre.movement.may_leave,
            Self::Capacity(site) => theatre.sites[site].capacity,
            Self::Guard(site) => theatre.sites[site].guard,
            Self::Mission(mission) => theatre.missions[mission].people,
        }
    }

    /// A value that this input may have.
    fn value(self, theatre: &Theatre, text: &str) -> Result<u32, String> {
        let most = match self {
            Self::Stock(_) => UNITS_MAX,
            Self::Guard(site) => theatre.sites[site].capacity,
            _ => PEOPLE_MAX,
        };
        let value = whole(text, most)?;
        if let Self::Capacity(site) = self {
            let site = &theatre.sites[site];
            let least = site.people.max(site.guard);
            if value < least {
                return Err(format!(
                    "{} has {} people and a guard of {}, so that its capacity is at least {least}",
                    site.id, site.people, site.guard
                ));
            }
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_to_the_first_stock_and_go_from_the_last() {
        let stock = |system, available| Stock {
            system,
            available,
            arrives_day: 5,
            sites: None,
            line: 3,
        };
        let mut stocks = vec![stock(0, 2), stock(1, 1), stock(0, 3)];
        let counts =
            |stocks: &[Stock]| -> Vec<u32> { stocks.iter().map(|stock| stock.available).collect() };
        set_stock(&mut stocks, 0, 1);
        assert_eq!(counts(&stocks), [1, 1, 0]);
        set_stock(&mut stocks, 0, 7);
        assert_eq!(counts(&stocks), [7, 1, 0]);
        set_stock(&mut stocks, 2, 4);
        assert_eq!(counts(&stocks), [7, 1, 0, 4]);
    }
}
