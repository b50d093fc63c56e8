"""What a search finds, and what it says of the next token."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knnlm_client.tensors import Floats, KeyIds, TokenIds


@dataclass(frozen=True)
class Neighbors:
    """The k nearest keys of n queries, nearest first.

    `ids`: positions in the datastore, int64 [n, k]. `distances`: squared L2, float32 [n, k]. `token_ids`: the token
    that followed each key, int32 [n, k]. Where fewer than k keys were reached, the end of a row is -1, +inf and -1.
    `unsearched_keys`: keys that nobody in reach holds; 0 unless a partial answer was allowed.
    """

    ids: KeyIds
    distances: Floats
    token_ids: TokenIds
    unsearched_keys: int

    def votes(self, temperature: float) -> NDArray[np.float64]:
        """softmax(-distance / temperature) of each row, float64 [n, k]; p_kNN(v) is the sum where the token is v.

        A row without any neighbour is all zeros.
        """
        with np.errstate(invalid="ignore"):
            logits = -self.distances.astype(np.float64) / temperature
            logits -= logits.max(axis=1, keepdims=True)
        weights: NDArray[np.float64] = np.where(self.ids < 0, 0.0, np.exp(logits))
        total = weights.sum(axis=1, keepdims=True)
        np.divide(weights, total, out=weights, where=total > 0)
        return weights


@dataclass(frozen=True)
class Distributions:
    """p_kNN of n queries under some settings (k, T); tokens that are not named have probability 0.

    Compressed rows: the tokens of query i are `token_ids[offsets[i]:offsets[i+1]]`, ascending. `offsets`: int64 [n+1];
    `token_ids`: int32 [m]; `probabilities`: float32 [settings, m].
    """

    offsets: KeyIds
    token_ids: TokenIds
    probabilities: Floats
    unsearched_keys: int

    def of(self, query: int) -> tuple[TokenIds, Floats]:
        """Of one query: its tokens [tokens], their probabilities [settings, tokens]."""
        row = slice(self.offsets[query], self.offsets[query + 1])
        return self.token_ids[row], self.probabilities[:, row]
