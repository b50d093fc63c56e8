"""Generates the stubs of the contracts when the package is built, so that they cannot differ from `proto`."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INTERNAL = {"knnlm/index/v1/shards.proto"}
"""What instances of a service ask each other."""


class Stubs(BuildHookInterface[Any]):
    """Puts the package `knnlm` beside `knnlm_client` into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generates the package, and tells the builder where it is."""
        into = Path(self.directory) / "stubs"
        generate(protos(Path(self.root)), into)
        build_data["force_include"][str(into / "knnlm")] = "knnlm"


def protos(root: Path) -> Path:
    """The folder of the contracts: the repository's, or in a source distribution its copy."""
    places = [root / "proto", root.parent.parent / "proto/src/main/proto"]
    for place in places:
        if (place / "knnlm").is_dir():
            return place
    raise FileNotFoundError(f"no contracts: none of {', '.join(map(str, places))} has a folder knnlm")


def generate(source: Path, into: Path) -> None:
    """Writes messages, services and their types as a typed Python package `knnlm`."""
    into.mkdir(parents=True, exist_ok=True)
    files = sorted(file.relative_to(source).as_posix() for file in source.rglob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{source}"]
    for plugin in ("mypy", "mypy_grpc"):
        command.append(f"--plugin=protoc-gen-{plugin}={_plugin(plugin)}")
    for kind in ("python", "grpc_python", "mypy", "mypy_grpc"):
        command.append(f"--{kind}_out={into}")
    done = subprocess.run(
        [*command, *(file for file in files if file not in INTERNAL)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"protoc failed: {done.stderr}")
    folders = {folder for file in into.rglob("*_pb2.py") for folder in file.relative_to(into).parents} - {Path()}
    for folder in folders:
        (into / folder / "__init__.py").write_text('"""Generated from the contracts in proto."""\n')
    (into / "knnlm/py.typed").touch()


def _plugin(name: str) -> Path:
    """Where pip has put an executable of the environment that builds: beside Python, or ahead on its path."""
    beside = Path(sysconfig.get_path("scripts")) / f"protoc-gen-{name}"
    found = shutil.which(f"protoc-gen-{name}")
    if beside.exists():
        return beside
    if found is None:
        raise FileNotFoundError(f"protoc-gen-{name} is not on the path: install mypy-protobuf")
    return Path(found)
