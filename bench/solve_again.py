"""Solves a planning problem with HiGHS and compares with what Rampart says of it.

    solve_again.py PROBLEM.json ANSWER.json [...]

PROBLEM is written by `rampart plan --problem`; ANSWER is its plan.json, or the output of
`solve PROBLEM`. Any number of such pairs may follow one another. Exit status 1 where an answer is
not the best to 1e-6 of it, or claims a bound that a plan found here falls below.

The program is written from the mathematics on the crate page of `planner`, which gives the meaning
of every letter used here, and shares no code with it.
"""

import json
import sys
import time

import highspy

AGREEMENT = 1e-6
# Room for the rounding of sums, in which no two programs add up in the same order.
ROUNDING = 1e-12


class Program:
    """The mixed-integer program of a problem."""

    def __init__(self, problem):
        self.problem = problem
        self.highs = highspy.Highs()
        for option, value in {
            "output_flag": False,
            "mip_rel_gap": 1e-9,
            "mip_abs_gap": 0.0,
            "mip_feasibility_tolerance": 1e-9,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-10,
        }.items():
            self.highs.setOptionValue(option, value)
        sites = problem["sites"]
        self.z = [self.options_of(site) for site in sites]
        self.n = [self.variable(high=site["capacity"], whole=True) for site in sites]
        self.come = [self.variable() for _ in sites]
        self.leave = [self.variable(cost=problem["loss_per_move"]) for _ in sites]
        for index, site in enumerate(sites):
            self.choose_and_fill(index, site)
            self.lose_to_direct_attack(index, site)
            self.count_on_cover(index, site)
        self.limit_movement()
        self.serve_missions()
        self.draw_on_pools()

    def variable(self, cost=0.0, high=highspy.kHighsInf, whole=False):
        index = self.highs.getNumCol()
        self.highs.addVar(0.0, high)
        self.highs.changeColCost(index, cost)
        if whole:
            self.highs.changeColIntegrality(index, highspy.HighsVarType.kInteger)
        return index

    def row(self, terms, low=-highspy.kHighsInf, high=highspy.kHighsInf):
        """low <= sum of coefficient * variable over (coefficient, variable) in terms <= high."""
        merged = {}
        for coefficient, variable in terms:
            merged[variable] = merged.get(variable, 0.0) + coefficient
        self.highs.addRow(low, high, len(merged), list(merged), list(merged.values()))

    def options_of(self, site):
        """z of the site, by (open, loadout)."""
        keys = [(True, loadout) for loadout in site["open_loadouts"]]
        keys += [(False, loadout) for loadout in site["closed_loadouts"]]
        return {
            key: self.variable(cost=site["upkeep_loss"] if key[0] else 0.0, high=1, whole=True)
            for key in keys
        }

    def is_open(self, site):
        return [variable for (is_open, _), variable in self.z[site].items() if is_open]

    def has(self, site, loadout):
        """The z that sum up to Z of the site and loadout."""
        return [variable for (_, l), variable in self.z[site].items() if l == loadout]

    def choose_and_fill(self, index, site):
        self.row([(1, z) for z in self.z[index].values()], 1, 1)
        fewest = max(1, site["guard"])
        self.row([(1, self.n[index])] + [(-fewest, z) for z in self.is_open(index)], low=0)
        capacity = site["capacity"]
        self.row([(1, self.n[index])] + [(-capacity, z) for z in self.is_open(index)], high=0)
        people = site["people"]
        self.row(
            [(1, self.n[index]), (1, self.leave[index]), (-1, self.come[index])], people, people
        )

    def lose_to_direct_attack(self, index, site):
        """(n + fixed) * sum of direct_loss * Z, with n split into one part for each loadout."""
        parts = []
        for loadout, loss in enumerate(site["direct_loss"]):
            chosen = self.has(index, loadout)
            if not chosen:
                continue
            part = self.variable(cost=loss)
            parts.append(part)
            self.row([(1, part)] + [(-site["capacity"], z) for z in chosen], high=0)
            share = self.variable(cost=loss * site["fixed_people"])
            self.row([(1, share)] + [(-1, z) for z in chosen], 0, 0)
        self.row([(1, part) for part in parts] + [(-1, self.n[index])], 0, 0)

    def count_on_cover(self, index, site):
        """(n + fixed) * sum of loss * y, with n split into one part for each cover and for none."""
        losses = [(site["bare_loss"], None)]
        losses += [(cover["loss"], cover) for cover in site["cover"]]
        parts, whether = [], []
        for loss, cover in losses:
            y = self.variable(cost=loss * site["fixed_people"], high=1)
            part = self.variable(cost=loss)
            self.row([(1, part), (-site["capacity"], y)], high=0)
            if cover is not None:
                stands = self.has(cover["host"], cover["loadout"])
                self.row([(1, y)] + [(-1, z) for z in stands], high=0)
            parts.append(part)
            whether.append(y)
        self.row([(1, y) for y in whether], 1, 1)
        self.row([(1, part) for part in parts] + [(-1, self.n[index])], 0, 0)

    def limit_movement(self):
        problem = self.problem
        self.row([(1, v) for v in self.leave] + [(-1, v) for v in self.come], 0, 0)
        self.row([(1, v) for v in self.leave], high=problem["lift"])
        outside = [v for v, site in zip(self.come, problem["sites"]) if site["outside"]]
        self.row([(1, v) for v in outside], high=problem["may_leave"])

    def serve_missions(self):
        busy = [[] for _ in self.problem["sites"]]
        for mission in self.problem["missions"]:
            serving = []
            for site in set(mission["sites"]):
                x = self.variable()
                serving.append((1, x))
                busy[site].append((1, x))
            self.row(serving, low=mission["people"])
        for index, site in enumerate(self.problem["sites"]):
            guard = [(site["guard"], z) for z in self.is_open(index)]
            self.row(busy[index] + guard + [(-1, self.n[index])], high=0)

    def draw_on_pools(self):
        problem = self.problem
        sent = {}
        for p, pool in enumerate(problem["pools"]):
            sites = range(len(problem["sites"])) if pool["sites"] is None else set(pool["sites"])
            for site in sites:
                sent[p, site] = self.variable()
            self.row([(1, sent[p, site]) for site in sites], high=pool["available"])
        for system in range(len(problem["systems"])):
            pools = [p for p, pool in enumerate(problem["pools"]) if pool["system"] == system]
            for index, site in enumerate(problem["sites"]):
                terms = [(1, sent[p, index]) for p in pools if (p, index) in sent]
                for (_, loadout), z in self.z[index].items():
                    units = problem["loadouts"][loadout][system] - site["immovable"][system]
                    terms.append((-units, z))
                self.row(terms, low=0)

    def solve(self):
        """The best loss, or None where there is no plan."""
        no_plan = (
            highspy.HighsModelStatus.kInfeasible,
            # The loss is never negative, so it cannot be unbounded.
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        )
        self.highs.run()
        if self.highs.getModelStatus() in no_plan:
            # HiGHS 1.15's presolve calls some feasible programs infeasible (its issue 3296).
            self.highs.clearSolver()
            self.highs.setOptionValue("presolve", "off")
            self.highs.run()
        status = self.highs.getModelStatus()
        if status in no_plan:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS: {self.highs.modelStatusToString(status)}")
        return self.loss(self.highs.getSolution().col_value)

    def loss(self, values):
        """The loss of the plan found, from the definition and in whole people and units."""
        problem = self.problem
        chosen = [max(z, key=lambda option: values[z[option]]) for z in self.z]
        people = [round(values[n]) for n in self.n]
        total = 0.0
        for site, option, n in zip(problem["sites"], chosen, people):
            covers = [
                cover["loss"]
                for cover in site["cover"]
                if chosen[cover["host"]][1] == cover["loadout"]
            ]
            covered = min([site["bare_loss"], *covers])
            total += (n + site["fixed_people"]) * (site["direct_loss"][option[1]] + covered)
            total += site["upkeep_loss"] if option[0] else 0.0
            total += problem["loss_per_move"] * max(0, site["people"] - n)
        return total


