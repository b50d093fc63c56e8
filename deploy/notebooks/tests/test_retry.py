import pytest

from knnlm_client.errors import BusyError, InvalidRequestError, KnnlmError, TooLargeError, UnavailableError, error
from knnlm_client.retry import Retry

QUICK = Retry(attempts=3, first=0.001)


class Failing:
    """Fails so many times, then returns how often it was called."""

    def __init__(self, failures: int, code: str, reason: str = "not now") -> None:
        self.calls = 0
        self.failures = failures
        self.error = error(code, reason)

    def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return self.calls


@pytest.mark.parametrize("code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_what_passes_is_tried_again(code: str) -> None:
    assert QUICK.run(Failing(2, code)) == 3


def test_the_last_error_is_raised() -> None:
    call = Failing(9, "UNAVAILABLE")
    with pytest.raises(UnavailableError, match="not now"):
        QUICK.run(call)
    assert call.calls == 3


@pytest.mark.parametrize(
    ("code", "reason", "raised"),
    [
        ("INVALID_ARGUMENT", "k is 0", InvalidRequestError),
        ("INTERNAL", "a bug", KnnlmError),
        ("RESOURCE_EXHAUSTED", "CLIENT: Received message larger than max (9 vs. 8)", TooLargeError),
        ("RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size 8: 9", TooLargeError),
    ],
)
def test_what_does_not_pass_is_not(code: str, reason: str, raised: type[KnnlmError]) -> None:
    call = Failing(9, code, reason)
    with pytest.raises(raised):
        QUICK.run(call)
    assert call.calls == 1


def test_a_call_may_narrow_what_passes() -> None:
    call = Failing(9, "RESOURCE_EXHAUSTED")
    with pytest.raises(BusyError):
        QUICK.run(call, passing=(UnavailableError,))
    assert call.calls == 1


def test_pauses_grow_up_to_the_longest() -> None:
    pauses = list(Retry(attempts=6, first=1, factor=3, longest=10).pauses())
    for pause, whole in zip(pauses, [1, 3, 9, 10, 10], strict=True):
        assert whole / 2 <= pause <= whole


def test_no_attempts_are_refused() -> None:
    with pytest.raises(ValueError, match="found 0"):
        Retry(attempts=0)
