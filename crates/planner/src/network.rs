//! Least-cost flow of whole units through a network, exactly.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

const FAR: i64 = i64::MAX;

/// A directed network with whole capacities and whole, non-negative costs.
///
/// Nodes may supply or demand units. [`Network::route`] sends every supply to the demands at least
/// cost by the primal-dual method (Ford and Fulkerson, 1962; Ahuja, Magnanti and Orlin, "Network
/// Flows", 1993, section 9.8): shortest distances by Dijkstra under node potentials, then as much
/// as fits along arcs of reduced cost zero, in bulk, until nothing is left.
pub struct Network {
    heads: Vec<usize>,
    left: Vec<i64>,
    costs: Vec<i64>,
    leaving: Vec<Vec<usize>>,
    balance: Vec<i64>,
}

impl Network {
    /// A network of unconnected nodes.
    pub fn new(nodes: usize) -> Self {
        Self {
            heads: Vec::new(),
            left: Vec::new(),
            costs: Vec::new(),
            leaving: vec![Vec::new(); nodes],
            balance: vec![0; nodes],
        }
    }

    /// Adds an arc and gives its number.
    pub fn arc(&mut self, from: usize, to: usize, capacity: i64, cost: i64) -> usize {
        let arc = self.heads.len();
        self.heads.extend([to, from]);
        self.left.extend([capacity, 0]);
        self.costs.extend([cost, -cost]);
        self.leaving[from].push(arc);
        self.leaving[to].push(arc + 1);
        arc
    }

    /// Adds units that start at a node, or end there if negative.
    pub fn supply(&mut self, node: usize, units: i64) {
        self.balance[node] += units;
    }

    /// Units that flow through an arc.
    pub fn flow(&self, arc: usize) -> i64 {
        self.left[arc + 1]
    }

    /// Routes every unit at least cost; `None` if that is impossible or supplies and demands differ.
    ///
    /// Takes a potential for each node and gives those of the least cost. The nearer to them the
    /// first ones are, the less is left to route: arcs that are worth filling under these are full
    /// from the start, and what is then too much or too little at a node is sent on like the rest.
    pub fn route(&mut self, mut potentials: Vec<i64>) -> Option<Vec<i64>> {
        let nodes = self.leaving.len();
        potentials.resize(nodes, 0);
        if self.balance.iter().sum::<i64>() != 0 {
            return None;
        }
        for arc in (0..self.heads.len()).step_by(2) {
            let (tail, head) = (self.heads[arc + 1], self.heads[arc]);
            if self.costs[arc] + potentials[tail] < potentials[head] {
                let amount = std::mem::take(&mut self.left[arc]);
                self.left[arc + 1] += amount;
                self.balance[tail] -= amount;
                self.balance[head] += amount;
            }
        }
        let (source, sink) = self.add_terminals(&potentials);
        let mut wanted: i64 = self.leaving[source].iter().map(|&arc| self.left[arc]).sum();
        potentials.extend([0, 0]);
        while wanted > 0 {
            if !self.shorten(source, sink, &mut potentials) {
                return None;
            }
            wanted -= self.fill(source, sink, &potentials);
        }
        potentials.truncate(nodes);
        Some(potentials)
    }

    /// A source and a sink of potential 0. As every unit must pass their arcs, these may cost what
    /// makes them free under the potentials.
    fn add_terminals(&mut self, potentials: &[i64]) -> (usize, usize) {
        let source = self.leaving.len();
        let sink = source + 1;
        self.leaving.extend([Vec::new(), Vec::new()]);
        for (node, potential) in potentials.iter().enumerate() {
            let units = self.balance[node];
            if units > 0 {
                self.arc(source, node, units, *potential);
            } else if units < 0 {
                self.arc(node, sink, -units, -potential);
            }
        }
        (source, sink)
    }

    /// Raises the potentials by the distances from the source, capped at the sink's, so that the
    /// shortest paths have reduced cost zero; false if the sink cannot be reached.
    fn shorten(&self, source: usize, sink: usize, potentials: &mut [i64]) -> bool {
        let mut distances = vec![FAR; potentials.len()];
        distances[source] = 0;
        let mut queue = BinaryHeap::from([Reverse((0, source))]);
        while let Some(Reverse((distance, node))) = queue.pop() {
            if distance > distances[node] {
                continue;
            }
            if node == sink {
                break;
            }
            for &arc in &self.leaving[node] {
                let head = self.heads[arc];
                let reduced = self.costs[arc] + potentials[node] - potentials[head];
                if self.left[arc] > 0 && distance + reduced < distances[head] {
                    distances[head] = distance + reduced;
                    queue.push(Reverse((distance + reduced, head)));
                }
            }
        }
        let reach = distances[sink];
        if reach == FAR {
            return false;
        }
        for (potential, distance) in potentials.iter_mut().zip(distances) {
            *potential += distance.min(reach);
        }
        true
    }