def solve_file(path):
    """The best loss and the seconds that HiGHS took, without building the program."""
    with open(path, encoding="utf-8") as file:
        program = Program(json.load(file))
    start = time.perf_counter()
    best = program.solve()
    return best, time.perf_counter() - start


def difference(best, proof):
    """What is wrong with a proof, given the best loss; None where nothing is."""
    if best is None or proof is None:
        return None if best is None and proof is None else "only one of them finds a plan"
    scale = max(abs(best), abs(proof["value"]))
    if abs(best - proof["value"]) > (AGREEMENT + ROUNDING) * scale:
        return f"they differ by {abs(best - proof['value']) / scale:.1e}"
    if proof["bound"] > best + ROUNDING * scale:
        return f"the bound {proof['bound']!r} lies above a plan"
    return None


def main(paths):
    if not paths or len(paths) % 2:
        sys.exit(__doc__)
    failed = False
    for problem, answer in zip(paths[::2], paths[1::2]):
        best, seconds = solve_file(problem)
        with open(answer, encoding="utf-8") as file:
            proof = json.load(file).get("proof")
        fault = difference(best, proof)
        theirs = "no plan" if best is None else repr(best)
        ours = "no plan" if proof is None else repr(proof["value"])
        print(f"{problem}: Rampart {ours}, HiGHS {theirs} in {seconds:.2f} s: {fault or 'agree'}")
        failed = failed or fault is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
