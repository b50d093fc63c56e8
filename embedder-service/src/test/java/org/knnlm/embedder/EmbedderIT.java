package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.grpc.Errors;
import org.knnlm.proto.embedder.v1.CorpusFormat;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;
import org.knnlm.proto.embedder.v1.DescribeDatastoreRequest;
import org.knnlm.proto.embedder.v1.DescribeDatastoreResponse;
import org.knnlm.proto.embedder.v1.WatchDatastoreRequest;
import org.knnlm.proto.embedder.v1.WatchDatastoreResponse;
import org.knnlm.proto.embedder.v1.WatchDatastoreResponse.Stage;
import org.knnlm.proto.lm.v1.HiddenState;

/** The packaged service, with the packaged lm-service and the model of the repository. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EmbedderIT {
  @TempDir static Path folder;
  private static Services services;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    services = new Services(folder);
    services.startLm(Models.tinyFacts());
    services.startEmbedder();
    corpus(
        "small.jsonl",
        "{\"text\": \"Gold is a metal.\"}\n{\"text\": \"\"}\n{\"text\": \"So is tin.\"}");
    corpus("large.txt", lines(2500, "%d"));
    corpus(
        "middle.txt", lines(3000, "%1$d is one less than a number, which is one more than %1$d."));
    corpus(
        "huge.txt", lines(20000, "%1$d is one less than a number, which is one more than %1$d."));
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
  }

  private static String lines(int count, String format) {
    return String.join("\n", IntStream.range(0, count).mapToObj(format::formatted).toList());
  }

  @Test
  void aDatastoreIsMadeAndDescribed() throws IOException {
    create("small", "small.jsonl");
    WatchDatastoreResponse done = watch("small").getLast();
    assertThat(done.getStage()).isEqualTo(Stage.STAGE_DONE);
    assertThat(done.getDocuments()).isEqualTo(2);
    assertThat(done.getKeysDone()).isPositive().isEqualTo(done.getKeysTotal());
    assertThat(done.getRemainingSeconds()).isZero();

    DescribeDatastoreResponse description = describe("small");
    assertThat(description.getNumKeys()).isEqualTo(done.getKeysTotal());
    assertThat(description.getTokens()).isEqualTo(description.getNumKeys() + 1);
    assertThat(description.getDocuments()).isEqualTo(2);
    assertThat(description.getModelType()).isEqualTo("llama");
    assertThat(description.getModelSha256()).hasSize(64);
    assertThat(description.getKey()).isEqualTo(HiddenState.HIDDEN_STATE_LAST_FFN_INPUT);
    assertThat(description.getBlockSize()).isEqualTo(2 * description.getStride());
    try (var datastore = Datastore.open(services.datastores().resolve("small"))) {
      assertThat(datastore.size()).isEqualTo(description.getNumKeys());
      assertThat(datastore.dimension()).isEqualTo(description.getDimension());
      datastore.verify();
    }
  }

  @Test
  void theOtherHiddenStateGivesOtherKeys() throws IOException {
    make("input", "small.jsonl");
    services
        .stub()
        .createDatastore(
            request("output", "small.jsonl")
                .setKey(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT)
                .build());
    watch("output");
    assertThat(describe("output").getKey()).isEqualTo(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT);
    try (var input = Datastore.open(services.datastores().resolve("input"));
        var output = Datastore.open(services.datastores().resolve("output"))) {
      float[] one = new float[input.dimension()];
      float[] other = new float[output.dimension()];
      input.key(3, one, 0);
      output.key(3, other, 0);
      assertThat(one).isNotEqualTo(other);
      assertThat(input.value(3)).isEqualTo(output.value(3));
    }
  }

  @Test
  void documentsAreAppended() throws IOException {
    make("began", "small.jsonl");
    make("alone", "large.txt");
    services.stub().createDatastore(request("grown", "large.txt").setAppendTo("began").build());
    assertThat(watch("grown").getLast().getKeysTotal()).isEqualTo(describe("alone").getNumKeys());
    DescribeDatastoreResponse grown = describe("grown");
    assertThat(grown.getNumKeys())
        .isEqualTo(describe("began").getNumKeys() + describe("alone").getNumKeys());
    assertThat(grown.getDocuments()).isEqualTo(2502);
    assertThat(grown.getBasesList()).containsExactly("began");
    try (var alone = Datastore.open(services.datastores().resolve("alone"));
        var datastore = Datastore.open(services.datastores().resolve("grown"))) {
      assertThat(Files.mismatch(datastore.keysFile(), alone.keysFile())).isEqualTo(-1);
      assertThat(Files.mismatch(datastore.valuesFile(), alone.valuesFile())).isEqualTo(-1);
      datastore.verify();
    }
    assertField("append_to", request("x", "large.txt").setAppendTo("nobody"), "is called nobody");
    assertField("append_to", request("x", "large.txt").setAppendTo("../x"), "allowed are");
    assertField(
        "append_to",
        request("x", "large.txt")
            .setAppendTo("grown")
            .setKey(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT),
        "its key is LAST_FFN_INPUT, wanted is LAST_FFN_OUTPUT");
  }

  @Test
  void severalWatchersSeeTheSameJob() throws Exception {
    create("watched", "large.txt");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<List<WatchDatastoreResponse>> watcher = () -> watch("watched");
      List<Future<List<WatchDatastoreResponse>>> watchers =
          IntStream.range(0, 4).mapToObj(i -> threads.submit(watcher)).toList();
      // the fifth goes, the job stays
      try (var context = Context.current().withCancellation()) {
        context.run(() -> stream("watched").next());
      }
      for (Future<List<WatchDatastoreResponse>> seen : watchers) {
        assertProgress(seen.get());
      }
    }
    DescribeDatastoreResponse description = describe("watched");
    assertThat(description.getDocuments()).isEqualTo(2500);
    try (var datastore = Datastore.open(services.datastores().resolve("watched"))) {
      assertThat(datastore.manifest().orElseThrow().parts()).hasSize(3);
      datastore.verify();
    }
  }

  private static void assertProgress(List<WatchDatastoreResponse> replies) {
    for (int i = 1; i < replies.size(); i++) {
      WatchDatastoreResponse before = replies.get(i - 1);
      WatchDatastoreResponse after = replies.get(i);
      assertThat(after.getStageValue()).isGreaterThanOrEqualTo(before.getStageValue());
      assertThat(after.getDocuments()).isGreaterThanOrEqualTo(before.getDocuments());
      assertThat(after.getKeysDone()).isGreaterThanOrEqualTo(before.getKeysDone());
      assertThat(after.getElapsedSeconds()).isGreaterThanOrEqualTo(before.getElapsedSeconds());
    }
    assertThat(replies).anyMatch(reply -> reply.getStage() == Stage.STAGE_EMBEDDING);
    WatchDatastoreResponse last = replies.getLast();
    assertThat(last.getStage()).isEqualTo(Stage.STAGE_DONE);
    assertThat(last.getKeysDone()).isEqualTo(last.getKeysTotal());
    assertThat(last.getKeysPerSecond()).isPositive();
  }

  @Test
  void aNameIsGivenOnce() {
    create("twice", "large.txt");
    assertCode(Status.Code.ALREADY_EXISTS, () -> create("twice", "small.jsonl"));
    watch("twice");
    assertCode(Status.Code.ALREADY_EXISTS, () -> create("twice", "small.jsonl"));
  }

  @Test
  void jobsQueueUp() {
    create("first", "large.txt");
    create("second", "small.jsonl");
    assertThat(watch("second").getLast().getStage()).isEqualTo(Stage.STAGE_DONE);
    assertThat(describe("first").getDocuments()).isEqualTo(2500);
  }

  @Test
  void fieldsAreChecked() throws IOException {
    corpus("data.dat", "a\n");
    corpus("blank.txt", "\n \n");
    corpus("torn.jsonl", "{\"text\": \"a");
    corpus("other.jsonl", "{\"content\": \"a\"}");
    Files.createDirectories(services.corpora().resolve("folder.txt"));
    Files.writeString(folder.resolve("outside.txt"), "a\n");

    assertField("name", request("", "small.jsonl"), "found \"\"");
    assertField("name", request("../evil", "small.jsonl"), "found \"../evil\"");
    assertField("name", request("Upper", "small.jsonl"), "found \"Upper\"");
    assertField("corpus", request("x", ""), "empty");
    assertField("corpus", request("x", "none.jsonl"), "does not exist");
    assertField("corpus", request("x", "../outside.txt"), "lies outside");
    assertField("corpus", request("x", folder + "/outside.txt"), "lies outside");
    assertField("corpus", request("x", "folder.txt"), "no file of a known layout in this folder");
    assertField("corpus", request("x", "blank.txt"), "has no document, found 2 blank ones");
    assertField("corpus", request("x", "torn.jsonl"), "torn.jsonl, line 1: malformed JSON");
    assertField(
        "corpus", request("x", "other.jsonl"), "line 1: no field \"text\", found [content]");
    assertField("format", request("x", "data.dat"), "the extension of data.dat does not tell it");
    assertField("format", request("x", "small.jsonl").setFormatValue(9), "found 9");
    assertField("key", request("x", "small.jsonl").setKeyValue(9), "found 9");
    assertField(
        "text_field", request("x", "large.txt").setTextField("t"), "large.txt has no fields");
    assertCode(Status.Code.NOT_FOUND, () -> watch("x"));
    assertThat(names()).noneMatch(name -> name.contains("x"));

    services
        .stub()
        .createDatastore(
            request("formats", "data.dat").setFormat(CorpusFormat.CORPUS_FORMAT_LINES).build());
    watch("formats");
    services
        .stub()
        .createDatastore(request("fields", "other.jsonl").setTextField("content").build());
    watch("fields");
    assertThat(describe("fields").getNumKeys()).isEqualTo(describe("formats").getNumKeys());
  }

  @Test
  void aJobThatFailsSaysWhyAndLeavesNothing() throws IOException {
    corpus("late.jsonl", "{\"text\": \"a\"}\n{\"text\": 5}\n");
    create("late", "late.jsonl");
    StatusRuntimeException error = assertCode(Status.Code.INVALID_ARGUMENT, () -> watch("late"));
    assertThat(Errors.fields(error)).containsExactly("corpus");
    assertThat(error).hasMessageContaining("late.jsonl, line 2: field \"text\" is a number");
    assertThat(names()).noneMatch(name -> name.contains("late"));
    assertCode(Status.Code.INVALID_ARGUMENT, () -> watch("late"));
    assertCode(Status.Code.NOT_FOUND, () -> describe("late"));
    make("late", "small.jsonl");
    assertThat(describe("late").getDocuments()).isEqualTo(2);
  }

  @Test
  void unknownDatastores() {
    assertCode(Status.Code.NOT_FOUND, () -> describe("nobody"));
    assertCode(Status.Code.NOT_FOUND, () -> watch("nobody"));
    assertThat(Errors.fields(assertCode(Status.Code.INVALID_ARGUMENT, () -> describe("No"))))
        .containsExactly("name");
    assertThat(Errors.fields(assertCode(Status.Code.INVALID_ARGUMENT, () -> watch("No"))))
        .containsExactly("name");
  }

  @Test
  void damageIsNamed() throws IOException {
    make("damaged", "small.jsonl");
    Path manifest = services.datastores().resolve("damaged/datastore.json");
    String whole = Files.readString(manifest);
    Files.writeString(manifest, whole.substring(0, whole.length() / 2));
    assertThat(assertCode(Status.Code.DATA_LOSS, () -> describe("damaged")))
        .hasMessageContaining(manifest.toString());
    Files.writeString(manifest, whole.replace("\"version\" : 2", "\"version\" : 4"));
    assertThat(assertCode(Status.Code.FAILED_PRECONDITION, () -> describe("damaged")))
        .hasMessageContaining("found format version 4, expected 1 to 3");
  }

  @Test
  void theReferencesFolderIsDescribed() throws IOException {
    Path reference = Files.createDirectories(services.datastores().resolve("reference"));
    Files.write(reference.resolve("dstore_mistral_3_2_keys.npy"), new byte[12]);
    Files.write(reference.resolve("dstore_mistral_3_2_vals.npy"), new byte[12]);
    DescribeDatastoreResponse description = describe("reference");
    assertThat(description.getNumKeys()).isEqualTo(3);
    assertThat(description.getDimension()).isEqualTo(2);
    assertThat(description.getModelType()).isEqualTo("mistral");
    assertThat(description.getKey()).isEqualTo(HiddenState.HIDDEN_STATE_UNSPECIFIED);
    assertThat(watch("reference"))
        .singleElement()
        .extracting(WatchDatastoreResponse::getStage)
        .isEqualTo(Stage.STAGE_DONE);
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void aStoppedServiceGoesOnAndStartsAnewForAnotherCorpus() throws Exception {
    startEmbedding("stopped", "middle.txt");
    services.embedder().close();
    assertThat(names()).contains(".stopped.partial").doesNotContain("stopped");

    services.startEmbedder();
    startEmbedding("killed", "huge.txt");
    services.embedder().process().destroyForcibly().waitFor();
    assertThat(names()).contains(".killed.partial").doesNotContain("killed");

    services.startEmbedder();
    assertCode(Status.Code.NOT_FOUND, () -> describe("killed"));
    make("killed", "small.jsonl");
    assertThat(describe("killed").getDocuments()).isEqualTo(2);
    make("stopped", "middle.txt");
    assertThat(describe("stopped").getDocuments()).isEqualTo(3000);
    assertThat(names()).contains("killed", "stopped").noneMatch(name -> name.endsWith(".partial"));
    try (var datastore = Datastore.open(services.datastores().resolve("stopped"))) {
      datastore.verify();
    }
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void withoutLmServiceAJobFailsAndTheServiceStays() throws Exception {
    startEmbedding("orphan", "huge.txt");
    services.lm().process().destroyForcibly().waitFor();
    String address = "lm-service at 127.0.0.1:" + services.lmPort();
    assertThat(assertCode(Status.Code.UNAVAILABLE, () -> watch("orphan")))
        .hasMessageContaining(address + " is unavailable after ");
    assertThat(names()).contains(".orphan.partial").doesNotContain("orphan");
    assertThat(assertCode(Status.Code.UNAVAILABLE, () -> create("orphan", "small.jsonl")))
        .hasMessageContaining(address);
    services.startLm(Models.tinyFacts());
    make("orphan", "small.jsonl");
  }

  /** Starts a job and returns when it has written its first keys. */
  private static void startEmbedding(String name, String corpus) {
    create(name, corpus);
    try (var context = Context.current().withCancellation()) {
      context.run(
          () -> {
            Iterator<WatchDatastoreResponse> replies = stream(name);
            while (replies.next().getKeysDone() == 0) {
              assertThat(replies.hasNext()).isTrue();
            }
          });
    }
  }

  private static CreateDatastoreRequest.Builder request(String name, String corpus) {
    return CreateDatastoreRequest.newBuilder().setName(name).setCorpus(corpus);
  }

  private static void create(String name, String corpus) {
    assertThat(services.stub().createDatastore(request(name, corpus).build()).getName())
        .isEqualTo(name);
  }

  private static void make(String name, String corpus) {
    create(name, corpus);
    watch(name);
  }

  private static Iterator<WatchDatastoreResponse> stream(String name) {
    return services.stub().watchDatastore(WatchDatastoreRequest.newBuilder().setName(name).build());
  }

  private static List<WatchDatastoreResponse> watch(String name) {
    List<WatchDatastoreResponse> replies = new ArrayList<>();
    stream(name).forEachRemaining(replies::add);
    return replies;
  }

  private static DescribeDatastoreResponse describe(String name) {
    return services
        .stub()
        .describeDatastore(DescribeDatastoreRequest.newBuilder().setName(name).build());
  }

  private static void assertField(
      String field, CreateDatastoreRequest.Builder request, String problem) {
    StatusRuntimeException error =
        assertCode(
            Status.Code.INVALID_ARGUMENT, () -> services.stub().createDatastore(request.build()));
    assertThat(Errors.fields(error)).as(error.getMessage()).containsExactly(field);
    assertThat(error).hasMessageContaining(problem);
  }

  private static StatusRuntimeException assertCode(Status.Code code, ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).as(error.getMessage()).isEqualTo(code);
    return error;
  }

  private static void corpus(String name, String content) throws IOException {
    Files.writeString(services.corpora().resolve(name), content);
  }

  private static List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(services.datastores())) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