    /// Pushes units along arcs of reduced cost zero, depth first; gives how many arrived.
    fn fill(&mut self, source: usize, sink: usize, potentials: &[i64]) -> i64 {
        let mut tried = vec![0; potentials.len()];
        let mut visited = vec![false; potentials.len()];
        let mut path: Vec<usize> = Vec::new();
        let mut arrived = 0;
        visited[source] = true;
        loop {
            let node = path.last().map_or(source, |&arc| self.heads[arc]);
            if node == sink {
                arrived += self.push(&path);
                for arc in path.drain(..) {
                    visited[self.heads[arc]] = false;
                }
                continue;
            }
            let arcs = &self.leaving[node];
            let next = (tried[node]..arcs.len()).find(|&place| {
                let (arc, head) = (arcs[place], self.heads[arcs[place]]);
                self.left[arc] > 0
                    && !visited[head]
                    && self.costs[arc] + potentials[node] == potentials[head]
            });
            // A node with no way on stays visited, so that no other path tries it again.
            if let Some(place) = next {
                tried[node] = place;
                visited[self.heads[arcs[place]]] = true;
                path.push(arcs[place]);
            } else if path.pop().is_none() {
                return arrived;
            }
        }
    }

    fn push(&mut self, path: &[usize]) -> i64 {
        let amount = path.iter().map(|&arc| self.left[arc]).min().unwrap_or(0);
        for &arc in path {
            self.left[arc] -= amount;
            self.left[arc ^ 1] += amount;
        }
        amount
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn the_dearer_way_takes_only_what_the_cheaper_cannot() {
        let mut network = Network::new(4);
        network.supply(0, 10);
        network.supply(3, -10);
        let cheap = network.arc(0, 1, 10, 1);
        network.arc(1, 3, 6, 0);
        let dear = network.arc(0, 2, 10, 5);
        network.arc(2, 3, 10, 0);
        assert!(network.route(Vec::new()).is_some());
        assert_eq!((network.flow(cheap), network.flow(dear)), (6, 4));
    }

    #[test]
    fn an_early_choice_is_taken_back_along_its_reverse_arc() {
        // Both supplies like node 2, only the first has another way.
        let mut network = Network::new(5);
        network.supply(0, 1);
        network.supply(1, 1);
        network.supply(4, -2);
        network.arc(0, 2, 1, 0);
        let other = network.arc(0, 3, 1, 7);
        network.arc(1, 2, 1, 3);
        network.arc(2, 4, 1, 0);
        network.arc(3, 4, 1, 0);
        assert!(network.route(Vec::new()).is_some());
        assert_eq!(network.flow(other), 1);
    }

    #[test]
    fn potentials_to_start_from_change_no_cost() {
        let build = |slow: i64| {
            let mut network = Network::new(4);
            network.supply(0, 10);
            network.supply(3, -10);
            let arcs = [
                network.arc(0, 1, 7, 1),
                network.arc(1, 3, 6, slow),
                network.arc(0, 2, 10, 5),
                network.arc(2, 3, 10, 0),
                network.arc(1, 2, 10, 1),
            ];
            (network, arcs)
        };
        let (mut first, _) = build(0);
        let known = first.route(Vec::new()).unwrap();
        for slow in [0, 3, 9] {
            for potentials in [Vec::new(), known.clone(), vec![7, -3, 12, 0]] {
                let (mut network, arcs) = build(slow);
                assert!(network.route(potentials).is_some());
                let costs = [1, slow, 5, 0, 1];
                let flows = arcs.map(|arc| network.flow(arc));
                let cost: i64 = flows
                    .iter()
                    .zip(costs)
                    .map(|(flow, cost)| flow * cost)
                    .sum();
                let best = match slow {
                    0 => 6 + 2 + 3 * 5,
                    _ => 7 * 2 + 3 * 5,
                };
                assert_eq!(cost, best, "{slow}: {flows:?}");
            }
        }
    }

    #[test]
    fn what_cannot_arrive_is_said() {
        let mut network = Network::new(2);
        network.supply(0, 2);
        network.supply(1, -2);
        network.arc(0, 1, 1, 0);
        assert!(network.route(Vec::new()).is_none());
    }
}
