"""Resident memory and processor time of the running services, from /proc."""
import asyncio
import json
import os
import time
from pathlib import Path

import numpy as np

MB = 1e6


def process(service, port):
    """The process id of a service that deploy/local/up started on a gRPC port, or eval-service on its HTTP port."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        own = [f"quarkus.{server}.port={port}\0" for server in ("grpc.server", "http")]
        if f"{service}/target" in command and any(setting in command for setting in own):
            return int(folder.name)
    raise SystemExit(f"no process of {service} has the port {port}")


def megabytes(pid, field):
    """VmRSS (now) or VmHWM (the most so far) of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / MB for line in lines if line.startswith(field + ":"))


def cpu_seconds(pid):
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def weights(model, bytes_each):
    """Megabytes of a model's weights in memory, each in so many bytes, from the headers of its safetensors files."""
    count = 0
    for file in Path(model).glob("*.safetensors"):
        with open(file, "rb") as opened:
            header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
        count += sum(int(np.prod(tensor["shape"])) for name, tensor in header.items() if name != "__metadata__")
    return count * bytes_each / MB


class Samples:
    """Seconds and megabytes of each process, until it is cancelled."""

    def __init__(self, pids):
        self.pids = pids
        self.rows = {name: [] for name in pids}

    async def sample(self, every):
        start = time.perf_counter()
        while True:
            for name, pid in self.pids.items():
                self.rows[name].append((time.perf_counter() - start, megabytes(pid, "VmRSS")))
            await asyncio.sleep(every)

    def print(self, duration):
        """Memory at quarters of the time, and a line through the second half, within which it should not grow."""
        for name, rows in self.rows.items():
            seconds, used = np.transpose(rows)
            quarters = [f"{part:.0%} {np.interp(part * duration, seconds, used):,.0f}" for part in (0, .25, .5, .75, 1)]
            half = (seconds >= duration / 2) & (seconds <= duration)
            slope = np.polyfit(seconds[half], used[half], 1)[0] * 60 if half.sum() > 1 else float("nan")
            print(f"{name} RSS in MB: {', '.join(quarters)}; second half {slope:+,.1f} MB a minute ({half.sum()} samples)")
