"""Retrieval settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from knnlm.lm.v1 import lm_pb2


@dataclass(frozen=True)
class Retrieval:
    """How neighbours change the distribution: p(v) = λ·p_kNN(v) + (1-λ)·p_LM(v).

    p_kNN(v) is the sum over the `k` nearest neighbours with the value v of softmax(-distance / `temperature`).
    `lambda_`: weight of p_kNN, 0 to 1. `nprobe`: lists that an IVF index visits, the index's own without it.
    `exact_distances`: of the neighbours that the index returns, computed from the stored keys.
    """

    datastore: str
    k: int
    temperature: float
    lambda_: float
    nprobe: int | None = None
    exact_distances: bool = False

    def to_message(self) -> lm_pb2.Retrieval:
        """As lm-service takes it."""
        message = lm_pb2.Retrieval(
            datastore=self.datastore,
            k=self.k,
            temperature=self.temperature,
            nprobe=self.nprobe,
            exact_distances=self.exact_distances,
        )
        setattr(message, "lambda", self.lambda_)  # a keyword of Python
        return message

    def to_json(self) -> dict[str, Any]:
        """As eval-service takes it."""
        setting: dict[str, Any] = {
            "datastore": self.datastore,
            "k": self.k,
            "temperature": self.temperature,
            "lambda": self.lambda_,
            "exactDistances": self.exact_distances,
        }
        return setting if self.nprobe is None else {**setting, "nprobe": self.nprobe}


def grid(
    datastore: str,
    k: Iterable[int],
    temperature: Iterable[float],
    lambda_: Iterable[float],
    *,
    nprobe: int | None = None,
    exact_distances: bool = False,
) -> list[Retrieval]:
    """All combinations, λ fastest. They share one search at the largest k, and so cost about what one costs."""
    return [Retrieval(datastore, *it, nprobe, exact_distances) for it in product(k, temperature, lambda_)]
