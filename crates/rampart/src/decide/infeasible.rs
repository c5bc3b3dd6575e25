//! When no plan can keep every limit: which demands conflict, and where they are written.

use planner::{Demand, Problem};
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
    /// File of the theatre folder.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// The demand.
    pub demand: String,
}

const THEATRE: &str = "theatre.toml";
const SITES: &str = "sites.csv";

/// Finds a minimal conflict and says where its demands are written.
pub(super) fn explain(theatre: &Theatre, problem: &Problem) -> Infeasible {
    let demands = planner::conflict(problem).unwrap_or_default();
    Infeasible {
        theatre: theatre.name.clone(),
        status: "infeasible",
        conflict: demands
            .into_iter()
            .map(|demand| line(theatre, demand))
            .collect(),
    }
}

fn line(theatre: &Theatre, demand: Demand) -> ConflictLine {
    let site = |index: usize| &theatre.sites[index];
    let (file, line, demand) = match demand {
        Demand::Mission(index) => {
            let mission = &theatre.missions[index];
            let sites: Vec<String> = mission
                .sites
                .iter()
                .map(|&index| site(index).id.clone())
                .collect();
            let demand = format!(
                "mission {} needs {} people at {}",
                mission.id,
                mission.people,
                crate::brief::words::list(&sites)
            );
            (THEATRE, mission.line, demand)
        }
        Demand::Guard(index) => {
            let site = site(index);
            (
                SITES,
                site.line,
                format!("{} needs {} people as its guard", site.id, site.guard),
            )
        }
        Demand::Capacity(index) => {
            let site = site(index);
            (
                SITES,
                site.line,
                format!("{} holds {} people at most", site.id, site.capacity),
            )
        }
        Demand::Lift => {
            let movement = &theatre.movement;
            let demand = format!(
                "{} people a day can be moved, {} in all",
                movement.people_per_day,
                u64::from(movement.people_per_day) * u64::from(theatre.horizon_days)
            );
            (THEATRE, movement.line, demand)
        }
        Demand::MayLeave => {
            let demand = format!(
                "{} people may leave the theatre",
                theatre.movement.may_leave
            );
            (THEATRE, theatre.movement.line, demand)
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
            )
        }
    };
    ConflictLine { file, line, demand }
}
