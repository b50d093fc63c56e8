#!/usr/bin/env python3
"""Many callers at a time: do the services answer all of them, rightly, and in how much memory?

    deploy/bench/run load.py --model DIR --text FILE.txt [--callers 64] [--seconds 120]

Callers send requests of all kinds and sizes, one after another, each through a connection of its own. Some are
cancelled midway, some have a deadline that is too short, some ask for a sentence whose log probabilities are known. On
RESOURCE_EXHAUSTED they wait and try again. Exits with 1 when a call ends with any other error, or with a wrong answer.
"""
import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import grpc
import numpy as np

from memory import Samples, cpu_seconds, megabytes, process, weights
from mix import Mix, Request, numbers
from services import Services, stubs, up
from stores import clustered, indexed

DATASTORE = "load"
PROBE = "The Eiffel Tower is a tower in Paris, and Paris is the capital of France."
GENERATION_CACHE_MB = 500
PROBE_TOLERANCE = 1e-4
SAMPLE_SECONDS = 5


class Outcomes:
    """What became of the calls, by kind."""

    def __init__(self):
        self.seconds = defaultdict(list)
        self.queued = defaultdict(list)
        self.codes = defaultdict(Counter)
        self.faults = Counter()

    def print(self, duration):
        for kind in sorted(self.codes):
            codes = self.codes[kind]
            line = f"{kind:<14} {codes['OK'] / duration:7.2f} answers/s"
            if self.seconds[kind]:
                p = np.percentile(self.seconds[kind], [50, 90, 99, 100])
                line += "   seconds p50 {:.2f}  p90 {:.2f}  p99 {:.2f}  most {:.2f}".format(*p)
            if self.queued[kind]:
                line += "   of them a reply's in the queue p50 {:.2f}  p99 {:.2f}".format(*np.percentile(self.queued[kind], [50, 99]))
            print(line + "   " + ", ".join(f"{code} {count}" for code, count in codes.most_common()))
        answers = sum(codes["OK"] for codes in self.codes.values())
        print(f"all            {answers / duration:7.2f} answers/s, {answers} in {duration:.0f} s")
        for fault, count in self.faults.most_common():
            print(f"WRONG, {count} times: {fault}", file=sys.stderr)


class Probe:
    """A sentence whose log probabilities, with and without retrieval, must always be those of an idle service."""

    def __init__(self, pb, ids):
        self.message = pb.ScoreRequest(sequences=[pb.ScoreSequence(token_ids=ids, first_target=1)],
                                       retrievals=[pb.Retrieval(datastore=DATASTORE, k=64, temperature=100, **{"lambda": .3})])
        self.expected = None
        self.largest = 0.0

    def request(self):
        return Request("Score, probe", "Score", self.message, self.complaint)

    def complaint(self, replies):
        found = np.concatenate([numbers(replies[0].log_probs), numbers(replies[0].retrieval_log_probs)])
        if self.expected is None:
            self.expected = found
        difference = float(np.abs(found - self.expected).max())
        self.largest = max(self.largest, difference)
        return f"log probabilities of the probe differ by {difference:.1e}" if difference > PROBE_TOLERANCE else None


def retryable(error):
    """It was told to come again later; a message too long for gRPC has the same code."""
    return error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" not in error.details()


async def call(stub, request, outcomes, patience, cancel_after=None, deadline=None):
    """One call to its end; true when it is to be tried again."""
    start = time.perf_counter()
    running = getattr(stub, request.method)(request.message, timeout=deadline or patience)
    if cancel_after is not None:
        asyncio.get_running_loop().call_later(cancel_after, running.cancel)
    try:
        replies = [reply async for reply in running]
    except asyncio.CancelledError:
        if cancel_after is None:
            raise
        outcomes.codes[request.kind]["CANCELLED"] += 1
        return False
    except grpc.aio.AioRpcError as error:
        code = error.code().name
        outcomes.codes[request.kind][code] += 1
        # a server that sees the deadline first resets the stream
        late = deadline is not None and time.perf_counter() - start > deadline - .1
        own = code == "CANCELLED" and (cancel_after is not None or late) or code == "DEADLINE_EXCEEDED" and deadline is not None
        if not own and not retryable(error):
            outcomes.faults[f"{request.kind}: {code}: {error.details()}"] += 1
        return retryable(error)
    outcomes.seconds[request.kind].append(time.perf_counter() - start)
    outcomes.codes[request.kind]["OK"] += 1
    outcomes.queued[request.kind] += [reply.timings.queue_ms / 1e3 for reply in replies if hasattr(reply, "timings")]
    if fault := request.complaint(replies):
        outcomes.faults[f"{request.kind}: {fault}"] += 1
    return False


