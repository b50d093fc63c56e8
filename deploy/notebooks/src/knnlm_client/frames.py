"""Data frames of what eval-service tells in JSON."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

_RUN = ["id", "name", "state", "error", "text", "windowsDone", "windowsTotal", "examplesDone", "examplesTotal"]
_TIMES = ["createdAt", "startedAt", "finishedAt"]
_SETTING = ["datastore", "k", "temperature", "lambda", "nprobe", "exactDistances"]


def runs(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Runs by their number."""
    rows = [
        {**{key: it[key] for key in _RUN + _TIMES}, "model": it["model"]["id"], "settings": len(it["settings"])}
        for it in items
    ]
    frame = pd.DataFrame(rows, columns=[*_RUN, *_TIMES, "model", "settings"]).rename(columns=snake)
    for time in map(snake, _TIMES):
        frame[time] = pd.to_datetime(frame[time], utc=True, format="ISO8601")
    return frame.set_index("id")


def table(result: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each model, or for each model and task."""
    rows = []
    for row in result["rows"]:
        numbers = row["metrics"] if "metrics" in row else row["result"]
        subject = {key: row[key] for key in ("task", "examples", "failed") if key in row}
        rows.append({**subject, "label": row["label"], **_setting(row["setting"]), **numbers})
    return pd.DataFrame(rows).rename(columns=snake).astype({"k": "Int64", "nprobe": "Int64"})


def _setting(setting: Mapping[str, Any] | None) -> dict[str, Any]:
    base = {**dict.fromkeys(_SETTING), "lambda": 0.0, "exactDistances": False}
    # float32 in the service: 0.3, and not 0.30000001192092896
    return base if setting is None else {key: _short(setting[key]) for key in _SETTING}


def _short(value: Any) -> Any:
    return float(f"{value:.7g}") if isinstance(value, float) else value


def windows(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A row for each window and setting."""
    rows = [
        {**{key: it[key] for key in ("window", "start", "length", "targets")}, "setting": setting, "loss": loss}
        for it in items
        for setting, loss in enumerate(it["losses"])
    ]
    return pd.DataFrame(rows, columns=["window", "start", "length", "targets", "setting", "loss"])


def examples(items: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A row for each example and setting; one that failed has one row, without a prediction."""
    about = ["task", "index", "group", "state", "error", "prompt", "expected"]
    outcome = ["prediction", "correct", "score"]
    rows = [
        {**{key: it[key] for key in about}, "setting": setting, **{key: made.get(key) for key in outcome}}
        for it in items
        for setting, made in enumerate(it["outcomes"] or [{}])
    ]
    return pd.DataFrame(rows, columns=[*about, "setting", *outcome])


def snake(name: str) -> str:
    """A name of JSON as pandas' users write it: wordPerplexity is word_perplexity."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
