import numpy as np
import pandas as pd
import pytest
from services import TINY

from knnlm_client import InvalidRequestError, Knnlm, KnnlmError, NotFoundError, PreconditionError, grid

TEXT = str(TINY / "text.txt")


@pytest.fixture(scope="module")
def run(knnlm: Knnlm, datastore: str) -> int:
    number = knnlm.evaluation.submit_text(TEXT, grid(datastore, [4, 64], [10], [0.1, 0.3]), name="client tests")
    assert knnlm.evaluation.wait(number)["name"] == "client tests"
    return number


def test_a_table_has_a_row_for_each_setting(knnlm: Knnlm, run: int, datastore: str) -> None:
    table = knnlm.evaluation.table(run)
    assert table["k"].tolist() == [pd.NA, 4, 4, 64, 64]
    assert table["lambda"].tolist() == [0, 0.1, 0.3, 0.1, 0.3]
    assert table["datastore"].tolist()[1:] == [datastore] * 4
    np.testing.assert_allclose(np.exp(table["loss"]), table["perplexity"])


def test_windows_average_to_the_table(knnlm: Knnlm, run: int) -> None:
    windows = knnlm.evaluation.windows(run)
    table = knnlm.evaluation.table(run)
    np.testing.assert_allclose(windows.groupby("setting")["loss"].mean(), table["loss"])


def test_runs_are_listed(knnlm: Knnlm, run: int) -> None:
    runs = knnlm.evaluation.runs()
    assert runs.loc[run, "state"] == "DONE"
    assert runs.loc[run, "windows_done"] == knnlm.evaluation.run(run)["windowsTotal"]
    assert (runs["finished_at"] >= runs["started_at"]).loc[run]
    assert len(knnlm.evaluation.runs(limit=1)) == 1


def test_settings_are_compared_with_the_base_model(knnlm: Knnlm, run: int) -> None:
    compared = knnlm.evaluation.compare([run]).query("metric == 'perplexity'")
    assert compared["setting"].tolist() == [0, 1, 2, 3, 4]
    assert compared["low"].le(compared["value"]).all()


def test_tasks_say_what_they_lack(knnlm: Knnlm) -> None:
    tasks = knnlm.evaluation.tasks()
    assert "obqa" in tasks.index
    assert "openbookqa" in str(tasks.loc["obqa", "missing"])


def test_a_cancelled_run_ends_the_wait(knnlm: Knnlm) -> None:
    number = knnlm.evaluation.submit_text(TEXT)
    try:
        knnlm.evaluation.cancel(number)
    except PreconditionError:
        pytest.skip("the run was faster")
    with pytest.raises(KnnlmError) as raised:
        knnlm.evaluation.wait(number)
    assert raised.value.code == "CANCELLED"


def test_all_fields_at_fault_are_named(knnlm: Knnlm) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        knnlm.evaluation.submit_text("/nowhere.txt", grid("d", [0], [1], [2]))
    assert [it.field for it in raised.value.problems] == ["text", "settings[0].k", "settings[0].lambda"]


def test_unknown_runs_are_not_found(knnlm: Knnlm) -> None:
    with pytest.raises(NotFoundError, match="no run 999999"):
        knnlm.evaluation.table(999999)
    with pytest.raises(NotFoundError):
        knnlm.evaluation.wait(999999)
