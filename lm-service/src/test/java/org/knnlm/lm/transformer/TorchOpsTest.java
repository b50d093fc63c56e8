package org.knnlm.lm.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.lm.Fixtures;

/** Each fused operation against its naive twin. */
class TorchOpsTest {
  private static final double TOLERANCE = 2e-5;

  private final Random random = new Random(1);
  private Torch torch;
  private TorchOps ops;
  private NDManager manager;

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  @BeforeEach
  void start() {
    torch = Torch.start(2, Device.CPU, Precision.FP32);
    ops = torch.ops();
    manager = torch.manager();
  }

  @AfterEach
  void stop() {
    torch.close();
  }

  private double[][] matrix(int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      Arrays.setAll(row, i -> (float) random.nextGaussian());
    }
    return matrix;
  }

  private PtNDArray tensor(double[]... rows) {
    return Torch.floats(manager, bytes(rows), rows.length, rows[0].length);
  }

  private PtNDArray vector(double... values) {
    return Torch.floats(manager, bytes(values), values.length);
  }

  private static ByteBuffer bytes(double[]... rows) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(4 * rows.length * rows[0].length).order(ByteOrder.nativeOrder());
    for (double[] row : rows) {
      for (double value : row) {
        bytes.putFloat((float) value);
      }
    }
    return bytes.flip();
  }

  private static void assertClose(PtNDArray actual, double[]... expected) {
    FloatBuffer values = Torch.memory(actual).asFloatBuffer();
    double[] flat = Arrays.stream(expected).flatMapToDouble(Arrays::stream).toArray();
    assertThat(values.remaining()).isEqualTo(flat.length);
    double largest = 0;
    for (double value : flat) {
      largest = Math.max(largest, Math.abs(values.get() - value));
    }
    assertThat(largest).isLessThan(TOLERANCE);
  }

  @Test
  void embed() {
    double[][] table = matrix(7, 5);
    PtNDArray ids = Torch.longs(manager, new long[] {3, 0, 6, 3});
    assertClose(ops.embed(manager, ids, tensor(table)), table[3], table[0], table[6], table[3]);
  }

  @Test
  void rmsNorm() {
    double[][] x = matrix(9, 33);
    x[4] = new double[33];
    double[] weight = matrix(1, 33)[0];
    assertClose(
        ops.rmsNorm(manager, tensor(x), vector(weight), 1e-5), NaiveOps.rmsNorm(x, weight, 1e-5));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 300})
  void packedLinearWhateverTheRows(int rows) {
    double[][] x = matrix(rows, 17);
    double[][] weight = matrix(11, 17);
    double[] bias = matrix(1, 11)[0];
    PtNDArray packed = ops.pack(manager, tensor(weight), 64);
    assertClose(
        ops.linear(manager, tensor(x), new Linear(packed, Optional.of(vector(bias)))),
        NaiveOps.linear(x, weight, bias));
    double[][] residual = matrix(rows, 11);
    PtNDArray sum = tensor(residual);
    ops.addLinear(manager, sum, tensor(x), new Linear(packed, Optional.empty()));
    assertClose(sum, sum(residual, NaiveOps.linear(x, weight, new double[11])));
  }

  @Test
  void placesInAPrecisionAndCopiesNothingThatIsThere() {
    double[][] x = matrix(3, 5);
    PtNDArray original = tensor(x);
    PtNDArray same = ops.place(manager, original, original, Precision.FP32);
    assertClose(same, x);
    ops.add(manager, original, original);
    assertClose(same, sum(x, x));
    PtNDArray half = ops.place(manager, original, original, Precision.FP16);
    assertThat(half.getDataType()).isEqualTo(DataType.FLOAT16);
    PtNDArray brain = ops.place(manager, original, original, Precision.BF16);
    PtNDArray back = ops.place(manager, brain, original, Precision.FP32);
    float[] values = back.toFloatArray();
    float[] exact = original.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      assertThat(Float.floatToRawIntBits(values[i]) & 0xffff).as("bits below bfloat16").isZero();
      assertThat(values[i]).isCloseTo(exact[i], within(Math.abs(exact[i]) / 128));
    }
  }

  @Test
  void linearWithAndWithoutBias() {
    double[][] x = matrix(6, 17);
    double[][] weight = matrix(11, 17);
    double[] bias = matrix(1, 11)[0];
    assertClose(
        ops.linear(manager, tensor(x), new Linear(tensor(weight), Optional.of(vector(bias)))),
        NaiveOps.linear(x, weight, bias));
    assertClose(
        ops.linear(manager, tensor(x), new Linear(tensor(weight), Optional.empty())),
        NaiveOps.linear(x, weight, new double[11]));
  }

  @Test
  void addLinearAddsInPlace() {
    double[][] x = matrix(6, 17);
    double[][] weight = matrix(11, 17);
    double[] bias = matrix(1, 11)[0];
    double[][] residual = matrix(6, 11);
    PtNDArray sum = tensor(residual);
    ops.addLinear(manager, sum, tensor(x), new Linear(tensor(weight), Optional.of(vector(bias))));
    assertClose(sum, sum(residual, NaiveOps.linear(x, weight, bias)));

    PtNDArray unbiased = tensor(residual);
    ops.addLinear(manager, unbiased, tensor(x), new Linear(tensor(weight), Optional.empty()));
    assertClose(unbiased, sum(residual, NaiveOps.linear(x, weight, new double[11])));
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][a[0].length];
    for (int n = 0; n < a.length; n++) {
      for (int i = 0; i < a[n].length; i++) {
        sum[n][i] = a[n][i] + b[n][i];
      }
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"1,1,2", "4,4,8", "6,2,10", "9,3,64"})
  void attendSeesEachSequenceAlone(int heads, int kvHeads, int d) {
    int[] lengths = {5, 1, 70};
    double[] frequencies = new double[d / 2];
    Arrays.setAll(frequencies, i -> Math.pow(100, -2.0 * i / d));
    double[][] qkv = matrix(76, (heads + 2 * kvHeads) * d);
    double[][] cosines = new double[76][];
    double[][] sines = new double[76][];
    double[][] expected = new double[76][];
    int row = 0;
    for (int length : lengths) {
      double[][] own = Arrays.copyOfRange(qkv, row, row + length);
      double[][] attended = NaiveOps.attend(own, heads, kvHeads, frequencies);
      for (int n = 0; n < length; n++) {
        int position = n;
        cosines[row] = Arrays.stream(frequencies).map(f -> Math.cos(position * f)).toArray();
        sines[row] = Arrays.stream(frequencies).map(f -> Math.sin(position * f)).toArray();
        expected[row++] = attended[n];
      }
    }
    PtNDArray rotated =
        ops.rotate(manager, tensor(qkv), tensor(cosines), tensor(sines), heads + kvHeads);
    assertClose(attend(rotated, lengths, kvHeads, d), expected);
    PtNDArray alone =
        ops.rotate(
            manager,
            tensor(Arrays.copyOf(qkv, 5)),
            tensor(Arrays.copyOf(cosines, 5)),
            tensor(Arrays.copyOf(sines, 5)),
            heads + kvHeads);
    assertClose(attend(alone, new int[] {5}, kvHeads, d), Arrays.copyOf(expected, 5));
  }

  private PtNDArray attend(PtNDArray qkv, int[] lengths, int kvHeads, int d) {
    var batch = Batch.of(Arrays.stream(lengths).mapToObj(int[]::new).toArray(int[][]::new));
    return new Attention(manager, ops, batch)
        .attend(manager, 0, qkv, new Attention.Heads(kvHeads, d, 0, 1 / Math.sqrt(d)));
  }

  /** A sequence that comes in pieces, after a cache and into it, is attended as a whole one. */
  @ParameterizedTest
  @CsvSource({"0,1", "0,20", "0,69", "7,1", "7,20", "7,69", "100,33"})
  void attendGoesOnAfterACache(int window, int cut) {
    int rows = 70;
    int kvHeads = 2;
    int d = 8;
    var heads = new Attention.Heads(kvHeads, d, window, 0.3);
    double[][] qkv = matrix(rows, (6 + 2 * kvHeads) * d);
    double[][] whole = NaiveOps.attend(qkv, 6, heads);
    var memory = new KvMemory(torch, tensor(qkv), 2 * kvHeads * d);
    var cache = new KvCache(manager.newSubManager(), ops, memory, 2 * kvHeads, 1, rows, 0);
    double[][] before = Arrays.copyOf(qkv, cut);
    double[][] after = Arrays.copyOfRange(qkv, cut, rows);
    assertClose(
        attend(Segment.appending(cache, 0, new int[cut]), before, heads),
        Arrays.copyOf(whole, cut));
    double[][] expected = Arrays.copyOfRange(whole, cut, rows);
    assertClose(attend(Segment.after(cache, cut, new int[rows - cut]), after, heads), expected);
    assertClose(attend(Segment.appending(cache, cut, new int[rows - cut]), after, heads), expected);
  }

  private PtNDArray attend(Segment segment, double[][] qkv, Attention.Heads heads) {
    return new Attention(manager, ops, new Batch(List.of(segment)))
        .attend(manager, 0, tensor(qkv), heads);
  }

  @Test
  void layerNorm() {
    double[][] x = matrix(9, 33);
    double[] weight = matrix(1, 33)[0];
    double[] bias = matrix(1, 33)[0];
    assertClose(
        ops.layerNorm(manager, tensor(x), vector(weight), vector(bias), 1e-5),
        NaiveOps.layerNorm(x, weight, bias, 1e-5));
  }

  @Test
  void geluTanh() {
    double[][] x = matrix(6, 26);
    assertClose(ops.geluTanh(manager, tensor(x)), NaiveOps.geluTanh(x));
  }

  @Test
  void swiglu() {
    double[][] gateUp = matrix(6, 26);
    assertClose(ops.swiglu(manager, tensor(gateUp)), NaiveOps.swiglu(gateUp));
  }

  @Test
  void rows() {
    double[][] x = matrix(6, 3);
    PtNDArray index = Torch.longs(manager, new long[] {5, 0, 0});
    assertClose(ops.rows(manager, tensor(x), index), x[5], x[0], x[0]);
  }

  @ParameterizedTest
  @CsvSource({"1", "4", "7", "100"})
  void targetLogProbsWhateverTheChunk(int chunk) {
    double[][] x = matrix(7, 12);
    double[][] head = matrix(50, 12);
    long[] targets = {0, 49, 3, 3, 17, 22, 8};
    assertClose(
        ops.targetLogProbs(manager, tensor(x), tensor(head), Torch.longs(manager, targets), chunk),
        NaiveOps.targetLogProbs(x, head, targets));
    assertClose(
        ops.targetLogProbs(
            manager,
            tensor(x),
            ops.pack(manager, tensor(head), 64),
            Torch.longs(manager, targets),
            chunk),
        NaiveOps.targetLogProbs(x, head, targets));
  }

  @Test
  void targetLogProbsOfHugeLogitsDoNotOverflow() {
    PtNDArray logProbs =
        ops.targetLogProbs(
            manager,
            tensor(new double[] {1000}, new double[] {-1000}),
            tensor(new double[] {1}, new double[] {0}, new double[] {-1}),
            Torch.longs(manager, new long[] {0, 0}),
            2);
    assertClose(logProbs, new double[] {0, -2000});
  }

  @Test
  void finiteFindsASingleBadElement() {
    double[][] x = matrix(40, 50);
    assertThat(ops.finite(tensor(x))).isTrue();
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e300}) {
      double before = x[33][7];
      x[33][7] = bad;
      assertThat(ops.finite(tensor(x))).isFalse();
      x[33][7] = before;
    }
  }

  @Test
  void halfRoundsToNearestEven() {
    double[] values = {1, 1 + Math.pow(2, -11), 1 + 3 * Math.pow(2, -11), -70000, 6e-8, 0.1f};
    var halves = Torch.memory(ops.half(manager, vector(values))).asShortBuffer();
    for (double value : values) {
      assertThat(halves.get()).isEqualTo(Float.floatToFloat16((float) value));
    }
  }

  @Test
  void theModuleIsThatOfTheSource() throws Exception {
    byte[] source = resource("ops.py");
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(source));
    assertThat(entry("ops/extra/source.sha256"))
        .as("ops.py has changed: run it to write ops.pt again")
        .isEqualTo(digest);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = TorchOps.class.getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }

  private static String entry(String name) throws IOException {
    try (var zip = new ZipInputStream(TorchOps.class.getResourceAsStream("ops.pt"))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals(name)) {
          return new String(zip.readAllBytes(), StandardCharsets.UTF_8);
        }
      }
    }
    throw new AssertionError("no " + name);
  }
}
