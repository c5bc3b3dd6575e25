"""Fits the self-exciting process: a log on standard input, parameters and seconds as JSON on output.

Started by the program `hawkes`. The input is little-endian 64-bit floats: the length of the window,
then the times. `hawkesbook` is called as its page shows, with its own start and its gradient by
differences. The other fit is what one would write with numba: Ozaki's recursion with its gradient,
compiled, in logarithms of the parameters under SciPy's L-BFGS-B, from the start that hawkes-rs takes.
Both are compiled on a short log before the clock runs.
"""

import json
import platform
import sys
import time

import hawkesbook
import numba
import numpy
import scipy
from scipy.optimize import minimize


@numba.njit
def negative_log_likelihood(times, length, base_rate, branching, decay):
    """With its gradient by the logarithms of the three."""
    value = -base_rate * length
    by_base, by_branching, by_decay = -length, 0.0, 0.0
    past, past_first = 0.0, 0.0
    for i in range(times.size):
        if i > 0:
            gap = times[i] - times[i - 1]
            decayed = numpy.exp(-decay * gap)
            past_first = decayed * (past_first + gap * (1.0 + past))
            past = decayed * (1.0 + past)
        intensity = base_rate + branching * decay * past
        value += numpy.log(intensity)
        by_base += 1.0 / intensity
        by_branching += decay * past / intensity
        by_decay += branching * (past - decay * past_first) / intensity
    gap = length - times[-1]
    decayed = numpy.exp(-decay * gap)
    left = decayed * (1.0 + past)
    left_first = decayed * (past_first + gap * (1.0 + past))
    value -= branching * (times.size - left)
    by_branching -= times.size - left
    by_decay -= branching * left_first
    gradient = numpy.array([base_rate * by_base, branching * by_branching, decay * by_decay])
    return -value, -gradient


def fit_numba(times, length):
    rate = times.size / length

    def loss(logarithms):
        value, gradient = negative_log_likelihood(times, length, *numpy.exp(logarithms))
        return value / times.size, gradient / times.size

    start = numpy.log([0.5 * rate, 0.5, rate])
    options = {"ftol": 1e-15, "gtol": 1e-8}
    return numpy.exp(minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x)


def fit_hawkesbook(times, length):
    base_rate, jump, decay = hawkesbook.exp_mle(times, length)
    return numpy.array([base_rate, jump / decay, decay])


def main():
    numbers = numpy.frombuffer(sys.stdin.buffer.read(), dtype="<f8")
    length, times = numbers[0], numbers[1:].copy()
    runs = []
    peers = [
        (f"numba {numba.__version__} and SciPy {scipy.__version__}", fit_numba),
        ("hawkesbook 0.1.0", fit_hawkesbook),
    ]
    for name, fit in peers:
        short = times[:100]
        fit(short, short[-1] + 1.0)
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            parameters = fit(times, length)
            seconds.append(time.perf_counter() - start)
        runs.append({"name": name, "seconds": min(seconds), "parameters": parameters.tolist()})
    json.dump({"python": platform.python_version(), "runs": runs}, sys.stdout)


if __name__ == "__main__":
    main()
