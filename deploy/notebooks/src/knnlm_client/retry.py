"""Calls that are made again when what is wrong passes."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from knnlm_client.errors import BusyError, KnnlmError, UnavailableError

T = TypeVar("T")

PASSING: tuple[type[KnnlmError], ...] = (UnavailableError, BusyError)
"""What may go well the next time."""


@dataclass(frozen=True)
class Retry:
    """Exponential backoff: after each failure a pause, `factor` times longer than the last, up to `longest` seconds.

    A pause is drawn between half of that and all of it, so that many callers do not come back together.
    """

    attempts: int = 7
    first: float = 0.25
    factor: float = 2.0
    longest: float = 8.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts: found {self.attempts}, allowed is 1 or more")

    def pauses(self) -> Iterator[float]:
        """Seconds between the attempts, one less than these."""
        pause = self.first
        for _ in range(self.attempts - 1):
            yield min(pause, self.longest) * random.uniform(0.5, 1)
            pause *= self.factor

    def run(self, call: Callable[[], T], passing: tuple[type[KnnlmError], ...] = PASSING) -> T:
        """Calls until it goes well; the last attempt's error is the caller's, as is any that does not pass."""
        for pause in self.pauses():
            try:
                return call()
            except passing:
                time.sleep(pause)
        return call()
