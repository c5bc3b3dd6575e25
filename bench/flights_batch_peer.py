"""What batches of flights are set beside: NumPy's arrays stepped together, and SciPy's DOP853 under tables.

Started by the program `flights` with a task as JSON on standard input. The regression case is flown by
the classical method of order 4 on arrays, with as few steps as give 1e-5 m, and by DOP853 at the
loosest tolerance that gives 1e-6 m. Under tables the standard atmosphere is written from its definition,
and drag and wind are the monotone cubics (Fritsch and Butland 1984) through the knots of the task.
Times are of the processor.
"""

import bisect
import json
import math
import sys
import time

import numpy as np
from flights_peer import fly, to_ground

LANES = 4_000


def regression(task):
    velocity = task["regression_mps"]
    exact = fly(task, velocity, 1e-13)

    def miss(place):
        return math.hypot(place[0] - exact[0], place[1] - exact[1])

    tolerance = 1e-5
    while miss(fly(task, velocity, tolerance)) > 1e-6:
        tolerance /= 2
    steps = 32
    while miss(fly_together(task, velocity, steps, 1)) > 1e-5:
        steps = math.ceil(steps * 1.1)
    return {
        "impact_m": exact,
        "coarse_per_s": rate(LANES, lambda: fly_together(task, velocity, steps, LANES)),
        "fine_per_s": rate(1, lambda: fly(task, velocity, tolerance)),
        "steps": steps,
        "rtol": tolerance,
    }


def rate(count, work):
    """Flights a second, by the best of some runs."""
    best, until = math.inf, time.process_time() + 1.0
    while time.process_time() < until:
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def fly_together(task, velocity, steps, lanes):
    """The impact of the first of many like flights: to the ground in so many steps, and one more."""
    k, gravity = task["per_metre"], task["gravity_mps2"]
    wind = np.array(task["wind_mps"])[:, None]

    def change(state):
        air = state[3:] - wind
        drag = k * (1.0 - 2.25577e-5 * state[2]) ** 4.25588 * np.sqrt((air * air).sum(axis=0))
        out = np.empty_like(state)
        out[:3] = state[3:]
        np.multiply(air, -drag, out=out[3:])
        out[5] -= gravity
        return out

    def step(state, step_s):
        one = change(state)
        two = change(state + 0.5 * step_s * one)
        three = change(state + 0.5 * step_s * two)
        four = change(state + step_s * three)
        return state + (step_s / 6.0) * (one + 2.0 * (two + three) + four)

    state = np.zeros((6, lanes))
    state[3:] = np.array(velocity)[:, None]
    longest_s = 2.0 * velocity[2] / gravity
    while True:
        after = step(state, longest_s / steps)
        if (after[2] < 0.0).all():
            break
        state = after
    left_s = -state[2] / state[5]
    for _ in range(3):
        end = step(state, left_s)
        left_s = left_s - end[2] / end[5]
    end = step(state, left_s)
    return end[:2, 0].tolist()


def cubic(knots, flat_start):
    """The monotone cubic through knots, constant beyond them."""
    places = [place for place, _ in knots]
    values = [value for _, value in knots]
    widths = [high - low for low, high in zip(places, places[1:])]
    secants = [(high - low) / width for low, high, width in zip(values, values[1:], widths)]
    slopes = [0.0 if flat_start else secants[0]]
    for index in range(1, len(secants)):
        before, after = secants[index - 1 : index + 1]
        one = 2.0 * widths[index] + widths[index - 1]
        other = widths[index] + 2.0 * widths[index - 1]
        rising = before * after > 0.0
        slopes.append((one + other) / (one / before + other / after) if rising else 0.0)
    slopes.append(0.0)

    def at(place):
        index = bisect.bisect_right(places, place) - 1
        if index < 0:
            return values[0]
        if index >= len(widths):
            return values[-1]
        past, width, secant = place - places[index], widths[index], secants[index]
        low, high = slopes[index : index + 2]
        square = (3.0 * secant - 2.0 * low - high) / width
        cube = (low + high - 2.0 * secant) / (width * width)
        return values[index] + past * (low + past * (square + past * cube))

    return at


def tabled(task):
    """Flights under tables of drag and wind, with the Coriolis acceleration, below 11 km."""
    given = task["tables"]
    drag = cubic(given["drag"], flat_start=False)
    winds = [
        cubic([(height, wind[axis]) for height, wind in given["wind"]], flat_start=True)
        for axis in (0, 1)
    ]
    north, up = given["turning_radps"]
    gravity, area_per_mass = task["gravity_mps2"], given["half_area_per_mass"]
    gas = 287.05287  # of air, J/(kg K), as ICAO Doc 7488/3 rounds it

    def change(_, state):
        _, _, z, vx, vy, vz = state.tolist()
        height = 6_356_766.0 * z / (6_356_766.0 + z)
        kelvin = 288.15 - 0.0065 * height
        pressure = 101_325.0 * (kelvin / 288.15) ** (9.80665 / (gas * 0.0065))
        ax, ay = vx - winds[0](height), vy - winds[1](height)
        speed = math.sqrt(ax * ax + ay * ay + vz * vz)
        mach = speed / math.sqrt(1.4 * gas * kelvin)
        slowing = area_per_mass * pressure / (gas * kelvin) * drag(mach) * speed
        return (
            vx,
            vy,
            vz,
            up * vy - north * vz - slowing * ax,
            -up * vx - slowing * ay,
            north * vx - slowing * vz - gravity,
        )

    def one(velocity, tolerance):
        return to_ground(change, velocity, 2.0 * velocity[2] / gravity + 10.0, tolerance)

    velocities = given["velocities_mps"]
    exact = [one(velocity, 1e-11) for velocity in velocities]

    def worst(tolerance):
        places = [one(velocity, tolerance) for velocity in velocities]
        return max(math.dist(place, best) for place, best in zip(places, exact))

    tolerance = 1e-4
    while worst(tolerance) > 1e-3:
        tolerance /= 3
    flights = rate(len(velocities), lambda: [one(each, tolerance) for each in velocities])
    return {"impacts_m": exact, "flights_per_s": flights, "rtol": tolerance}


def main():
    task = json.load(sys.stdin)
    json.dump({"regression": regression(task), "tabled": tabled(task)}, sys.stdout)


if __name__ == "__main__":
    main()
