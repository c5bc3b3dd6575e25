//! From a theatre to everything that its brief says.

mod compare;
mod courses;
mod differences;
mod infeasible;
mod limits;
mod lines;
mod notes;
mod numbers;
mod objective;
mod risk;
mod robust;
mod search;
mod what_if;
mod why_not;

pub use infeasible::{ConflictLine, Infeasible};

use crate::assemble::{self, Origin};
use crate::brief::reasons::RiskLine;
use crate::brief::{BeforeAfter, Brief, Document, Proof};
use crate::evaluate::{self, Evaluator, Toll};
use crate::futures::{self, Outcome};
use crate::request::{self, Request};
use crate::schedule::Schedule;
use crate::study::{self, Coefficients, Group, Setup, SetupError, Size, Use};
use planner::{Options, Plan, Pool, Problem, Solved, Status};
use search::Effort;
use theatre::Theatre;

/// How much is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Raids of each source, for choosing and again for judging.
    pub replications: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            replications: 8_192,
        }
    }
}

/// Told how the work goes.
pub trait Progress: Sync {
    /// A stage begins that takes this many steps.
    fn begin(&self, stage: &str, steps: u64);
    /// One step is done.
    fn step(&self);
}

/// Hears nothing.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _steps: u64) {}
    fn step(&self) {}
}

/// What came out.
#[derive(Debug)]
pub enum Decision {
    /// A plan, and the exact problem that it solves.
    Plan(Box<Brief>, Box<Problem>),
    /// No plan can keep every limit.
    Infeasible(Infeasible, Box<Problem>),
}

/// Why there is no decision at all.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The theatre cannot be simulated.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The problem that came of it is not one.
    #[error("the planning problem is not sound: {0}")]
    Problem(#[from] planner::ProblemError),
    /// The planner gave up.
    #[error("the planner gave up: {0}")]
    Planner(String),
}

/// All that is known once the plan is chosen and judged; the lines of the brief are read off it.
struct Decided<'a> {
    /// The theatre, with what was changed on the command line.
    theatre: &'a Theatre,
    request: &'a Request,
    effort: Effort,
    setup: &'a Setup,
    /// The problem without what is decided already.
    free: &'a Problem,
    problem: &'a Problem,
    pools: &'a [(Pool, Origin)],
    /// Loss per person at each site today.
    exposure: &'a [f64],
    solved: &'a Solved,
    /// The plan of least expected loss, which is the same unless another objective is asked for; what
    /// is solved again is compared with it.
    expected: &'a Solved,
    risk: Option<RiskLine>,
    schedule: &'a Schedule,
    /// The groups that chose the plan.
    chosen_on: &'a [Group],
    evaluator: &'a Evaluator<'a>,
    before: &'a [Toll],
    after: &'a [Toll],
    /// By future: today's laydown, then the plan.
    futures: &'a [Vec<Outcome>],
    /// People in missions, by mission.
    serving: Vec<u32>,
}

/// Decides what to defend and whom to move, and judges the decision on draws that did not choose it.
///
/// # Errors
/// [`DecideError`] where the theatre cannot be simulated or planned. A theatre for which no plan
/// exists is a [`Decision`], not an error.
pub fn decide(
    theatre: &Theatre,
    settings: Settings,
    progress: &dyn Progress,
) -> Result<Decision, DecideError> {
    decide_as_asked(theatre, settings, &Request::default(), progress)
}

