#!/usr/bin/env python3
"""Builds indexes of synthetic keys in index-service and says what it took: time by stage, memory, bytes written, recall.

    deploy/bench/index_build.py [--keys 2000000] [--dimension 576] [--factory fast,study] [--folder DIR] [--kill]

Bytes written are the service's own (write_bytes of /proc/PID/io: what it gave to the disk, not what it read), from the call
to the end, beside the bytes of the index files. --kill kills the service once while it adds keys, and starts it again.
Needs the packages of requirements.txt, and the services built (deploy/local/build).
"""
import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import grpc
import numpy as np

from services import ROOT, stubs


def write_datastore(folder, keys, dimension, seed=1):
    """Keys in clusters of very different size and spread, whose directions fade as those of hidden states do."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"dstore_llama_{keys}_{dimension}_keys.npy"
    if path.exists() and path.stat().st_size == 2 * keys * dimension:
        return
    random = np.random.default_rng(seed)
    centres = random.normal(size=(4000, dimension)).astype(np.float32)
    spread = random.uniform(.3, 1, 4000).astype(np.float32)
    directions = random.normal(size=(dimension, dimension)).astype(np.float32) / dimension**.5
    directions *= (1 / np.sqrt(1 + np.arange(dimension, dtype=np.float32)))[:, None] * 4
    weights = random.pareto(1, 4000)
    weights /= weights.sum()
    with path.open("wb") as out:
        for start in range(0, keys, 100_000):
            n = min(100_000, keys - start)
            of = random.choice(4000, n, p=weights)
            noise = random.standard_normal((n, dimension), np.float32)
            (centres[of] + spread[of, None] * (noise @ directions)).astype("<f2").tofile(out)
    random.integers(0, 1000, keys).astype("<i4").tofile(folder / f"dstore_llama_{keys}_{dimension}_vals.npy")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Service:
    """index-service on a folder of datastores."""

    def __init__(self, folder, generated):
        http, port = free_port(), free_port()
        self.log = open(folder / "index-service.log", "ab")
        java = Path(os.environ["JAVA_HOME"]) / "bin/java"
        self.process = subprocess.Popen(
            [java, "-Xmx1g", "--enable-native-access=ALL-UNNAMED", f"-Dquarkus.http.port={http}",
             f"-Dquarkus.grpc.server.port={port}", f"-Dknnlm.datastores={folder}", "-jar",
             ROOT / "index-service/target/quarkus-app/quarkus-run.jar"], stdout=self.log, stderr=self.log)
        self.pb, module = generated["index"]
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        grpc.channel_ready_future(channel).result(timeout=60)
        self.index = module.NearestNeighborsStub(channel)
        self.most = self.idle = self.anonymous()

    def proc(self, file, name):
        text = Path(f"/proc/{self.process.pid}/{file}").read_text()
        return int(re.search(name + r":\s+(\d+)", text)[1])

    def anonymous(self):
        """MiB of its memory that is not a file's."""
        return self.proc("status", "RssAnon") / 2**10

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()
        self.log.close()


def watch(service, request, stages, stop_at=None):
    """Follows a build; returns the last reply. stages takes seconds by stage, and the first ETA of each."""
    last, reply = time.perf_counter(), None
    for reply in service.index.BuildIndex(request):
        service.most = max(service.most, service.anonymous())
        now = time.perf_counter()
        stage = service.pb.BuildIndexResponse.Stage.Name(reply.stage)[6:].lower()
        seconds, first = stages.get(stage, (0, None))
        if first is None and reply.HasField("remaining_seconds"):
            first = reply.remaining_seconds
        stages[stage] = (seconds + now - last, first)
        last = now
        if stop_at and reply.keys_done > stop_at and stage == "adding":
            return None
    return reply


def build(folder, generated, factory, args):
    service = Service(folder, generated)
    request = service.pb.BuildIndexRequest(datastore="bench", factory=factory)
    stages, written = {}, 0
    before = service.proc("io", "write_bytes")
    start = time.perf_counter()
    if args.kill:
        watch(service, request, stages, args.keys // 2)
        written += service.proc("io", "write_bytes") - before
        service.stop(signal.SIGKILL)
        service = Service(folder, generated)
        before = 0
    done = watch(service, request, stages)
    written += service.proc("io", "write_bytes") - before
    info = done.index
    print(f"\n{factory}: {info.factory}, nprobe {info.nprobe}, re-ranking {info.rerank_factor}: {time.perf_counter() - start:.0f} s, "
          f"{info.bytes / 2**20:.1f} MiB, {info.bytes_per_key:.1f} bytes a key")
    for stage, (seconds, eta) in stages.items():
        print(f"  {stage:<10} {seconds:7.1f} s   ETA of the whole at its first report: {eta and round(eta, 1)} s")
    print(f"  written    {written / info.bytes:7.3f} x the index's bytes")
    print(f"  memory     {service.most - service.idle:7.0f} MiB above the idle service's, every half second "
          f"(estimated: {done.memory_bytes_needed / 2**20:.0f} MiB)")
    print("  recall     " + ", ".join(f"@{r.k} {r.recall:.3f}" for r in info.recalls), flush=True)
    service.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=2_000_000)
    parser.add_argument("--dimension", type=int, default=576)
    parser.add_argument("--factory", default="fast,study")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kill", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as generated, tempfile.TemporaryDirectory() as data:
        folder = (args.folder or Path(data)).resolve()
        write_datastore(folder / "bench", args.keys, args.dimension)
        made = stubs(generated)
        for factory in args.factory.split(","):
            build(folder, made, factory, args)


if __name__ == "__main__":
    sys.exit(main())
