import numpy as np
import pytest
from knnlm.tensor.v1 import tensor_pb2

from knnlm_client.tensors import join, to_array, to_tensor


@pytest.mark.parametrize("dtype", ["float16", "float32", "int32", "int64"])
@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 2, 3), (0, 4)])
def test_a_tensor_holds_the_array(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    back = to_array(to_tensor(array))
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_rows_are_written_whatever_the_memory_order() -> None:
    array = np.arange(6, dtype=">f4").reshape(2, 3).T
    np.testing.assert_array_equal(to_array(to_tensor(array)), array)


def test_an_array_is_a_view_of_the_bytes() -> None:
    array = to_array(to_tensor(np.arange(4, dtype=np.float32)))
    assert not array.flags.writeable
    base = array.base
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base, bytes)


def test_one_piece_is_not_copied() -> None:
    piece = np.zeros((2, 3))
    assert join([piece]) is piece
    assert join([piece, piece], axis=1).shape == (2, 6)


def test_doubles_are_refused() -> None:
    with pytest.raises(TypeError, match="found float64, allowed are float16, float32, int32, int64"):
        to_tensor(np.zeros(3))


def test_bytes_and_shape_must_agree() -> None:
    with pytest.raises(ValueError, match=r"found 8 bytes, which are no float32 of the shape \(3,\)"):
        to_array(tensor_pb2.Tensor(datatype=tensor_pb2.DATA_TYPE_FP32, shape=[3], data=bytes(8)))


def test_types_that_numpy_has_not_are_refused() -> None:
    with pytest.raises(ValueError, match="datatype: found 2"):
        to_array(tensor_pb2.Tensor(datatype=tensor_pb2.DATA_TYPE_BF16, shape=[1], data=bytes(2)))
