"""Calls over gRPC: channels, deadlines, retries, and errors with the fields at fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from knnlm_client.errors import FieldProblem, KnnlmError, error
from knnlm_client.options import Options, Tls
from knnlm_client.retry import PASSING

Request = TypeVar("Request", bound=Message)
Reply = TypeVar("Reply", bound=Message)


class GrpcClient:
    """A connection to one service; closed by `close`, or at the end of a `with`.

    `address` is HOST:PORT. Nothing is sent before the first call. Safe for any number of threads.
    """

    def __init__(self, address: str, options: Options | None = None) -> None:
        self.address = address
        self.options = options or Options()
        self.options.check_secrets(address.rpartition(":")[0], encrypted=self.options.tls is not None)
        limits = [
            ("grpc.max_receive_message_length", self.options.max_message_bytes),
            # Retries are ours: they know which calls may be made twice, and say what happened.
            ("grpc.enable_retries", 0),
            # A service that has just been started is found after a second, not after gRPC's two minutes.
            ("grpc.max_reconnect_backoff_ms", 1000),
        ]
        tls = self.options.tls
        self._channel = (
            grpc.insecure_channel(address, limits)
            if tls is None
            else grpc.secure_channel(address, _credentials(tls), limits)
        )

    @property
    def _metadata(self) -> tuple[tuple[str, str], ...]:
        token = self.options.token
        return () if token is None else (("authorization", f"Bearer {token}"),)

    def _unary(
        self, rpc: "grpc.UnaryUnaryMultiCallable[Request, Reply]", request: Request, *, once: bool = False
    ) -> Reply:
        """One reply. With `once` a call that may have had an effect is not made again."""

        def call() -> Reply:
            with _errors():
                return rpc(request, timeout=self.options.timeout, metadata=self._metadata)

        return call() if once else self.options.retry.run(call)

    def _all(self, rpc: "grpc.UnaryStreamMultiCallable[Request, Reply]", request: Request) -> list[Reply]:
        """All replies of a stream; one that breaks off is asked for again from its beginning."""

        def call() -> list[Reply]:
            with _errors():
                return list(rpc(request, timeout=self.options.timeout, metadata=self._metadata))

        return self.options.retry.run(call)

    def _follow(
        self,
        rpc: "grpc.UnaryStreamMultiCallable[Request, Reply]",
        request: Request,
        passing: tuple[type[KnnlmError], ...] = PASSING,
    ) -> Iterator[Reply]:
        """Replies as they come, without a deadline; the call is made again until the first one has come.

        Whoever stops before the last reply ends the call.
        """

        def begin() -> tuple[list[Reply], Iterator[Reply]]:
            with _errors():
                replies = rpc(request, metadata=self._metadata)
                first = next(replies, None)
                return ([] if first is None else [first]), replies

        begun, rest = self.options.retry.run(begin, passing)
        try:
            yield from begun
            with _errors():
                yield from rest
        finally:
            if isinstance(rest, grpc.Call):
                rest.cancel()

    def close(self) -> None:
        """Ends all calls and the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    ca, key, certificate = (None if file is None else file.read_bytes() for file in (tls.ca, tls.key, tls.certificate))
    return grpc.ssl_channel_credentials(ca, key, certificate)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as e:
        raise (_error(e) if isinstance(e, grpc.Call) else error("UNKNOWN", str(e))) from e


def _error(call: grpc.Call) -> KnnlmError:
    metadata = dict(call.trailing_metadata() or ())
    problems: list[FieldProblem] = []
    details = metadata.get("grpc-status-details-bin")
    if isinstance(details, bytes):
        for detail in status_pb2.Status.FromString(details).details:
            bad = error_details_pb2.BadRequest()
            if detail.Unpack(bad):
                problems += [FieldProblem(it.field, it.description) for it in bad.field_violations]
    return error(call.code().name, call.details() or "no reason given", problems)
