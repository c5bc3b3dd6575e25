"""Flies shots with SciPy's DOP853: a task as JSON on standard input, impacts and seconds on output.

Started by the program `flights`. The law of drag is that of the regression case in the tests of
ballistics: acceleration -k (1 - 2.25577e-5 z)^4.25588 |v| v, with v relative to the air. It is
written in plain Python numbers, which SciPy calls faster here than NumPy arrays of three.
"""

import json
import math
import platform
import sys
import time

import scipy
from scipy.integrate import solve_ivp

# Relative tolerances, the tightest last; the absolute one is the same number of metres.
TOLERANCES = [1e-3, 1e-6, 1e-12]


def fly(task, velocity, tolerance):
    """The place of impact, m: where z falls through 0."""
    k, gravity = task["per_metre"], task["gravity_mps2"]
    wind_x, wind_y, wind_z = task["wind_mps"]

    def change(_, state):
        _, _, z, vx, vy, vz = state.tolist()
        ax, ay, az = vx - wind_x, vy - wind_y, vz - wind_z
        air_speed = math.sqrt(ax * ax + ay * ay + az * az)
        drag = k * max(0.0, 1.0 - 2.25577e-5 * z) ** 4.25588 * air_speed
        return (vx, vy, vz, -drag * ax, -drag * ay, -drag * az - gravity)

    # Nothing stays up longer than it would without air.
    return to_ground(change, velocity, 2.0 * velocity[2] / gravity + 1.0, tolerance)


def to_ground(change, velocity, longest_s, tolerance):
    """The place, m, where a flight from the origin under `change` falls through height 0."""

    def height(_, state):
        return state[2]

    height.terminal = True
    height.direction = -1
    flight = solve_ivp(
        change,
        (0.0, longest_s),
        (0.0, 0.0, 0.0, *velocity),
        method="DOP853",
        rtol=tolerance,
        atol=tolerance,
        events=height,
    )
    if flight.status != 1:
        raise RuntimeError(f"no impact: {flight.message}")
    return flight.y_events[0][0][:2].tolist()


def main():
    task = json.load(sys.stdin)
    runs = []
    for tolerance in TOLERANCES:
        start = time.perf_counter()
        impacts = [fly(task, velocity, tolerance) for velocity in task["velocities_mps"]]
        seconds = time.perf_counter() - start
        runs.append({"rtol": tolerance, "seconds": seconds, "impacts_m": impacts})
    versions = f"SciPy {scipy.__version__}, Python {platform.python_version()}"
    json.dump({"versions": versions, "runs": runs}, sys.stdout)


if __name__ == "__main__":
    main()
