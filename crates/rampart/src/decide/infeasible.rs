//! When no plan can keep every limit: which demands conflict, and where they are written.

use super::search::is_possible;
use crate::request::{Change, Request};
use planner::{Demand, Pool, Problem};
use serde::Serialize;
use theatre::Theatre;

/// The outcome that no plan exists.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Infeasible {
    /// Title of the theatre.
    pub theatre: String,
    /// Always `infeasible`.
    pub status: &'static str,
    /// Demands that cannot all be met, although any all but one of them can.
    pub conflict: Vec<ConflictLine>,
}

/// One demand of a conflict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConflictLine {
    /// File of the theatre folder, or `command line`.
    pub file: &'static str,
    /// Line, from 1; none on the command line.
    pub line: Option<u32>,
    /// The demand.
    pub demand: String,
}

const THEATRE: &str = "theatre.toml";
const SITES: &str = "sites.csv";
const COMMAND_LINE: &str = "command line";
/// Units that are enough for anything that may be asked.
const ENOUGH: u32 = 1_000_000;

/// Something asked on the command line that a plan must keep.
pub(super) struct Ask<'a> {
    /// As it was written.
    pub text: String,
    /// Takes from a problem what it does not allow.
    pub hold: Box<dyn Fn(&mut Problem) + 'a>,
    /// The site whose people it limits in place of the site's capacity.
    pub limits: Option<usize>,
}

impl<'a> Ask<'a> {
    /// The locks of a request.
    pub fn locks(request: &'a Request) -> Vec<Self> {
        let locks = request.locks.iter();
        locks
            .map(|lock| Self {
                text: format!("--lock {}", lock.text),
                hold: Box::new(|problem| lock.hold(problem)),
                limits: None,
            })
            .collect()
    }
}

/// Finds a minimal conflict and says where its demands are written; `free` is the problem without
/// what was asked.
pub(super) fn explain(theatre: &Theatre, free: &Problem, request: &Request) -> Infeasible {
    Infeasible {
        theatre: theatre.name.clone(),
        status: "infeasible",
        conflict: conflict(theatre, free, &Ask::locks(request), &request.changes),
    }
}

