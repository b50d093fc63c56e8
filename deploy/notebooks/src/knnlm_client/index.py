"""Client of index-service: neighbours, p_kNN, contexts, index builds."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from knnlm.index.v1 import index_pb2, index_pb2_grpc
from numpy.typing import NDArray

from knnlm_client.calls import GrpcClient
from knnlm_client.errors import KnnlmError, UnavailableError
from knnlm_client.neighbors import Distributions, Neighbors
from knnlm_client.options import Options
from knnlm_client.progress import Bar, stage_name
from knnlm_client.tensors import Floats, Halves, join, to_array, to_tensor

_REQUEST_BYTES = 8 << 20
"""Of queries in one request; services take messages of 32 MiB."""

_REQUEST_IDS = 16_384


class NearestNeighbors(GrpcClient):
    """Search over the datastores of index-service at `address` (HOST:PORT).

    Queries are float32 or float16 [n, dimension], any number of them: they go in requests of 8 MiB.
    """

    def __init__(self, address: str, options: Options | None = None) -> None:
        super().__init__(address, options)
        self._stub = index_pb2_grpc.NearestNeighborsStub(self._channel)

    def describe(self, datastore: str, *, verify: bool = False) -> index_pb2.DescribeResponse:
        """What is served under a name; `verify` reads the index files whole and checks them."""
        return self._unary(self._stub.Describe, index_pb2.DescribeRequest(datastore=datastore, verify=verify))

    def search(
        self,
        datastore: str,
        queries: Floats | Halves,
        k: int,
        *,
        nprobe: int | None = None,
        exact_distances: bool = False,
        allow_partial: bool = False,
    ) -> Neighbors:
        """The k nearest keys of each query by squared L2 distance, [n, k]."""
        replies: list[index_pb2.SearchResponse] = []
        for some in self._requests(queries):
            request = index_pb2.SearchRequest(
                datastore=datastore,
                queries=to_tensor(some),
                k=k,
                nprobe=nprobe,
                exact_distances=exact_distances,
                allow_partial=allow_partial,
            )
            replies += self._all(self._stub.Search, request)
        return Neighbors(
            join([to_array(it.ids) for it in replies]),
            join([to_array(it.distances) for it in replies]),
            join([to_array(it.token_ids) for it in replies]),
            max(it.unsearched_keys for it in replies),
        )

    def token_probabilities(
        self,
        datastore: str,
        queries: Floats | Halves,
        targets: Sequence[int] | NDArray[np.integer[Any]],
        softmaxes: Sequence[tuple[int, float]],
        *,
        nprobe: int | None = None,
        exact_distances: bool = False,
        allow_partial: bool = False,
    ) -> Floats:
        """p_kNN of each query's target token under each (k, temperature), [softmaxes, n]: one search serves all."""
        if len(targets) != len(queries):
            raise ValueError(f"targets: found {len(targets)} for {len(queries)} queries")
        pieces: list[Floats] = []
        first = 0
        for some in self._requests(queries):
            request = index_pb2.TokenProbabilitiesRequest(
                datastore=datastore,
                queries=to_tensor(some),
                target_token_ids=[int(it) for it in targets[first : first + len(some)]],
                softmaxes=_softmaxes(softmaxes),
                nprobe=nprobe,
                exact_distances=exact_distances,
                allow_partial=allow_partial,
            )
            pieces += [to_array(it.probabilities) for it in self._all(self._stub.TokenProbabilities, request)]
            first += len(some)
        return join(pieces, axis=1)

    def token_distributions(
        self,
        datastore: str,
        queries: Floats | Halves,
        softmaxes: Sequence[tuple[int, float]],
        *,
        nprobe: int | None = None,
        exact_distances: bool = False,
        allow_partial: bool = False,
    ) -> Distributions:
        """p_kNN of every token that a query's neighbours have, under each (k, temperature)."""
        replies: list[index_pb2.TokenDistributionsResponse] = []
        for some in self._requests(queries):
            request = index_pb2.TokenDistributionsRequest(
                datastore=datastore,
                queries=to_tensor(some),
                softmaxes=_softmaxes(softmaxes),
                nprobe=nprobe,
                exact_distances=exact_distances,
                allow_partial=allow_partial,
            )
            replies += self._all(self._stub.TokenDistributions, request)
        counts = [np.diff(to_array(it.offsets)) for it in replies]
        return Distributions(
            np.concatenate([[0], np.cumsum(np.concatenate(counts), dtype=np.int64)]),
            join([to_array(it.token_ids) for it in replies]),
            join([to_array(it.probabilities) for it in replies], axis=1),
            max(it.unsearched_keys for it in replies),
        )

    def contexts(
        self, datastore: str, ids: Sequence[int] | NDArray[np.integer[Any]], *, before: int = 16, after: int = 8
    ) -> list[index_pb2.Context]:
        """Where keys come from: the value of each with at most so many tokens around it, and its document."""
        found: list[index_pb2.Context] = []
        for first in range(0, len(ids), _REQUEST_IDS):
            some = [int(it) for it in ids[first : first + _REQUEST_IDS]]
            request = index_pb2.ContextsRequest(datastore=datastore, ids=some, before=before, after=after)
            for reply in self._all(self._stub.Contexts, request):
                found += reply.contexts
        return found

    def build_index(
        self,
        datastore: str,
        *,
        factory: str = "study",
        nlist: int = 0,
        pq_m: int = 0,
        nprobe: int = 0,
        max_training_keys: int = 0,
        seed: int | None = None,
        rerank_factor: int | None = None,
    ) -> index_pb2.IndexInfo:
        """Builds a datastore's index and waits for it; nothing is done when it is there with the same settings.

        `factory`: "study", "fast", "flat" or a string for faiss's index factory; 0 and None for its defaults. The job
        goes on when this process ends: the same call follows it again.
        """
        request = index_pb2.BuildIndexRequest(
            datastore=datastore,
            factory=factory,
            nlist=nlist,
            pq_m=pq_m,
            nprobe=nprobe,
            max_training_keys=max_training_keys,
            seed=seed,
            rerank_factor=rerank_factor,
        )
        # Too little memory or disk does not pass by waiting.
        replies = self._follow(self._stub.BuildIndex, request, passing=(UnavailableError,))
        last: index_pb2.BuildIndexResponse | None = None
        with Bar("key", shown=self.options.progress) as bar:
            for last in replies:
                stage = stage_name(index_pb2.BuildIndexResponse.Stage.Name(last.stage))
                bar.update(f"{datastore}: {stage}", last.keys_done, last.keys_total)
        if last is None or not last.HasField("index"):
            raise KnnlmError("UNKNOWN", f"the build of {datastore} ended without an index")
        return last.index

    def _requests(self, queries: Floats | Halves) -> Iterator[NDArray[Any]]:
        if queries.ndim != 2 or len(queries) == 0:
            raise ValueError(f"queries: found the shape {queries.shape}, allowed is [n, dimension], n at least 1")
        size = max(1, _REQUEST_BYTES // max(1, queries[0].nbytes))
        with Bar("query", shown=self.options.progress and len(queries) > size) as bar:
            for first in range(0, len(queries), size):
                yield queries[first : first + size]
                bar.update("", min(first + size, len(queries)), len(queries))


def _softmaxes(settings: Sequence[tuple[int, float]]) -> list[index_pb2.Softmax]:
    return [index_pb2.Softmax(k=k, temperature=temperature) for k, temperature in settings]
