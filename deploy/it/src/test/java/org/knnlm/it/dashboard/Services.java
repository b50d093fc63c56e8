package org.knnlm.it.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knnlm.grpc.Tensors;
import org.knnlm.local.EvalClient;
import org.knnlm.local.LocalStack;
import org.knnlm.local.Pipeline;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.SearchResponse;
import org.knnlm.proto.index.v1.Softmax;
import org.knnlm.proto.index.v1.TokenProbabilitiesRequest;

/** All services with a datastore, tasks of their own, and runs. */
final class Services implements AutoCloseable {
  /** Examples of the task "many". */
  static final int MANY = 100_000;

  /** Of bob, who reads, where accounts are asked for. */
  static final String PASSWORD = "correct horse battery";

  private static final int DIMENSION = 192;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final Path TINYFACTS = ROOT.resolve("deploy/local/tinyfacts");

  private final LocalStack stack;
  private final EvalClient eval;
  private String tasks;
  private String text;
  private String repeated;

  private Services(LocalStack stack) {
    this.stack = stack;
    this.eval = new EvalClient(stack.evalPort());
  }

  static Services start(Path data) throws Exception {
    copy(Path.of(Services.class.getResource("/dashboard").toURI()), data);
    makeManyExamples(data);
    var services = new Services(LocalStack.start(ROOT, TINYFACTS.resolve("tinyfacts-2.8m"), data));
    try {
      services.makeDatastore();
      services.makeRuns();
      return services;
    } catch (Exception e) {
      services.close();
      throw e;
    }
  }

