"""What can go wrong with a call, the same over gRPC and REST."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldProblem:
    """A field at fault: its path in the request, and what was found and is allowed."""

    field: str
    problem: str


class KnnlmError(Exception):
    """A service did not do what it was asked.

    `code` is the status in gRPC's names (INVALID_ARGUMENT, for example), `message` the service's reason, `problems` the
    fields at fault when it named some.
    """

    def __init__(self, code: str, message: str, problems: Iterable[FieldProblem] = ()) -> None:
        self.code = code
        self.message = message
        self.problems = tuple(problems)
        super().__init__(code, message, self.problems)

    def __str__(self) -> str:
        """The reason, and a line for each field that it does not name itself."""
        named = [f"  {it.field}: {it.problem}" for it in self.problems if it.problem not in self.message]
        return "\n".join([f"{self.code}: {self.message}", *named])


class InvalidRequestError(KnnlmError):
    """INVALID_ARGUMENT, HTTP 400: `problems` says which fields."""


class NotFoundError(KnnlmError):
    """NOT_FOUND, HTTP 404."""


class AlreadyExistsError(KnnlmError):
    """ALREADY_EXISTS: the name is taken."""


class PreconditionError(KnnlmError):
    """FAILED_PRECONDITION, ABORTED, HTTP 409: not in the present state."""


class NotAllowedError(KnnlmError):
    """UNAUTHENTICATED or PERMISSION_DENIED, HTTP 401 and 403."""


class UnavailableError(KnnlmError):
    """UNAVAILABLE, HTTP 503: passes, so that the same call may go well later."""


class BusyError(KnnlmError):
    """RESOURCE_EXHAUSTED, HTTP 429: too much at a time, or more than there is."""


class TooLargeError(KnnlmError):
    """RESOURCE_EXHAUSTED of a message above the limits of gRPC: ask for less in a call."""


class TimedOutError(KnnlmError):
    """DEADLINE_EXCEEDED: the call took longer than its timeout."""


_TOO_LARGE = ("message larger than max", "message exceeds maximum size")
"""How grpcio and grpc-java say it."""

_CLASSES: dict[str, type[KnnlmError]] = {
    "INVALID_ARGUMENT": InvalidRequestError,
    "NOT_FOUND": NotFoundError,
    "ALREADY_EXISTS": AlreadyExistsError,
    "FAILED_PRECONDITION": PreconditionError,
    "ABORTED": PreconditionError,
    "UNAUTHENTICATED": NotAllowedError,
    "PERMISSION_DENIED": NotAllowedError,
    "UNAVAILABLE": UnavailableError,
    "RESOURCE_EXHAUSTED": BusyError,
    "DEADLINE_EXCEEDED": TimedOutError,
}


def error(code: str, message: str, problems: Iterable[FieldProblem] = ()) -> KnnlmError:
    """The error of a status code."""
    if code == "RESOURCE_EXHAUSTED" and any(it in message.lower() for it in _TOO_LARGE):
        return TooLargeError(code, message, problems)
    return _CLASSES.get(code, KnnlmError)(code, message, problems)
