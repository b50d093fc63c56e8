package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.AppendedDatastore;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.Context;
import org.knnlm.proto.index.v1.ContextsRequest;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.IndexInfo;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.SearchResponse;

/** A datastore that was appended to another, in the packaged service. */
class AppendedIT {
  private static final int BASE = 20_000;
  private static final int MORE = 1000;
  private static final int D = 32;
  private static final int QUERIES = 40;
  private static final int K = 20;

  @TempDir static Path folder;
  private static Path datastores;
  private static IndexService service;
  private static NearestNeighborsGrpc.NearestNeighborsBlockingStub index;

  @BeforeAll
  static void start() throws Exception {
    datastores = Files.createDirectories(folder.resolve("datastores"));
    AppendedDatastore.write(datastores, "base", "", 0, BASE, D);
    AppendedDatastore.write(datastores, "grown", "base", BASE, MORE, D);
    service = IndexService.start(folder, datastores, Map.of());
    index = service.index();
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
  }

  private static BuildIndexResponse build(String datastore, String factory, boolean fresh) {
    Iterator<BuildIndexResponse> replies =
        index.buildIndex(
            BuildIndexRequest.newBuilder()
                .setDatastore(datastore)
                .setFactory(factory)
                .setFresh(fresh)
                .build());
    BuildIndexResponse last = null;
    while (replies.hasNext()) {
      last = replies.next();
    }
    return last;
  }

  private static IndexInfo describe(String datastore) {
    return index
        .describe(DescribeRequest.newBuilder().setDatastore(datastore).setVerify(true).build())
        .getIndex();
  }

  private static double distance(float[] queries, int q, float[] keys, int key) {
    double sum = 0;
    for (int j = 0; j < D; j++) {
      double difference = queries[q * D + j] - keys[key * D + j];
      sum += difference * difference;
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "fast", "study"})
  void neighboursAreOfAllKeysAndOnlyFurtherOnesAreWritten(String factory) throws IOException {
    build("base", factory, false);
    Path base = datastores.resolve("base");
    Map<String, String> before = AppendedDatastore.files(base);
    BuildIndexResponse built = build("grown", factory, false);
    assertThat(AppendedDatastore.files(base)).isEqualTo(before);
    assertThat(built.getIndex().getSampledKeys()).isEqualTo(BASE);
    IndexInfo whole = describe("base");
    assertThat(describe("grown").getBytes()).isGreaterThan(whole.getBytes());
    assertThat(built.getIndex().getFactory()).isEqualTo(whole.getFactory());
    long written = 0;
    try (var files = Files.list(datastores.resolve("grown"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".indexed")).toList()) {
        written += (int) Files.getAttribute(file, "unix:nlink") == 1 ? Files.size(file) : 0;
      }
    }
    assertThat(written).isEqualTo(built.getIndex().getBytes() - whole.getBytes());
    // asked again, it is there
    assertThat(build("grown", factory, false).getIndex()).isEqualTo(built.getIndex());

    float[] keys = AppendedDatastore.keys(0, BASE + MORE, D);
    float[] queries = AppendedDatastore.keys(BASE + MORE, QUERIES, D);
    SearchResponse found =
        index
            .search(
                SearchRequest.newBuilder()
                    .setDatastore("grown")
                    .setQueries(Tensors.fp32(queries, QUERIES, D))
                    .setK(K)
                    .setExactDistances(true)
                    .build())
            .next();
    long[] ids = Tensors.longs(found.getIds(), "ids");
    float[] distances = Tensors.floats(found.getDistances(), "distances");
    int[] tokens = Tensors.ints(found.getTokenIds(), "token_ids");
    int fromFurther = 0;
    int right = 0;
    for (int q = 0; q < QUERIES; q++) {
      int query = q;
      List<Integer> nearest =
          IntStream.range(0, BASE + MORE)
              .boxed()
              .sorted(Comparator.comparingDouble(key -> distance(queries, query, keys, key)))
              .limit(K)
              .toList();
      for (int i = q * K; i < (q + 1) * K; i++) {
        int id = (int) ids[i];
        assertThat((double) distances[i])
            .isCloseTo(
                distance(queries, q, keys, id),
                org.assertj.core.data.Percentage.withPercentage(.01));
        assertThat(tokens[i]).isEqualTo(AppendedDatastore.VALUES + id);
        fromFurther += id >= BASE ? 1 : 0;
        right += nearest.contains(id) ? 1 : 0;
      }
    }
    assertThat(fromFurther).isPositive();
    // an exact index finds all; others what the base's finds of its own keys, but for the few
    // queries
    double recall = (double) right / ids.length;
    assertThat(recall).isGreaterThanOrEqualTo(factory.equals("flat") ? 1 : recallAt10(whole) - .15);
    assertThat(recallAt10(built.getIndex()))
        .isCloseTo(recallAt10(whole), org.assertj.core.data.Offset.offset(.1));
  }

  private static double recallAt10(IndexInfo index) {
    return index.getRecalls(0).getRecall();
  }

  @Test
  void aFreshBuildTrainsOnAllKeys() {
    build("base", "IVF16,SQ8", false);
    assertThat(build("grown", "IVF16,SQ8", false).getIndex().getSampledKeys()).isEqualTo(BASE);
    assertThat(build("grown", "IVF16,SQ8", true).getIndex().getSampledKeys())
        .isEqualTo(BASE + MORE);
    // which is of these settings, too
    assertThat(build("grown", "IVF16,SQ8", false).getIndex().getSampledKeys())
        .isEqualTo(BASE + MORE);
  }

  @Test
  void contextsAreOfOldDocumentsAndNew() {
    List<Context> contexts =
        index
            .contexts(
                ContextsRequest.newBuilder()
                    .setDatastore("grown")
                    .addAllIds(List.of(5L, BASE - 1L, (long) BASE, BASE + 500L))
                    .setBefore(2)
                    .setAfter(1)
                    .build())
            .next()
            .getContextsList();
    int[][] expected = {
      {3, 4, 5, 6},
      {BASE - 3, BASE - 2, BASE - 1},
      {BASE, BASE + 1},
      {BASE + 498, BASE + 499, BASE + 500, BASE + 501}
    };
    for (int i = 0; i < contexts.size(); i++) {
      Context context = contexts.get(i);
      var tokens = IntStream.builder();
      context.getBeforeList().forEach(tokens::add);
      tokens.add(context.getTokenId());
      context.getAfterList().forEach(tokens::add);
      int[] values = Arrays.stream(expected[i]).map(id -> AppendedDatastore.VALUES + id).toArray();
      int[] wanted =
          i == 2
              ? IntStream.concat(IntStream.of(AppendedDatastore.FIRST_TOKEN), Arrays.stream(values))
                  .toArray()
              : values;
      assertThat(tokens.build().toArray()).isEqualTo(wanted);
      assertThat(context.getDocument()).isEqualTo(i < 2 ? 0 : 1);
    }
  }
}
