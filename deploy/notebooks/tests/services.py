"""Packaged services with settings of a test's own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TINY = ROOT / "deploy/local/tinyfacts"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def service(name: str, port: int, settings: Mapping[str, str], log: Path) -> Iterator[None]:
    """Runs a service; it listens on `port` when the `with` begins, but may not be ready."""
    java = Path(os.environ["JAVA_HOME"], "bin/java")
    jar = ROOT / name / "target/quarkus-app/quarkus-run.jar"
    properties = [f"-D{key}={value}" for key, value in settings.items()]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [java, "-Xmx256m", "--enable-native-access=ALL-UNNAMED", *properties, "-jar", jar],
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _await(process, port, log)
            yield
        finally:
            process.terminate()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the service does not listen on {port}:\n{log.read_text()[-4000:]}")
