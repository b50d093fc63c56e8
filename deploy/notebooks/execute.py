"""Executes the notebooks against running services and compares what they show with what is committed.

Numbers may differ a little, since the last bits of a float depend on the processor; words may not. With --save what
they show is kept instead.
"""

import argparse
import math
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
LOCAL_SOCKETS = Config({"KernelManager": {"transport": "ipc"}})
RELATIVE, ABSOLUTE = 0.05, 0.02


def main() -> int:
    """0 when all notebooks ran, and showed what is committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help="keep the new outputs")
    save = parser.parse_args().save
    os.environ["TQDM_DISABLE"] = "1"  # bars are of one run alone
    differences = 0
    for file in sorted(HERE.glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        committed = [shown(cell) for cell in notebook.cells]
        start = time.monotonic()
        NotebookClient(
            notebook,
            timeout=300,
            resources={"metadata": {"path": str(HERE)}},
            config=LOCAL_SOCKETS,
            coalesce_streams=True,
        ).execute()
        seconds = time.monotonic() - start
        found = [] if save else compare(committed, [shown(cell) for cell in notebook.cells])
        for difference in found:
            print(f"{file.name}: {difference}")
        print(f"{file.name}: ran in {seconds:.1f} s, {len(found)} differences")
        differences += len(found)
        if save:
            tidy(notebook)
            nbformat.write(notebook, file)
    return 1 if differences else 0


def shown(cell: NotebookNode) -> list[tuple[str, str]]:
    """Kind and text of what a cell shows; of a picture that there is one."""
    parts: list[tuple[str, str]] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            parts.append((output.name, output.text))
        elif "image/png" in output.data:
            parts.append(("picture", ""))
        else:
            parts.append(("value", output.data["text/plain"]))
    return parts


def compare(committed: list[list[tuple[str, str]]], new: list[list[tuple[str, str]]]) -> list[str]:
    """What differs, a line for each cell."""
    return [
        f"cell {i} shows\n{now}\nand is committed with\n{before}"
        for i, (before, now) in enumerate(zip(committed, new, strict=True))
        if not (len(before) == len(now) and all(alike(a, b) for a, b in zip(before, now, strict=True)))
    ]


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two outputs have the same words, and about the same numbers."""
    numbers = [[float(it.replace(",", "")) for it in NUMBER.findall(text)] for _, text in (one, other)]
    words = [(kind, NUMBER.sub("#", text).split()) for kind, text in (one, other)]
    return words[0] == words[1] and all(
        math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE) for a, b in zip(*numbers, strict=True)
    )


def tidy(notebook: NotebookNode) -> None:
    """Leaves out what differs between two runs of the same thing."""
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = None
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )


if __name__ == "__main__":
    sys.exit(main())
