package org.knnlm.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.grpc.Tensors;
import org.knnlm.local.LocalStack;
import org.knnlm.local.Pipeline;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;
import org.knnlm.proto.embedder.v1.EmbedderGrpc;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.ListDatastoresRequest;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/** Too much, and too often: the packaged services refuse it, and answer others as before. */
class LimitsIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final Path FACTS = ROOT.resolve("deploy/local/tinyfacts");
  private static final int DIMENSION = 192;

  /** Beyond 32 MiB. */
  private static final String TEXT = "a".repeat((32 << 20) + 1);

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir static Path data;
  private static LocalStack stack;
  private static final List<ManagedChannel> CHANNELS = new ArrayList<>();
  private static LanguageModelGrpc.LanguageModelBlockingStub lm;
  private static NearestNeighborsGrpc.NearestNeighborsBlockingStub index;
  private static EmbedderGrpc.EmbedderBlockingStub embedder;

  @BeforeAll
  static void start() throws Exception {
    stack = LocalStack.start(ROOT, FACTS.resolve("tinyfacts-2.8m"), data);
    lm = LanguageModelGrpc.newBlockingStub(channel(stack.lmPort()));
    index = NearestNeighborsGrpc.newBlockingStub(channel(stack.indexPort()));
    embedder = EmbedderGrpc.newBlockingStub(channel(stack.embedderPort()));
    try (var pipeline = new Pipeline(stack)) {
      Path some =
          Files.write(
              data.resolve("some.jsonl"),
              Files.readAllLines(FACTS.resolve("corpus.jsonl")).subList(0, 100));
      pipeline.createDatastore("facts", some, progress -> {});
      pipeline.buildIndex(
          BuildIndexRequest.newBuilder().setDatastore("facts").build(), progress -> {});
    }
  }

  private static ManagedChannel channel(int port) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build();
    CHANNELS.add(channel);
    return channel;
  }

  @AfterAll
  static void stop() {
    CHANNELS.forEach(ManagedChannel::shutdownNow);
    if (stack != null) {
      stack.close();
    }
  }

  private static void assertRefused(Runnable call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  private static void assertAllAnswer() throws Exception {
    assertThat(lm.info(InfoRequest.getDefaultInstance()).getHiddenSize()).isEqualTo(DIMENSION);
    assertThat(index.listDatastores(ListDatastoresRequest.getDefaultInstance()).getDatastoresList())
        .hasSize(1);
    assertThat(status(request("/api/services"))).isEqualTo(200);
  }

  @Test
  void messagesBeyondTheLimitAreRefused() throws Exception {
    assertRefused(() -> lm.tokenize(TokenizeRequest.newBuilder().addTexts(TEXT).build()).next());
    assertRefused(() -> index.search(SearchRequest.newBuilder().setDatastore(TEXT).build()).next());
    assertRefused(
        () -> embedder.createDatastore(CreateDatastoreRequest.newBuilder().setName(TEXT).build()));
    assertAllAnswer();
  }

  @Test
  void headersBeyondTheLimitAreRefused() throws Exception {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("x-much", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(1 << 20));
    StatusRuntimeException e =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                lm.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .info(InfoRequest.getDefaultInstance()));
    assertThat(e).isNotNull();
    assertAllAnswer();
  }

  @Test
  void searchesThatFindNoRoomAreRefusedAndTheOthersAnswered() throws Exception {
    int n = 1024;
    SearchRequest request =
        SearchRequest.newBuilder()
            .setDatastore("facts")
            .setQueries(Tensors.fp32(new float[n * DIMENSION], n, DIMENSION))
            .setK(64)
            .setExactDistances(true)
            .build();
    int answered = 0;
    int refused = 0;
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Status.Code>> calls = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        calls.add(callers.submit(() -> code(request)));
      }
      for (Future<Status.Code> call : calls) {
        switch (call.get()) {
          case OK -> answered++;
          case RESOURCE_EXHAUSTED -> refused++;
          default -> throw new AssertionError(call.get());
        }
      }
    }
    assertThat(answered).isPositive();
    assertThat(refused).isPositive();
    assertAllAnswer();
  }

  private static Status.Code code(SearchRequest request) {
    try {
      index.search(request).forEachRemaining(reply -> {});
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  /** The status of an answer, on a connection of its own: refusals may end one. */
  private static int status(HttpRequest.Builder request) throws Exception {
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return http.send(request.timeout(TIMEOUT).build(), BodyHandlers.discarding()).statusCode();
    }
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:%d%s".formatted(stack.evalPort(), path)));
  }

  private static int post(String body) throws Exception {
    return status(
        request("/api/runs")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  @Test
  void bodiesOfHttpBeyondTheLimitAreRefused() throws Exception {
    ObjectNode run = new ObjectMapper().createObjectNode().put("name", "a".repeat(1 << 20));
    assertThat(post(run.toString())).isEqualTo(413);
    assertThat(post("[".repeat(500_000))).isEqualTo(400);
    assertAllAnswer();
  }

  @Test
  void addressesAndHeadersOfHttpBeyondTheLimitAreRefused() throws Exception {
    assertThat(status(request("/api/runs?" + "a".repeat(100_000)))).isEqualTo(414);
    assertThat(status(request("/api/runs").header("X-Much", "a".repeat(100_000)))).isEqualTo(431);
    assertAllAnswer();
  }
}
