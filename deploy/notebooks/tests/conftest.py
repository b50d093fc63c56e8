import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from services import TINY

from knnlm_client import Knnlm, Options, connect


@pytest.fixture(scope="session")
def knnlm() -> Iterator[Knnlm]:
    """The services at the addresses of the environment."""
    with connect(options=Options(progress=False)) as clients:
        yield clients


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty documents."""
    lines = (TINY / "corpus.jsonl").read_text().splitlines()[:40]
    file = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="session")
def document(corpus: Path) -> str:
    """The first of them."""
    with corpus.open() as lines:
        text: str = json.loads(next(lines))["text"]
        return text


@pytest.fixture(scope="session")
def datastore(knnlm: Knnlm, corpus: Path) -> str:
    """The name of a datastore of them with an exact index."""
    name = f"client-tests-{uuid.uuid4().hex[:12]}"
    knnlm.embedder.make(name, str(corpus))
    knnlm.index.build_index(name, factory="flat")
    return name
