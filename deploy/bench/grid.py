#!/usr/bin/env python3
"""What a grid of settings costs beside one: 5 k's x 12 temperatures, the largest k the same, through index-service.

    deploy/bench/run grid.py --model DIR [--keys 500000]

p_kNN of one token a query, 512 queries in a request, k = 1024, over synthetic keys of 576 numbers. The ratio is seconds
of the grid by seconds of one setting. The model is only there because the services need one.
"""
import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

from services import Services, stubs, up
from stores import clustered, indexed, near, values
from turns import in_turns

ONE = [(1024, 10.0)]
GRID = [(k, t) for k in (64, 128, 256, 512, 1024) for t in (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 500.0, 1000.0)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--keys", type=int, default=500_000)
    parser.add_argument("--queries", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        rng = np.random.default_rng(1)
        keys = clustered(args.keys, 576, rng)
        indexed(data / "datastores/synthetic", keys, "llama", os.cpu_count())
        queries = near(keys, args.queries, rng)
        with up(args.model, folder) as ports:
            services = Services(ports, generated)
            nearest = services.search("synthetic", queries, 1, 32)[1][:, 0]
            wanted = values(args.keys)[nearest].tolist()  # tokens that p_kNN is not 0 of

            def ask(softmaxes):
                return services.probabilities("synthetic", queries, wanted, softmaxes)

            same = np.array_equal(ask(GRID)[GRID.index(ONE[0])], ask(ONE)[0])
            print(f"the setting's numbers in the grid and alone are equal: {same}")
            in_turns(f"grid of {len(GRID)} and one setting", lambda: ask(GRID), lambda: ask(ONE), args.rounds, "queries/s",
                     len(queries), ("grid", "one"))


if __name__ == "__main__":
    main()