/// Decides as [`decide`] does, under what is asked besides the theatre.
///
/// # Errors
/// As for [`decide`]; that what is asked cannot be met is a [`Decision`] too.
pub fn decide_as_asked(
    stated: &Theatre,
    settings: Settings,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Decision, DecideError> {
    let theatre = &request.changed(stated);
    let setup = Setup::new(theatre)?;
    let size = Size::of(settings.replications);
    let run = |stage: &str, purpose: Use| {
        progress.begin(stage, u64::from(size.groups));
        study::run(theatre, &setup, purpose, size, &|| progress.step())
    };
    let chosen_on = run("flying raids to choose the plan", Use::Choose);
    let free = problem(theatre, &setup, &chosen_on);
    free.validate()?;
    let problem = held(&free, request);
    let effort = Effort::of(request);
    let gap = request.gap.unwrap_or(Options::default().gap);
    let Some(expected) = effort.solve(&problem, gap)? else {
        let infeasible = infeasible::explain(theatre, &free, request);
        return Ok(Decision::Infeasible(infeasible, Box::new(problem)));
    };
    let known = objective::Known::new(theatre, &setup, &problem);
    let chosen = known.choose(request.objective, &chosen_on, effort, gap)?;
    let solved = chosen.as_ref().map_or(&expected, |chosen| &chosen.solved);
    let judges = run("flying other raids to judge it", Use::Judge);
    let risk = chosen
        .as_ref()
        .map(|chosen| known.line(request.objective, chosen, &expected.plan, &judges));
    let draws = coefficients(theatre, &setup, &judges);
    let evaluator = Evaluator {
        theatre,
        setup: &setup,
        draws: &draws,
    };
    let pools = assemble::pools(theatre);
    let exposure = evaluate::exposure(&problem);
    let schedule = Schedule::new(theatre, &problem, &pools, &solved.plan, &exposure);
    let today = Schedule::today(theatre, &problem);
    progress.begin("playing out what may happen", 1);
    let count = futures_count(theatre, &setup, settings);
    let laydowns = [&today, &schedule];
    let seed = Use::Judge.seed(theatre.seed);
    let futures = futures::play(theatre, &setup, &judges, seed, count, &laydowns);
    let (before, after) = (evaluator.tolls(&today), evaluator.tolls(&schedule));
    let decided = Decided {
        theatre,
        request,
        effort,
        setup: &setup,
        free: &free,
        problem: &problem,
        pools: &pools,
        exposure: &exposure,
        solved,
        expected: &expected,
        risk,
        schedule: &schedule,
        chosen_on: &chosen_on,
        evaluator: &evaluator,
        before: &before,
        after: &after,
        futures: &futures,
        serving: serving(&problem, &solved.plan),
    };
    let brief = decided.brief(stated, settings, progress)?;
    Ok(Decision::Plan(Box::new(brief), Box::new(problem)))
}

/// What each person may expect under each draw.
fn coefficients(theatre: &Theatre, setup: &Setup, groups: &[Group]) -> Vec<Coefficients> {
    let draws = groups.iter();
    draws
        .map(|group| Coefficients::new(theatre, setup, group, &group.rates))
        .collect()
}

/// The problem with the lines that are decided already.
fn held(free: &Problem, request: &Request) -> Problem {
    let mut problem = free.clone();
    for lock in &request.locks {
        lock.hold(&mut problem);
    }
    problem
}

/// The problem under mean rates and mean effects, which are drawn apart: its loss is the mean over both,
/// but for how long batteries are out of action, which is taken at the mean rates.
#[must_use]
pub fn problem(theatre: &Theatre, setup: &Setup, groups: &[Group]) -> Problem {
    assemble::problem(
        theatre,
        setup,
        &mean_coefficients(theatre, setup, groups, &setup.forecast.mean_rates()),
    )
}

fn mean_coefficients(
    theatre: &Theatre,
    setup: &Setup,
    groups: &[Group],
    rates: &forecast::Rates,
) -> Coefficients {
    let draws: Vec<Coefficients> = groups
        .iter()
        .map(|group| Coefficients::new(theatre, setup, group, rates))
        .collect();
    Coefficients::mean(&draws).unwrap_or_else(|| Coefficients {
        attacks: vec![0.0; theatre.sites.len()],
        direct: vec![vec![raid::Hurt::default(); setup.loadouts.local.len()]; theatre.sites.len()],
        bare: vec![raid::Hurt::default(); theatre.sites.len()],
        cover: vec![Vec::new(); theatre.sites.len()],
    })
}

/// Futures played: half as many as replications, fewer where long horizons, heavy fire or many sites
/// would make each of them long, but never under 64.
fn futures_count(theatre: &Theatre, setup: &Setup, settings: Settings) -> u32 {
    /// Rounds flown and sites looked at in all futures together.
    const WORK_MAX: f64 = 2e6;
    let rates = setup.forecast.mean_rates();
    let classes = || setup.forecast.classes().iter().enumerate();
    let rounds_per_day: f64 = classes()
        .map(|(position, &class)| {
            let sites = 0..theatre.sites.len();
            let attacks: f64 = sites.map(|site| rates.per_day(site, position)).sum();
            attacks * setup.forecast.rounds_estimate(class).mean
        })
        .sum();
    let rounds = rounds_per_day * f64::from(theatre.horizon_days);
    let most = WORK_MAX / (1.0 + rounds + 0.1 * theatre.sites.len() as f64);
    (settings.replications / 2).clamp(1, (most as u32).max(64))
}

/// People who serve each mission when as many as are needed do.
fn serving(problem: &Problem, plan: &Plan) -> Vec<u32> {
    let free: Vec<u64> = problem
        .sites
        .iter()
        .zip(&plan.sites)
        .map(|(site, plan)| u64::from(plan.people.saturating_sub(site.guard)))
        .collect();
    let needed: Vec<u64> = problem
        .missions
        .iter()
        .map(|mission| u64::from(mission.people))
        .collect();
    let unmet = planner::unmet(&free, &needed, |site, mission| {
        problem.missions[mission].sites.contains(&site)
    });
    let served = needed
        .iter()
        .zip(&unmet)
        .map(|(needed, unmet)| needed - unmet);
    served
        .map(|people| u32::try_from(people).unwrap_or(u32::MAX))
        .collect()
}

fn proof(solved: &Solved) -> Proof {
    Proof {
        value: solved.value,
        bound: solved.bound,
        gap: solved.gap,
        status: status_word(solved.status).into(),
    }
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Optimal => "optimal",
        Status::GapLimit => "gap_limit",
        Status::TimeLimit => "time_limit",
    }
}

