package org.knnlm.lm.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.lm.model.InvalidModelException;

class CheckpointTest {
  @TempDir Path folder;

  private Path single() {
    return folder.resolve("model.safetensors");
  }

  private static float[] read(Checkpoint checkpoint, String name, long... shape) {
    int elements = 1;
    for (long extent : shape) {
      elements *= (int) extent;
    }
    FloatBuffer target = FloatBuffer.allocate(elements);
    checkpoint.tensor(name, shape).copyTo(0, target);
    return target.array();
  }

  @Test
  void readsWhatWasWritten() {
    float[] a = {1, -2.5f, 3e-38f, 4, Float.MAX_VALUE, -0f};
    new SafeTensorsWriter().add("a", a, 2, 3).add("b", new float[] {7}, 1).write(single());
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(read(checkpoint, "a", 2, 3)).containsExactly(a);
      assertThat(read(checkpoint, "b", 1)).containsExactly(7);
      FloatBuffer middle = FloatBuffer.allocate(2);
      checkpoint.tensor("a", 2, 3).copyTo(3, middle);
      assertThat(middle.array()).containsExactly(4, Float.MAX_VALUE);
    }
    assertThat(Checkpoint.files(folder)).containsExactly(single());
  }

  /** Every 16-bit pattern is a float32, and the widening must find it. */
  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16"})
  void widensEvery16BitNumberExactly(String dtype) {
    ByteBuffer bytes = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      bytes.putShort((short) bits);
    }
    new SafeTensorsWriter().add("all", dtype, new long[] {1 << 16}, bytes.array()).write(single());
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      float[] values = read(checkpoint, "all", 1 << 16);
      for (int bits = 0; bits < 1 << 16; bits++) {
        Float expected = dtype.equals("F16") ? half(bits) : brain(bits);
        assertThat(values[bits]).isEqualTo(expected);
      }
    }
  }

  /** IEEE 754-2008, section 3.4: sign, 5 bits of exponent, 10 of significand. */
  private static float half(int bits) {
    return number(bits >> 15, bits >> 10 & 0x1f, 15, bits & 0x3ff, 10, 0x1f);
  }

  /** Sign, 8 bits of exponent, 7 of significand. */
  private static float brain(int bits) {
    return number(bits >> 15, bits >> 7 & 0xff, 127, bits & 0x7f, 7, 0xff);
  }

  private static float number(
      int sign, int exponent, int bias, int significand, int width, int special) {
    double magnitude;
    if (exponent == special) {
      magnitude = significand == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = significand * Math.pow(2, 1 - bias - width);
    } else {
      magnitude = (1 + significand * Math.pow(2, -width)) * Math.pow(2, exponent - bias);
    }
    return (float) (sign == 1 ? -magnitude : magnitude);
  }

  @Property(tries = 50)
  void roundTrip(@ForAll @Size(max = 20) List<@Size(max = 40) List<Float>> tensors)
      throws IOException {
    Path made = Files.createTempDirectory("checkpoint");
    var writer = new SafeTensorsWriter();
    for (int i = 0; i < tensors.size(); i++) {
      writer.add("t" + i, floats(tensors.get(i)), tensors.get(i).size());
    }
    Path file = writer.write(made.resolve("model.safetensors"));
    try (Checkpoint checkpoint = Checkpoint.open(made)) {
      for (int i = 0; i < tensors.size(); i++) {
        assertThat(read(checkpoint, "t" + i, tensors.get(i).size()))
            .containsExactly(floats(tensors.get(i)));
      }
    } finally {
      Files.delete(file);
      Files.delete(made);
    }
  }

  private static float[] floats(List<Float> list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }

  /** Whatever length a file is cut to, and whatever follows it, it is refused by name. */
  @Property(tries = 200)
  void everyOtherLengthIsRefused(@ForAll @net.jqwik.api.constraints.IntRange(max = 400) int length)
      throws IOException {
    Path made = Files.createTempDirectory("checkpoint");
    Path file =
        new SafeTensorsWriter()
            .add("a", new float[] {1, 2, 3}, 3)
            .add("b", new float[] {4}, 1, 1)
            .write(made.resolve("model.safetensors"));
    long whole = Files.size(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
      if (length > whole) {
        channel.write(ByteBuffer.allocate((int) (length - whole)), whole);
      }
    }
    if (length != whole) {
      assertThatThrownBy(() -> Checkpoint.open(made))
          .isInstanceOf(SafeTensorsException.class)
          .hasMessageContaining("model.safetensors");
    }
    Files.delete(file);
    Files.delete(made);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}} | tensor a has the unknown dtype 'F31'
          {"a":{"shape":[2],"data_offsets":[0,8]}} | tensor a has a malformed entry
          {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | tensor a has a malformed entry
          {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | tensor a has a malformed entry
          {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}} | tensor a has a malformed entry
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}} | tensor a has a malformed entry
          {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}} | tensor a has a malformed entry
          {"a":7} | tensor a has a malformed entry
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | hold -8 bytes
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | tensor a: data_offsets [0,8] hold 8 bytes, F32[3] needs 12
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} | tensor a ends at byte 12 of the data, but the file holds only 8: it is truncated
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | tensor a begins at byte 4 of the data, but the one before it ends at 0: gap
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | tensor b begins at byte 4 of the data, but the one before it ends at 8: overlap
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | 4 bytes of data belong to no tensor
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | duplicate key: a
          [1] | the header is no JSON object
          {"a" | the header is no JSON object
          """)
  void aHeaderThatContradictsItselfIsRefused(String header, String problem) {
    Path file = SafeTensorsWriter.write(single(), header, new byte[8]);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(SafeTensorsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 100_000_001, 1000})
  void aHeaderLengthOutOfRangeIsRefused(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    Files.write(single(), bytes.array());
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(SafeTensorsException.class)
        .hasMessageContaining("a header of " + Long.toUnsignedString(length) + " bytes");
  }

  @Test
  void aTensorThatTheModelCannotUseIsRefused() {
    new SafeTensorsWriter()
        .add("a", new float[] {1, 2}, 2)
        .add("ids", "I64", new long[] {1}, new byte[8])
        .write(single());
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThatThrownBy(() -> checkpoint.tensor("c", 2))
          .isInstanceOf(SafeTensorsException.class)
          .hasMessage("%s: tensor c is missing", single());
      assertThatThrownBy(() -> checkpoint.tensor("a", 1, 2))
          .isInstanceOf(SafeTensorsException.class)
          .hasMessageContaining("tensor a has shape [2], but config.json asks for [1, 2]");
      assertThatThrownBy(() -> checkpoint.tensor("ids", 1))
          .isInstanceOf(SafeTensorsException.class)
          .hasMessageContaining("tensor ids is I64, but must be F16, BF16 or F32");
    }
  }

  @Test
  void readsShards() throws IOException {
    Path first = folder.resolve("one.safetensors");
    Path second = folder.resolve("two.safetensors");
    Path index = folder.resolve("model.safetensors.index.json");
    new SafeTensorsWriter().add("a", new float[] {1}, 1).add("b", new float[] {2}, 1).write(first);
    new SafeTensorsWriter().add("c", new float[] {3}, 1).write(second);
    Files.writeString(
        index,
        """
        {"weight_map": {"c": "two.safetensors", "a": "one.safetensors", "b": "one.safetensors"}}
        """);
    assertThat(Checkpoint.files(folder)).containsExactly(index, first, second);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      List<Float> values = new ArrayList<>();
      for (String name : List.of("a", "b", "c")) {
        values.add(read(checkpoint, name, 1)[0]);
      }
      assertThat(values).containsExactly(1f, 2f, 3f);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"weight_map": {"a": "nowhere.safetensors"}} | nowhere.safetensors: cannot be read
          {"weight_map": {"z": "one.safetensors"}} | tensor z is missing, which
          {"weight_map": {"a": "../one.safetensors"}} | no plain file name
          {"weight_map": {"a": 3}} | weight_map.a is 3, but must be a string
          {} | weight_map is missing
          """)
  void anIndexThatDoesNotFitItsShardsIsRefused(String index, String problem) throws IOException {
    new SafeTensorsWriter().add("a", new float[] {1}, 1).write(folder.resolve("one.safetensors"));
    Files.writeString(folder.resolve("model.safetensors.index.json"), index);
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOfAny(SafeTensorsException.class, InvalidModelException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aFolderWithoutWeightsIsRefused() {
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .isInstanceOf(SafeTensorsException.class)
        .hasMessage(
            "%s: there is neither model.safetensors nor model.safetensors.index.json", folder);
  }
}
