#!/usr/bin/env python3
"""Side by side with Python on one machine, in one run, in turns: A B A B. Ratios above 1 mean that we are faster.

    deploy/bench/run --model DIR --corpus FILE.jsonl --text FILE.txt [--only prefill,decode,prefix,retrieval,datastore,search]
                     [--precision bf16]
"""
import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import torch

from reference import Reference
from services import Services, stubs, up
from stores import clustered, indexed, near, written
from turns import in_turns


def tokens(args, reference, count):
    return reference.tokenizer(Path(args.text).read_text())["input_ids"][:count]


def prefill(args, reference, services):
    """Log probabilities of every token of 1 x 1,024 and 4 x 256, the gRPC hop on our side included."""
    ids = tokens(args, reference, 1024)
    for rows in (1, 4):
        batch = np.reshape(ids, (rows, -1)).tolist()
        differences = np.abs(np.concatenate(reference.score(batch)) - np.concatenate(services.score(batch)))
        print(f"difference of a log probability: mean {differences.mean():.2e}, largest {differences.max():.2e}")
        in_turns(f"prefill {rows}x{len(batch[0])}, log probabilities", lambda: reference.score(batch),
                 lambda: services.score(batch), args.rounds, "tokens/s", len(ids))
        in_turns(f"prefill {rows}x{len(batch[0])}, Python's forward alone", lambda: reference.forward(batch),
                 lambda: services.score(batch), args.rounds, "tokens/s", len(ids))


def decode(args, reference, services):
    """Greedy continuations of 64 tokens after a short prompt, one at a time and eight together."""
    ids, new = tokens(args, reference, 24), 64
    same = reference.generate([ids], new) == services.generate([ids], new)
    print(f"continuations equal: {same}")
    for rows in (1, 8):
        in_turns(f"decode, {rows} at a time", lambda: reference.generate([ids] * rows, new),
                 lambda: services.generate([ids] * rows, new), args.rounds, "tokens/s", rows * new)


def prefix(args, reference, services):
    """Four continuations of ten tokens after 200 tokens: four requests that know nothing of each other, and one."""
    ids = tokens(args, reference, 1024)
    count = iter(range(1 << 30))

    def sequences():
        head = [ids[0], 1000 + next(count)] + ids[2:200]  # never seen before
        return [head + ids[300 + 10 * i:310 + 10 * i] for i in range(4)]

    def apart():
        for sequence in sequences():
            services.score([[sequence[0], 1000 + next(count)] + sequence[2:]], first_target=200)

    in_turns("four passes (left) and one request", apart, lambda: services.score(sequences(), first_target=200), args.rounds * 3,
             "questions/s", 1)


def retrieval(args, reference, services, data):
    """Scoring 1 x 1,024 by the model alone (left) and with k = 1,024 neighbours of 250,000 keys, hidden states of the corpus,
    each many times, with noise; under the index that is built by default, and under the fast one."""
    ids = tokens(args, reference, 1024)
    services.make_datastore("seed", Path(args.corpus).resolve())
    seed = np.fromfile(next((data / "datastores/seed").glob("*_keys.npy")), np.float16)
    seed = seed.reshape(-1, reference.model.config.hidden_size).astype(np.float32)
    rng = np.random.default_rng(1)
    keys = seed[rng.choice(len(seed), 250_000)]
    keys += rng.standard_normal(keys.shape, np.float32) * seed.std() / 2
    for kind in ("study", "fast"):
        written(data / "datastores" / kind, keys.astype(np.float16), reference.model.config.model_type)
        index = services.build_index(kind, factory=kind)
        print(f"{kind}: {index.factory}, nprobe {index.nprobe}, built in {index.build_seconds:.0f} s")
        in_turns(f"base scoring (left) and {kind}", lambda: services.score([ids]),
                 lambda: services.score([ids], datastore=kind), args.rounds, "tokens/s", len(ids))


def datastore(args, reference, services, folder):
    """Corpus to keys and values on disk."""
    texts = [json.loads(line)["text"] for line in open(args.corpus)]
    count, keys = iter(range(1000)), []
    in_turns("datastore",
             lambda: reference.save(texts, folder / "keys.npy", folder / "values.npy"),
             lambda: keys.append(services.make_datastore(f"bench{next(count)}", Path(args.corpus).resolve())),
             args.rounds, "keys/s", reference.save(texts, folder / "keys.npy", folder / "values.npy"))


def search(args, services, data):
    """512 queries, k = 1024, nprobe = 32, over 500,000 x 576 synthetic keys: the same index file on both sides."""
    n, d, k, nprobe = 500_000, 576, 1024, 32
    rng = np.random.default_rng(1)
    keys = clustered(n, d, rng)
    index = indexed(data / "datastores/synthetic", keys, "llama", args.threads)
    queries = near(keys, 512, rng)
    ours = services.search("synthetic", queries, k, nprobe)[1]
    print(f"neighbours in common: {np.mean([np.isin(a, b).mean() for a, b in zip(ours, index.search(queries, k)[1])]):.4f}")
    in_turns("search, 16 bytes a neighbour sent", lambda: index.search(queries, k),
             lambda: services.search("synthetic", queries, k, nprobe), args.rounds * 3, "queries/s", len(queries))
    targets = [0] * len(queries)
    in_turns("search, p_kNN sent", lambda: index.search(queries, k),
             lambda: services.probabilities("synthetic", queries, targets, [(k, 10.0)]), args.rounds * 3, "queries/s", len(queries))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--only", default="prefill,decode,prefix,retrieval,datastore,search")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    wanted = args.only.split(",")
    os.environ["KNNLM_MODEL_PRECISION"] = args.precision
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        reference = Reference(args.model, args.precision)
        with up(args.model, folder) as ports:
            services = Services(ports, generated)
            if "prefill" in wanted:
                prefill(args, reference, services)
            if "decode" in wanted:
                decode(args, reference, services)
            if "prefix" in wanted:
                prefix(args, reference, services)
            if "retrieval" in wanted:
                retrieval(args, reference, services, data)
            if "datastore" in wanted:
                datastore(args, reference, services, data)
            if "search" in wanted:
                search(args, services, data)


if __name__ == "__main__":
    main()
