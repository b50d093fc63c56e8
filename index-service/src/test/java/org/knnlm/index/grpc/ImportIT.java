package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.PublishedDatastore;
import org.knnlm.proto.index.v1.ContextsRequest;
import org.knnlm.proto.index.v1.DatastoreSummary;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.ListDatastoresRequest;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.SearchResponse;
import org.knnlm.proto.index.v1.ShardPlace;
import org.knnlm.proto.lm.v1.HiddenState;

/** Datastores laid out as the reference publishes them, served where they lie. */
class ImportIT {
  private static final int KEYS = 1000;
  private static final int D = 16;
  private static final String SHA256 = "5".repeat(64);

  @TempDir static Path folder;
  private static float[] vectors;
  private static IndexService service;
  private static NearestNeighborsGrpc.NearestNeighborsBlockingStub index;

  @BeforeAll
  static void start() throws Exception {
    Path datastores = Files.createDirectories(folder.resolve("datastores"));
    Map<String, String> settings = new HashMap<>();
    for (String name : List.of("wiki", "gap", "swapped", "other", "negative", "both", "silent")) {
      settings.put("knnlm.datastore.%s.path".formatted(name), write(name).toString());
    }
    settings.put("knnlm.datastore.wiki.model-sha256", SHA256);
    settings.put("knnlm.datastore.wiki.key", "last_ffn_output");
    settings.put("knnlm.datastore.gone.path", folder.resolve("gone").toString());
    Files.createDirectory(datastores.resolve("both"));
    Files.delete(file("gap", 300, 650));
    Path first = file("swapped", 0, 300);
    Files.delete(first);
    Files.copy(file("swapped", 300, 650), first);
    Files.move(file("other", 0, 300), folder.resolve("other/index_llama_999_16_0_300.indexed"));
    Path values = folder.resolve("negative/dstore_llama_1000_16_vals.npy");
    byte[] bytes = Files.readAllBytes(values);
    Arrays.fill(bytes, 40, 44, (byte) -1);
    Files.write(values, bytes);

    service = IndexService.start(folder, datastores, settings);
    index = service.index();
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
  }

  private static Path file(String name, int from, int to) {
    return folder
        .resolve(name)
        .resolve("index_llama_%d_%d_%d_%d.indexed".formatted(KEYS, D, from, to));
  }

  @Test
  void whatCanBeSeenIsListedWithoutBeingLoaded() {
    index.describe(DescribeRequest.newBuilder().setDatastore("wiki").build());
    assertThatThrownBy(
        () -> index.describe(DescribeRequest.newBuilder().setDatastore("negative").build()));
    var listed = index.listDatastores(ListDatastoresRequest.getDefaultInstance());
    assertThat(listed.getVersion()).isNotEmpty();
    Map<String, DatastoreSummary> byName = new LinkedHashMap<>();
    listed.getDatastoresList().forEach(one -> byName.put(one.getName(), one));
    assertThat(byName.keySet())
        .containsExactly("both", "gap", "gone", "negative", "other", "silent", "swapped", "wiki");
    DatastoreSummary wiki = byName.get("wiki");
    assertThat(wiki.getState()).isEqualTo(DatastoreSummary.State.STATE_LOADED);
    assertThat(wiki.getNumKeys()).isEqualTo(KEYS);
    assertThat(wiki.getDimension()).isEqualTo(D);
    assertThat(wiki.getModelType()).isEqualTo("llama");
    assertThat(wiki.getModelSha256()).isEqualTo(SHA256);
    assertThat(wiki.getKey()).isEqualTo(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT);
    assertThat(wiki.hasIndex()).isTrue();
    DatastoreSummary negative = byName.get("negative");
    assertThat(negative.getState()).isEqualTo(DatastoreSummary.State.STATE_FAILED);
    assertThat(negative.getProblem()).contains("no token id");
    assertThat(negative.getNumKeys()).isEqualTo(KEYS);
    assertThat(byName.get("both").getProblem()).contains("but there is");
    assertThat(byName.get("gone").getProblem()).contains("no folder");
    assertThat(byName.get("gone").getNumKeys()).isZero();
  }

  private static Path write(String name) throws IOException {
    Path target = folder.resolve(name);
    vectors =
        PublishedDatastore.write(target, D, List.of(0, 300, 650, KEYS), "Flat", i -> i * 7 % 500);
    return target;
  }

  private static DescribeResponse describe(String name) {
    return index.describe(DescribeRequest.newBuilder().setDatastore(name).build());
  }

  @Test
  void aPublishedDatastoreIsServedWhereItLies() throws Exception {
    DescribeResponse wiki = describe("wiki");
    assertThat(wiki.getNumKeys()).isEqualTo(KEYS);
    assertThat(wiki.getModelType()).isEqualTo("llama");
    assertThat(wiki.getModelSha256()).isEqualTo(SHA256);
    assertThat(wiki.getKey()).isEqualTo(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT);
    assertThat(wiki.getLargestTokenId()).isEqualTo(499);
    assertThat(wiki.getShardPlacesList()).extracting(ShardPlace::getShard).containsExactly(0, 1, 2);
    assertThat(wiki.getShardPlacesList())
        .allSatisfy(place -> assertThat(place.getDevice()).matches("cpu|cuda:[0-9]+"));

    SearchResponse found =
        index
            .search(
                SearchRequest.newBuilder()
                    .setDatastore("wiki")
                    .setQueries(Tensors.fp32(vectors, KEYS, D))
                    .setK(1)
                    .build())
            .next();
    long[] ids = Tensors.longs(found.getIds(), "ids");
    int[] tokens = Tensors.ints(found.getTokenIds(), "token_ids");
    for (int i = 0; i < KEYS; i++) {
      assertThat(ids[i]).isEqualTo(i);
      assertThat(tokens[i]).isEqualTo(i * 7 % 500);
    }
    var context =
        index
            .contexts(
                ContextsRequest.newBuilder()
                    .setDatastore("wiki")
                    .addIds(10)
                    .setBefore(1)
                    .setAfter(1)
                    .build())
            .next()
            .getContexts(0);
    assertThat(context.getBeforeList()).containsExactly(63);
    assertThat(context.getTokenId()).isEqualTo(70);
    assertThat(context.getAfterList()).containsExactly(77);
    assertThat(context.hasDocument()).isFalse();
    try (Stream<Path> files = Files.list(folder.resolve("wiki"))) {
      assertThat(files).hasSize(6).contains(folder.resolve("wiki/index.json"));
    }
  }

  @Test
  void whatNobodyKnowsIsLeftOpen() {
    assertThat(describe("silent").getModelSha256()).isEmpty();
    assertThat(describe("silent").getKey()).isEqualTo(HiddenState.HIDDEN_STATE_UNSPECIFIED);
  }

  @ParameterizedTest
  @CsvSource({
    "gap, DATA_LOSS, 'holds keys 650 to 1000, key 300 was next'",
    "swapped, DATA_LOSS, 'holds 350 keys of dimension 16, 300 of dimension 16 are expected'",
    "other, DATA_LOSS, 'is of 999 keys of dimension 16, the datastore has 1000 of 16'",
    "negative, DATA_LOSS, 'the value of key 10 is -1, no token id'",
    "both, FAILED_PRECONDITION, 'datastores/both, too'",
    "gone, FAILED_PRECONDITION, 'gone, no folder'"
  })
  void whatDoesNotFitIsRefused(String name, Status.Code code, String problem) {
    assertThatThrownBy(() -> describe(name))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(problem);
            });
  }
}
