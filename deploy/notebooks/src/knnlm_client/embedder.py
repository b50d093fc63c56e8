"""Client of embedder-service: from a corpus to a datastore."""

from collections.abc import Iterator

from knnlm.embedder.v1 import embedder_pb2, embedder_pb2_grpc
from knnlm.lm.v1 import lm_pb2

from knnlm_client.calls import GrpcClient
from knnlm_client.errors import AlreadyExistsError
from knnlm_client.options import Options
from knnlm_client.progress import Bar, stage_name


class Embedder(GrpcClient):
    """Makes datastores through embedder-service at `address` (HOST:PORT)."""

    def __init__(self, address: str, options: Options | None = None) -> None:
        super().__init__(address, options)
        self._stub = embedder_pb2_grpc.EmbedderStub(self._channel)

    def describe(self, name: str) -> embedder_pb2.DescribeDatastoreResponse:
        """The manifest of a finished datastore."""
        return self._unary(self._stub.DescribeDatastore, embedder_pb2.DescribeDatastoreRequest(name=name))

    def create(
        self,
        name: str,
        corpus: str,
        *,
        format: embedder_pb2.CorpusFormat.ValueType = embedder_pb2.CORPUS_FORMAT_UNSPECIFIED,  # noqa: A002
        text_field: str = "text",
        key: lm_pb2.HiddenState.ValueType = lm_pb2.HIDDEN_STATE_LAST_FFN_INPUT,
    ) -> None:
        """Starts a job that makes a datastore; it goes on when this process ends.

        `corpus`: a file, folder or pattern as embedder-service finds it. AlreadyExistsError when a datastore or a
        running job has the name.
        """
        request = embedder_pb2.CreateDatastoreRequest(
            name=name, corpus=corpus, format=format, text_field=text_field, key=key
        )
        self._unary(self._stub.CreateDatastore, request, once=True)

    def watch(self, name: str) -> Iterator[embedder_pb2.WatchDatastoreResponse]:
        """Progress of a job from now until it ends; raises the job's error."""
        return self._follow(self._stub.WatchDatastore, embedder_pb2.WatchDatastoreRequest(name=name))

    def make(
        self,
        name: str,
        corpus: str,
        *,
        format: embedder_pb2.CorpusFormat.ValueType = embedder_pb2.CORPUS_FORMAT_UNSPECIFIED,  # noqa: A002
        text_field: str = "text",
        key: lm_pb2.HiddenState.ValueType = lm_pb2.HIDDEN_STATE_LAST_FFN_INPUT,
        exist_ok: bool = False,
    ) -> embedder_pb2.DescribeDatastoreResponse:
        """`create`, and waits for it; with `exist_ok` a datastore of the name is taken as it is, whatever is in it."""
        try:
            self.create(name, corpus, format=format, text_field=text_field, key=key)
        except AlreadyExistsError:
            if not exist_ok:
                raise
        with Bar("key", shown=self.options.progress) as bar:
            for reply in self.watch(name):
                stage = stage_name(embedder_pb2.WatchDatastoreResponse.Stage.Name(reply.stage))
                bar.update(f"{name}: {stage}", reply.keys_done, reply.keys_total)
        return self.describe(name)
