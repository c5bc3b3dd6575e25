//! The checker: whether a plan is possible, what it loses, and whether its bound is true.
//!
//! It shares no code with the solver and believes none of its claims. For any prices (at least 0 but
//! for the balance of people), no plan loses less than what remains when every site pays prices for
//! what sites share and picks its cheapest option by itself, less the prices of what there is to
//! share (Lagrangian relaxation: Geoffrion, "Lagrangean relaxation for integer programming", 1974).
//! A site's cost is piecewise linear in its people, so that its corners are enough. Sums are rounded
//! outward at every step: whatever is computed here as a bound is one.

use crate::certificate::{Certificate, Choice, Node};
use crate::plan::{Plan, Violation};
use crate::problem::Problem;
use costs::{SiteView, costs, fit, views};

mod costs;

/// What the checker found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked {
    /// The loss of the plan lies between these.
    pub value: (f64, f64),
    /// No plan loses less; at most the upper value.
    pub bound: f64,
    /// How far a better plan could be below this one, as a share of its loss, rounded up.
    pub gap: f64,
}

/// Why a plan or its certificate is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// The plan breaks limits.
    #[error("the plan breaks a limit: {0}")]
    Plan(Violation),
    /// The bound is not a number, or infinite.
    #[error("the certificate's bound is {0}, not a finite number")]
    Bound(f64),
    /// Prices have the wrong length, or a number that no price may be.
    #[error("prices {0} of the certificate do not fit the problem")]
    Prices(usize),
    /// A node refers to prices, sites or nodes that are not there, to an earlier node, or to one
    /// that another node refers to.
    #[error("node {0} of the certificate refers to what is not there or not its own")]
    Reference(usize),
    /// A split leaves out an option.
    #[error("node {node} of the certificate leaves out an option of site {site}")]
    Split {
        /// The node.
        node: usize,
        /// The site.
        site: usize,
    },
    /// The prices do not bear out the bound.
    #[error("node {node} of the certificate shows no more than {shown}, not {claimed}")]
    Unproven {
        /// The node.
        node: usize,
        /// What its prices show.
        shown: f64,
        /// The bound claimed.
        claimed: f64,
    },
}

/// Checks a plan of a valid problem and the bound of its certificate.
///
/// # Errors
/// The first fault found.
pub fn check(
    problem: &Problem,
    plan: &Plan,
    certificate: &Certificate,
) -> Result<Checked, CheckError> {
    if let Some(violation) = problem.violations(plan).into_iter().next() {
        return Err(CheckError::Plan(violation));
    }
    check_bound(problem, certificate)?;
    let (low, high) = loss(problem, plan);
    // No loss is negative, so that 0 is a bound without proof.
    let bound = certificate.bound.min(low).max(0.0);
    let gap = match problem.loss(plan) > 0.0 {
        true => ((high - bound).next_up() / high).next_up(),
        false => 0.0,
    };
    Ok(Checked {
        value: (low, high),
        bound,
        gap,
    })
}

/// Checks that no plan of a valid problem loses less than the certificate says.
///
/// # Errors
/// The first fault found.
pub fn check_bound(problem: &Problem, certificate: &Certificate) -> Result<(), CheckError> {
    if !certificate.bound.is_finite() {
        return Err(CheckError::Bound(certificate.bound));
    }
    let count = certificate.prices.len();
    let fits = |place: &usize| fit(problem, &certificate.prices[*place]);
    if let Some(wrong) = (0..count).find(|place| !fits(place)) {
        return Err(CheckError::Prices(wrong));
    }
    Checker::new(problem, certificate).run()
}

/// Whether the certificate shows that a valid problem has no plan: any would lose more than a plan
/// can.
#[must_use]
pub fn proves_impossible(problem: &Problem, certificate: &Certificate) -> bool {
    let mut most = (problem.loss_per_move * problem.people() as f64).next_up();
    for site in &problem.sites {
        let direct = site.direct_loss.iter().copied().fold(0.0, f64::max);
        let people = (f64::from(site.capacity) + site.fixed_people).next_up();
        let loss = (people * (direct + site.bare_loss).next_up()).next_up();
        most = ((most + loss).next_up() + site.upkeep_loss).next_up();
    }
    certificate.bound > most && check_bound(problem, certificate).is_ok()
}