impl Decided<'_> {
    fn brief(
        &self,
        stated: &Theatre,
        settings: Settings,
        progress: &dyn Progress,
    ) -> Result<Brief, DecideError> {
        let theatre = self.theatre;
        let courses = courses::explore(self, progress)?;
        progress.begin("easing what holds the plan", 1);
        let numbers = numbers::numbers(self)?;
        let limits = limits::limits(self, &numbers)?;
        let frontier = numbers::frontier(self, &numbers)?;
        let curves = numbers::curves(&frontier);
        progress.begin("answering what was asked", 1);
        let what_if = what_if::what_if(self, stated)?;
        let why_not = why_not::answers(self)?;
        let since = compare::since(self)?;
        let caveats = notes::caveats(self, &courses);
        let method = notes::method(self, settings, &courses);
        let document = Document {
            theatre: theatre.name.clone(),
            as_of: theatre.as_of.to_string(),
            horizon_days: theatre.horizon_days,
            seed: theatre.seed,
            loss: BeforeAfter {
                before: risk::loss(self, self.before, 0),
                after: risk::loss(self, self.after, 1),
            },
            inputs: request::inputs(theatre),
            locks: self.request.locks.iter().map(|l| l.text.clone()).collect(),
            what_if,
            since,
            objective: self.request.objective.to_string(),
            risk: self.risk.clone(),
            site_loss: self.site_loss(),
            proof: proof(self.solved),
            critical_assets: lines::critical_assets(self),
            defended_assets: lines::defended_assets(self, &courses, &limits),
            moves: lines::moves(self, &limits),
            sites: lines::sites(self),
            missions: lines::missions(self),
            accepted_risks: lines::accepted_risks(self),
            unmet_requests: numbers::unmet_requests(self, &numbers),
            limits,
            why_not,
            courses_of_action: courses.courses.clone(),
            frontier,
            robustness: robust::robustness(self, &courses.draws),
            notes: caveats.iter().chain(&method).cloned().collect(),
        };
        Ok(Brief {
            document,
            residual: risk::residual(self),
            places: lines::places(self),
            curves,
            half_lives: courses.half_lives,
            method,
            caveats,
        })
    }

    /// Loss of one site whose chance is told: as asked, or that of ten people killed.
    fn site_loss(&self) -> f64 {
        let ten = 10.0 * self.theatre.loss.killed;
        self.request.site_loss.unwrap_or(ten)
    }

    /// Loss, day by day, of the plan of least expected loss in every draw that judges.
    fn losses_expected(&self) -> Vec<f64> {
        if self.expected.plan == self.solved.plan {
            return self.losses_after();
        }
        let schedule = self.schedule_of(self.problem, &self.expected.plan);
        self.evaluator.losses(&schedule)
    }

    /// The best plan of a variant of the problem; none where it has none.
    fn solve(&self, problem: &Problem, gap: f64) -> Result<Option<Solved>, DecideError> {
        self.effort.solve(problem, gap)
    }

    /// A plan laid out over the days.
    fn schedule_of(&self, problem: &Problem, plan: &Plan) -> Schedule {
        let origins = self.pools.iter().map(|&(_, origin)| origin);
        let pools: Vec<(Pool, Origin)> = problem.pools.iter().cloned().zip(origins).collect();
        Schedule::new(self.theatre, problem, &pools, plan, self.exposure)
    }

    /// Loss of the plan in every draw that judges it.
    fn losses_after(&self) -> Vec<f64> {
        self.after.iter().map(|toll| toll.loss).collect()
    }

    /// Units of a loadout by system id.
    fn units(&self, loadout: usize) -> crate::brief::Units {
        let units = self.problem.loadouts[loadout]
            .iter()
            .zip(&self.problem.systems);
        units
            .filter(|(count, _)| **count > 0)
            .map(|(count, id)| (id.clone(), *count))
            .collect()
    }
}
