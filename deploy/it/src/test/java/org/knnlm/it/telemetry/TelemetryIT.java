package org.knnlm.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.it.telemetry.SpanReceiver.Received;
import org.knnlm.local.EvalClient;
import org.knnlm.local.LocalStack;
import org.knnlm.local.Pipeline;
import org.knnlm.local.ServiceProcess;
import org.knnlm.proto.index.v1.BuildIndexRequest;

/** What operators see of the four packaged services at work, and when one of them is lost. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TelemetryIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final Path CHART = ROOT.resolve("deploy/helm/knnlm");
  private static final Path FACTS = ROOT.resolve("deploy/local/tinyfacts");
  private static final String LM = "knnlm.lm.v1.LanguageModel/";
  private static final String INDEX = "knnlm.index.v1.NearestNeighbors/";
  private static final int EXAMPLES = 60;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir static Path data;
  private static SpanReceiver receiver;
  private static LocalStack stack;
  private static EvalClient eval;
  private static String ofTask;
  private static String ofText;

  @BeforeAll
  static void start() throws Exception {
    Path given = Path.of(TelemetryIT.class.getResource("/dashboard").toURI());
    copy(given, "tasks/capitals.yaml");
    copy(given, "data-sets/dashboard/capitals.jsonl");
    makeManyExamples();
    receiver = new SpanReceiver();
    stack =
        LocalStack.start(
            ROOT,
            FACTS.resolve("tinyfacts-2.8m"),
            data,
            Map.of(
                "otel.exporter.otlp.endpoint",
                receiver.endpoint(),
                "quarkus.otel.bsp.schedule.delay",
                "100ms",
                "quarkus.log.console.json.enabled",
                "true",
                "quarkus.log.category.\"org.knnlm\".level",
                "DEBUG"));
    eval = new EvalClient(stack.evalPort());
    try (var pipeline = new Pipeline(stack)) {
      Path some =
          Files.write(
              data.resolve("some.jsonl"),
              Files.readAllLines(FACTS.resolve("corpus.jsonl")).subList(0, 100));
      pipeline.createDatastore("facts", some, progress -> {});
      pipeline.buildIndex(
          BuildIndexRequest.newBuilder().setDatastore("facts").build(), progress -> {});
    }
    ofTask = eval.start(task("capitals"));
    eval.follow(ofTask, progress -> {});
    ObjectNode run = JSON.createObjectNode();
    run.put("protocol", "wikitext").put("text", FACTS.resolve("text.txt").toString());
    ofText = eval.start(run);
    eval.follow(ofText, progress -> {});
  }

  /** A run of them is not over before services are lost. */
  private static void makeManyExamples() throws IOException {
    List<String> few = Files.readAllLines(data.resolve("data-sets/dashboard/capitals.jsonl"));
    Files.write(
        data.resolve("data-sets/dashboard/many.jsonl"),
        Collections.nCopies(100, few).stream().flatMap(List::stream).toList());
    String task = Files.readString(data.resolve("tasks/capitals.yaml"));
    Files.writeString(data.resolve("tasks/many.yaml"), task.replace("capitals", "many"));
  }

  private static void copy(Path from, String file) throws IOException {
    Path to = data.resolve(file);
    Files.createDirectories(to.getParent());
    Files.copy(from.resolve(file), to);
  }

  private static ObjectNode task(String name) {
    ObjectNode run = JSON.createObjectNode();
    run.putArray("tasks").add(name);
    run.putArray("settings")
        .addObject()
        .put("datastore", "facts")
        .put("k", 16)
        .put("temperature", 10)
        .put("lambda", 0.25);
    return run;
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      eval.close();
      stack.close();
    }
    receiver.close();
  }

  private static ServiceProcess service(String name) {
    return stack.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static <T> void await(Callable<T> found, T expected) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!expected.equals(found.call()) && System.nanoTime() < deadline) {
      Thread.sleep(200);
    }
    assertThat(found.call()).isEqualTo(expected);
  }

  @Test
  @Order(1)
  void boardAndAlertsAskForWhatServicesExpose() throws Exception {
    Set<String> exposed =
        stack.services().stream()
            .flatMap(service -> metrics(service).keySet().stream())
            .collect(Collectors.toSet());
    Set<String> names =
        exposed.stream()
            .map(metric -> metric.replaceFirst("\\{.*", ""))
            .collect(Collectors.toSet());
    for (String file :
        List.of(
            "files/board.json",
            "templates/alerts.yaml",
            "charts/lm-service/templates/autoscaling.yaml")) {
      String text = Files.readString(CHART.resolve(file));
      assertThat(names).as(file).containsAll(Expressions.metrics(text));
      assertThat(Expressions.labels(text))
          .as("labels in " + file)
          .allMatch(label -> exposed.stream().anyMatch(m -> m.matches(".*[{,]" + label + "=.*")));
    }
    assertThat(Expressions.metrics(Files.readString(CHART.resolve("files/board.json"))))
        .as("services on the board")
        .extracting(name -> name.replaceFirst("knnlm_([a-z]+)_.*", "$1"))
        .contains("lm", "index", "embedder", "eval");
  }

  private static Map<String, Double> metrics(ServiceProcess service) {
    try {
      return Exposed.metrics(service);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Order(1)
  void figuresAreThoseOfTheWork() throws Exception {
    Map<String, Double> embedder = metrics(service("embedder-service"));
    double keys = embedder.get("knnlm_embedder_keys_total");
    assertThat(keys).isPositive();
    assertThat(embedder)
        .containsEntry("knnlm_embedder_saved_total", 1.0)
        .containsEntry("knnlm_embedder_failed_total", 0.0)
        .containsEntry("knnlm_embedder_parts_total", 1.0)
        .containsEntry("knnlm_embedder_keys_left", 0.0)
        .containsEntry("knnlm_embedder_waiting", 0.0);
    assertThat(embedder.get("knnlm_embedder_tokens_total")).isGreaterThan(keys);

    Map<String, Double> index = metrics(service("index-service"));
    assertThat(index)
        .containsEntry("knnlm_index_datastores", 1.0)
        .containsEntry("knnlm_index_shards", 1.0)
        .containsEntry("knnlm_index_keys", keys)
        .containsEntry("knnlm_index_build_seconds_count", 1.0)
        .containsEntry("knnlm_index_builds_failed_total", 0.0)
        .containsEntry("knnlm_index_builds_running", 0.0)
        .containsEntry("knnlm_index_queue_queries", 0.0)
        .containsEntry("knnlm_index_peers", 0.0)
        .containsEntry("knnlm_index_incomplete_total", 0.0);
    assertThat(index.get("knnlm_index_build_seconds_sum")).isPositive();
    double calls = index.get("knnlm_index_search_seconds_count");
    double requests = index.get("knnlm_index_requests_total");
    assertThat(calls).isPositive();
    assertThat(requests).isGreaterThanOrEqualTo(calls);
    assertThat(index.get("knnlm_index_queries_total")).isGreaterThan(requests);

    Map<String, Double> figures = metrics(service("eval-service"));
    assertThat(figures)
        .containsEntry("knnlm_eval_example_seconds_count{item=\"example\"}", (double) EXAMPLES)
        .containsEntry("knnlm_eval_examples_failed_total{item=\"example\"}", 0.0)
        .containsEntry("knnlm_eval_waiting{lacking=\"lm-service\"}", 0.0);
    assertThat(figures.get("knnlm_eval_example_seconds_count{item=\"window\"}"))
        .isEqualTo(eval.run(ofText).path("windowsDone").asDouble());
    await(() -> metrics(service("eval-service")).get("knnlm_eval_runs{state=\"done\"}"), 2.0);
    assertThat(metrics(service("eval-service")))
        .containsEntry("knnlm_eval_examples_left{item=\"example\"}", 0.0)
        .containsEntry("knnlm_eval_examples_left{item=\"window\"}", 0.0);
    assertThat(figures.keySet())
        .anyMatch(
            name ->
                name.startsWith("grpc_client_processing_duration_seconds_count")
                    && name.contains("method=\"Score\""));
  }

  @Test
  @Order(1)
  void aBatchOfExamplesIsOneTraceThroughThreeServices() throws Exception {
    Received batch = root("evaluate examples");
    Received asked = child(batch, "eval-service", SpanKind.SPAN_KIND_CLIENT, LM + "Score");
    Received scored = child(asked, "lm-service", SpanKind.SPAN_KIND_SERVER, LM + "Score");
    Received searched =
        child(scored, "lm-service", SpanKind.SPAN_KIND_CLIENT, INDEX + "TokenProbabilities");
    child(searched, "index-service", SpanKind.SPAN_KIND_SERVER, INDEX + "TokenProbabilities");
    assertThat(batch.span().getAttributesList())
        .anyMatch(
            attribute ->
                attribute.getKey().equals("knnlm.run")
                    && attribute.getValue().getIntValue() == Long.parseLong(ofTask));

    Received windows = root("evaluate windows");
    Received scoring = child(windows, "eval-service", SpanKind.SPAN_KIND_CLIENT, LM + "Score");
    child(scoring, "lm-service", SpanKind.SPAN_KIND_SERVER, LM + "Score");
  }

  private static Received root(String name) throws InterruptedException {
    return receiver.await(
        name,
        span ->
            span.is("eval-service", SpanKind.SPAN_KIND_INTERNAL, name)
                && span.span().getParentSpanId().isEmpty());
  }

  private static Received child(Received parent, String service, SpanKind kind, String name)
      throws InterruptedException {
    return receiver.await(
        "%s of %s under %s".formatted(name, service, parent),
        span -> span.isChildOf(parent) && span.is(service, kind, name));
  }

  /** Nobody wants to see that services look whether others are there. */
  @Test
  @Order(1)
  void probesAreInNoTrace() throws Exception {
    for (ServiceProcess service : stack.services()) {
      Exposed.check(service, "");
      Exposed.metrics(service);
    }
    Thread.sleep(1000);
    assertThat(receiver.all(span -> span.span().getName().contains("Health"))).isEmpty();
    assertThat(receiver.all(span -> span.span().getName().contains("/q/"))).isEmpty();
  }

  @Test
  @Order(1)
  void logsAreObjectsWithRunRequestAndTrace() throws Exception {
    Received scored = root("evaluate examples");
    String trace = HexFormat.of().formatHex(scored.span().getTraceId().toByteArray());
    for (String name : List.of("lm-service", "index-service")) {
      assertThat(lines(name))
          .as(name)
          .anySatisfy(
              line -> {
                JsonNode labels = line.get("mdc");
                assertThat(labels.path("run").asText()).isEqualTo(ofTask);
                assertThat(labels.path("request").asText()).isNotEmpty();
                assertThat(labels.path("traceId").asText()).isEqualTo(trace);
                assertThat(line.get("message").asText()).contains("OK after");
              });
    }
    assertThat(lines("eval-service"))
        .anySatisfy(
            line -> {
              assertThat(line.at("/mdc/run").asText()).isEqualTo(ofText);
              assertThat(line.get("message").asText()).contains("run %s: DONE".formatted(ofText));
            });
    assertThat(lines("embedder-service")).isNotEmpty();
  }

  @Test
  @Order(1)
  void anHttpRequestIsFoundInTheLogsOfServicesThatItNeeds() throws Exception {
    ServiceProcess service = service("eval-service");
    assertThat(Exposed.requestId(service, "/api/services", "by-hand.1")).isEqualTo("by-hand.1");
    assertThat(lines("lm-service"))
        .anyMatch(line -> line.at("/mdc/request").asText().equals("by-hand.1"));
    assertThat(Exposed.requestId(service, "/api/services", "not { one")).matches("[0-9a-f]{16}");
  }

  private static List<JsonNode> lines(String service) throws IOException {
    try (Stream<String> lines = Files.lines(service(service).log())) {
      // The JVM and native libraries write lines of their own
      return lines.filter(line -> line.startsWith("{")).map(TelemetryIT::json).toList();
    }
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  @Test
  @Order(2)
  void healthSaysWhatIsMissingAndMetricsWhatRunsWaitFor() throws Exception {
    ServiceProcess evalService = service("eval-service");
    ServiceProcess lmService = service("lm-service");
    assertThat(Exposed.check(evalService, "lm-service").at("/data/model").asText())
        .isEqualTo("tinyfacts-2.8m");
    assertThat(Exposed.check(evalService, "index-service").get("status").asText()).isEqualTo("UP");
    assertThat(Exposed.check(service("index-service"), "open datastores").at("/data/open").asInt())
        .isEqualTo(1);

    String run = eval.start(task("many"));
    await(() -> eval.run(run).path("examplesDone").asInt() > 0, true);

    service("index-service").process().destroyForcibly().waitFor();
    for (ServiceProcess service : List.of(evalService, lmService)) {
      JsonNode index = Exposed.check(service, "index-service");
      assertThat(index.get("status").asText()).isEqualTo("DOWN");
      assertThat(index.at("/data/reason").asText())
          .isEqualTo("index-service does not answer: UNAVAILABLE");
    }
    awaitWaiting("index-service");

    lmService.process().destroyForcibly().waitFor();
    awaitWaiting("lm-service");
    assertThat(Exposed.check(evalService, "lm-service").at("/data/reason").asText())
        .contains("lm-service does not answer (UNAVAILABLE)");
    assertThat(Exposed.check(service("embedder-service"), "lm-service").at("/data/reason").asText())
        .isEqualTo("lm-service does not answer: UNAVAILABLE");

    ProcessHandle.of(postgres()).orElseThrow().destroyForcibly();
    awaitWaiting("database");
    await(
        () ->
            Exposed.check(evalService, "Database connections health check").get("status").asText(),
        "DOWN");
  }

  private static long postgres() throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("postgres"))) {
      Path file = files.filter(f -> f.endsWith("postmaster.pid")).findFirst().orElseThrow();
      return Long.parseLong(Files.readAllLines(file).getFirst().strip());
    }
  }

  private static void awaitWaiting(String lacking) throws Exception {
    String name = "knnlm_eval_waiting{lacking=\"%s\"}".formatted(lacking);
    await(() -> metrics(service("eval-service")).get(name) > 0, true);
  }
}
