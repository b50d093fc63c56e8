package org.knnlm.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.knnlm.proto.tensor.v1.DataType;
import org.knnlm.proto.tensor.v1.Tensor;

class TensorsTest {
  @Property
  void arraysComeBackAsTheyWere(@ForAll float[] floats, @ForAll int[] ints, @ForAll long[] longs) {
    assertThat(Tensors.floats(Tensors.fp32(floats, floats.length), "x")).isEqualTo(floats);
    assertThat(Tensors.ints(Tensors.int32(ints, 1, ints.length), "x")).isEqualTo(ints);
    assertThat(Tensors.longs(Tensors.int64(longs, longs.length, 1), "x")).isEqualTo(longs);
  }

  @Test
  void bytesAreLittleEndianAndRowMajor() {
    assertThat(Tensors.int32(new int[] {1, 258}, 2, 1).getData())
        .isEqualTo(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 2, 1, 0, 0}));
  }

  @Property
  void halvesAreWidened(@ForAll short half) {
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, half);
    Tensor tensor = Tensors.of(DataType.DATA_TYPE_FP16, bytes, 1);
    assertThat(Tensors.floats(tensor, "x")).containsExactly(Float.float16ToFloat(half));
  }

  private static void assertRefused(Tensor tensor, String field) {
    assertThatThrownBy(() -> Tensors.floats(tensor, "queries"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(Errors.fields(e)).containsExactly(field));
  }

  @Test
  void whatDoesNotFitIsRefusedByField() {
    Tensor good = Tensors.fp32(new float[6], 2, 3);
    assertRefused(good.toBuilder().setShape(1, 4).build(), "queries.data");
    assertRefused(good.toBuilder().setShape(1, -3).build(), "queries.shape");
    assertRefused(good.toBuilder().addShape(1L << 40).build(), "queries.shape");
    assertRefused(
        good.toBuilder().addShape(1 << 30).addShape(1 << 30).addShape(1 << 30).build(),
        "queries.shape");
    assertRefused(
        good.toBuilder().setDatatype(DataType.DATA_TYPE_INT32).build(), "queries.datatype");
    assertRefused(good.toBuilder().setDatatypeValue(77).build(), "queries.datatype");
    assertRefused(Tensor.getDefaultInstance(), "queries.datatype");
    assertThatThrownBy(() -> Tensors.shape(good, "queries", 3))
        .hasMessageContaining("queries.shape");
  }
}
