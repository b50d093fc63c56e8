"""Client of eval-service: runs, and their results as data frames."""

from collections.abc import Sequence
from io import StringIO
from typing import Any

import pandas as pd

from knnlm_client import frames
from knnlm_client.errors import KnnlmError
from knnlm_client.progress import Bar
from knnlm_client.rest import RestClient
from knnlm_client.retrieval import Retrieval

_PAGE = 1000


class Evaluation(RestClient):
    """Runs of eval-service at `url`: the base model and up to 64 retrieval settings, on a text or on tasks."""

    def tasks(self) -> pd.DataFrame:
        """All tasks by name: version, description, kind, metrics, and what is missing to run them."""
        return pd.DataFrame(self.get("/api/tasks")).set_index("name")

    def submit_text(
        self, text: str, settings: Sequence[Retrieval] = (), *, protocol: str = "wikitext", name: str | None = None
    ) -> int:
        """Queues a run of a text's perplexity; its number.

        `text`: a file as eval-service finds it, .txt or .jsonl. `protocol`: "wikitext" or "blocks".
        """
        return self._submit({"protocol": protocol, "text": text}, settings, name)

    def submit_tasks(
        self,
        tasks: Sequence[str],
        settings: Sequence[Retrieval] = (),
        *,
        limit: int | None = None,
        name: str | None = None,
    ) -> int:
        """Queues a run of tasks, of at most `limit` examples of each task or sub-task; its number."""
        return self._submit({"tasks": list(tasks), "limit": limit}, settings, name)

    def _submit(self, subject: dict[str, Any], settings: Sequence[Retrieval], name: str | None) -> int:
        body = {**subject, "name": name, "settings": [it.to_json() for it in settings]}
        run = self.post("/api/runs", {key: value for key, value in body.items() if value is not None})
        return int(run["id"])

    def run(self, run: int) -> dict[str, Any]:
        """A run as the service tells it: what it measures, with what, and how far it is."""
        found: dict[str, Any] = self.get(f"/api/runs/{run}")
        return found

    def runs(self, limit: int = 100) -> pd.DataFrame:
        """The newest runs by their number: name, state, model, windows or examples done, times."""
        return frames.runs(self._pages("/api/runs", {}, limit))

    def cancel(self, run: int) -> None:
        """Stops a run; what it has done is kept."""
        self.post(f"/api/runs/{run}/cancel")

    def wait(self, run: int) -> dict[str, Any]:
        """Follows a run until it has ended, and returns it; KnnlmError when it failed or was cancelled."""
        with Bar("window", shown=self.options.progress) as bar:
            for event in self.events(f"/api/runs/{run}/progress"):
                what = "examples" if "examplesTotal" in event else "windows"
                bar.update(f"run {run}: {event['state'].lower()}", event[f"{what}Done"], event[f"{what}Total"])
        ended = self.run(run)
        if ended["state"] != "DONE":
            raise KnnlmError(ended["state"], f"run {run}: {ended['error'] or 'no reason given'}")
        return ended

    def table(self, run: int) -> pd.DataFrame:
        """The results of a finished run, a row for the base model and for each setting (of each task).

        The base model has λ = 0 and no datastore. A text: `loss` in nats, `perplexity`, `word_perplexity` and so on.
        Tasks: a column for each metric.
        """
        return frames.table(self.get(f"/api/runs/{run}/table", {"format": "json"}))

    def windows(self, run: int) -> pd.DataFrame:
        """Losses in nats of a text's windows, a row for each window and setting; setting 0 is the base model."""
        return frames.windows(self._pages(f"/api/runs/{run}/windows", {}))

    def examples(
        self,
        run: int,
        *,
        task: str | None = None,
        group: str | None = None,
        setting: int | None = None,
        correct: bool | None = None,
        changed: bool | None = None,
    ) -> pd.DataFrame:
        """Examples of a run of tasks, a row for each example and setting; setting 0 is the base model.

        The service filters examples: by what `setting` makes of them (`correct`), and whether it is right where the
        base model is not or the other way round (`changed`).
        """
        query = {"task": task, "group": group, "setting": setting, "correct": correct, "changed": changed}
        return frames.examples(self._pages(f"/api/runs/{run}/examples", query))

    def compare(self, runs: Sequence[int]) -> pd.DataFrame:
        """Finished runs against the base model of the first: differences, intervals, p-values."""
        text = self.get_text("/api/compare", {"runs": ",".join(map(str, runs)), "format": "csv"})
        return pd.read_csv(StringIO(text))

    def _pages(self, path: str, query: dict[str, Any], limit: int | None = None) -> list[Any]:
        items: list[Any] = []
        page = 0
        while True:
            part = self.get(path, {**query, "page": page, "size": min(_PAGE, limit or _PAGE)})
            items += part["items"]
            page += 1
            if not part["items"] or len(items) >= min(part["total"], limit or part["total"]):
                return items[:limit]
