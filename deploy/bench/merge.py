#!/usr/bin/env python3
"""Many callers with one query each, against one caller who sends the same queries one after another, and one request of all.

    deploy/bench/run merge.py --model DIR [--callers 32] [--keys 500000]

p_kNN of one token a query, k = 1024, nprobe = 32, over synthetic keys of 576 numbers, through index-service. The model
is only there because the services need one.
"""
import argparse
import asyncio
import os
import statistics
import tempfile
from pathlib import Path

import grpc
import numpy as np

from services import stubs, up
from stores import clustered, indexed, near
from turns import seconds

WAYS = ("one caller", "many callers", "one request")


def requests(pb, queries):
    """One request for each piece of the queries."""
    def request(piece):
        message = pb.TokenProbabilitiesRequest(datastore="synthetic", target_token_ids=[0] * len(piece), nprobe=32)
        message.queries.datatype = 3
        message.queries.shape.extend(piece.shape)
        message.queries.data = piece.tobytes()
        message.softmaxes.add(k=1024, temperature=10)
        return message
    return {"one caller": [request(q[None]) for q in queries], "many callers": [request(q[None]) for q in queries],
            "one request": [request(queries)]}


async def send(stubs_of_callers, messages):
    """Each caller takes the next message when it has the reply to its last one; p_kNN in the order of the messages."""
    found, left = [None] * len(messages), iter(enumerate(messages))

    async def caller(stub):
        for i, message in left:
            replies = [r async for r in stub.TokenProbabilities(message)]
            found[i] = np.concatenate([np.frombuffer(r.probabilities.data, np.float32) for r in replies])
    await asyncio.gather(*map(caller, stubs_of_callers))
    return np.concatenate(found)


def measure(args, port, generated, queries):
    pb, service = generated["index"]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # where the channels belong
    options = [("grpc.max_send_message_length", 64 << 20), ("grpc.use_local_subchannel_pool", 1)]
    callers = [service.NearestNeighborsStub(grpc.aio.insecure_channel(f"127.0.0.1:{port}", options)) for _ in range(args.callers)]
    messages = requests(pb, queries)

    def run(way):
        return loop.run_until_complete(send(callers if way == "many callers" else callers[:1], messages[way]))

    first = [run(way) for way in WAYS]  # warm-up
    for way, found in zip(WAYS[1:], first[1:]):
        print(f"{way}: p_kNN differs from that of one caller by {np.abs(found - first[0]).max():.1e} at most")
    rounds = [[seconds(lambda way=way: run(way)) for way in WAYS] for _ in range(args.rounds)]
    for way, column in zip(WAYS, zip(*rounds)):
        ratios = [row[0] / own for row, own in zip(rounds, column)]
        print(f"{way:<14} {len(queries) / statistics.median(column):>10,.1f} queries/s   of one caller's {statistics.median(ratios):.2f} "
              f"(min {min(ratios):.2f}, max {max(ratios):.2f}, {args.rounds} rounds)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--callers", type=int, default=32)
    parser.add_argument("--keys", type=int, default=500_000)
    parser.add_argument("--queries", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        rng = np.random.default_rng(1)
        keys = clustered(args.keys, 576, rng)
        indexed(data / "datastores/synthetic", keys, "llama", os.cpu_count())
        with up(args.model, folder) as ports:
            measure(args, ports["index"], generated, near(keys, args.queries, rng))


if __name__ == "__main__":
    main()
