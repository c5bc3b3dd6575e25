//! Plans for other objectives than the expected loss: what is not known, or attacks that shift.
//!
//! Only what the defender loses at most comes out of this: which attacks would shift where is neither
//! kept nor told.

use super::search::Effort;
use super::{DecideError, mean_coefficients};
use crate::assemble;
use crate::brief::Range;
use crate::brief::reasons::RiskLine;
use crate::request::Objective;
use crate::study::{Coefficients, Group, Setup};
use planner::risk::{self, Counting, Envelope, Table, Tail, Worst};
use planner::{Plan, Problem, Solved};
use raid::effects::is_area_kind;
use theatre::Theatre;
use theatre::interval::Estimate;

/// Most coefficients of all scenarios together: a bound on memory.
const COEFFICIENTS_MAX: usize = 100_000_000;
/// 95 % quantile of the normal law, for two-sided bounds of 90 %.
const NORMAL_95: f64 = 1.644_853_626_951_472_7;

/// What an objective needs to know.
pub(super) struct Known<'a> {
    theatre: &'a Theatre,
    setup: &'a Setup,
    problem: &'a Problem,
}

/// A plan for an objective other than the expected loss.
pub(super) struct Chosen {
    pub solved: Solved,
    envelope: Box<dyn Envelope + Sync>,
}

impl<'a> Known<'a> {
    pub fn new(theatre: &'a Theatre, setup: &'a Setup, problem: &'a Problem) -> Self {
        Self {
            theatre,
            setup,
            problem,
        }
    }

    /// The plan that an objective asks for; none where it is the expected loss.
    pub fn choose(
        &self,
        objective: Objective,
        groups: &[Group],
        effort: Effort,
        gap: f64,
    ) -> Result<Option<Chosen>, DecideError> {
        let envelope: Box<dyn Envelope + Sync> = match objective {
            Objective::Expected => return Ok(None),
            Objective::Tail { level } => Box::new(Tail {
                scenarios: self.scenarios(groups),
                level,
            }),
            Objective::WorstCase { attacks } => {
                let rates = self.setup.forecast.mean_rates();
                Box::new(self.shifted(groups, &rates, attacks))
            }
        };
        let solved = effort.solve_risk(self.problem, envelope.as_ref(), gap)?;
        Ok(solved.map(|solved| Chosen { solved, envelope }))
    }

    /// One table for each draw of what is not known.
    fn scenarios(&self, groups: &[Group]) -> Vec<Table> {
        let sites = self.problem.sites.iter();
        let each: usize = sites
            .map(|site| 1 + site.direct_loss.len() + site.cover.len())
            .sum();
        let most = (COEFFICIENTS_MAX / each.max(1)).max(1);
        let draws = groups.iter().take(most);
        draws.map(|group| self.table(group)).collect()
    }

    fn table(&self, group: &Group) -> Table {
        let draw = Coefficients::new(self.theatre, self.setup, group, &group.rates);
        Table::of(&assemble::problem(self.theatre, self.setup, &draw))
    }

    /// The budget of shifted attacks, at the mean effects of these groups and these rates.
    fn shifted(&self, groups: &[Group], rates: &forecast::Rates, attacks: f64) -> Shifted {
        let (theatre, setup) = (self.theatre, self.setup);
        let days = f64::from(theatre.horizon_days);
        let kinds = setup
            .forecast
            .classes()
            .iter()
            .enumerate()
            .map(|(class, _)| {
                let source = &setup.sources[class];
                let draws: Vec<Coefficients> = groups
                    .iter()
                    .map(|group| Coefficients::of_one_attack(theatre, setup, group, rates, class))
                    .collect();
                let mean = Coefficients::mean(&draws);
                let reaches =
                    |site: usize| is_area_kind(source.kind) || !theatre.sites[site].outside;
                let expected = |site: usize| rates.per_day(site, class) * days;
                let sites = 0..theatre.sites.len();
                mean.map(|mean| Kind {
                    each: Table::of(&assemble::problem(theatre, setup, &mean)),
                    reached: sites
                        .clone()
                        .map(|site| expected(site) > 0.0 && reaches(site))
                        .collect(),
                    expected: sites.map(expected).collect(),
                })
            });
        let base = mean_coefficients(theatre, setup, groups, rates);
        Shifted {
            base: Table::of(&assemble::problem(theatre, setup, &base)),
            kinds: kinds.flatten().collect(),
            attacks,
        }
    }

