package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.CountValuesRequest;
import org.knnlm.proto.index.v1.CountValuesResponse;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.SearchResponse;
import org.knnlm.proto.index.v1.Softmax;
import org.knnlm.proto.index.v1.TokenDistributionsRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesResponse;
import org.knnlm.proto.lm.v1.Oracle;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.tensor.v1.DataType;
import org.knnlm.proto.tensor.v1.Tensor;

/** The packaged service over a real channel. */
class NearestNeighborsIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final int KEYS = 2000;
  private static final int D = 64;

  @TempDir static Path folder;
  private static Path datastores;
  private static IndexService service;
  private static NearestNeighborsGrpc.NearestNeighborsBlockingStub index;

  @BeforeAll
  static void start() throws Exception {
    datastores = Files.createDirectories(folder.resolve("datastores"));
    writeDatastore("made", KEYS, D);
    service = IndexService.start(folder, datastores, Map.of());
    index = service.index();
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
  }

  /** Files as the reference writes them: no manifest. */
  private static float[] writeDatastore(String name, int keys, int dimension) throws IOException {
    var random = new Random(7);
    ByteBuffer halves = ByteBuffer.allocate(keys * dimension * 2).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer values = ByteBuffer.allocate(keys * 4).order(ByteOrder.LITTLE_ENDIAN);
    float[] vectors = new float[keys * dimension];
    for (int i = 0; i < vectors.length; i++) {
      short half = Float.floatToFloat16((float) random.nextGaussian());
      halves.putShort(half);
      vectors[i] = Float.float16ToFloat(half);
    }
    for (int i = 0; i < keys; i++) {
      values.putInt(i % 10);
    }
    Path target = Files.createDirectories(datastores.resolve(name));
    String prefix = "dstore_llama_%d_%d_".formatted(keys, dimension);
    Files.write(target.resolve(prefix + "keys.npy"), halves.array());
    Files.write(target.resolve(prefix + "vals.npy"), values.array());
    return vectors;
  }

  private static BuildIndexResponse build(BuildIndexRequest request) {
    BuildIndexResponse last = null;
    for (Iterator<BuildIndexResponse> replies = index.buildIndex(request); replies.hasNext(); ) {
      last = replies.next();
    }
    return last;
  }

  private record Found(List<long[]> ids, List<float[]> distances) {}

  private static Found search(SearchRequest request) {
    var found = new Found(new ArrayList<>(), new ArrayList<>());
    int rows = 0;
    for (Iterator<SearchResponse> replies = index.search(request); replies.hasNext(); ) {
      SearchResponse reply = replies.next();
      assertThat(reply.getFirstQuery()).isEqualTo(rows);
      assertThat(reply.getSerializedSize()).isLessThan(4 << 20);
      long[] ids = Tensors.longs(reply.getIds(), "ids");
      float[] distances = Tensors.floats(reply.getDistances(), "distances");
      int k = request.getK();
      for (int from = 0; from < ids.length; from += k, rows++) {
        found.ids().add(Arrays.copyOfRange(ids, from, from + k));
        found.distances().add(Arrays.copyOfRange(distances, from, from + k));
      }
    }
    return found;
  }

  @Test
  void buildsSearchesAndTurnsNeighboursIntoProbabilities() throws Exception {
    float[] vectors = writeDatastore("build", KEYS, D);
    var built = build(BuildIndexRequest.newBuilder().setDatastore("build").build());
    assertThat(built.getStage()).isEqualTo(BuildIndexResponse.Stage.STAGE_DONE);
    assertThat(built.getIndex().getFactory()).isEqualTo("IVF32,PQ64x8");
    assertThat(built.getIndex().getWarningsList())
        .anyMatch(w -> w.contains("nlist 4096 lowered to 32"));

    Tensor queries = Tensors.fp32(Arrays.copyOf(vectors, 300 * D), 300, D);
    var found =
        search(
            SearchRequest.newBuilder()
                .setDatastore("build")
                .setQueries(queries)
                .setK(1500)
                .setNprobe(32)
                .setExactDistances(true)
                .build());
    assertThat(found.ids()).hasSize(300);
    for (int q = 0; q < 300; q++) {
      assertThat(found.ids().get(q)[0]).isEqualTo(q);
      assertThat(found.distances().get(q)[0]).isZero();
      assertThat(found.distances().get(q)).isSorted();
    }

    var distributions =
        index
            .tokenDistributions(
                TokenDistributionsRequest.newBuilder()
                    .setDatastore("build")
                    .setQueries(queries)
                    .addSoftmaxes(Softmax.newBuilder().setK(1500).setTemperature(3))
                    .addSoftmaxes(Softmax.newBuilder().setK(100).setTemperature(10))
                    .build())
            .next();
    int[] offsets = Tensors.ints(distributions.getOffsets(), "offsets");
    int[] tokens = Tensors.ints(distributions.getTokenIds(), "token_ids");
    float[] probabilities = Tensors.floats(distributions.getProbabilities(), "probabilities");
    assertThat(Arrays.copyOf(tokens, offsets[1])).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

    double sum = 0;
    for (int token = 0; token < 10; token++) {
      int target = token;
      var request =
          TokenProbabilitiesRequest.newBuilder()
              .setDatastore("build")
              .setQueries(queries)
              .addAllTargetTokenIds(Collections.nCopies(300, target))
              .addSoftmaxes(Softmax.newBuilder().setK(100).setTemperature(10))
              .build();
      TokenProbabilitiesResponse reply = index.tokenProbabilities(request).next();
      float probability = Tensors.floats(reply.getProbabilities(), "probabilities")[0];
      assertThat(probabilities[tokens.length + token]).isCloseTo(probability, within(1e-6f));
      sum += probability;
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
  }

  @Test
  void anIndexThatExistsIsNotBuiltAgainAndSurvivesAsAFile() throws Exception {
    writeDatastore("again", KEYS, D);
    var request = BuildIndexRequest.newBuilder().setDatastore("again").setNlist(8).build();
    var first = build(request);
    Path file = datastores.resolve("again/index_llama_%d_%d_0_%d.indexed".formatted(KEYS, D, KEYS));
    var written = Files.getLastModifiedTime(file);
    assertThat(build(request).getIndex()).isEqualTo(first.getIndex());
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);

    var other = build(request.toBuilder().setNlist(4).build());
    assertThat(other.getIndex().getFactory()).isEqualTo("IVF4,PQ64x8");
    assertThat(
            index.describe(DescribeRequest.newBuilder().setDatastore("again").build()).getIndex())
        .isEqualTo(other.getIndex());
    try (Stream<Path> files = Files.list(datastores.resolve("again"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "dstore_llama_2000_64_keys.npy",
              "dstore_llama_2000_64_vals.npy",
              "index_llama_2000_64_0_2000.indexed",
              "index.json");
    }
  }

  @Test
  void theReferencesOwnFilesGiveTheReferencesNeighbours() throws Exception {
    Path goldens = ROOT.resolveSibling("shared").resolve("goldens");
    assumeTrue(Files.isDirectory(goldens), "skipped: no reference outputs at ../shared");
    Path target = Files.createDirectories(datastores.resolve("golden"));
    try (Stream<Path> files = Files.list(goldens.resolve("dstore"))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    Tensor queries =
        Tensor.newBuilder()
            .setDatatype(DataType.DATA_TYPE_FP32)
            .addShape(256)
            .addShape(576)
            .setData(
                ByteString.copyFrom(
                    Files.readAllBytes(goldens.resolve("search_queries_256x576_f32.bin"))))
            .build();
    var request = SearchRequest.newBuilder().setDatastore("golden").setQueries(queries);
    assertRows(search(request.setK(32).build()), goldens, "ivfpq");

    // every list, every key, exact distances: the exact search
    var all = search(request.setK(9215).setNprobe(64).setExactDistances(true).build());
    var nearest = new Found(new ArrayList<>(), new ArrayList<>());
    all.ids().forEach(row -> nearest.ids().add(Arrays.copyOf(row, 32)));
    all.distances().forEach(row -> nearest.distances().add(Arrays.copyOf(row, 32)));
    assertRows(nearest, goldens, "exact");
  }

  /** Ids are equal as sets but for neighbours whose distances tie with the last one's. */
  private static void assertRows(Found found, Path goldens, String kind) throws IOException {
    ByteBuffer ids = read(goldens.resolve("search_" + kind + "_ids_256x32_i32.bin"));
    ByteBuffer distances = read(goldens.resolve("search_" + kind + "_d2_256x32_f32.bin"));
    for (int q = 0; q < 256; q++) {
      var expected = new HashSet<Long>();
      for (int j = 0; j < 32; j++) {
        expected.add((long) ids.getInt((q * 32 + j) * 4));
        float distance = distances.getFloat((q * 32 + j) * 4);
        assertThat(found.distances().get(q)[j])
            .isCloseTo(distance, within(2e-4f * Math.max(1, distance)));
      }
      float last = distances.getFloat((q * 32 + 31) * 4);
      for (int j = 0; j < 32; j++) {
        boolean tie = Math.abs(found.distances().get(q)[j] - last) < 1e-3;
        assertThat(tie || expected.contains(found.ids().get(q)[j]))
            .as("query %d, neighbour %d", q, j)
            .isTrue();
      }
    }
  }

  private static ByteBuffer read(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void assertRefused(Callable<?> call, Status.Code code, String fieldOrText) {
    assertThatThrownBy(call::call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code);
              if (code == Status.Code.INVALID_ARGUMENT) {
                assertThat(Errors.fields(e)).containsExactly(fieldOrText);
              } else {
                assertThat(e.getStatus().getDescription()).contains(fieldOrText);
              }
            });
  }

  @Test
  void badRequestsNameTheFieldAndTheServiceStaysUp() {
    build(BuildIndexRequest.newBuilder().setDatastore("made").build());
    float[] zeros = new float[D];
    var good =
        SearchRequest.newBuilder()
            .setDatastore("made")
            .setK(3)
            .setQueries(Tensors.fp32(zeros, 1, D))
            .build();
    float[] notFinite = zeros.clone();
    notFinite[5] = Float.NaN;

    Map<SearchRequest, String> searches =
        Map.of(
            good.toBuilder().setK(0).build(), "k",
            good.toBuilder().setK(KEYS + 1).build(), "k",
            good.toBuilder().setNprobe(0).build(), "nprobe",
            good.toBuilder().setDatastore("../made").build(), "datastore",
            good.toBuilder().setQueries(Tensors.fp32(new float[32], 1, 32)).build(),
                "queries.shape",
            good.toBuilder().setQueries(Tensors.fp32(new float[0], 0, D)).build(), "queries.shape",
            good.toBuilder().setQueries(Tensors.int32(new int[D], 1, D)).build(),
                "queries.datatype",
            good.toBuilder().setQueries(Tensors.fp32(notFinite, 1, D)).build(), "queries.data");
    searches.forEach(
        (request, field) ->
            assertRefused(
                () -> index.search(request).hasNext(), Status.Code.INVALID_ARGUMENT, field));

    var probabilities =
        TokenProbabilitiesRequest.newBuilder()
            .setDatastore("made")
            .setQueries(good.getQueries())
            .addTargetTokenIds(1)
            .addSoftmaxes(Softmax.newBuilder().setK(3).setTemperature(1))
            .build();
    Map<TokenProbabilitiesRequest, String> asked =
        Map.of(
            probabilities.toBuilder().clearTargetTokenIds().build(), "target_token_ids",
            probabilities.toBuilder().setTargetTokenIds(0, -1).build(), "target_token_ids[0]",
            probabilities.toBuilder().clearSoftmaxes().build(), "softmaxes",
            probabilities.toBuilder().setSoftmaxes(0, Softmax.newBuilder().setK(3)).build(),
                "softmaxes[0].temperature",
            probabilities.toBuilder()
                    .setSoftmaxes(0, Softmax.newBuilder().setTemperature(1))
                    .build(),
                "softmaxes[0].k",
            probabilities.toBuilder().addRight(true).addRight(true).build(), "right",
            withOracle(probabilities, Oracle.newBuilder()), "softmaxes[0].oracle",
            withOracle(probabilities, Oracle.newBuilder().setRank(4)), "softmaxes[0].oracle.rank",
            withOracle(probabilities, Oracle.newBuilder().setDistance(-1)),
                "softmaxes[0].oracle.distance");
    asked.forEach(
        (request, field) ->
            assertRefused(
                () -> index.tokenProbabilities(request).hasNext(),
                Status.Code.INVALID_ARGUMENT,
                field));

    assertRefused(
        () -> build(BuildIndexRequest.newBuilder().setDatastore("made").setPqM(7).build()),
        Status.Code.INVALID_ARGUMENT,
        "pq_m");
    assertRefused(
        () -> index.search(good.toBuilder().setDatastore("absent").build()).hasNext(),
        Status.Code.NOT_FOUND,
        "absent");
    assertThat(search(good).ids()).hasSize(1);
  }

  @Test
  void filesThatDoNotFitAreRefusedByName() throws Exception {
    writeDatastore("bare", KEYS, D);
    var queries = Tensors.fp32(new float[D], 1, D);
    assertRefused(
        () ->
            index
                .search(
                    SearchRequest.newBuilder()
                        .setDatastore("bare")
                        .setK(1)
                        .setQueries(queries)
                        .build())
                .hasNext(),
        Status.Code.FAILED_PRECONDITION,
        "BuildIndex");

    for (String part : List.of("keys", "vals")) {
      String name = "short-" + part;
      writeDatastore(name, KEYS, D);
      Path file = datastores.resolve(name).resolve("dstore_llama_2000_64_%s.npy".formatted(part));
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1000));
      assertRefused(() -> describe(name), Status.Code.DATA_LOSS, file.getFileName().toString());
    }

    writeDatastore("small", 500, D);
    build(BuildIndexRequest.newBuilder().setDatastore("small").build());
    writeDatastore("swapped", KEYS, D);
    Path foreign = datastores.resolve("swapped/index_llama_2000_64_0_2000.indexed");
    Files.copy(datastores.resolve("small/index_llama_500_64_0_500.indexed"), foreign);
    assertRefused(
        () -> describe("swapped"), Status.Code.DATA_LOSS, foreign.getFileName().toString());

    writeDatastore("torn", KEYS, D);
    Path torn = datastores.resolve("torn/index_llama_2000_64_0_2000.indexed");
    byte[] whole = Files.readAllBytes(datastores.resolve("small/index_llama_500_64_0_500.indexed"));
    Files.write(torn, Arrays.copyOf(whole, whole.length / 2));
    assertRefused(() -> describe("torn"), Status.Code.DATA_LOSS, torn.getFileName().toString());
  }

  private static DescribeResponse describe(String name) {
    return index.describe(DescribeRequest.newBuilder().setDatastore(name).build());
  }

  @Test
  void oneSearchServesAGridAsSeparateSearchesWould() throws Exception {
    float[] vectors = writeDatastore("grid", KEYS, D);
    build(BuildIndexRequest.newBuilder().setDatastore("grid").build());
    var base =
        TokenProbabilitiesRequest.newBuilder()
            .setDatastore("grid")
            .setExactDistances(true)
            .setQueries(Tensors.fp32(Arrays.copyOf(vectors, 40 * D), 40, D))
            .addAllTargetTokenIds(IntStream.range(0, 40).map(i -> i % 10).boxed().toList());
    var grid = base.clone();
    var alone = new ArrayList<float[]>();
    for (int k : new int[] {1, 17, 200}) {
      for (float temperature : new float[] {1, 50}) {
        var softmax = Softmax.newBuilder().setK(k).setTemperature(temperature).build();
        grid.addSoftmaxes(softmax);
        alone.add(probabilities(base.clone().addSoftmaxes(softmax).build()));
      }
    }
    float[] together = probabilities(grid.build());
    for (int i = 0; i < alone.size(); i++) {
      assertThat(Arrays.copyOfRange(together, i * 40, (i + 1) * 40)).isEqualTo(alone.get(i));
    }
  }

  private static TokenProbabilitiesRequest withOracle(
      TokenProbabilitiesRequest request, Oracle.Builder oracle) {
    var told = request.toBuilder();
    told.getSoftmaxesBuilder(0).setOracle(oracle);
    return told.build();
  }

  @Test
  void valuesAreCounted() throws Exception {
    writeDatastore("counted", KEYS, D);
    for (int round = 0; round < 2; round++) {
      CountValuesResponse reply =
          index.countValues(CountValuesRequest.newBuilder().setDatastore("counted").build()).next();
      assertThat(reply.getFirstTokenId()).isZero();
      assertThat(Tensors.longs(reply.getCounts(), "counts")).hasSize(10).containsOnly(KEYS / 10);
    }
    assertRefused(
        () ->
            index
                .countValues(CountValuesRequest.newBuilder().setDatastore("absent").build())
                .hasNext(),
        Status.Code.NOT_FOUND,
        "absent");
    assertRefused(
        () ->
            index
                .countValues(CountValuesRequest.newBuilder().setDatastore("../x").build())
                .hasNext(),
        Status.Code.INVALID_ARGUMENT,
        "datastore");
  }

  /** A token that no neighbour has: half of it all beside the nearest one. */
  @Test
  void whatIsRightIsAmongTheNeighboursOfThoseThatSaySo() throws Exception {
    float[] vectors = writeDatastore("told", KEYS, D);
    build(BuildIndexRequest.newBuilder().setDatastore("told").build());
    Tensor queries = Tensors.fp32(Arrays.copyOf(vectors, 2 * D), 2, D);
    var softmax =
        Softmax.newBuilder().setK(2).setTemperature(1).setOracle(Oracle.newBuilder().setRank(1));
    float[] p =
        probabilities(
            TokenProbabilitiesRequest.newBuilder()
                .setDatastore("told")
                .setQueries(queries)
                .addAllTargetTokenIds(List.of(77, 77))
                .addSoftmaxes(softmax)
                .addAllRight(List.of(true, false))
                .build());
    assertThat(p).containsExactly(0.5f, 0);
    var distributions =
        index
            .tokenDistributions(
                TokenDistributionsRequest.newBuilder()
                    .setDatastore("told")
                    .setQueries(queries)
                    .addSoftmaxes(softmax)
                    .addRight(TokenSequence.newBuilder().addTokenIds(77).addTokenIds(78))
                    .addRight(TokenSequence.getDefaultInstance())
                    .build())
            .next();
    int[] offsets = Tensors.ints(distributions.getOffsets(), "offsets");
    int[] tokens = Tensors.ints(distributions.getTokenIds(), "token_ids");
    float[] all = Tensors.floats(distributions.getProbabilities(), "probabilities");
    assertThat(Arrays.copyOfRange(tokens, offsets[1] - 2, offsets[1])).containsExactly(77, 78);
    assertThat(Arrays.copyOfRange(all, offsets[1] - 2, offsets[1])).containsExactly(0.5f, 0.5f);
    assertThat(Arrays.copyOfRange(tokens, offsets[1], offsets[2])).doesNotContain(77, 78);
  }

  private static float[] probabilities(TokenProbabilitiesRequest request) {
    return Tensors.floats(
        index.tokenProbabilities(request).next().getProbabilities(), "probabilities");
  }
}
