package org.knnlm.grpc;

import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.knnlm.proto.tensor.v1.DataType;
import org.knnlm.proto.tensor.v1.Tensor;

/** Java arrays and buffers to and from {@link Tensor}s; everything that comes in is checked. */
public final class Tensors {
  private Tensors() {}

  /** An FP32 tensor; {@code shape} must multiply to {@code values.length}. */
  public static Tensor fp32(float[] values, long... shape) {
    ByteBuffer bytes = buffer(values.length * 4L);
    bytes.asFloatBuffer().put(values);
    return of(DataType.DATA_TYPE_FP32, bytes, shape);
  }

  /** An INT32 tensor; {@code shape} must multiply to {@code values.length}. */
  public static Tensor int32(int[] values, long... shape) {
    ByteBuffer bytes = buffer(values.length * 4L);
    bytes.asIntBuffer().put(values);
    return of(DataType.DATA_TYPE_INT32, bytes, shape);
  }

  /** An INT64 tensor; {@code shape} must multiply to {@code values.length}. */
  public static Tensor int64(long[] values, long... shape) {
    ByteBuffer bytes = buffer(values.length * 8L);
    bytes.asLongBuffer().put(values);
    return of(DataType.DATA_TYPE_INT64, bytes, shape);
  }

  /**
   * A tensor over the remaining little-endian bytes, which are not copied and must not change any
   * more.
   */
  public static Tensor of(DataType datatype, ByteBuffer bytes, long... shape) {
    if (bytes.remaining() != elements(shape) * size(datatype)) {
      throw new IllegalArgumentException(
          "%d bytes are no %s%s".formatted(bytes.remaining(), datatype, Arrays.toString(shape)));
    }
    var tensor =
        Tensor.newBuilder().setDatatype(datatype).setData(UnsafeByteOperations.unsafeWrap(bytes));
    for (long extent : shape) {
      tensor.addShape(extent);
    }
    return tensor.build();
  }

  /**
   * The elements of an FP32 or FP16 tensor.
   *
   * @param field path of the field that holds it, for the error
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT when type and size do not agree
   */
  public static float[] floats(Tensor tensor, String field) {
    ByteBuffer bytes =
        checked(tensor, field, List.of(DataType.DATA_TYPE_FP32, DataType.DATA_TYPE_FP16));
    if (tensor.getDatatype() == DataType.DATA_TYPE_FP32) {
      float[] values = new float[bytes.remaining() / 4];
      bytes.asFloatBuffer().get(values);
      return values;
    }
    float[] values = new float[bytes.remaining() / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.float16ToFloat(bytes.getShort(2 * i));
    }
    return values;
  }

  /** The elements of an INT32 tensor; errors as {@link #floats}. */
  public static int[] ints(Tensor tensor, String field) {
    ByteBuffer bytes = checked(tensor, field, List.of(DataType.DATA_TYPE_INT32));
    int[] values = new int[bytes.remaining() / 4];
    bytes.asIntBuffer().get(values);
    return values;
  }

  /** The elements of an INT64 tensor; errors as {@link #floats}. */
  public static long[] longs(Tensor tensor, String field) {
    ByteBuffer bytes = checked(tensor, field, List.of(DataType.DATA_TYPE_INT64));
    long[] values = new long[bytes.remaining() / 8];
    bytes.asLongBuffer().get(values);
    return values;
  }

  /** The raw bytes, little-endian, after the checks of {@link #floats}. */
  public static ByteBuffer bytes(Tensor tensor, String field, DataType datatype) {
    return checked(tensor, field, List.of(datatype));
  }

  /** The extents, after checking that there are {@code rank} of them and that the bytes fit. */
  public static long[] shape(Tensor tensor, String field, int rank) {
    if (tensor.getShapeCount() != rank) {
      throw Errors.invalidArgument(
          field + ".shape",
          "%s has %d dimensions, %d are needed"
              .formatted(tensor.getShapeList(), tensor.getShapeCount(), rank));
    }
    return tensor.getShapeList().stream().mapToLong(Long::longValue).toArray();
  }

  private static ByteBuffer checked(Tensor tensor, String field, List<DataType> allowed) {
    DataType datatype = tensor.getDatatype();
    if (!allowed.contains(datatype)) {
      throw Errors.invalidArgument(
          field + ".datatype", "found %s, allowed are %s".formatted(datatype, allowed));
    }
    long expected = size(datatype);
    for (long extent : tensor.getShapeList()) {
      if (extent < 0 || extent > Integer.MAX_VALUE || Math.multiplyHigh(expected, extent) != 0) {
        throw Errors.invalidArgument(
            field + ".shape", "%s is out of range".formatted(tensor.getShapeList()));
      }
      expected *= extent;
    }
    if (tensor.getData().size() != expected) {
      throw Errors.invalidArgument(
          field + ".data",
          "found %d bytes, %s%s needs %d"
              .formatted(tensor.getData().size(), datatype, tensor.getShapeList(), expected));
    }
    return tensor.getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int size(DataType datatype) {
    return switch (datatype) {
      case DATA_TYPE_FP16, DATA_TYPE_BF16 -> 2;
      case DATA_TYPE_FP32, DATA_TYPE_INT32 -> 4;
      case DATA_TYPE_INT64 -> 8;
      case DATA_TYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no size: " + datatype);
    };
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private static ByteBuffer buffer(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