    /// What the brief says of an objective: its value for the plan, for the plan of least expected loss
    /// and for today, and the plan's on draws that never chose it.
    pub fn line(
        &self,
        objective: Objective,
        chosen: &Chosen,
        expected: &Plan,
        judges: &[Group],
    ) -> RiskLine {
        let counting =
            |plan: &Plan| Counting::on_best(self.problem, &Table::of(self.problem), plan.clone());
        let value = |plan: &Plan| chosen.envelope.value(self.problem, &counting(plan));
        let plan = counting(&chosen.solved.plan);
        let judged = match objective {
            Objective::Tail { level } => {
                let draws = judges.iter().map(|group| self.table(group));
                let losses = draws.map(|table| table.loss(self.problem, &plan)).collect();
                tail(losses, level)
            }
            Objective::Expected | Objective::WorstCase { .. } => {
                let attacks = match objective {
                    Objective::WorstCase { attacks } => attacks,
                    _ => 0.0,
                };
                let each: Vec<f64> = judges
                    .iter()
                    .map(|group| {
                        let one = std::slice::from_ref(group);
                        let shifted = self.shifted(one, &group.rates, attacks);
                        shifted.value(self.problem, &plan)
                    })
                    .collect();
                Estimate::of(&each).into()
            }
        };
        RiskLine {
            objective: objective.to_string(),
            of_least_expected_plan: value(expected),
            of_today: value(&self.problem.today().0),
            judged,
        }
    }
}

/// The mean of the worst share of a sample, with the bounds of 90 % of its sampling error: its variance
/// is (variance of the tail + level × (mean of the tail − its least)²) over the number in the tail
/// (Manistre & Hancock, "Variance of the CTE estimator", North American Actuarial Journal 9, 2005).
fn tail(mut losses: Vec<f64>, level: f64) -> Range {
    losses.sort_by(|a, b| b.total_cmp(a));
    let count =
        ((losses.len() as f64 * (1.0 - level)).ceil() as usize).clamp(1, losses.len().max(1));
    let worst = &losses[..count.min(losses.len())];
    let number = worst.len().max(1) as f64;
    let mean = worst.iter().sum::<f64>() / number;
    let spread: f64 = worst.iter().map(|loss| (loss - mean) * (loss - mean)).sum();
    let variance = spread / (number - 1.0).max(1.0);
    let least = worst.last().copied().unwrap_or(0.0);
    let error = libm::sqrt((variance + level * (mean - least) * (mean - least)) / number);
    Range {
        mean,
        low: (mean - NORMAL_95 * error).max(0.0),
        high: mean + NORMAL_95 * error,
    }
}

/// One kind of attack on record.
struct Kind {
    /// What one attack does, by site.
    each: Table,
    /// Attacks expected over the horizon, by site.
    expected: Vec<f64>,
    /// Sites to which it may move: where it is expected, and within the theatre but for missiles.
    reached: Vec<bool>,
}

/// Up to a number of expected attacks may move, each to any site that its kind reaches; attacks on a
/// site that closes may move besides (after Bertsimas & Sim 2004).
struct Shifted {
    base: Table,
    kinds: Vec<Kind>,
    attacks: f64,
}

/// Attacks that move: kind, from, to, how many, and what each adds.
struct Shift {
    kind: usize,
    from: usize,
    to: usize,
    attacks: f64,
    adds: f64,
}

