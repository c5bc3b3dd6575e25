//! The problem as a mixed-integer program, for microlp; nothing else knows that solver.
//!
//! People are counted in a unit that keeps coefficients near one, and the loss is scaled to a known
//! plan's. Three things make the program tighter than the one on the crate page, and change no
//! optimum: people who stay and people who come are bounded apart (few can come), cover is bounded
//! by what its hosts send without a choice of host (the least loss is taken of itself), and people
//! who cannot move take cover apart from those who can.

use crate::reduce::{Choice, Reduced};
use microlp::{
    ComparisonOp, LinearExpr, OptimizationDirection, SolveOptions, SolveOutcome, Variable,
};
use std::time::Duration;

/// Share of the loss by which the solver's bound is lowered before it is believed, for what its
/// tolerance (1e-7, absolute, in scaled units) can hide.
pub const DISTRUST: f64 = 2e-7;

/// The loss of the known plan after scaling.
const SCALED_LOSS: f64 = 1000.0;

/// What the solver said.
pub enum Answer {
    /// The best choices found, if any, and a bound in the problem's own loss.
    Found {
        /// Choices read off the binary variables.
        state: Option<Vec<Choice>>,
        /// No plan loses less.
        bound: Option<f64>,
        /// Nodes of the solver's tree.
        nodes: u64,
    },
    /// It claims that there is no plan.
    Infeasible,
    /// It failed.
    Failed(String),
}

/// Solves the program; `known` is a plan's choices to start from, `scale` a loss of the right size.
pub fn solve(
    reduced: &Reduced,
    known: Option<&[Choice]>,
    scale: f64,
    gap: f64,
    time_limit: Option<Duration>,
) -> Answer {
    let model = Model::new(reduced, scale);
    let mut options = SolveOptions::default();
    options.time_limit = time_limit;
    options.mip_gap = (gap / 2.0).max(0.0);
    options.warm_start = known.map(|state| model.hint(reduced, state));
    let outcome = match model.program.solve_with(options) {
        Ok(outcome) => outcome,
        Err(microlp::Error::Infeasible) => return Answer::Infeasible,
        Err(error) => return Answer::Failed(error.to_string()),
    };
    let stats = outcome.stats();
    let bound = stats.best_bound.map(|bound| {
        let bound = bound / model.loss_scale;
        bound - DISTRUST * bound.abs()
    });
    let state = match outcome {
        SolveOutcome::Solution(solution) => Some(model.read(reduced, &solution)),
        SolveOutcome::Interrupted(_) => None,
    };
    Answer::Found {
        state,
        bound,
        nodes: stats.nodes_solved,
    }
}

type Terms = Vec<(Variable, f64)>;

struct Model {
    program: microlp::Problem,
    /// For each site, the variable of each choice.
    chosen: Vec<Vec<Variable>>,
    loss_scale: f64,
    /// People in one unit.
    unit: f64,
}

/// The people variables of one site.
struct Crowd {
    /// (variable, open choice's place, whether the people stay rather than come).
    living: Vec<(Variable, usize, bool)>,
    leaving: Variable,
    coming: Option<Variable>,
}

impl Model {
    fn new(reduced: &Reduced, scale: f64) -> Self {
        let largest = reduced
            .most
            .iter()
            .copied()
            .max()
            .unwrap_or(1)
            .clamp(1, 1000);
        let mut model = Self {
            program: microlp::Problem::new(OptimizationDirection::Minimize),
            chosen: Vec::new(),
            loss_scale: if scale > 0.0 {
                SCALED_LOSS / scale
            } else {
                1.0
            },
            unit: f64::from(largest),
        };
        model.add_choices(reduced);
        let crowds = model.add_people(reduced);
        model.add_movement(reduced, &crowds);
        model.add_missions(reduced, &crowds);
        model.add_pools(reduced);
        for (site, crowd) in crowds.iter().enumerate() {
            model.add_cover(reduced, site, crowd);
        }
        model
    }

    fn variable(&mut self, loss: f64, most: f64) -> Variable {
        self.program.add_var(loss * self.loss_scale, (0.0, most))
    }

    fn row(&mut self, terms: Terms, comparison: ComparisonOp, right: f64) {
        let mut sum = LinearExpr::empty();
        for (variable, factor) in terms {
            if factor != 0.0 {
                sum.add(variable, factor);
            }
        }
        self.program.add_constraint(sum, comparison, right);
    }

    fn people(&self, people: impl Into<f64>) -> f64 {
        people.into() / self.unit
    }

