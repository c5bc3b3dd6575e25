//! Whether supplies can meet demands, each demand from the supplies that may serve it.

/// How much of each demand stays unmet when as much as possible is met in all.
///
/// Augmenting paths by breadth first (Edmonds and Karp, 1972) on the bipartite graph; all whole
/// numbers, so the answer is exact. Which demands stay short is not unique; how much in all is.
pub fn unmet(supplies: &[u64], demands: &[u64], serves: impl Fn(usize, usize) -> bool) -> Vec<u64> {
    let mut left = supplies.to_vec();
    let mut short = demands.to_vec();
    let mut sent = vec![vec![0_u64; demands.len()]; supplies.len()];
    for demand in 0..demands.len() {
        while short[demand] > 0 {
            let Some(path) = path_to_supply(&left, &sent, demand, &serves) else {
                break;
            };
            augment(&path, &mut left, &mut short, &mut sent, demand);
        }
    }
    short
}

/// A path as (supply, demand it newly serves) steps, from the demand back to a supply with some left.
type Path = Vec<(usize, usize)>;

fn path_to_supply(
    left: &[u64],
    sent: &[Vec<u64>],
    root: usize,
    serves: &impl Fn(usize, usize) -> bool,
) -> Option<Path> {
    let demands = sent.first().map_or(0, Vec::len);
    let mut reached_by = vec![None; left.len()];
    let mut supply_before = vec![None; demands];
    let mut seen = vec![false; demands];
    let mut queue = std::collections::VecDeque::from([root]);
    if let Some(seen) = seen.get_mut(root) {
        *seen = true;
    }
    while let Some(demand) = queue.pop_front() {
        for supply in 0..left.len() {
            if reached_by[supply].is_some() || !serves(supply, demand) {
                continue;
            }
            reached_by[supply] = Some(demand);
            if left[supply] > 0 {
                return Some(trace(supply, &reached_by, &supply_before));
            }
            for other in 0..demands {
                if !seen[other] && sent[supply][other] > 0 {
                    seen[other] = true;
                    supply_before[other] = Some(supply);
                    queue.push_back(other);
                }
            }
        }
    }
    None
}

fn trace(end: usize, reached_by: &[Option<usize>], supply_before: &[Option<usize>]) -> Path {
    let mut path = Vec::new();
    let mut supply = Some(end);
    while let Some(at) = supply {
        let Some(demand) = reached_by[at] else { break };
        path.push((at, demand));
        supply = supply_before[demand];
    }
    path
}

fn augment(path: &Path, left: &mut [u64], short: &mut [u64], sent: &mut [Vec<u64>], root: usize) {
    let Some(&(end, _)) = path.first() else {
        return;
    };
    // Each later supply hands the demand before it in the path over to the supply before it.
    let freed = path
        .windows(2)
        .map(|pair| sent[pair[1].0][pair[0].1])
        .min()
        .unwrap_or(u64::MAX);
    let amount = freed.min(left[end]).min(short[root]);
    left[end] -= amount;
    short[root] -= amount;
    for &(supply, demand) in path {
        sent[supply][demand] += amount;
    }
    for pair in path.windows(2) {
        sent[pair[1].0][pair[0].1] -= amount;
    }
}

#[cfg(test)]
mod tests {
    use super::unmet;

    #[test]
    fn a_shared_supply_gives_way_to_the_demand_that_has_no_other() {
        // The first demand takes the shared supply first and must be moved to its own.
        let serves = |supply: usize, demand: usize| supply == 0 || demand == 0;
        assert_eq!(unmet(&[5, 5], &[5, 5], serves), [0, 0]);
        assert_eq!(unmet(&[5, 5], &[5, 6], serves).iter().sum::<u64>(), 1);
        assert_eq!(unmet(&[], &[2], serves), [2]);
    }
}
