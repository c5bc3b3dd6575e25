"""Makes large planning instances: `instances.py N [SEED [REGIONS]]` prints one as CSV.

A comment with the stocks and the lift, then a row a site: region, people, capacity, minimum, and six
losses per person, for nought to two C-RAM by nought or one Patriot. REGIONS 0 puts all sites in one
region, else every twenty make one. The numbers are drawn so that they look like bases under fire; none
is a fact.
"""

import math
import sys

import numpy as np

LOADOUTS = [(c_ram, patriot) for c_ram in range(3) for patriot in range(2)]
LOSS_PER_MOVE = 1e-5


def instance(sites, seed=7, regions=True):
    """Arrays of one instance, by name."""
    draw = np.random.default_rng(seed)
    people = np.clip(np.round(draw.lognormal(math.log(300), 1.0, sites)), 10, 20000)
    capacity = np.ceil(people * draw.uniform(1.0, 1.8, sites)) + 20
    fewest = np.floor(people * draw.uniform(0.2, 0.7, sites))
    rockets = draw.lognormal(math.log(2.0), 1.0, sites)
    missiles = draw.lognormal(math.log(0.15), 1.2, sites)
    by_rocket = 1e-3 * draw.uniform(0.5, 2, sites)
    by_missile = 8e-3 * draw.uniform(0.5, 2, sites)
    against_rockets = draw.uniform(0.85, 1.1, sites)
    against_missiles = draw.uniform(0.85, 1.1, sites)
    losses = [
        rockets * by_rocket * (1 - 0.6 * against_rockets) ** c_ram * (0.95 if patriot else 1.0)
        + missiles * by_missile * (1 - 0.75 * against_missiles) ** patriot
        for c_ram, patriot in LOADOUTS
    ]
    return {
        "region": np.arange(sites) // 20 if regions else np.zeros(sites, int),
        "people": people,
        "capacity": capacity,
        "fewest": fewest,
        "loss": np.stack(losses, 1),
        "c_ram": round(0.30 * sites),
        "patriot": max(1, round(0.08 * sites)),
        "lift": math.floor(0.10 * people.sum()),
    }


def write(made, file):
    """Writes an instance as CSV."""
    limits = " ".join(f"{name}={made[name]}" for name in ("c_ram", "patriot", "lift"))
    names = ",".join(f"loss_c{c_ram}_p{patriot}" for c_ram, patriot in LOADOUTS)
    print(f"# {limits} loss_per_move={LOSS_PER_MOVE}", file=file)
    print(f"region,people,capacity,minimum,{names}", file=file)
    columns = [made[name].astype(int).tolist() for name in ("region", "people", "capacity", "fewest")]
    for *whole, losses in zip(*columns, made["loss"].tolist(), strict=True):
        print(",".join(map(str, whole)), ",".join(map(repr, losses)), sep=",", file=file)


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    if not 1 <= len(words) <= 3:
        sys.exit(__doc__)
    write(instance(words[0], *words[1:2], *(bool(word) for word in words[2:])), sys.stdout)
