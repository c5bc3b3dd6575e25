"""Times `rampart plan`, and the planner beside HiGHS on the problem that it wrote.

    plan.py RAMPART SOLVE [--theatre DIR] [--replications N] [--runs N] [--out DIR]

RAMPART and SOLVE are the programs, built for release. Prints two tables; fails only where a
program does, or where the planner and HiGHS do not agree. What `rampart plan` writes, and the
problem as `problem.json`, is kept where `--out` says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rampart")
    parser.add_argument("solve")
    parser.add_argument("--theatre", default=HOME / "theatres" / "iraq-2020")
    parser.add_argument("--replications", help="the program's own default where not given")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out")
    return parser.parse_args()


def measured(command):
    """Wall seconds, processor seconds and peak memory in MiB of a command that must succeed.

    The peak is what the system reports for the child (ru_maxrss). A child never reports less than
    its parent held when it started it: some 12 MiB here, since nothing heavy is loaded yet.
    """
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def time_plan(options, folder):
    command = [options.rampart, "plan", options.theatre, "--out", folder]
    command += ["--problem", f"{folder}/problem.json"]
    if options.replications:
        command += ["--replications", options.replications]
    replications = options.replications or "default"
    name = Path(options.theatre).resolve().name
    print(f"rampart plan {name}, replications: {replications}, {os.cpu_count()} processors\n")
    print("| run | wall, s | processor, s | peak memory, MiB |\n|--:|--:|--:|--:|")
    for run in range(1, options.runs + 1):
        wall, processor, peak = measured(command)
        print(f"| {run} | {wall:.2f} | {processor:.2f} | {peak:.0f} |", flush=True)


def time_solvers(options, folder):
    import solve_again  # Here, so that it is not in memory while the program is measured.

    problem = f"{folder}/problem.json"
    command = [options.solve, problem, "--again", str(options.runs)]
    ours = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    solved = [solve_again.solve_file(problem) for _ in range(options.runs)]
    best = solved[0][0]
    seconds = min(taken for _, taken in solved)
    size = json.loads(Path(problem).read_text(encoding="utf-8"))
    sites, loadouts = len(size["sites"]), len(size["loadouts"])
    version = solve_again.highspy.Highs().version()
    print(f"\nIts problem, {sites} sites and {loadouts} loadouts; least of {options.runs} runs\n")
    print("| solver | stops at a gap of | s | value |\n|---|--:|--:|--:|")
    if ours["proof"] is None or best is None:
        sys.exit("The problem has no plan")
    print(f"| planner | 1e-6 | {ours['seconds']:.3f} | {ours['proof']['value']!r} |")
    print(f"| HiGHS {version} | 1e-9 | {seconds:.3f} | {best!r} |")
    fault = solve_again.difference(best, ours["proof"])
    if fault:
        sys.exit(fault)


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.out or temporary
        time_plan(options, folder)
        time_solvers(options, folder)


if __name__ == "__main__":
    main()
