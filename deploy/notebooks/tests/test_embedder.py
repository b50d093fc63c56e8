from pathlib import Path

import pytest

from knnlm_client import AlreadyExistsError, InvalidRequestError, Knnlm, NotFoundError, Options, connect


def test_a_datastore_knows_its_model(knnlm: Knnlm, datastore: str) -> None:
    made, model = knnlm.embedder.describe(datastore), knnlm.lm.info()
    assert made.documents == 40
    assert made.num_keys > 0
    assert (made.dimension, made.model_sha256) == (model.hidden_size, model.model_sha256)


def test_a_name_is_taken_once(knnlm: Knnlm, datastore: str, corpus: Path) -> None:
    with pytest.raises(AlreadyExistsError, match=datastore):
        knnlm.embedder.make(datastore, str(corpus))
    assert knnlm.embedder.make(datastore, str(corpus), exist_ok=True) == knnlm.embedder.describe(datastore)


def test_progress_is_shown(knnlm: Knnlm, datastore: str, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with connect(options=Options()) as shown:
        shown.embedder.make(datastore, str(corpus), exist_ok=True)
    assert f"{datastore}: done: 100%" in capsys.readouterr().err
    knnlm.embedder.make(datastore, str(corpus), exist_ok=True)
    assert capsys.readouterr().err == ""


def test_what_is_wrong_is_said(knnlm: Knnlm) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        knnlm.embedder.create("Not a name", "/nowhere.jsonl")
    assert "name" in [it.field for it in raised.value.problems]
    with pytest.raises(NotFoundError, match="no-such"):
        list(knnlm.embedder.watch("no-such"))