impl Shifted {
    /// Every move that adds to the loss of a plan, the worst first.
    fn moves(&self, problem: &Problem, counting: &Counting) -> Vec<Shift> {
        let mut moves = Vec::new();
        for (number, kind) in self.kinds.iter().enumerate() {
            let hurts = |site: usize| {
                let done = &counting.plan.sites[site];
                let covered = match counting.cover[site] {
                    Some(cover) => kind.each.cover[site][cover],
                    None => kind.each.bare[site],
                };
                let people = f64::from(done.people) + problem.sites[site].fixed_people;
                people * (kind.each.direct[site][done.loadout] + covered)
            };
            let reached = (0..kind.reached.len()).filter(|&site| kind.reached[site]);
            let Some(to) = reached.max_by(|&a, &b| hurts(a).total_cmp(&hurts(b)).then(b.cmp(&a)))
            else {
                continue;
            };
            let most = hurts(to);
            let all = kind.expected.iter().enumerate();
            moves.extend(all.map(|(from, &attacks)| Shift {
                kind: number,
                from,
                to,
                attacks,
                adds: most - hurts(from),
            }));
        }
        moves.retain(|shift| shift.attacks > 0.0 && shift.adds > 0.0);
        moves.sort_by(|a, b| {
            b.adds
                .total_cmp(&a.adds)
                .then((a.kind, a.from).cmp(&(b.kind, b.from)))
        });
        moves
    }
}

impl Envelope for Shifted {
    fn worst(&self, problem: &Problem, counting: &Counting) -> Worst {
        let moves = self.moves(problem, counting);
        let mut value = self.base.loss(problem, counting);
        let mut left = self.attacks;
        for shift in &moves {
            // A site that closes sends its attacks elsewhere whatever the budget.
            let closes =
                problem.sites[shift.from].people > 0 && !counting.plan.sites[shift.from].open;
            let attacks = if closes {
                shift.attacks
            } else {
                shift.attacks.min(left)
            };
            if !closes {
                left -= attacks;
            }
            value += attacks * shift.adds;
        }
        // The table holds for every plan, so that only the budget moves attacks in it.
        let mut table = self.base.clone();
        let mut left = self.attacks;
        for shift in &moves {
            let attacks = shift.attacks.min(left);
            left -= attacks;
            if attacks > 0.0 {
                self.kinds[shift.kind].put(&mut table, shift.from, -attacks);
                self.kinds[shift.kind].put(&mut table, shift.to, attacks);
            }
        }
        Worst { value, table }
    }
}

impl Kind {
    /// Adds so many attacks on a site to a table.
    fn put(&self, table: &mut Table, site: usize, attacks: f64) {
        let add = |sum: &mut f64, each: f64| *sum = (*sum + attacks * each).max(0.0);
        for (sum, &each) in table.direct[site].iter_mut().zip(&self.each.direct[site]) {
            add(sum, each);
        }
        for (sum, &each) in table.cover[site].iter_mut().zip(&self.each.cover[site]) {
            add(sum, each);
        }
        add(&mut table.bare[site], self.each.bare[site]);
    }
}

