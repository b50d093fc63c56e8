import numpy as np
import pytest
from numpy.typing import NDArray

from knnlm_client import (
    HIDDEN_STATE_LAST_FFN_INPUT,
    InvalidRequestError,
    Knnlm,
    LanguageModel,
    Options,
    Retrieval,
    Sampling,
    TooLargeError,
)
from knnlm_client.tensors import Floats


def log_softmax(logits: Floats) -> NDArray[np.float64]:
    wide: NDArray[np.float64] = logits.astype(np.float64)
    wide -= wide.max(axis=-1, keepdims=True)
    wide -= np.log(np.exp(wide).sum(axis=-1, keepdims=True))
    return wide


def test_texts_come_back(knnlm: Knnlm) -> None:
    texts = ["Paris is a city.", "", "x " * 5000]
    ids = knnlm.lm.tokenize(texts, special_tokens=False)
    assert [it.dtype for it in ids] == [np.int32] * 3
    assert ids[1].size == 0
    assert knnlm.lm.detokenize(ids) == texts


def test_special_tokens_are_added_and_shown_on_request(knnlm: Knnlm) -> None:
    [plain], [special] = knnlm.lm.tokenize(["a"], special_tokens=False), knnlm.lm.tokenize(["a"])
    assert special[0] == knnlm.lm.info().bos_token_id
    np.testing.assert_array_equal(special[1:], plain)
    assert knnlm.lm.detokenize([special], special_tokens=True) == ["<|endoftext|>a"]


def test_outputs_have_a_row_for_each_position(knnlm: Knnlm, document: str) -> None:
    info = knnlm.lm.info()
    ids = knnlm.lm.tokenize([document, "Two words"])
    for it, outputs in zip(
        ids, knnlm.lm.forward(ids, hidden_state=HIDDEN_STATE_LAST_FFN_INPUT, logits=True), strict=True
    ):
        assert outputs.hidden_states is not None
        assert outputs.logits is not None
        assert outputs.hidden_states.shape == (len(it), info.hidden_size)
        assert outputs.logits.shape == (len(it), info.vocab_size)
        assert outputs.logits.dtype == np.float32


def test_positions_layers_and_types_are_chosen(knnlm: Knnlm, document: str) -> None:
    info = knnlm.lm.info()
    [ids] = knnlm.lm.tokenize([document])
    [outputs] = knnlm.lm.forward(
        [ids], positions=[[2, 5]], hidden_state=HIDDEN_STATE_LAST_FFN_INPUT, layers=[0, 1], half=True
    )
    assert outputs.logits is None
    assert outputs.hidden_states is not None
    assert outputs.hidden_states.shape == (2, 2, info.hidden_size)
    assert outputs.hidden_states.dtype == np.float16


def test_scores_are_the_softmax_of_the_logits(knnlm: Knnlm, document: str) -> None:
    [ids] = knnlm.lm.tokenize([document])
    [scores] = knnlm.lm.score([ids], first_target=3)
    [outputs] = knnlm.lm.forward([ids], logits=True)
    assert outputs.logits is not None
    expected = log_softmax(outputs.logits)[np.arange(2, len(ids) - 1), ids[3:]]
    np.testing.assert_allclose(scores.log_probs, expected, atol=1e-4)
    assert scores.retrieval_log_probs.shape == (0, len(ids) - 3)


def test_scores_under_retrieval_are_the_mix(knnlm: Knnlm, datastore: str, document: str) -> None:
    [ids] = knnlm.lm.tokenize([document])
    settings = [Retrieval(datastore, 8, 10, 0.25), Retrieval(datastore, 64, 1, 0.75)]
    [scores] = knnlm.lm.score([ids], retrievals=settings)
    for setting, mixed, p_knn in zip(settings, scores.retrieval_log_probs, scores.retrieval_probs, strict=True):
        p = setting.lambda_ * p_knn.astype(np.float64) + (1 - setting.lambda_) * np.exp(scores.log_probs)
        np.testing.assert_allclose(mixed, np.log(p), atol=1e-4)


