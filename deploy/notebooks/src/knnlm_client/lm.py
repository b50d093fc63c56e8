"""Client of lm-service: tokens, logits, hidden states, scores, continuations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from knnlm.lm.v1 import lm_pb2, lm_pb2_grpc
from knnlm.tensor.v1 import tensor_pb2
from numpy.typing import NDArray

from knnlm_client.calls import GrpcClient
from knnlm_client.continuations import Continuation, Continuations
from knnlm_client.options import Options
from knnlm_client.progress import Bar
from knnlm_client.retrieval import Retrieval
from knnlm_client.tensors import Floats, Halves, TokenIds, join, to_array

Ids: TypeAlias = Sequence[int] | NDArray[Any]
"""Token ids of one sequence, [tokens]: a list or an array of whole numbers."""


@dataclass(frozen=True)
class Outputs:
    """Of one sequence, at `rows` positions: the wanted ones, or all.

    `hidden_states`: [rows, hidden_size], or [layers, rows, hidden_size] when layers were named. `logits`: [rows,
    vocab_size]. None for what was not asked for.
    """

    hidden_states: Floats | Halves | None
    logits: Floats | None


@dataclass(frozen=True)
class Scores:
    """Of one sequence: natural logarithms of the probabilities of its `targets` last tokens.

    `log_probs`: the model's own, [targets]. `retrieval_log_probs`: under each setting, [retrievals, targets]; log 0 is
    -10000. `retrieval_probs`: p_kNN of the targets, [retrievals, targets].
    """

    log_probs: Floats
    retrieval_log_probs: Floats
    retrieval_probs: Floats


@dataclass(frozen=True)
class NextTokens:
    """Natural logarithms of the probabilities of `tokens` tokens after one sequence.

    `log_probs`: the model's own, [tokens]. `retrieval_log_probs`: under each setting, [retrievals, tokens]; log 0 is
    -10000.
    """

    log_probs: Floats
    retrieval_log_probs: Floats


class LanguageModel(GrpcClient):
    """The one model that lm-service at `address` (HOST:PORT) runs, with its tokenizer.

    Lists of sequences may have any length: they go in requests of at most `max_sequences`, and the indices in errors
    count within a request.
    """

    def __init__(self, address: str, options: Options | None = None) -> None:
        super().__init__(address, options)
        self._stub = lm_pb2_grpc.LanguageModelStub(self._channel)

    def info(self) -> lm_pb2.InfoResponse:
        """What model is served, and the limits of requests."""
        return self._unary(self._stub.Info, lm_pb2.InfoRequest())

    @cached_property
    def _max_sequences(self) -> int:
        return self.info().max_sequences

    def tokenize(self, texts: Sequence[str], *, special_tokens: bool = True) -> list[TokenIds]:
        """Token ids of each text, int32 [tokens], with the special tokens that the tokenizer adds unless told."""
        request = lm_pb2.TokenizeRequest(texts=texts, without_special_tokens=not special_tokens)
        ids: list[list[int]] = [[] for _ in texts]
        for reply in self._all(self._stub.Tokenize, request):
            ids[reply.text].extend(reply.token_ids)
        return [np.array(it, np.int32) for it in ids]

    def detokenize(self, sequences: Sequence[Ids], *, special_tokens: bool = False) -> list[str]:
        """The text of each sequence; special tokens are left out unless asked for."""
        texts: list[str] = []
        for batch in self._batches(sequences):
            request = lm_pb2.DetokenizeRequest(
                sequences=[_sequence(ids) for ids in batch], with_special_tokens=special_tokens
            )
            texts += [reply.text for reply in self._all(self._stub.Detokenize, request)]
        return texts

    def forward(
        self,
        sequences: Sequence[Ids],
        *,
        positions: Sequence[Sequence[int]] | None = None,
        hidden_state: lm_pb2.HiddenState.ValueType = lm_pb2.HIDDEN_STATE_UNSPECIFIED,
        half: bool = False,
        layers: Sequence[int] = (),
        logits: bool = False,
        own_pass: bool = False,
    ) -> list[Outputs]:
        """Logits and hidden states of each sequence.

        `positions`: for each sequence those that are wanted, ascending; all without it. `hidden_state`: which one, for
        example HIDDEN_STATE_LAST_FFN_INPUT, the key of a datastore. `half`: float16 hidden states, as datastores keep
        them. `layers`: those of other decoder layers, counted from 0. `own_pass`: the same bits whatever the service
        does meanwhile. Logits of 1,000 positions of a vocabulary of 128,000 are 512 MB: name the positions.
        """
        wanted = [()] * len(sequences) if positions is None else positions
        if len(wanted) != len(sequences):
            raise ValueError(f"positions: found {len(wanted)} lists for {len(sequences)} sequences")
        messages = [
            lm_pb2.ForwardSequence(token_ids=_ids(ids), positions=at) for ids, at in zip(sequences, wanted, strict=True)
        ]
        outputs: list[Outputs] = []
        for batch in self._batches(messages):
            request = lm_pb2.ForwardRequest(
                sequences=batch,
                hidden_state=hidden_state,
                hidden_state_datatype=tensor_pb2.DATA_TYPE_FP16 if half else tensor_pb2.DATA_TYPE_FP32,
                logits=logits,
                layers=layers,
                own_pass=own_pass,
            )
            replies: list[list[lm_pb2.ForwardResponse]] = [[] for _ in batch]
            for reply in self._all(self._stub.Forward, request):
                replies[reply.sequence].append(reply)
            outputs += map(_outputs, replies)
        return outputs

    def score(
        self, sequences: Sequence[Ids], first_target: int | Sequence[int] = 1, retrievals: Sequence[Retrieval] = ()
    ) -> list[Scores]:
        """Log probabilities of the tokens of each sequence from its `first_target` on, without and with retrieval."""
        firsts = [first_target] * len(sequences) if isinstance(first_target, int) else first_target
        if len(firsts) != len(sequences):
            raise ValueError(f"first_target: found {len(firsts)} numbers for {len(sequences)} sequences")
        messages = [
            lm_pb2.ScoreSequence(token_ids=_ids(ids), first_target=first)
            for ids, first in zip(sequences, firsts, strict=True)
        ]
        scores: list[Scores] = []
        for batch in self._batches(messages):
            request = lm_pb2.ScoreRequest(sequences=batch, retrievals=[it.to_message() for it in retrievals])
            for reply in self._all(self._stub.Score, request):
                base = to_array(reply.log_probs)
                none = np.empty((0, base.size), np.float32)
                scores.append(
                    Scores(
                        base,
                        to_array(reply.retrieval_log_probs) if retrievals else none,
                        to_array(reply.retrieval_probs) if retrievals else none,
                    )
                )
        return scores

    def next_token(
        self, sequences: Sequence[Ids], token_ids: Sequence[int] = (), retrievals: Sequence[Retrieval] = ()
    ) -> list[NextTokens]:
        """Log probabilities of the token after each sequence: of `token_ids`, or of the whole vocabulary without."""
        following: list[NextTokens] = []
        for batch in self._batches([_sequence(ids) for ids in sequences]):
            request = lm_pb2.NextTokenRequest(
                sequences=batch, token_ids=token_ids, retrievals=[it.to_message() for it in retrievals]
            )
            for reply in self._all(self._stub.NextToken, request):
                base = to_array(reply.log_probs)
                none = np.empty((0, base.size), np.float32)
                following.append(NextTokens(base, to_array(reply.retrieval_log_probs) if retrievals else none))
        return following

    def stream(
        self,
        prompts: Sequence[str | Ids],
        max_new_tokens: int,
        *,
        retrievals: Sequence[Retrieval] = (),
        sampling: lm_pb2.Sampling | None = None,
        stop: Sequence[str] = (),
        ignore_eos: bool = False,
    ) -> Iterator[lm_pb2.GenerateResponse]:
        """Continues texts or token ids, token by token as they come: setting 0 is the model alone, i `retrievals[i-1]`.

        Greedy without `sampling`. At most `max_sequences` prompts.
        """
        request = lm_pb2.GenerateRequest(
            prompts=[
                lm_pb2.Prompt(text=it) if isinstance(it, str) else lm_pb2.Prompt(tokens=_sequence(it)) for it in prompts
            ],
            retrievals=[it.to_message() for it in retrievals],
            max_new_tokens=max_new_tokens,
            sampling=sampling,
            stop=stop,
            ignore_eos=ignore_eos,
        )
        return self._follow(self._stub.Generate, request)

    def generate(
        self,
        prompts: Sequence[str | Ids],
        max_new_tokens: int,
        *,
        retrievals: Sequence[Retrieval] = (),
        sampling: lm_pb2.Sampling | None = None,
        stop: Sequence[str] = (),
        ignore_eos: bool = False,
    ) -> list[list[Continuation]]:
        """As `stream`, whole: for each prompt the continuation by the model alone, then one for each setting."""
        made = Continuations(len(prompts), 1 + len(retrievals))
        with Bar("token", shown=self.options.progress) as bar:
            for reply in self.stream(
                prompts, max_new_tokens, retrievals=retrievals, sampling=sampling, stop=stop, ignore_eos=ignore_eos
            ):
                made.add(reply)
                bar.update("generating", made.tokens, made.count * max_new_tokens)
        return made.whole()

    def _batches(self, items: Sequence[Any]) -> Iterator[Sequence[Any]]:
        size = self._max_sequences
        with Bar("sequence", shown=self.options.progress and len(items) > size) as bar:
            for first in range(0, len(items), size):
                yield items[first : first + size]
                bar.update("", min(first + size, len(items)), len(items))


def _ids(ids: Ids) -> Sequence[int]:
    """As protobuf takes them; TypeError for an array of another type or shape."""
    if not isinstance(ids, np.ndarray):
        return ids
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise TypeError(f"token ids: found {ids.dtype} of shape {ids.shape}, allowed are whole numbers [tokens]")
    whole: list[int] = ids.tolist()
    return whole


def _sequence(ids: Ids) -> lm_pb2.TokenSequence:
    return lm_pb2.TokenSequence(token_ids=_ids(ids))


def _outputs(replies: Sequence[lm_pb2.ForwardResponse]) -> Outputs:
    hidden = [to_array(reply.hidden_states) for reply in replies if reply.HasField("hidden_states")]
    logits = [to_array(reply.logits) for reply in replies if reply.HasField("logits")]
    return Outputs(join(hidden, axis=-2) if hidden else None, join(logits) if logits else None)