/// The loss of a plan by the definition, rounded down and up; all its terms are at least 0.
fn loss(problem: &Problem, plan: &Plan) -> (f64, f64) {
    let rounded = |round: fn(f64) -> f64| {
        let mut sum = round(problem.loss_per_move * plan.moved as f64);
        for (site, done) in problem.sites.iter().zip(&plan.sites) {
            let stands = |host: usize| plan.sites[host].loadout;
            let covers = site.cover.iter().filter(|c| stands(c.host) == c.loadout);
            let covered = covers.map(|c| c.loss).fold(site.bare_loss, f64::min);
            let people = round(f64::from(done.people) + site.fixed_people);
            let lost = round(people * round(site.direct_loss[done.loadout] + covered));
            let upkeep = if done.open { site.upkeep_loss } else { 0.0 };
            sum = round(round(sum + lost) + upkeep);
        }
        sum
    };
    (rounded(f64::next_down).max(0.0), rounded(f64::next_up))
}

/// A step of the walk over the cases.
enum Step {
    Visit(usize),
    /// Leave a site only the options of one part of a split.
    Restrict(usize, usize),
    /// Give back what was taken since the list of it had this length.
    Restore(usize),
}

struct Checker<'a> {
    problem: &'a Problem,
    certificate: &'a Certificate,
    sites: Vec<SiteView>,
    /// The options left, by site.
    left: Vec<Vec<bool>>,
    /// (Site, option) taken, in order.
    taken: Vec<(usize, usize)>,
    seen: Vec<bool>,
    stack: Vec<Step>,
}

impl<'a> Checker<'a> {
    fn new(problem: &'a Problem, certificate: &'a Certificate) -> Self {
        let sites = views(problem);
        Self {
            problem,
            certificate,
            left: sites.iter().map(|s| vec![true; s.options.len()]).collect(),
            sites,
            taken: Vec::new(),
            seen: vec![false; certificate.nodes.len()],
            stack: vec![Step::Visit(0)],
        }
    }

    fn run(&mut self) -> Result<(), CheckError> {
        while let Some(step) = self.stack.pop() {
            match step {
                Step::Visit(node) => self.visit(node)?,
                Step::Restrict(node, part) => self.restrict(node, part),
                Step::Restore(length) => {
                    for (site, option) in self.taken.drain(length..) {
                        self.left[site][option] = true;
                    }
                }
            }
        }
        Ok(())
    }

    fn visit(&mut self, node: usize) -> Result<(), CheckError> {
        let wrong = CheckError::Reference(node);
        if self.seen.get(node) != Some(&false) {
            return Err(wrong);
        }
        self.seen[node] = true;
        let claimed = self.certificate.bound;
        match &self.certificate.nodes[node] {
            Node::Prices(prices) => {
                let prices = self.certificate.prices.get(*prices).ok_or(wrong)?;
                // No loss is negative, so that 0 is a bound at any prices.
                let shown = costs(self.problem, &self.sites, &self.left, prices)
                    .0
                    .max(0.0);
                if shown < claimed {
                    return Err(CheckError::Unproven {
                        node,
                        shown,
                        claimed,
                    });
                }
            }
            Node::Narrow { prices, rest } => {
                let prices = self.certificate.prices.get(*prices);
                let prices = prices.filter(|_| *rest > node).ok_or(wrong)?;
                let (bound, costs) = costs(self.problem, &self.sites, &self.left, prices);
                for (site, costs) in costs.iter().enumerate() {
                    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
                    for (option, cost) in costs.iter().enumerate() {
                        let with = ((bound - least).next_down() + cost).next_down();
                        if self.left[site][option] && with >= claimed {
                            self.take(site, option);
                        }
                    }
                }
                self.stack.push(Step::Visit(*rest));
            }
            Node::Split { site, parts } => {
                let options = self.sites.get(*site).map(|view| &view.options);
                let options = options.ok_or(wrong.clone())?;
                if parts.iter().any(|part| part.node <= node) {
                    return Err(wrong);
                }
                let missing = |(option, left): (&Choice, &bool)| {
                    *left && !parts.iter().any(|part| part.options.contains(option))
                };
                if options.iter().zip(&self.left[*site]).any(missing) {
                    return Err(CheckError::Split { node, site: *site });
                }
                for (place, part) in parts.iter().enumerate() {
                    self.stack.push(Step::Restore(self.taken.len()));
                    self.stack.push(Step::Visit(part.node));
                    self.stack.push(Step::Restrict(node, place));
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, site: usize, option: usize) {
        if std::mem::replace(&mut self.left[site][option], false) {
            self.taken.push((site, option));
        }
    }

    fn restrict(&mut self, node: usize, part: usize) {
        if let Node::Split { site, parts } = &self.certificate.nodes[node] {
            for option in 0..self.left[*site].len() {
                if !parts[part]
                    .options
                    .contains(&self.sites[*site].options[option])
                {
                    self.take(*site, option);
                }
            }
        }
    }
}
