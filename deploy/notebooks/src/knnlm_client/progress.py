"""Progress of long jobs."""

from typing import Never

from tqdm import tqdm


class Bar:
    """A bar that takes totals and positions as services report them; off when not `shown`, or with TQDM_DISABLE=1."""

    def __init__(self, unit: str, *, shown: bool) -> None:
        self._bar: tqdm[Never] = tqdm(unit=unit, unit_scale=True) if shown else tqdm(disable=True)

    def update(self, stage: str, done: int, total: int) -> None:
        """Where the job is: a new stage begins at its own 0."""
        self._bar.set_description_str(stage, refresh=False)
        self._bar.total = total or None
        self._bar.n = done
        self._bar.refresh()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def stage_name(name: str) -> str:
    """A stage as people read it: STAGE_EMBEDDING is "embedding"."""
    return name.removeprefix("STAGE_").lower()