def test_next_tokens_sum_to_one(knnlm: Knnlm, datastore: str, document: str) -> None:
    ids = knnlm.lm.tokenize([document, "Two words"])
    [first, _] = knnlm.lm.next_token(ids, retrievals=[Retrieval(datastore, 8, 10, 0.5)])
    assert first.log_probs.shape == (knnlm.lm.info().vocab_size,)
    np.testing.assert_allclose(np.exp(first.log_probs).sum(), 1, atol=1e-4)
    np.testing.assert_allclose(np.exp(first.retrieval_log_probs).sum(axis=1), [1], atol=1e-4)
    [named, _] = knnlm.lm.next_token(ids, token_ids=[7, 9])
    np.testing.assert_allclose(named.log_probs, first.log_probs[[7, 9]], atol=1e-5)


def test_more_sequences_than_a_request_takes(knnlm: Knnlm) -> None:
    count = knnlm.lm.info().max_sequences + 3
    scores = knnlm.lm.score([[0, 5 + i % 4] for i in range(count)])
    assert len(scores) == count
    np.testing.assert_allclose(scores[-1].log_probs, scores[(count - 1) % 4].log_probs, atol=1e-5)


def test_continuations_are_whole(knnlm: Knnlm, datastore: str) -> None:
    [[base, mixed]] = knnlm.lm.generate(
        ["A city is"], 6, retrievals=[Retrieval(datastore, 8, 10, 0.5)], ignore_eos=True
    )
    for it in (base, mixed):
        assert it.finish_reason == "length"
        assert it.token_ids.shape == it.log_probs.shape == (6,)
    assert knnlm.lm.detokenize([base.token_ids]) == [base.text]


def test_the_same_seed_gives_the_same_tokens(knnlm: Knnlm) -> None:
    [prompt] = knnlm.lm.tokenize(["A city is"])
    draws = [knnlm.lm.generate([prompt], 8, sampling=Sampling(temperature=1, seed=4))[0][0] for _ in range(2)]
    np.testing.assert_array_equal(draws[0].token_ids, draws[1].token_ids)


def test_a_stream_may_be_left_early(knnlm: Knnlm) -> None:
    stream = knnlm.lm.stream(["A city is"], 500, ignore_eos=True)
    assert next(stream).prompt == 0
    stream.close()  # type: ignore[attr-defined]
    assert knnlm.lm.info().hidden_size > 0


def test_the_field_at_fault_is_named(knnlm: Knnlm) -> None:
    with pytest.raises(InvalidRequestError, match=r"sequences\[1\].token_ids\[0\]") as raised:
        knnlm.lm.score([[0, 1], [99999, 1]])
    assert raised.value.code == "INVALID_ARGUMENT"
    assert [it.field for it in raised.value.problems] == ["sequences[1].token_ids[0]"]
    assert "99999" in raised.value.problems[0].problem


def test_shapes_are_checked_before_anything_is_sent(knnlm: Knnlm) -> None:
    with pytest.raises(TypeError, match=r"found float64 of shape \(2,\)"):
        knnlm.lm.score([np.zeros(2)])
    with pytest.raises(ValueError, match="found 1 numbers for 2 sequences"):
        knnlm.lm.score([[0, 1], [0, 1]], first_target=[1])
    with pytest.raises(ValueError, match="found 1 lists for 2 sequences"):
        knnlm.lm.forward([[0, 1], [0, 1]], positions=[[0]], logits=True)


def test_a_reply_above_the_limit_says_so(knnlm: Knnlm) -> None:
    with (
        LanguageModel(knnlm.lm.address, Options(max_message_bytes=1000)) as small,
        pytest.raises(TooLargeError, match="larger than max"),
    ):
        small.next_token([[0]])
