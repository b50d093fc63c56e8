#!/usr/bin/env python3
"""What the embedder itself costs, and a datastore beside the Python reference's saver, in turns.

    deploy/bench/run embedder.py --model DIR --corpus FILE.jsonl [--rounds 3]

Three ways to run the same windows: the command line with its parts, checksums and files on disk (-Xmx512m); the windows
alone, sent by a client that throws the keys away; and the reference. The embedder's share is what the first takes beyond
the second, counting and publishing left out; it also says itself how long the model had no request.
"""
import argparse
import concurrent.futures
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import torch

from reference import Reference
from services import ROOT, Services, stubs, up
from turns import seconds


class CommandLine:
    """The packaged command line."""

    def __init__(self, ports, datastores):
        self.environment = dict(os.environ, KNNLM_LM=f"127.0.0.1:{ports['lm']}", KNNLM_DATASTORES=str(datastores))

    def run(self, *arguments):
        java = Path(os.environ["JAVA_HOME"]) / "bin/java" if "JAVA_HOME" in os.environ else "java"
        command = [java, "-Xmx512m", "-jar", ROOT / "embedder-service/target/quarkus-app/quarkus-run.jar", *arguments]
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
            resident = 0
            while process.poll() is None:
                # not the process's ru_maxrss, which begins with that of its parent
                found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
                resident = max(resident, int(found[1]) if found else 0)
                time.sleep(0.05)
            log.seek(0)
            output = log.read()
        if process.returncode:
            raise SystemExit(f"{arguments}: {output}")
        return output, resident / 1024


def windows(tokens, block=1024, stride=512):
    """Windows of a part as (tokens, first position, positions)."""
    total = len(tokens) // block * block if len(tokens) >= block else len(tokens)
    for i in range(0, total, stride):
        begin, end = max(i + stride - block, 0), min(i + stride, total)
        first = max(i, begin + 1)
        yield tokens[begin:end], first - 1 - begin, end - first


def tokenized(services, texts):
    """Tokens of all texts, in parts of 1,000."""
    for part in range(0, len(texts), 1000):
        tokens = []
        for reply in services.lm.Tokenize(services.lm_pb.TokenizeRequest(texts=texts[part:part + 1000])):
            tokens += reply.token_ids
        yield tokens


def forward(services, window):
    tokens, first, count = window
    request = services.lm_pb.ForwardRequest(hidden_state=1, hidden_state_datatype=1, own_pass=True)
    request.sequences.add(token_ids=tokens, positions=range(first, first + count))
    return sum(reply.hidden_states.shape[0] for reply in services.lm.Forward(request))


def alone(services, all_windows):
    """The windows through the model, two requests under way; returns the number of keys."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda window: forward(services, window), all_windows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    texts = [json.loads(line)["text"] for line in open(args.corpus)]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "stubs").mkdir()
        generated = stubs(data / "stubs")
        reference = Reference(args.model)
        with up(args.model, folder) as ports:
            services = Services(ports, generated)
            command = CommandLine(ports, data / "datastores")
            every = [window for tokens in tokenized(services, texts) for window in windows(tokens)]
            keys, embedding, raw, whole, saver, idle, memory = alone(services, every), [], [], [], [], [], []
            for i in range(args.rounds):
                raw.append(seconds(lambda: alone(services, every)))
                start = time.perf_counter()
                output, rss = command.run("embed", f"bench{i}", "--corpus", str(Path(args.corpus).resolve()))
                output += command.run("finalise", f"bench{i}")[0]
                whole.append(time.perf_counter() - start)
                done = re.search(r"done: ([\d,]+) of .* keys in .*, ([\d,]+) keys/s.*model ([\d.]+) % of the time", output)
                written = int(done[1].replace(",", ""))
                if written != keys:
                    raise SystemExit(f"{written} keys written, {keys} expected")
                embedding.append(keys / int(done[2].replace(",", "")))
                idle.append(float(done[3]))
                memory.append(rss)
                saver.append(seconds(lambda: reference.save(texts, data / "keys.npy", data / "values.npy")))
    shares = [100 * (a / b - 1) for a, b in zip(embedding, raw)]
    ratios = [a / b for a, b in zip(saver, whole)]
    print(f"{keys:,} keys; windows alone {keys / statistics.median(raw):,.0f} keys/s, embed {keys / statistics.median(embedding):,.0f} keys/s")
    print(f"the embedder's share: median {statistics.median(shares):.1f} % (min {min(shares):.1f}, max {max(shares):.1f}, {args.rounds} rounds); "
          f"the model without a request {statistics.median(idle):.2f} % of the time; largest resident memory {max(memory):,.0f} MiB")
    print(f"corpus to datastore, start of the process included: Python {keys / statistics.median(saver):,.0f} keys/s, "
          f"embed and finalise {keys / statistics.median(whole):,.0f} keys/s, ratio median {statistics.median(ratios):.2f} "
          f"(min {min(ratios):.2f}, max {max(ratios):.2f})")


if __name__ == "__main__":
    main()
