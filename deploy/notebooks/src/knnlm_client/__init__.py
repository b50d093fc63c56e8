"""Client of the kNN language model services: arrays in and out, data frames of results.

    with knnlm_client.connect() as knnlm:
        [ids] = knnlm.lm.tokenize(["Paris is the capital of"])
        [scores] = knnlm.lm.score([ids])

Messages of the contracts are in `knnlm`, `knnlm.lm.v1.lm_pb2` for example; those in use here have names here too.
"""

from knnlm.embedder.v1.embedder_pb2 import CorpusFormat
from knnlm.index.v1.index_pb2 import Context, IndexInfo
from knnlm.lm.v1.lm_pb2 import (
    HIDDEN_STATE_LAST_FFN_INPUT,
    HIDDEN_STATE_LAST_FFN_OUTPUT,
    HiddenState,
    InfoResponse,
    Sampling,
)

from knnlm_client.connection import Addresses, Knnlm, connect
from knnlm_client.continuations import Continuation
from knnlm_client.embedder import Embedder
from knnlm_client.errors import (
    AlreadyExistsError,
    BusyError,
    FieldProblem,
    InvalidRequestError,
    KnnlmError,
    NotAllowedError,
    NotFoundError,
    PreconditionError,
    TimedOutError,
    TooLargeError,
    UnavailableError,
)
from knnlm_client.evaluation import Evaluation
from knnlm_client.index import NearestNeighbors
from knnlm_client.lm import LanguageModel, NextTokens, Outputs, Scores
from knnlm_client.neighbors import Distributions, Neighbors
from knnlm_client.options import Options, Tls
from knnlm_client.retrieval import Retrieval, grid
from knnlm_client.retry import Retry
from knnlm_client.tensors import to_array, to_tensor

__all__ = [
    "HIDDEN_STATE_LAST_FFN_INPUT",
    "HIDDEN_STATE_LAST_FFN_OUTPUT",
    "Addresses",
    "AlreadyExistsError",
    "BusyError",
    "Context",
    "Continuation",
    "CorpusFormat",
    "Distributions",
    "Embedder",
    "Evaluation",
    "FieldProblem",
    "HiddenState",
    "IndexInfo",
    "InfoResponse",
    "InvalidRequestError",
    "Knnlm",
    "KnnlmError",
    "LanguageModel",
    "NearestNeighbors",
    "Neighbors",
    "NextTokens",
    "NotAllowedError",
    "NotFoundError",
    "Options",
    "Outputs",
    "PreconditionError",
    "Retrieval",
    "Retry",
    "Sampling",
    "Scores",
    "TimedOutError",
    "Tls",
    "TooLargeError",
    "UnavailableError",
    "connect",
    "grid",
    "to_array",
    "to_tensor",
]