    fn add_choices(&mut self, reduced: &Reduced) {
        for (site, choices) in reduced.problem.sites.iter().zip(&reduced.choices) {
            let mut variables = Vec::with_capacity(choices.len());
            for choice in choices {
                let upkeep = if choice.open { site.upkeep_loss } else { 0.0 };
                let loss = upkeep + site.fixed_people * site.direct_loss[choice.loadout];
                variables.push(match choices.len() {
                    1 => self.program.add_var(loss * self.loss_scale, (1.0, 1.0)),
                    _ => self.program.add_binary_var(loss * self.loss_scale),
                });
            }
            if choices.len() > 1 {
                let terms = variables.iter().map(|&variable| (variable, 1.0)).collect();
                self.row(terms, ComparisonOp::Eq, 1.0);
            }
            self.chosen.push(variables);
        }
    }

    fn add_people(&mut self, reduced: &Reduced) -> Vec<Crowd> {
        let mut crowds = Vec::with_capacity(reduced.choices.len());
        for (index, site) in reduced.problem.sites.iter().enumerate() {
            let staying = f64::from(site.people.min(reduced.most[index]));
            // Nobody both leaves and comes in a best plan, so a site that gains keeps all its own.
            let coming = f64::from(reduced.most[index].saturating_sub(site.people));
            let mut living = Vec::new();
            for (place, choice) in reduced.choices[index].iter().enumerate() {
                let loss = site.direct_loss[choice.loadout] * self.unit;
                let chosen = self.chosen[index][place];
                if !choice.open {
                    continue;
                }
                let mut own: Terms = Vec::new();
                for (most, stays) in [(staying, true), (coming, false)] {
                    if most > 0.0 {
                        let most = self.people(most);
                        let variable = self.variable(loss, most);
                        self.row(
                            vec![(variable, 1.0), (chosen, -most)],
                            ComparisonOp::Le,
                            0.0,
                        );
                        living.push((variable, place, stays));
                        own.push((variable, 1.0));
                    }
                }
                own.push((chosen, -self.people(site.fewest())));
                self.row(own, ComparisonOp::Ge, 0.0);
            }
            let most = self.people(site.people);
            let leaving = self.variable(reduced.problem.loss_per_move * self.unit, most);
            let most = self.people(coming);
            crowds.push(Crowd {
                coming: (coming > 0.0).then(|| self.variable(0.0, most)),
                living,
                leaving,
            });
        }
        crowds
    }

    fn add_movement(&mut self, reduced: &Reduced, crowds: &[Crowd]) {
        let problem = reduced.problem;
        let (mut balance, mut lifted, mut outgoing) = (Terms::new(), Terms::new(), Terms::new());
        for (site, crowd) in problem.sites.iter().zip(crowds) {
            let mut stay: Terms = crowd.living_terms(Some(true));
            stay.push((crowd.leaving, 1.0));
            let people = self.people(site.people);
            self.row(stay, ComparisonOp::Eq, people);
            balance.push((crowd.leaving, 1.0));
            lifted.push((crowd.leaving, 1.0));
            if let Some(coming) = crowd.coming {
                let mut come = crowd.living_terms(Some(false));
                come.push((coming, -1.0));
                self.row(come, ComparisonOp::Eq, 0.0);
                balance.push((coming, -1.0));
                if site.outside {
                    outgoing.push((coming, 1.0));
                }
            }
        }
        self.row(balance, ComparisonOp::Eq, 0.0);
        if problem.lift < problem.people() {
            let lift = self.people(problem.lift as f64);
            self.row(lifted, ComparisonOp::Le, lift);
        }
        if problem.may_leave < problem.people() && !outgoing.is_empty() {
            let may_leave = self.people(problem.may_leave as f64);
            self.row(outgoing, ComparisonOp::Le, may_leave);
        }
    }

    fn add_missions(&mut self, reduced: &Reduced, crowds: &[Crowd]) {
        let problem = reduced.problem;
        let mut serving: Vec<Terms> = vec![Terms::new(); problem.sites.len()];
        for mission in problem.missions.iter().filter(|mission| mission.people > 0) {
            let mut service = Terms::new();
            for (site, serving) in serving.iter_mut().enumerate() {
                if mission.sites.contains(&site) {
                    let most = self.people(mission.people.min(reduced.most[site]));
                    let variable = self.variable(0.0, most);
                    service.push((variable, 1.0));
                    serving.push((variable, 1.0));
                }
            }
            let need = self.people(mission.people);
            self.row(service, ComparisonOp::Ge, need);
        }
        for (site, mut terms) in serving.into_iter().enumerate() {
            if terms.is_empty() {
                continue;
            }
            let guard = self.people(problem.sites[site].guard);
            for (variable, _) in crowds[site].living_terms(None) {
                terms.push((variable, -1.0));
            }
            for (place, choice) in reduced.choices[site].iter().enumerate() {
                if choice.open {
                    terms.push((self.chosen[site][place], guard));
                }
            }
            self.row(terms, ComparisonOp::Le, 0.0);
        }
    }

