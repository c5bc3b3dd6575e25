"""The planner for many sites beside HiGHS: `plan_table.py PLAN_INSTANCE [--tiny] [--seconds N]`.

PLAN_INSTANCE is the program, built for release. Makes the instances, plans each, and gives HiGHS the
smaller ones for so many seconds (60) on one thread. Prints a table; fails where the checker of a proof
does not pass, or where values and bounds of the two contradict each other.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import highspy
import numpy as np
import scipy.sparse as sparse
from instances import LOADOUTS, LOSS_PER_MOVE, instance, write

ROWS = [
    # sites, regions, options of plan_instance, whether HiGHS tries
    (200, True, [], True),
    (2_000, True, [], True),
    (20_000, True, ["--what-if", "c_ram=6010"], True),
    (200, False, [], True),
    (1_000_000, False, ["--gap", "1e-6"], False),
    (100_000, True, ["--cvar", "0.95", "--scenarios", "100", "--gap", "5e-4"], False),
]
TINY = [
    (40, True, ["--what-if", "c_ram=13"], True),
    (60, False, [], True),
    (200, True, ["--cvar", "0.95", "--scenarios", "20", "--gap", "5e-3"], False),
]


class Program:
    """Rows of a sparse program, added block by block."""

    def __init__(self):
        self.rows, self.columns, self.values = [], [], []
        self.low, self.high = [], []

    def add(self, low, high, *terms):
        """A block of rows, from (row, columns, coefficients) with rows counted from 0."""
        first = len(self.low)
        self.low += list(low)
        self.high += list(high)
        for row, column, value in terms:
            row, column = np.broadcast_arrays(row, column)
            self.rows.append(first + row.ravel())
            self.columns.append(column.ravel())
            self.values.append(np.broadcast_to(value, row.shape).ravel())

    def matrix(self, columns):
        entries = np.concatenate(self.values).astype(float)
        places = (np.concatenate(self.rows), np.concatenate(self.columns))
        return sparse.csr_matrix((entries, places), shape=(len(self.low), columns))


def program(made):
    """The mixed-integer program: chosen and present by site and loadout, then leaving, then coming."""
    sites, options = made["loss"].shape
    many = sites * options
    site, chosen = np.arange(sites), np.arange(many).reshape(sites, options)
    present, leaving, coming = many + chosen, 2 * many + site, 2 * many + sites + site
    rows, infinite = Program(), highspy.kHighsInf
    each = np.arange(many)
    rows.add(np.ones(sites), np.ones(sites), (site[:, None], chosen, 1))
    full = np.repeat(made["capacity"], options)
    rows.add([-infinite] * many, [0] * many, (each, present.ravel(), 1), (each, chosen.ravel(), -full))
    least = np.repeat(made["fewest"], options)
    rows.add([0] * many, [infinite] * many, (each, present.ravel(), 1), (each, chosen.ravel(), -least))
    people = made["people"]
    rows.add(people, people, (site[:, None], present, 1), (site, leaving, 1), (site, coming, -1))
    region = made["region"]
    zeros = np.zeros(region.max() + 1)
    rows.add(zeros, zeros, (region, leaving, 1), (region, coming, -1))
    for system, name in enumerate(("c_ram", "patriot")):
        units = np.array([loadout[system] for loadout in LOADOUTS])
        rows.add([0], [made[name]], (0, chosen, np.tile(units, (sites, 1))))
    rows.add([0], [made["lift"]], (0, leaving, 1))
    cost = np.concatenate([np.zeros(many), made["loss"].ravel(), np.full(sites, LOSS_PER_MOVE), np.zeros(sites)])
    high = np.concatenate([np.ones(many), full, people - made["fewest"], made["capacity"] - people])
    return rows, cost, high, many


def highs(made, seconds):
    """Value, bound and seconds of HiGHS."""
    rows, cost, high, binaries = program(made)
    matrix = rows.matrix(len(cost))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(rows.low)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), high
    model.row_lower_, model.row_upper_ = np.array(rows.low, float), np.array(rows.high, float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    kinds = [highspy.HighsVarType.kInteger] * binaries
    model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(cost) - binaries)
    solver = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("time_limit", float(seconds)),
        ("mip_rel_gap", 1e-9),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == 2
    return info.objective_function_value if found else None, info.mip_dual_bound, solver.getRunTime()


def contradictions(ours, value, bound):
    """What cannot both be true of the two answers, to what HiGHS tolerates."""
    slack = 1e-6 * abs(ours["value"])
    if value is not None and ours["bound"] > value + slack:
        yield f"our bound {ours['bound']} lies above a plan that loses {value}"
    if bound > ours["value"] + slack:
        yield f"HiGHS's bound {bound} lies above our plan, which loses {ours['value']}"


def line(sites, regions, kind, answer, peer):
    memory = answer.get("peak_mb")
    return (
        f"| {sites:,} | {sites // 20 if regions else 1:,} | {kind} | {answer['value']:.6f} "
        f"| {answer['gap']:.1e} | {answer['seconds']:.3f} | {memory} | {peer} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    print("| sites | regions | what | value | gap | s | MiB | HiGHS: value, gap, s |\n|--:|--:|---|--:|--:|--:|--:|---|")
    faults = []
    for sites, regions, extra, peer in TINY if options.tiny else ROWS:
        made = instance(sites, regions=regions)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "instance.csv"
            with path.open("w") as file:
                write(made, file)
            run = subprocess.run([options.program, path, *extra], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(run.stderr)
        answer = json.loads(run.stdout)
        told = "not tried"
        if peer:
            value, bound, seconds = highs(made, options.seconds)
            faults += contradictions(answer, value, bound)
            gap = "no plan" if value is None else f"{value:.6f}, {(value - bound) / abs(value):.1e}"
            told = f"{gap}, {seconds:.2f}"
        kind = "CVaR 95 %" if "--cvar" in extra else "expected"
        print(line(sites, regions, kind, answer, told), flush=True)
        if "what_if" in answer:
            print(line(sites, regions, "what-if", answer["what_if"], ""), flush=True)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