/// A minimal set of asks, stocks and demands that cannot all be met: what was asked is waived first
/// where the conflict stands without it, then stocks, and the planner does the rest. Each step keeps
/// what the steps before it kept, so that no line can be spared.
pub(super) fn conflict(
    theatre: &Theatre,
    free: &Problem,
    asks: &[Ask<'_>],
    changes: &[Change],
) -> Vec<ConflictLine> {
    let with = |asked: &[usize], waived: &[usize]| {
        let mut problem = free.clone();
        for &ask in asked {
            (asks[ask].hold)(&mut problem);
        }
        problem.pools.extend(waived.iter().map(|&system| Pool {
            system,
            available: ENOUGH,
            sites: None,
        }));
        problem
    };
    let mut asked: Vec<usize> = (0..asks.len()).collect();
    for ask in 0..asks.len() {
        let fewer: Vec<usize> = asked
            .iter()
            .copied()
            .filter(|&other| other != ask)
            .collect();
        if !is_possible(&with(&fewer, &[])) {
            asked = fewer;
        }
    }
    let (mut waived, mut stocks) = (Vec::new(), Vec::new());
    // Without an ask no system need be sent anywhere.
    for system in (0..free.systems.len()).filter(|_| !asked.is_empty()) {
        let more = [waived.as_slice(), &[system]].concat();
        if is_possible(&with(&asked, &more)) {
            stocks.push(system);
        } else {
            waived = more;
        }
    }
    let demands = planner::conflict(&with(&asked, &waived)).unwrap_or_default();
    // What an ask does to a site is not the theatre's doing.
    let by_ask = |demand: &Demand| match *demand {
        Demand::Capacity(site) => {
            site >= theatre.sites.len() || asked.iter().any(|&ask| asks[ask].limits == Some(site))
        }
        Demand::StaysOpen(site) => {
            let site = free.sites.get(site);
            site.is_none_or(|site| !site.closed_loadouts.is_empty())
        }
        _ => false,
    };
    let demands: Vec<Demand> = demands.into_iter().filter(|d| !by_ask(d)).collect();
    let asked = asked.iter().map(|&ask| {
        let line = ConflictLine {
            file: COMMAND_LINE,
            line: None,
            demand: asks[ask].text.clone(),
        };
        (line, String::new())
    });
    let stocks = stocks
        .iter()
        .flat_map(|&system| stock_lines(theatre, system));
    let demands = demands.into_iter().map(|demand| line(theatre, demand));
    let lines = asked.chain(stocks).chain(demands);
    lines.map(|line| by_change(line, changes)).collect()
}

/// A line whose figure was changed on the command line is written there.
fn by_change((line, key): (ConflictLine, String), changes: &[Change]) -> ConflictLine {
    match changes.iter().rev().find(|change| change.key == key) {
        None => line,
        Some(change) => ConflictLine {
            file: COMMAND_LINE,
            line: None,
            demand: format!("{}, by --what-if {}", line.demand, change.text()),
        },
    }
}

/// The stocks of a system, each with its line, and the key of their number.
fn stock_lines(theatre: &Theatre, system: usize) -> Vec<(ConflictLine, String)> {
    let id = &theatre.catalogue.systems[system].id;
    let stocks = theatre.stock.iter().filter(|stock| stock.system == system);
    stocks
        .map(|stock| {
            let line = ConflictLine {
                file: THEATRE,
                line: Some(stock.line),
                demand: format!(
                    "{} {id} are in stock, from day {}",
                    stock.available, stock.arrives_day
                ),
            };
            (line, format!("stock.{id}"))
        })
        .collect()
}

/// The line of a demand, and the key of its figure.
fn line(theatre: &Theatre, demand: Demand) -> (ConflictLine, String) {
    let site = |index: usize| &theatre.sites[index];
    let (file, line, demand, key) = match demand {
        Demand::Mission(index) => return mission_line(theatre, index),
        Demand::Guard(index) => {
            let site = site(index);
            (
                SITES,
                site.line,
                format!("{} needs {} people as its guard", site.id, site.guard),
                format!("site.{}.guard", site.id),
            )
        }
        Demand::Capacity(index) => {
            let site = site(index);
            (
                SITES,
                site.line,
                format!("{} holds {} people at most", site.id, site.capacity),
                format!("site.{}.capacity", site.id),
            )
        }
        Demand::Lift => {
            let movement = &theatre.movement;
            let demand = format!(
                "{} people a day can be moved, {} in all",
                movement.people_per_day,
                u64::from(movement.people_per_day) * u64::from(theatre.horizon_days)
            );
            let key = "movement.people_per_day".to_owned();
            (THEATRE, movement.line, demand, key)
        }
        Demand::MayLeave => {
            let demand = format!(
                "{} people may leave the theatre",
                theatre.movement.may_leave
            );
            let key = "movement.may_leave".to_owned();
            (THEATRE, theatre.movement.line, demand, key)
        }
        Demand::StaysOpen(index) => {
            let site = site(index);
            let deployed = theatre
                .deployed
                .iter()
                .find(|d| d.site == index && !d.movable);
            let line = deployed.map_or(site.line, |deployed| deployed.line);
            let file = if deployed.is_some() { THEATRE } else { SITES };
            (
                file,
                line,
                format!("{} stays open, for a system there cannot be moved", site.id),
                String::new(),
            )
        }
    };
    let line = ConflictLine {
        file,
        line: Some(line),
        demand,
    };
    (line, key)
}

fn mission_line(theatre: &Theatre, index: usize) -> (ConflictLine, String) {
    let mission = &theatre.missions[index];
    let sites = mission.sites.iter();
    let sites: Vec<String> = sites.map(|&site| theatre.sites[site].id.clone()).collect();
    let line = ConflictLine {
        file: THEATRE,
        line: Some(mission.line),
        demand: format!(
            "mission {} needs {} people at {}",
            mission.id,
            mission.people,
            crate::brief::words::list(&sites)
        ),
    };
    (line, format!("mission.{}.people", mission.id))
}
