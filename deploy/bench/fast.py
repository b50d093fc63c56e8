#!/usr/bin/env python3
"""Two kinds of index over one datastore, built by index-service: queries a second in turns, and recall against exact search.

    deploy/bench/run fast.py --model DIR [--left factory=study] [--right factory=fast] [--datastore DIR | --keys 500000]

--left and --right set fields of BuildIndexRequest, FIELD=VALUE,...; the datastore's files are in two folders (links).
Recall over a datastore's real keys (the queries are some of them) says more than over synthetic ones. Speed is p_kNN of one token a query, all queries in a request, k = 1024, nprobe the index's own. Recall@1024 is
the share of the 1024 nearest keys that a search at k = 1024 finds. The ratio is seconds of left by seconds of right.
The model is only there because the services need one.
"""
import argparse
import tempfile
from pathlib import Path

import faiss
import numpy as np

from services import Services, stubs, up
from stores import clustered, near, written
from turns import in_turns

K = 1024
RECALL_QUERIES = 256


def settings(text, pb):
    """Fields of BuildIndexRequest by name, in their types."""
    fields, found = pb.BuildIndexRequest.DESCRIPTOR.fields_by_name, {}
    for name, _, value in (pair.partition("=") for pair in text.split(",")):
        if name not in fields:
            raise SystemExit(f"BuildIndexRequest has no field {name!r}, only {', '.join(fields)}")
        found[name] = value if fields[name].type == fields[name].TYPE_STRING else int(value)
    return found


def real(folder):
    """Keys of a datastore that exists, and the files that it consists of without its index."""
    file = next(folder.glob("dstore_*_keys.npy"))
    n, d = map(int, file.name.split("_")[-3:-1])
    files = [f for f in folder.iterdir() if f.name.startswith("dstore_") or f.name == "datastore.json"]
    return np.fromfile(file, np.float16).reshape(n, d), files


def exact(keys, queries):
    """Ids of the nearest keys, by all distances in float32."""
    flat = faiss.IndexFlatL2(keys.shape[1])
    flat.add(keys.astype(np.float32))
    return flat.search(queries, K)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--left", default="factory=study")
    parser.add_argument("--right", default="factory=fast")
    parser.add_argument("--datastore", type=Path, help="folder of a datastore to use the keys of")
    parser.add_argument("--keys", type=int, default=500_000, help="synthetic ones, of 576 numbers")
    parser.add_argument("--queries", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        sides = {"left": settings(args.left, generated["index"][0]), "right": settings(args.right, generated["index"][0])}
        rng = np.random.default_rng(1)
        if args.datastore:
            keys, files = real(args.datastore.resolve())
            queries = keys[rng.choice(len(keys), args.queries)].astype(np.float32)
        else:
            keys = clustered(args.keys, 576, rng)
            queries = near(keys, args.queries, rng)
            written(data / "synthetic", keys, "llama")
            files = list((data / "synthetic").iterdir())
        for side in sides:
            (data / "datastores" / side).mkdir(parents=True)
            for file in files:
                (data / "datastores" / side / file.name).symlink_to(file)
        nearest = exact(keys, queries[:RECALL_QUERIES])
        with up(args.model, folder) as ports:
            services = Services(ports, generated)
            for side, fields in sides.items():
                built = services.build_index(side, **fields)
                found = services.search(side, queries[:RECALL_QUERIES], K)[1]
                recall = np.mean([np.isin(a, b).mean() for a, b in zip(nearest, found)])
                print(f"{side:<5} {built.factory}, nprobe {built.nprobe}, {built.bytes / 1e6:,.0f} MB, built in {built.build_seconds:.0f} s: "
                      f"recall@{K} {recall:.4f} {' '.join(built.warnings)}", flush=True)
            targets = [0] * len(queries)
            in_turns("left and right", lambda: services.probabilities("left", queries, targets, [(K, 10.0)]),
                     lambda: services.probabilities("right", queries, targets, [(K, 10.0)]), args.rounds, "queries/s", len(queries),
                     ("left", "right"))


if __name__ == "__main__":
    main()
