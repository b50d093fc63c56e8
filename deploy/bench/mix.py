"""Requests of every kind to lm-service, drawn at random, and checks of the form of their replies."""
from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np


@dataclass
class Request:
    kind: str
    method: str
    message: Any
    complaint: Callable[[list], str | None]
    """Of all replies to the message: what is wrong with them."""


class Mix:
    """The kinds and their shares; lengths are even on a logarithmic scale."""

    SHARES = {"Score": 5, "Score+knn": 3, "NextToken": 4, "NextToken+knn": 2, "Generate": 3, "Generate+knn": 2, "Forward": 3,
              "Tokenize": 4}

    def __init__(self, pb, ids, text, vocabulary, datastore, rng):
        self.pb, self.ids, self.text, self.vocabulary, self.datastore, self.rng = pb, ids, text, vocabulary, datastore, rng
        self.shares = np.array(list(self.SHARES.values())) / sum(self.SHARES.values())

    def draw(self):
        kind = str(self.rng.choice(list(self.SHARES), p=self.shares))
        method, _, retrieval = kind.partition("+")
        message, complaint = getattr(self, "_" + method.lower())(self._retrievals() if retrieval else [])
        return Request(kind, method, message, complaint)

    def _size(self, least, most):
        return int(np.exp(self.rng.uniform(np.log(least), np.log(most + 1))))

    def _tokens(self, most):
        length = self._size(2, most)
        start = int(self.rng.integers(len(self.ids) - length))
        return self.ids[start:start + length]

    def _retrievals(self):
        return [self.pb.Retrieval(datastore=self.datastore, k=self._size(1, 1024), temperature=float(self.rng.choice([1, 10, 100])),
                                  **{"lambda": float(self.rng.uniform(0, .9))}) for _ in range(self._size(1, 3))]

    def _score(self, retrievals):
        message = self.pb.ScoreRequest(retrievals=retrievals)
        targets = []
        for _ in range(self._size(1, 4)):
            ids = self._tokens(512)
            first = int(self.rng.integers(1, len(ids)))
            message.sequences.add(token_ids=ids, first_target=first)
            targets.append(len(ids) - first)

        def complaint(replies):
            if [r.sequence for r in replies] != list(range(len(targets))):
                return f"replies for the sequences {[r.sequence for r in replies]} of {len(targets)}"
            for reply, count in zip(replies, targets):
                if fault := wrong(reply.log_probs, [count]) or retrievals and wrong(reply.retrieval_log_probs, [len(retrievals), count]):
                    return fault
        return message, complaint

    def _nexttoken(self, retrievals):
        sequences = [self.pb.TokenSequence(token_ids=self._tokens(512)) for _ in range(self._size(1, 4))]
        named = [int(t) for t in self.rng.integers(0, self.vocabulary, int(self.rng.choice([0, 1, 20])))]
        message = self.pb.NextTokenRequest(sequences=sequences, token_ids=named, retrievals=retrievals)
        count = len(named) or self.vocabulary

        def complaint(replies):
            if [r.sequence for r in replies] != list(range(len(sequences))):
                return f"replies for the sequences {[r.sequence for r in replies]} of {len(sequences)}"
            for reply in replies:
                if fault := wrong(reply.log_probs, [count]) or retrievals and wrong(reply.retrieval_log_probs, [len(retrievals), count]):
                    return fault
                if not named and abs(np.exp(numbers(reply.log_probs).astype(np.float64)).sum() - 1) > 1e-3:
                    return "the probabilities of the vocabulary do not sum to 1"
        return message, complaint

    def _generate(self, retrievals):
        new = self._size(1, 32)
        message = self.pb.GenerateRequest(max_new_tokens=new, ignore_eos=True, retrievals=retrievals)
        for _ in range(self._size(1, 3)):
            message.prompts.add().tokens.token_ids.extend(self._tokens(256))
        if self.rng.random() < .5:
            message.sampling.CopyFrom(self.pb.Sampling(temperature=.8, top_k=50, top_p=.95, seed=self._size(1, 1000)))

        def complaint(replies):
            counts = Counter((r.prompt, r.setting) for r in replies)
            expected = {(p, s): new for p in range(len(message.prompts)) for s in range(len(retrievals) + 1)}
            return None if counts == expected else f"tokens by prompt and setting are {dict(counts)}, {new} each are expected"
        return message, complaint

    def _forward(self, _):
        message = self.pb.ForwardRequest(hidden_state=int(self.rng.choice([0, 1, 2])))
        message.logits = not message.hidden_state or bool(self.rng.random() < .3)
        rows = []
        for _ in range(self._size(1, 3)):
            ids = self._tokens(256)
            positions = sorted(self.rng.choice(len(ids), min(len(ids), self._size(1, 8)), replace=False).tolist())
            message.sequences.add(token_ids=ids, positions=positions)
            rows.append(len(positions))

        def complaint(replies):
            for field in ["logits"] * message.logits + ["hidden_states"] * bool(message.hidden_state):
                seen = Counter()
                for reply in replies:
                    tensor = getattr(reply, field)
                    if not np.isfinite(numbers(tensor)).all():
                        return f"{field} are not finite"
                    seen[reply.sequence] += tensor.shape[0]
                if seen != dict(enumerate(rows)):
                    return f"rows of {field} by sequence are {dict(seen)}, {rows} are expected"
        return message, complaint

    def _tokenize(self, _):
        texts = []
        for _ in range(self._size(1, 16)):
            length = self._size(1, 20_000)
            start = int(self.rng.integers(len(self.text) - length))
            texts.append(self.text[start:start + length])

        def complaint(replies):
            seen = {r.text for r in replies if r.token_ids}
            return None if seen == set(range(len(texts))) else f"tokens of the texts {sorted(seen)} of {len(texts)}"
        return self.pb.TokenizeRequest(texts=texts), complaint


def numbers(tensor):
    return np.frombuffer(tensor.data, np.float32)


def wrong(tensor, shape):
    """What is wrong with a tensor of log probabilities."""
    values = numbers(tensor)
    if list(tensor.shape) != shape or len(values) != np.prod(shape):
        return f"{list(tensor.shape)} log probabilities, {shape} are expected"
    if not (np.isfinite(values) & (values <= 1e-5)).all():
        return f"log probabilities from {values.min()} to {values.max()}"
    return None
