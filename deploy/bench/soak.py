#!/usr/bin/env python3
"""Minutes of mixed load over all services: does anything grow that should not?

    deploy/bench/run soak.py --model DIR --corpus FILE.jsonl --text FILE.txt [--minutes 15]

Callers of lm-service as load.py has them, searches and builds in index-service, saves by embedder-service, runs by
eval-service, one after another, all at once. Heaps have their full size from the start, so that resident memory that
grows is native memory, and lm-service's caches are so small that they are full soon; what lives on the heaps is counted
after a full collection. Prints resident memory, live heap,
open files and threads of each service by quarters of the time, and exits with 1 when the last quarter has more than
the second one by more than GROWTH, or when a call fails or answers wrongly.
"""
import argparse
import asyncio
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import load
import rest
from memory import megabytes, process
from services import Services, stubs, up
from stores import clustered, indexed, near, written

DATASTORE = load.DATASTORE
CALLERS = 6
SAMPLE_SECONDS = 2

# What the last quarter may have more than the second, and what of it is allowed beside
GROWTH = {"RSS MB": (.03, 20), "live heap MB": (.10, 10), "files": (0, 8), "threads": (0, 8)}


def live_heap(pid):
    """Megabytes of what is reachable on a JVM's heap."""
    jcmd = Path(os.readlink(f"/proc/{pid}/exe")).with_name("jcmd")
    histogram = subprocess.run([jcmd, str(pid), "GC.class_histogram"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"^Total\s+\d+\s+(\d+)", histogram, re.M).group(1)) / 1e6


