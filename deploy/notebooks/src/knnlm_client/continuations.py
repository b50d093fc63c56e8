"""Continuations put together from their tokens."""

from dataclasses import dataclass, field

import numpy as np
from knnlm.lm.v1 import lm_pb2

from knnlm_client.tensors import Floats, TokenIds

FinishReason = lm_pb2.GenerateResponse.FinishReason


@dataclass(frozen=True)
class Continuation:
    """What followed a prompt.

    `token_ids`: int32 [tokens]. `log_probs`: natural logarithms of their probabilities, float32 [tokens].
    `finish_reason`: "length", "eos" or "stop".
    """

    text: str
    token_ids: TokenIds
    log_probs: Floats
    finish_reason: str


@dataclass
class _Growing:
    text: str = ""
    token_ids: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)
    finish_reason: str = ""


class Continuations:
    """Of some prompts under some settings, as their tokens come."""

    def __init__(self, prompts: int, settings: int) -> None:
        self.count = prompts * settings
        self.tokens = 0
        self._growing = [[_Growing() for _ in range(settings)] for _ in range(prompts)]

    def add(self, reply: lm_pb2.GenerateResponse) -> None:
        """The next token of one of them."""
        one = self._growing[reply.prompt][reply.setting]
        one.text += reply.text
        one.token_ids.append(reply.token_id)
        one.log_probs.append(reply.log_prob)
        if reply.finish_reason:
            one.finish_reason = FinishReason.Name(reply.finish_reason).removeprefix("FINISH_REASON_").lower()
        self.tokens += 1

    def whole(self) -> list[list[Continuation]]:
        """For each prompt one for each setting."""
        return [
            [
                Continuation(
                    it.text, np.array(it.token_ids, np.int32), np.array(it.log_probs, np.float32), it.finish_reason
                )
                for it in of_prompt
            ]
            for of_prompt in self._growing
        ]