    fn add_pools(&mut self, reduced: &Reduced) {
        let problem = reduced.problem;
        for system in 0..problem.systems.len() {
            let mut drawn: Vec<Terms> = vec![Terms::new(); problem.sites.len()];
            for (site, terms) in drawn.iter_mut().enumerate() {
                for (place, choice) in reduced.choices[site].iter().enumerate() {
                    let units = problem.drawn(site, choice.loadout, system);
                    if units > 0 {
                        terms.push((self.chosen[site][place], f64::from(units)));
                    }
                }
            }
            let pools: Vec<_> = problem
                .pools
                .iter()
                .filter(|p| p.system == system)
                .collect();
            if pools.iter().all(|pool| pool.sites.is_none()) {
                let stock: f64 = pools.iter().map(|pool| f64::from(pool.available)).sum();
                self.row(drawn.concat(), ComparisonOp::Le, stock);
                continue;
            }
            // Whole loadouts make a transportation problem, so the shipments need not be integers.
            let mut shipped: Vec<Terms> = vec![Terms::new(); pools.len()];
            for (site, mut terms) in drawn.into_iter().enumerate() {
                if terms.is_empty() {
                    continue;
                }
                for (pool, shipped) in pools.iter().zip(&mut shipped) {
                    if pool.serves(site) {
                        let variable = self.program.add_var(0.0, (0.0, pool.available.into()));
                        terms.push((variable, -1.0));
                        shipped.push((variable, 1.0));
                    }
                }
                self.row(terms, ComparisonOp::Le, 0.0);
            }
            for (pool, shipped) in pools.iter().zip(shipped) {
                self.row(shipped, ComparisonOp::Le, pool.available.into());
            }
        }
    }

    fn add_cover(&mut self, reduced: &Reduced, site: usize, crowd: &Crowd) {
        let own = &reduced.problem.sites[site];
        let bare = reduced.bare[site];
        // Losses are written as what cover saves from the bare loss.
        for stays in [true, false] {
            let crowd_terms = crowd.living_terms(Some(stays));
            let most = match stays {
                true => f64::from(own.people.min(reduced.most[site])),
                false => f64::from(reduced.most[site].saturating_sub(own.people)),
            };
            if crowd_terms.is_empty() || (reduced.levels[site].is_empty() && bare == 0.0) {
                continue;
            }
            let most = self.people(most);
            let groups = self.cover_groups(reduced, site, most, bare * self.unit, self.unit);
            let mut sum = groups;
            sum.extend(
                crowd_terms
                    .into_iter()
                    .map(|(variable, _)| (variable, -1.0)),
            );
            self.row(sum, ComparisonOp::Eq, 0.0);
        }
        if own.fixed_people > 0.0 {
            let fixed = own.fixed_people;
            let groups = self.cover_groups(reduced, site, 1.0, bare * fixed, fixed);
            self.row(groups, ComparisonOp::Eq, 1.0);
        }
    }

    /// Variables that split a group of people by the cover they have: bare first, then each level,
    /// which holds at most `most` times the choices that give it.
    fn cover_groups(
        &mut self,
        reduced: &Reduced,
        site: usize,
        most: f64,
        bare_loss: f64,
        loss_factor: f64,
    ) -> Terms {
        let mut groups = vec![(self.variable(bare_loss, most), 1.0)];
        for level in &reduced.levels[site] {
            let variable = self.variable(level.loss * loss_factor, most);
            groups.push((variable, 1.0));
            let mut terms = vec![(variable, 1.0)];
            for &(host, loadout) in &level.hosts {
                for (place, choice) in reduced.choices[host].iter().enumerate() {
                    if choice.loadout == loadout {
                        terms.push((self.chosen[host][place], -most));
                    }
                }
            }
            self.row(terms, ComparisonOp::Le, 0.0);
        }
        groups
    }

    fn hint(&self, reduced: &Reduced, state: &[Choice]) -> Terms {
        let mut hint = Terms::new();
        for (site, variables) in self.chosen.iter().enumerate() {
            for (choice, &variable) in reduced.choices[site].iter().zip(variables) {
                let value = if *choice == state[site] { 1.0 } else { 0.0 };
                hint.push((variable, value));
            }
        }
        hint
    }

    fn read(&self, reduced: &Reduced, solution: &microlp::Solution) -> Vec<Choice> {
        let sites = self.chosen.iter().zip(&reduced.choices);
        let likeliest = sites.filter_map(|(variables, choices)| {
            let values = variables
                .iter()
                .map(|&variable| solution.var_value(variable));
            let best = values.zip(choices).max_by(|a, b| a.0.total_cmp(&b.0));
            best.map(|(_, &choice)| choice)
        });
        likeliest.collect()
    }
}

impl Crowd {
    /// Those who stay, those who come, or both.
    fn living_terms(&self, stays: Option<bool>) -> Terms {
        let wanted =
            |living: &&(Variable, usize, bool)| stays.is_none_or(|stays| stays == living.2);
        self.living
            .iter()
            .filter(wanted)
            .map(|living| (living.0, 1.0))
            .collect()
    }
}