def now(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return {"RSS MB": megabytes(pid, "VmRSS"), "files": len(os.listdir(f"/proc/{pid}/fd")),
            "threads": int(re.search(r"Threads:\s+(\d+)", status).group(1))}


class Watch:
    """Samples of each service, by quarters of the time."""

    def __init__(self, pids, seconds):
        self.pids, self.seconds = pids, seconds
        self.quarters = {name: [[] for _ in range(4)] for name in pids}
        self.heaps = {name: [] for name in pids}

    async def sample(self):
        start = time.perf_counter()
        while (passed := time.perf_counter() - start) < self.seconds:
            quarter = int(4 * passed / self.seconds)
            await self._collect(quarter)
            for name, pid in self.pids.items():
                self.quarters[name][quarter].append(now(pid))
            await asyncio.sleep(SAMPLE_SECONDS)
        await self._collect(4)

    async def _collect(self, ended):
        """Heaps at the end of a quarter, once."""
        for name, pid in self.pids.items():
            if len(self.heaps[name]) < ended:
                self.heaps[name].append(await asyncio.to_thread(live_heap, pid))

    def print(self):
        """Prints all, and returns what has grown."""
        grown = []
        for name, quarters in self.quarters.items():
            for what, (share, beside) in GROWTH.items():
                values = self.heaps[name] if what == "live heap MB" else [np.mean([s[what] for s in q]) for q in quarters]
                limit = values[1] * (1 + share) + beside
                fine = values[3] <= limit
                print(f"{name:<17} {what:<13} {'  '.join(f'{v:8,.1f}' for v in values)}   {'flat' if fine else f'GROWN beyond {limit:,.1f}'}")
                if not fine:
                    grown.append(f"{name}: {what}")
        return grown


def searches(services, keys):
    """Searches and probabilities of queries of any number."""
    rng = np.random.default_rng(2)
    while True:
        queries = near(keys, int(rng.integers(1, 256)), rng)
        services.search(DATASTORE, queries, int(rng.integers(1, 1024)))
        services.probabilities(DATASTORE, queries, [1] * len(queries), [(64, 1), (1024, 10)])
        yield "searches"


def builds(services, keys):
    """The index of a datastore of its own, again and again with another number of lists."""
    for lists in itertools.cycle((32, 48)):
        services.build_index("built", factory=f"IVF{lists},SQ8")
        services.search("built", near(keys, 16, np.random.default_rng(3)), 64)
        yield "builds"


def saves(services, corpus, datastores):
    """A datastore of a corpus, which goes again."""
    for number in itertools.count():
        services.make_datastore(f"saved-{number}", corpus)
        shutil.rmtree(datastores / f"saved-{number}")
        yield "saves"


def runs(port, text):
    """Runs with retrieval, and what is asked of them."""
    setting = {"datastore": DATASTORE, "k": 64, "temperature": 10, "lambda": .2}
    while True:
        number = rest.run(port, protocol="blocks", text=str(text), settings=[setting])
        for path in ("", "/table", "/windows?size=100", "/analysis/classes"):
            rest.ask(port, f"runs/{number}{path}")
        yield "runs"


def until(end, steps, done, faults):
    """Takes steps until the time is over."""
    try:
        for step in steps:
            done[step] = done.get(step, 0) + 1
            if time.perf_counter() > end:
                return
    except BaseException as e:  # SystemExit too: a run that has failed
        faults.append(f"{type(e).__name__}: {e}")


async def soak(args, ports, generated, data, keys, corpus, text):
    pb, service = generated["lm"]
    services = Services(ports, generated)
    options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.use_local_subchannel_pool", 1)]
    channels = [load.grpc.aio.insecure_channel(f"127.0.0.1:{ports['lm']}", options) for _ in range(CALLERS)]
    callers = [service.LanguageModelStub(channel) for channel in channels]
    words = Path(args.text).read_text()[:200_000]
    info = await callers[0].Info(pb.InfoRequest())
    ids, sentence = [], []
    async for reply in callers[0].Tokenize(pb.TokenizeRequest(texts=[words, load.PROBE])):
        (sentence if reply.text else ids).extend(reply.token_ids)
    outcomes, probe = load.Outcomes(), load.Probe(pb, sentence)
    await load.call(callers[0], probe.request(), outcomes, args.patience)
    seconds = args.minutes * 60
    watch = Watch({f"{name}-service": process(f"{name}-service", port) for name, port in ports.items()}, seconds)
    end, done, faults = time.perf_counter() + seconds, {}, []
    others = [searches(services, keys), builds(services, keys), saves(services, corpus, data / "datastores"),
              runs(ports["eval"], text)]
    await asyncio.gather(
        watch.sample(),
        *(asyncio.to_thread(until, end, steps, done, faults) for steps in others),
        *(load.caller(stub, load.Mix(pb, ids, words, info.vocab_size, DATASTORE, np.random.default_rng([args.seed, i])), probe,
                      outcomes, args, end, f"{args.seed} {i}") for i, stub in enumerate(callers)))
    for channel in channels:
        await channel.close()
    outcomes.print(seconds)
    print(", ".join(f"{count} {what}" for what, count in sorted(done.items())))
    print(f"{'':<31} {'  '.join(f'quarter {q}'.rjust(8) for q in range(1, 5))}")
    faults += [f"grown: {what}" for what in watch.print()]
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    return not faults and not outcomes.faults


def first_lines(source, target, count):
    target.write_text("".join(source.read_text().splitlines(keepends=True)[:count]))
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory")
    parser.add_argument("--corpus", required=True, help="JSONL with a field text: saved, and evaluated")
    parser.add_argument("--text", required=True, help="where sequences are cut from")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--patience", type=float, default=600, help="seconds after which a call counts as hanging")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    os.environ["JAVA_TOOL_OPTIONS"] = "-Xms512m -XX:+AlwaysPreTouch"
    os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] = "64"
    os.environ["KNNLM_MODEL_GENERATION_CACHE"] = os.environ["KNNLM_MODEL_PREFIX_CACHE"] = "32M"
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        corpus = first_lines(Path(args.corpus), data / "corpus.jsonl", 100)
        text = first_lines(Path(args.corpus), data / "text.jsonl", 20)
        with up(args.model, folder) as ports:
            info = Services(ports, generated).lm.Info(generated["lm"][0].InfoRequest())
            keys = clustered(20_000, info.hidden_size, np.random.default_rng(1))
            indexed(data / "datastores" / DATASTORE, keys, info.model_type, os.cpu_count(), info.vocab_size)
            written(data / "datastores/built", keys, info.model_type, info.vocab_size)
            fine = asyncio.run(soak(args, ports, generated, data, keys, corpus, text))
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