  private void makeDatastore() {
    try (var pipeline = new Pipeline(stack)) {
      pipeline.createDatastore("demo", TINYFACTS.resolve("corpus.jsonl"), progress -> {});
      pipeline.buildIndex(
          BuildIndexRequest.newBuilder().setDatastore("demo").setNlist(128).build(),
          progress -> {});
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private static void makeManyExamples(Path data) throws IOException {
    Path capitals = data.resolve("data-sets/dashboard/capitals.jsonl");
    List<String> few = Files.readAllLines(capitals);
    Files.write(
        data.resolve("data-sets/dashboard/many.jsonl"),
        IntStream.range(0, MANY).mapToObj(i -> few.get(i % few.size())).toList());
    String task = Files.readString(data.resolve("tasks/capitals.yaml"));
    Files.writeString(data.resolve("tasks/many.yaml"), task.replace("capitals", "many"));
  }

  private void makeRuns() throws Exception {
    ObjectNode ofText =
        JSON.createObjectNode()
            .put("name", "Held-out facts, a grid")
            .put("protocol", "wikitext")
            .put("text", TINYFACTS.resolve("text.txt").toString());
    for (int k : new int[] {16, 128, 1024}) {
      for (int temperature : new int[] {1, 10, 100}) {
        for (double lambda : new double[] {0.25, 0.6}) {
          setting(ofText, k, temperature, lambda);
        }
      }
    }
    ObjectNode ofTasks = run("capitals", "languages").put("name", "Facts, two settings");
    setting(ofTasks, 1024, 10, 0.6);
    setting(ofTasks, 64, 10, 0.25);
    ObjectNode other = run("capitals").put("name", "Capitals, more neighbours' weight");
    setting(other, 1024, 10, 0.9);
    text = submit(ofText);
    tasks = submit(ofTasks);
    repeated = submit(other);
    await(text);
    await(tasks);
    await(repeated);
  }

  /** A run of tasks. */
  static ObjectNode run(String... tasks) {
    ObjectNode run = JSON.createObjectNode();
    Stream.of(tasks).forEach(run.putArray("tasks")::add);
    return run;
  }

  private static void setting(ObjectNode run, int k, double temperature, double lambda) {
    run.withArray("settings")
        .addObject()
        .put("datastore", "demo")
        .put("k", k)
        .put("temperature", temperature)
        .put("lambda", lambda)
        .put("exactDistances", true);
  }

  /** Starts a run. */
  String submit(ObjectNode run) throws Exception {
    return eval.start(run);
  }

  /** Waits until a run has ended. */
  void await(String run) throws Exception {
    eval.follow(run, progress -> {});
  }

  /** JSON of a path. */
  JsonNode get(String path) throws Exception {
    return JSON.readTree(eval.get(path));
  }

  /** A run of two tasks under two settings. */
  String tasks() {
    return tasks;
  }

  /** A run of a text under a grid of settings. */
  String text() {
    return text;
  }

  /** A run of one of the tasks under another setting. */
  String repeated() {
    return repeated;
  }

  String address() {
    return eval.address();
  }

  /**
   * Neighbours of a query.
   *
   * @param query the query
   * @param target a token: the nearest one's value
   * @param distances of all, nearest first
   * @param isTarget whether the value of each is the target
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Neighbours(float[] query, int target, List<Double> distances, List<Boolean> isTarget) {}

  /** The k nearest of some query, from index-service. */
  Neighbours neighbours(int k, boolean exact) {
    var random = new Random(1);
    float[] query = new float[DIMENSION];
    for (int i = 0; i < query.length; i++) {
      query[i] = (float) random.nextGaussian();
    }
    SearchResponse found =
        index(
            stub ->
                stub.search(
                        SearchRequest.newBuilder()
                            .setDatastore("demo")
                            .setQueries(Tensors.fp32(query, 1, DIMENSION))
                            .setK(k)
                            .setExactDistances(exact)
                            .build())
                    .next());
    int[] tokens = Tensors.ints(found.getTokenIds(), "token_ids");
    float[] distances = Tensors.floats(found.getDistances(), "distances");
    return new Neighbours(
        query,
        tokens[0],
        IntStream.range(0, k).mapToObj(i -> (double) distances[i]).toList(),
        IntStream.of(tokens).mapToObj(token -> token == tokens[0]).toList());
  }

  /** p_kNN of their target, from index-service. */
  double probability(Neighbours of, int k, float temperature, boolean exact) {
    TokenProbabilitiesRequest request =
        TokenProbabilitiesRequest.newBuilder()
            .setDatastore("demo")
            .setQueries(Tensors.fp32(of.query(), 1, DIMENSION))
            .addTargetTokenIds(of.target())
            .addSoftmaxes(Softmax.newBuilder().setK(k).setTemperature(temperature))
            .setExactDistances(exact)
            .build();
    return Tensors.floats(
        index(stub -> stub.tokenProbabilities(request).next()).getProbabilities(), "probabilities")[
        0];
  }

  private <T> T index(Function<NearestNeighborsGrpc.NearestNeighborsBlockingStub, T> call) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", stack.indexPort()).usePlaintext().build();
    try {
      return call.apply(NearestNeighborsGrpc.newBlockingStub(channel));
    } finally {
      channel.shutdownNow();
    }
  }

  /** An eval-service of its own that asks for accounts. */
  record Guarded(ServiceProcess process, String address) implements AutoCloseable {
    @Override
    public void close() {
      process.close();
    }
  }

  /** Starts it beside the others. */
  Guarded guarded(Path data) throws IOException, InterruptedException {
    int port = new Ports().free();
    ServiceProcess process =
        ServiceProcess.start(
            ROOT,
            "eval-service",
            port,
            Map.of(
                "quarkus.http.port",
                Integer.toString(port),
                "quarkus.grpc.clients.lm.port",
                Integer.toString(stack.lmPort()),
                "quarkus.grpc.clients.index.port",
                Integer.toString(stack.indexPort()),
                "knnlm.database",
                data.resolve("postgres").toString(),
                "knnlm.security.accounts",
                "bob:reader:" + PASSWORD),
            data.resolve("eval-service.log"));
    try {
      process.awaitReady(Duration.ofMinutes(5));
    } catch (IOException | InterruptedException e) {
      process.close();
      throw e;
    }
    return new Guarded(process, "http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    eval.close();
    stack.close();
  }
}
