"""Stone Soup on plots of the bench: track_peer.py FILE --association gnn|ehm2 [tuning options].

FILE has one JSON object a scan: `t` in s, `plots` as [elevation rad, azimuth rad, range m], `truth` as
[x, y, z] in m, looked at for scoring alone. Prints one JSON object: processor milliseconds and GOSPA a
scan, the first five scans left out, as `tracks` does.
"""
import argparse
import datetime
import json
import os
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
from scipy.optimize import linear_sum_assignment
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDAwithEHM2
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel,
    ConstantVelocity,
)
from stonesoup.predictor.kalman import ExtendedKalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater

EPOCH = datetime.datetime(2026, 1, 1)
SCANS_SKIPPED = 5
SIGMAS = {"elevation": 4e-3, "azimuth": 3e-3, "range": 10.0}
DETECTION, CLUTTER = 0.9, 10.0
# Elevation, azimuth and range that the radar looks at.
VOLUME = (np.pi / 3) * (2 * np.pi / 3) * (12_000.0 - 500.0)


def gospa(truth, estimates, cutoff=200.0):
    if len(truth) == 0 or len(estimates) == 0:
        return float(np.sqrt(cutoff**2 / 2 * (len(truth) + len(estimates))))
    squares = np.minimum(
        ((truth[:, None] - estimates[None]) ** 2).sum(axis=2), cutoff**2
    )
    rows, columns = linear_sum_assignment(squares)
    paired = squares[rows, columns]
    near = paired[paired < cutoff**2]
    alone = len(truth) + len(estimates) - 2 * len(near)
    return float(np.sqrt(near.sum() + cutoff**2 / 2 * alone))


def build(options, feed):
    motion = CombinedLinearGaussianTransitionModel(
        [ConstantVelocity(options.acceleration)] * 3
    )
    squares = [SIGMAS[name] ** 2 for name in ("elevation", "azimuth", "range")]
    seen = CartesianToElevationBearingRange(6, (0, 2, 4), np.diag(squares))
    predictor, updater = ExtendedKalmanPredictor(motion), ExtendedKalmanUpdater(seen)
    distance = DistanceHypothesiser(
        predictor, updater, Mahalanobis(), missed_distance=options.missed
    )
    nearest = GNNWith2DAssignment(distance)
    start = GaussianState(
        np.zeros((6, 1)),
        np.diag([0.0, options.speed**2] * 3),
        timestamp=EPOCH,
    )
    initiator = MultiMeasurementInitiator(
        prior_state=start,
        measurement_model=seen,
        deleter=UpdateTimeStepsDeleter(2),
        data_associator=nearest,
        updater=updater,
        min_points=options.points,
    )
    deleter = UpdateTimeStepsDeleter(options.delete)
    if options.association == "gnn":
        return MultiTargetTracker(initiator, deleter, feed(seen), nearest, updater)
    hypothesiser = PDAHypothesiser(
        predictor,
        updater,
        clutter_spatial_density=CLUTTER / VOLUME,
        prob_detect=DETECTION,
        prob_gate=0.999,
    )
    joint = JPDAwithEHM2(hypothesiser)
    return MultiTargetMixtureTracker(initiator, deleter, feed(seen), joint, updater)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--association", choices=("gnn", "ehm2"), default="gnn")
    # Spectral density that covers gravity and drag, m²/s³; spread of speed, m/s; Mahalanobis distance of
    # a miss; plots of a track; scans without a plot.
    parser.add_argument("--acceleration", type=float, default=60.0)
    parser.add_argument("--speed", type=float, default=250.0)
    parser.add_argument("--missed", type=float, default=4.0)
    parser.add_argument("--points", type=int, default=3)
    parser.add_argument("--delete", type=int, default=4)
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as lines:
        scans = [json.loads(line) for line in lines]

    def feed(seen):
        for scan in scans:
            moment = EPOCH + datetime.timedelta(seconds=scan["t"])
            yield moment, {
                Detection(
                    np.array([[Elevation(e)], [Bearing(a)], [r]], dtype=object),
                    timestamp=moment,
                    measurement_model=seen,
                )
                for e, a, r in scan["plots"]
            }

    steps = iter(build(options, feed))
    scores, milliseconds = [], []
    for scan in scans:
        began = time.process_time()
        _, tracks = next(steps)
        milliseconds.append(1e3 * (time.process_time() - began))
        places = [
            [float(track.state_vector[axis, 0]) for axis in (0, 2, 4)]
            for track in tracks
        ]
        truth = np.array(scan["truth"], dtype=float).reshape(-1, 3)
        scores.append(gospa(truth, np.array(places, dtype=float).reshape(-1, 3)))
    skip = SCANS_SKIPPED if len(scans) > 8 else 0
    print(
        json.dumps(
            {
                "gospa_m": float(np.mean(scores[skip:])),
                "processor_ms": float(np.mean(milliseconds[skip:])),
            }
        )
    )


main()
