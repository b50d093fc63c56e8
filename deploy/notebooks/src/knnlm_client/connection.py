"""All four services together."""

import os
from dataclasses import dataclass, replace
from typing import Self

from knnlm_client.embedder import Embedder
from knnlm_client.evaluation import Evaluation
from knnlm_client.index import NearestNeighbors
from knnlm_client.lm import LanguageModel
from knnlm_client.options import Options


@dataclass(frozen=True)
class Addresses:
    """Where the services are; the defaults are those of `deploy/local/up`."""

    lm: str = "127.0.0.1:9001"
    index: str = "127.0.0.1:9002"
    embedder: str = "127.0.0.1:9003"
    evaluation: str = "http://127.0.0.1:8080"

    @classmethod
    def from_environment(cls) -> Self:
        """KNNLM_LM, KNNLM_INDEX, KNNLM_EMBEDDER (HOST:PORT) and KNNLM_URL where set, the defaults elsewhere."""
        names = {"lm": "KNNLM_LM", "index": "KNNLM_INDEX", "embedder": "KNNLM_EMBEDDER", "evaluation": "KNNLM_URL"}
        return cls(**{field: os.environ[name] for field, name in names.items() if os.environ.get(name)})


class Knnlm:
    """A client of each service; closed by `close`, or at the end of a `with`. Nothing is sent before the first call."""

    def __init__(self, addresses: Addresses, options: Options) -> None:
        grpc_options = replace(options, user=None)
        self.lm = LanguageModel(addresses.lm, grpc_options)
        self.index = NearestNeighbors(addresses.index, grpc_options)
        self.embedder = Embedder(addresses.embedder, grpc_options)
        self.evaluation = Evaluation(addresses.evaluation, options)

    def close(self) -> None:
        """Closes all connections."""
        for client in (self.lm, self.index, self.embedder, self.evaluation):
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(addresses: Addresses | None = None, options: Options | None = None) -> Knnlm:
    """Clients of services at `addresses`, those of the environment without.

    Without `options`, who asks comes from KNNLM_TOKEN, or KNNLM_USER and KNNLM_PASSWORD (for eval-service), when set.
    """
    return Knnlm(addresses or Addresses.from_environment(), options or _options())


def _options() -> Options:
    user, password = os.environ.get("KNNLM_USER"), os.environ.get("KNNLM_PASSWORD")
    return Options(
        token=os.environ.get("KNNLM_TOKEN"), user=(user, password) if user and password is not None else None
    )
