"""Tensors of the contracts and numpy arrays."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from knnlm.tensor.v1 import tensor_pb2
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
"""float32."""

Halves: TypeAlias = NDArray[np.float16]
"""float16."""

TokenIds: TypeAlias = NDArray[np.int32]
"""int32."""

KeyIds: TypeAlias = NDArray[np.int64]
"""int64."""

_DTYPES: dict[int, np.dtype[Any]] = {
    tensor_pb2.DATA_TYPE_FP16: np.dtype("<f2"),
    tensor_pb2.DATA_TYPE_FP32: np.dtype("<f4"),
    tensor_pb2.DATA_TYPE_INT32: np.dtype("<i4"),
    tensor_pb2.DATA_TYPE_INT64: np.dtype("<i8"),
}
_DATATYPES: dict[np.dtype[Any], Any] = {dtype: datatype for datatype, dtype in _DTYPES.items()}


def to_array(tensor: tensor_pb2.Tensor) -> NDArray[Any]:
    """A read-only view of a tensor's bytes, nothing copied; its shape is the tensor's.

    ValueError for a type that numpy has not (BF16), and when bytes and shape disagree.
    """
    dtype = _DTYPES.get(tensor.datatype)
    if dtype is None:
        raise ValueError(f"datatype: found {tensor.datatype}, numpy has FP16, FP32, INT32 and INT64")
    shape = tuple(tensor.shape)
    data = tensor.data
    if len(data) != dtype.itemsize * int(np.prod(shape, dtype=np.int64)):
        raise ValueError(f"data: found {len(data)} bytes, which are no {dtype} of the shape {shape}")
    return np.frombuffer(data, dtype).reshape(shape)


def to_tensor(array: NDArray[Any]) -> tensor_pb2.Tensor:
    """A tensor with a copy of the array's elements: protobuf takes nothing but `bytes`.

    TypeError for a type that the contracts have not: float64 is not narrowed silently.
    """
    datatype = _DATATYPES.get(array.dtype.newbyteorder("<"))
    if datatype is None:
        allowed = ", ".join(dtype.name for dtype in _DATATYPES)
        raise TypeError(f"dtype: found {array.dtype}, allowed are {allowed}")
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return tensor_pb2.Tensor(datatype=datatype, shape=array.shape, data=little.tobytes())


def join(pieces: Sequence[NDArray[Any]], axis: int = 0) -> NDArray[Any]:
    """Pieces of an array together: one piece stays the view that it is, more are copied once."""
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis)
