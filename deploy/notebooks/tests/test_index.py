import numpy as np
import pytest

from knnlm_client import (
    HIDDEN_STATE_LAST_FFN_INPUT,
    InvalidRequestError,
    Knnlm,
    Neighbors,
    NotFoundError,
)
from knnlm_client.tensors import Floats


@pytest.fixture(scope="module")
def queries(knnlm: Knnlm, document: str) -> Floats:
    """Keys of the first document, float32 [tokens - 1, hidden_size]."""
    [ids] = knnlm.lm.tokenize([document])
    [outputs] = knnlm.lm.forward([ids[:-1]], hidden_state=HIDDEN_STATE_LAST_FFN_INPUT)
    assert outputs.hidden_states is not None
    return outputs.hidden_states.astype(np.float32, copy=False)


def test_a_stored_key_finds_itself(knnlm: Knnlm, datastore: str, queries: Floats, document: str) -> None:
    [ids] = knnlm.lm.tokenize([document])
    found = knnlm.index.search(datastore, queries, 5)
    assert found.ids.shape == found.distances.shape == found.token_ids.shape == (len(queries), 5)
    assert [it.dtype.name for it in (found.ids, found.distances, found.token_ids)] == ["int64", "float32", "int32"]
    assert found.unsearched_keys == 0
    np.testing.assert_array_equal(found.ids[:, 0], np.arange(len(queries)))
    np.testing.assert_array_equal(found.token_ids[:, 0], ids[1:])
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_halves_are_queries_too(knnlm: Knnlm, datastore: str, queries: Floats) -> None:
    found = knnlm.index.search(datastore, queries.astype(np.float16), 1)
    np.testing.assert_array_equal(found.ids[:, 0], np.arange(len(queries)))


def test_many_queries_go_in_several_requests(knnlm: Knnlm, datastore: str, queries: Floats) -> None:
    rows = 9 << 20
    many = np.resize(queries, (rows // queries[0].nbytes, queries.shape[1]))
    found = knnlm.index.search(datastore, many, 1)
    np.testing.assert_array_equal(found.ids[:, 0], np.arange(len(many)) % len(queries))


def test_votes_are_p_knn(knnlm: Knnlm, datastore: str, queries: Floats) -> None:
    found = knnlm.index.search(datastore, queries, 32)
    votes = found.votes(10)
    np.testing.assert_allclose(votes.sum(axis=1), 1)
    targets = found.token_ids[:, 3]
    expected = np.where(found.token_ids == targets[:, None], votes, 0).sum(axis=1)
    p = knnlm.index.token_probabilities(datastore, queries, targets, [(1, 1), (32, 10)])
    assert p.shape == (2, len(queries))
    np.testing.assert_allclose(p[1], expected, atol=1e-5)


def test_rows_without_neighbours_have_no_votes() -> None:
    far = np.array([[1, np.inf], [np.inf, np.inf]], np.float32)
    some = np.array([[4, -1], [-1, -1]], np.int64)
    np.testing.assert_array_equal(Neighbors(some, far, some.astype(np.int32), 1).votes(1), [[1, 0], [0, 0]])


def test_distributions_name_the_tokens_of_the_neighbours(knnlm: Knnlm, datastore: str, queries: Floats) -> None:
    found = knnlm.index.search(datastore, queries, 16)
    distributions = knnlm.index.token_distributions(datastore, queries, [(16, 10), (1, 1)])
    assert len(distributions.offsets) == len(queries) + 1
    for query in (0, len(queries) - 1):
        tokens, p = distributions.of(query)
        np.testing.assert_array_equal(tokens, np.unique(found.token_ids[query]))
        np.testing.assert_allclose(p.sum(axis=1), [1, 1], atol=1e-5)


def test_contexts_are_the_text(knnlm: Knnlm, datastore: str, document: str) -> None:
    [ids] = knnlm.lm.tokenize([document])
    [context] = knnlm.index.contexts(datastore, [6], before=3, after=2)
    assert [*context.before, context.token_id, *context.after] == ids[4:10].tolist()
    assert (context.document, context.line, context.position) == (0, 1, 7)


def test_an_index_is_described_and_not_built_twice(knnlm: Knnlm, datastore: str) -> None:
    described = knnlm.index.describe(datastore, verify=True)
    again = knnlm.index.build_index(datastore, factory="flat")
    assert again == described.index
    assert described.index.type == "flat"


def test_what_is_wrong_is_said(knnlm: Knnlm, datastore: str, queries: Floats) -> None:
    with pytest.raises(NotFoundError, match="no-such"):
        knnlm.index.describe("no-such")
    with pytest.raises(InvalidRequestError) as raised:
        knnlm.index.search(datastore, queries[:, :-1], 1)
    assert [it.field for it in raised.value.problems] == ["queries.shape"]
    with pytest.raises(ValueError, match=r"found the shape \(0, 3\)"):
        knnlm.index.search(datastore, np.empty((0, 3), np.float32), 1)
    with pytest.raises(ValueError, match="found 1 for"):
        knnlm.index.token_probabilities(datastore, queries, [1], [(1, 1)])
    with pytest.raises(TypeError, match="found float64"):
        knnlm.index.search(datastore, queries.astype(np.float64), 1)  # type: ignore[arg-type]