impl Effort {
    fn solve_risk(
        self,
        problem: &Problem,
        envelope: &dyn Envelope,
        gap: f64,
    ) -> Result<Option<Solved>, DecideError> {
        let options = self.options(gap);
        match risk::solve(problem, envelope, &options) {
            Ok(solved) => Ok(Some(solved)),
            Err(planner::SolveError::Infeasible) => Ok(None),
            Err(planner::SolveError::Solver(why)) => Err(DecideError::Planner(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner::{Pool, SitePlan, SiteProblem};
    use theatre::Stream;

    fn site(id: usize, stream: &mut Stream) -> SiteProblem {
        SiteProblem {
            id: format!("site {id}"),
            people: 5,
            capacity: 20,
            guard: 0,
            fixed_people: 3.0 * stream.uniform(),
            outside: false,
            upkeep_loss: 0.1,
            open_loadouts: vec![0, 1],
            closed_loadouts: vec![0],
            immovable: vec![0],
            today_loadout: 0,
            direct_loss: vec![0.0; 2],
            bare_loss: 0.0,
            cover: Vec::new(),
        }
    }

    fn problem(stream: &mut Stream) -> Problem {
        Problem {
            systems: vec!["gun".into()],
            loadouts: vec![vec![0], vec![1]],
            sites: (0..4).map(|id| site(id, stream)).collect(),
            pools: vec![Pool {
                system: 0,
                available: 1,
                sites: None,
            }],
            missions: Vec::new(),
            lift: 6,
            may_leave: 0,
            loss_per_move: 1e-4,
        }
    }

    fn shifted(problem: &Problem, stream: &mut Stream, attacks: f64) -> Shifted {
        let mut base = Table::of(problem).zeroed();
        let kinds: Vec<Kind> = (0..2)
            .map(|_| {
                let mut each = base.zeroed();
                for direct in &mut each.direct {
                    direct[0] = 0.1 * stream.uniform();
                    direct[1] = direct[0] * stream.uniform();
                }
                let expected: Vec<f64> = (0..4).map(|_| 2.0 * stream.uniform()).collect();
                Kind {
                    each,
                    expected,
                    reached: vec![true; 4],
                }
            })
            .collect();
        for kind in &kinds {
            for site in 0..4 {
                kind.put(&mut base, site, kind.expected[site]);
            }
        }
        Shifted {
            base,
            kinds,
            attacks,
        }
    }

    /// A table in which random attacks have moved, as many as may.
    fn random_shift(shifted: &Shifted, stream: &mut Stream) -> Table {
        let mut table = shifted.base.clone();
        let mut left = shifted.attacks;
        for kind in &shifted.kinds {
            for from in 0..4 {
                let to = (4.0 * stream.uniform()) as usize;
                let attacks = (kind.expected[from] * stream.uniform()).min(left);
                left -= attacks;
                kind.put(&mut table, from, -attacks);
                kind.put(&mut table, to, attacks);
            }
        }
        table
    }

    #[test]
    fn no_shift_within_the_budget_is_worse_than_the_worst() {
        let mut stream = Stream::new(3, 0, 0, 0);
        for round in 0..40 {
            let problem = problem(&mut stream);
            let shifted = shifted(&problem, &mut stream, f64::from(round % 4) * 0.7);
            let solved = risk::solve(&problem, &shifted, &planner::Options::default())
                .expect("there is a plan");
            assert!(solved.bound <= solved.value + 1e-12);
            let mut plans = vec![solved.plan, problem.today().0];
            let mut closing = problem.today().0;
            closing.sites[0] = SitePlan {
                open: false,
                loadout: 0,
                people: 0,
            };
            closing.sites[1].people = 10;
            closing.moved = 5;
            plans.push(closing);
            for plan in plans {
                let counting = Counting::on_best(&problem, &shifted.base, plan);
                let worst = shifted.worst(&problem, &counting);
                let at = worst.table.loss(&problem, &counting);
                assert!(worst.value >= at - 1e-12);
                assert!(
                    worst.value >= solved.bound - 1e-12,
                    "the bound holds for every plan"
                );
                for _ in 0..50 {
                    let table = random_shift(&shifted, &mut stream);
                    assert!(table.loss(&problem, &counting) <= worst.value + 1e-12);
                }
                let open = counting.plan.sites.iter().all(|site| site.open);
                assert!(
                    !open || (at - worst.value).abs() < 1e-12,
                    "the table attains it"
                );
            }
        }
    }

    #[test]
    fn a_tail_is_the_mean_of_the_worst_share() {
        let losses: Vec<f64> = (1..=100).map(f64::from).collect();
        let estimate = tail(losses, 0.9);
        assert!((estimate.mean - 95.5).abs() < 1e-12);
        assert!(estimate.low < 95.5 && 95.5 < estimate.high);
        assert_eq!(tail(Vec::new(), 0.9).mean, 0.0);
    }
}