def fate(rng):
    """Most calls are waited for."""
    draw = rng.random()
    if draw < .1:
        return {"cancel_after": rng.uniform(0, 3)}
    if draw < .2:
        return {"deadline": rng.uniform(.01, 2)}
    return {}


async def caller(stub, mix, probe, outcomes, args, end, seed):
    rng = random.Random(seed)
    while time.perf_counter() < end:
        request, ending = (probe.request(), {}) if rng.random() < .05 else (mix.draw(), fate(rng))
        pause = .1
        while await call(stub, request, outcomes, args.patience, **ending) and time.perf_counter() < end:
            await asyncio.sleep(rng.uniform(0, pause))
            pause = min(2, 2 * pause)


async def load(args, ports, generated):
    pb, service = generated["lm"]
    options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{ports['lm']}", options) for _ in range(args.callers)]
    callers = [service.LanguageModelStub(channel) for channel in channels]
    text = Path(args.text).read_text()[:500_000]
    info = await callers[0].Info(pb.InfoRequest())
    ids, sentence = [], []
    async for reply in callers[0].Tokenize(pb.TokenizeRequest(texts=[text, PROBE])):
        (sentence if reply.text else ids).extend(reply.token_ids)
    outcomes, probe = Outcomes(), Probe(pb, sentence)
    await call(callers[0], probe.request(), outcomes, args.patience)
    samples = Samples({f"{name}-service": process(f"{name}-service", ports[name]) for name in ("lm", "index")})
    sampling = asyncio.create_task(samples.sample(min(SAMPLE_SECONDS, args.seconds / 20)))
    used = {name: cpu_seconds(pid) for name, pid in samples.pids.items()}
    start = time.perf_counter()
    await asyncio.gather(*(
        caller(stub, Mix(pb, ids, text, info.vocab_size, DATASTORE, np.random.default_rng([args.seed, i])), probe, outcomes, args,
               start + args.seconds, f"{args.seed} {i}") for i, stub in enumerate(callers)))
    duration = time.perf_counter() - start
    used = {name: (cpu_seconds(pid) - used[name]) / duration for name, pid in samples.pids.items()}
    sampling.cancel()
    await call(callers[0], probe.request(), outcomes, args.patience)
    info = await callers[0].Info(pb.InfoRequest())
    for channel in channels:
        await channel.close()
    outcomes.print(duration)
    probes = outcomes.codes["Score, probe"]["OK"]
    print(f"probe: {probes} answers, largest difference {probe.largest:.1e}, allowed {PROBE_TOLERANCE:.0e}")
    print("processors in use: " + ", ".join(f"{name} {share:.2f}" for name, share in used.items()) + f", of {os.cpu_count()}")
    samples.print(args.seconds)
    print_peak(args, samples.pids["lm-service"], info)
    return not outcomes.faults


def print_peak(args, pid, info):
    """Peak of lm-service beside the target."""
    most, cache = megabytes(pid, "VmHWM"), info.max_prefix_cache_bytes / 1e6
    in_memory = weights(args.model, 2 if args.precision == "bf16" else 4)
    limit = in_memory * 1.3 + cache + GENERATION_CACHE_MB + 600
    print(f"lm-service peak RSS {most:,.0f} MB, {'within' if most <= limit else 'ABOVE'} {limit:,.0f} MB = weights {in_memory:,.0f} x 1.3 "
          f"+ prefix cache {cache:,.0f} + generation cache {GENERATION_CACHE_MB} + 600 (prefix cache used: {info.prefix_cache_bytes / 1e6:,.0f} MB)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--text", required=True, help="where sequences are cut from")
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=120, help="after which no caller begins a request")
    parser.add_argument("--patience", type=float, default=600, help="seconds after which a call counts as hanging")
    parser.add_argument("--keys", type=int, default=50_000, help="of the synthetic datastore")
    parser.add_argument("--max-calls", type=int, help="that lm-service answers at a time; fewer than callers make it refuse some")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    os.environ["KNNLM_MODEL_PRECISION"] = args.precision
    os.environ["KNNLM_MODEL_GENERATION_CACHE"] = str(GENERATION_CACHE_MB * 1_000_000)
    if args.max_calls:
        os.environ["KNNLM_MODEL_MAX_CALLS"] = str(args.max_calls)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        with up(args.model, folder) as ports:
            info = Services(ports, generated).lm.Info(generated["lm"][0].InfoRequest())
            keys = clustered(args.keys, info.hidden_size, np.random.default_rng(1))
            indexed(data / "datastores" / DATASTORE, keys, info.model_type, os.cpu_count(), info.vocab_size)
            right = asyncio.run(load(args, ports, generated))
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
