package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.PublishedDatastore;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.SearchResponse;
import org.knnlm.proto.index.v1.Softmax;
import org.knnlm.proto.index.v1.TokenDistributionsRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesRequest;

/** Three instances that share the files of an index, beside one that has them all. */
class ClusterIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final int D = 16;
  private static final int KEYS = 2000;
  private static final List<Integer> STARTS = List.of(0, 300, 1000, 1500, KEYS);
  private static final Duration TIMEOUT = Duration.ofSeconds(6);
  private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

  @TempDir static Path folder;
  private static final Ports PORTS = new Ports();
  private static final List<Integer> GRPC_PORTS = new ArrayList<>();
  private static final List<Instance> INSTANCES = new ArrayList<>();
  private static Instance whole;
  private static float[] keys;

  private record Instance(
      ServiceProcess process,
      ManagedChannel channel,
      NearestNeighborsGrpc.NearestNeighborsBlockingStub index) {
    static Instance start(int port, Map<String, String> more) throws Exception {
      int http = PORTS.free();
      var settings =
          new HashMap<>(
              Map.of(
                  "quarkus.http.port", Integer.toString(http),
                  "quarkus.grpc.server.port", Integer.toString(port),
                  "knnlm.datastores", folder.resolve("datastores").toString()));
      settings.putAll(more);
      var process =
          ServiceProcess.start(
              ROOT,
              "index-service",
              http,
              settings,
              folder.resolve("index-%d.log".formatted(port)));
      process.awaitReady(Duration.ofMinutes(2));
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
      return new Instance(process, channel, NearestNeighborsGrpc.newBlockingStub(channel));
    }

    static Instance startMember(int number) throws Exception {
      String peers =
          String.join(",", GRPC_PORTS.stream().map(port -> "127.0.0.1:" + port).toList());
      return start(
          GRPC_PORTS.get(number),
          Map.of(
              "knnlm.cluster.instance",
              Integer.toString(number),
              "knnlm.cluster.instances",
              "3",
              "knnlm.cluster.peers",
              peers,
              "knnlm.cluster.timeout",
              TIMEOUT.toSeconds() + "s"));
    }

    String get(String path) throws Exception {
      var address = URI.create("http://127.0.0.1:" + process.httpPort() + path);
      try (var http = HttpClient.newHttpClient()) {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
      }
    }

    void close() {
      channel.shutdownNow();
      process.close();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    keys =
        PublishedDatastore.write(
            folder.resolve("datastores/made"), D, STARTS, "IVF16,PQ8x8np", i -> i % 10);
    for (int i = 0; i < 3; i++) {
      GRPC_PORTS.add(PORTS.free());
    }
    for (int i = 0; i < 3; i++) {
      INSTANCES.add(Instance.startMember(i));
    }
    whole = Instance.start(PORTS.free(), Map.of());
  }

  @AfterAll
  static void stop() {
    INSTANCES.forEach(Instance::close);
    if (whole != null) {
      whole.close();
    }
  }

  private static SearchRequest.Builder request(int queries, int k) {
    return SearchRequest.newBuilder()
        .setDatastore("made")
        .setQueries(Tensors.fp32(Arrays.copyOf(keys, queries * D), queries, D))
        .setK(k);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Found(long[] ids, float[] distances, int[] tokens, long unsearched) {}

  private static Found search(Instance instance, SearchRequest request) {
    SearchResponse reply = null;
    for (Iterator<SearchResponse> all = instance.index.search(request); all.hasNext(); ) {
      assertThat(reply).isNull();
      reply = all.next();
    }
    return new Found(
        Tensors.longs(reply.getIds(), "ids"),
        Tensors.floats(reply.getDistances(), "distances"),
        Tensors.ints(reply.getTokenIds(), "token_ids"),
        reply.getUnsearchedKeys());
  }

  @Test
  void everyInstanceAnswersAsOneThatHasAll() {
    for (boolean exact : List.of(false, true)) {
      SearchRequest request = request(100, 50).setExactDistances(exact).build();
      Found expected = search(whole, request);
      for (Instance instance : INSTANCES) {
        Found found = search(instance, request);
        assertThat(found.ids).isEqualTo(expected.ids);
        assertThat(found.distances).containsExactly(expected.distances, ROUNDING);
        assertThat(found.tokens).isEqualTo(expected.tokens);
        assertThat(found.unsearched).isZero();
      }
    }
  }

  @Test
  void probabilitiesAreThoseOfOneThatHasAll() {
    var queries = Tensors.fp32(Arrays.copyOf(keys, 40 * D), 40, D);
    var request =
        TokenProbabilitiesRequest.newBuilder()
            .setDatastore("made")
            .setQueries(queries)
            .addAllTargetTokenIds(Collections.nCopies(40, 3))
            .addSoftmaxes(Softmax.newBuilder().setK(30).setTemperature(2))
            .addSoftmaxes(Softmax.newBuilder().setK(700).setTemperature(5))
            .setExactDistances(true)
            .build();
    float[] expected =
        Tensors.floats(whole.index.tokenProbabilities(request).next().getProbabilities(), "p");
    float[] found =
        Tensors.floats(
            INSTANCES.get(1).index.tokenProbabilities(request).next().getProbabilities(), "p");
    assertThat(found).containsExactly(expected, ROUNDING);

    var distributions =
        TokenDistributionsRequest.newBuilder()
            .setDatastore("made")
            .setQueries(queries)
            .addSoftmaxes(Softmax.newBuilder().setK(30).setTemperature(2))
            .build();
    assertThat(INSTANCES.get(2).index.tokenDistributions(distributions).next().getTokenIds())
        .isEqualTo(whole.index.tokenDistributions(distributions).next().getTokenIds());
  }

  @Test
  void aLostInstanceIsAnErrorOrAPartialAnswerAndComesBackUnderLoad() throws Exception {
    SearchRequest request = request(20, 10).build();
    SearchRequest partial = request.toBuilder().setAllowPartial(true).build();
    Found expected = search(whole, request);
    var loaded = new AtomicBoolean(true);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> callers =
          IntStream.range(0, 4)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> callUntil(loaded, INSTANCES.get(i % 2 * 2), request, expected)))
              .toList();
      INSTANCES.get(1).channel.shutdownNow();
      INSTANCES.get(1).process.process().destroyForcibly().waitFor();

      assertThatThrownBy(() -> search(INSTANCES.getFirst(), request))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNAVAILABLE")
          .hasMessageContaining("keys 300 to 1,000")
          .hasMessageContaining("127.0.0.1:" + GRPC_PORTS.get(1));
      Found rest = search(INSTANCES.getFirst(), partial);
      assertThat(rest.unsearched).isEqualTo(700);
      assertThat(Arrays.stream(rest.ids).boxed())
          .allMatch(id -> (id >= 0 && id < 300) || id >= 1000);
      assertThat(INSTANCES.getFirst().get("/q/metrics"))
          .contains("knnlm_index_peers 3.0", "knnlm_index_peers_missing 1.0")
          .doesNotContain("knnlm_index_incomplete_total 0.0");
      assertThat(INSTANCES.getFirst().get("/q/health/well"))
          .containsPattern("\"127.0.0.1:%d\": \"(?!UP)".formatted(GRPC_PORTS.get(1)))
          .contains("\"127.0.0.1:%d\": \"UP\"".formatted(GRPC_PORTS.get(2)));

      INSTANCES.set(1, Instance.startMember(1));
      awaitWhole(request, expected);
      loaded.set(false);
      for (Future<Integer> caller : callers) {
        assertThat(caller.get()).isPositive();
      }
    }
  }

  /** Its connections stay, and nothing comes through them. */
  @Test
  void aFrozenInstanceIsNamedWhenItsTimeIsOver() throws Exception {
    SearchRequest request = request(20, 10).build();
    Found expected = search(whole, request);
    assertThat(search(INSTANCES.getFirst(), request).ids).isEqualTo(expected.ids);
    signal(INSTANCES.get(2), "STOP");
    try {
      long start = System.nanoTime();
      assertThatThrownBy(() -> search(INSTANCES.getFirst(), request))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNAVAILABLE")
          .hasMessageContaining("keys 1,000 to 1,500")
          .hasMessageContaining("127.0.0.1:" + GRPC_PORTS.get(2));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.multipliedBy(3));
    } finally {
      signal(INSTANCES.get(2), "CONT");
    }
    awaitWhole(request, expected);
  }

  private static void signal(Instance instance, String name) throws Exception {
    String pid = Long.toString(instance.process.process().pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  /** Calls that are right, or say that an instance is lost; returns how many were right. */
  private static int callUntil(
      AtomicBoolean loaded, Instance instance, SearchRequest request, Found expected) {
    int right = 0;
    while (loaded.get()) {
      try {
        assertThat(search(instance, request).ids).isEqualTo(expected.ids);
        right++;
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
    }
    return right;
  }

  private static void awaitWhole(SearchRequest request, Found expected)
      throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        assertThat(search(INSTANCES.getFirst(), request).ids).isEqualTo(expected.ids);
        return;
      } catch (StatusRuntimeException e) {
        assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(deadline);
        Thread.sleep(100);
      }
    }
  }
}
