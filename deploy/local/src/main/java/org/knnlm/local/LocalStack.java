package org.knnlm.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The four services and their PostgreSQL on the loopback interface of one machine. Whoever starts
 * it closes it; then no process stays behind.
 */
public final class LocalStack implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);

  private final Deque<ServiceProcess> services = new ArrayDeque<>();
  private final Map<String, String> more;
  private final int lmPort;
  private final int indexPort;
  private final int embedderPort;
  private final int evalPort;

  private LocalStack(
      Map<String, String> more, int lmPort, int indexPort, int embedderPort, int evalPort) {
    this.more = more;
    this.lmPort = lmPort;
    this.indexPort = indexPort;
    this.embedderPort = embedderPort;
    this.evalPort = evalPort;
  }

  /**
   * Starts everything and waits until it is ready.
   *
   * @param root the repository, built
   * @param model Hugging Face directory of the model
   * @param data folder of this installation: datastores, data sets and further tasks, logs, the
   *     database
   */
  public static LocalStack start(Path root, Path model, Path data)
      throws IOException, InterruptedException {
    return start(root, model, data, Map.of());
  }

  /**
   * The same, with settings that all services get.
   *
   * @param more system properties
   */
  public static LocalStack start(Path root, Path model, Path data, Map<String, String> more)
      throws IOException, InterruptedException {
    var ports = new Ports();
    var stack =
        new LocalStack(
            more,
            ports.freeOrOther(9001),
            ports.freeOrOther(9002),
            ports.freeOrOther(9003),
            ports.freeOrOther(8080));
    String datastores = data.resolve("datastores").toString();
    Map<String, String> lm = client("lm", stack.lmPort);
    Map<String, String> index = client("index", stack.indexPort);
    try {
      stack.add(
          root,
          data,
          "index-service",
          ports.freeOrOther(8002),
          stack.indexPort,
          Map.of("knnlm.datastores", datastores));
      stack.add(
          root,
          data,
          "lm-service",
          ports.freeOrOther(8001),
          stack.lmPort,
          merged(index, Map.of("knnlm.model.path", model.toString())));
      stack.add(
          root,
          data,
          "embedder-service",
          ports.freeOrOther(8003),
          stack.embedderPort,
          merged(lm, Map.of("knnlm.datastores", datastores)));
      stack.add(
          root,
          data,
          "eval-service",
          stack.evalPort,
          0,
          merged(
              merged(lm, index),
              Map.of(
                  "knnlm.database",
                  data.resolve("postgres").toString(),
                  "knnlm.data",
                  data.resolve("data-sets").toString(),
                  "knnlm.tasks",
                  Files.createDirectories(data.resolve("tasks")).toString())));
      for (ServiceProcess service : List.copyOf(stack.services).reversed()) {
        service.awaitReady(START);
      }
      return stack;
    } catch (IOException | InterruptedException | RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void add(
      Path root, Path data, String name, int httpPort, int grpcPort, Map<String, String> settings)
      throws IOException {
    var all = new HashMap<>(more);
    all.putAll(settings);
    all.put("quarkus.http.port", Integer.toString(httpPort));
    if (grpcPort != 0) {
      all.put("quarkus.grpc.server.port", Integer.toString(grpcPort));
    }
    Path log = data.resolve("logs").resolve(name + ".log");
    services.push(ServiceProcess.start(root, name, httpPort, all, log));
  }

  private static Map<String, String> client(String name, int port) {
    String prefix = "quarkus.grpc.clients." + name + ".";
    return Map.of(prefix + "host", "127.0.0.1", prefix + "port", Integer.toString(port));
  }

  private static Map<String, String> merged(Map<String, String> one, Map<String, String> other) {
    var all = new HashMap<>(one);
    all.putAll(other);
    return all;
  }

  /** The services, the last one started first. */
  public List<ServiceProcess> services() {
    return List.copyOf(services);
  }

  /** gRPC port of lm-service. */
  public int lmPort() {
    return lmPort;
  }

  /** gRPC port of index-service. */
  public int indexPort() {
    return indexPort;
  }

  /** gRPC port of embedder-service. */
  public int embedderPort() {
    return embedderPort;
  }

  /** HTTP port of eval-service. */
  public int evalPort() {
    return evalPort;
  }

  /** Where each service listens, for people: gRPC, but for eval-service. */
  public String addresses() {
    return "lm-service 127.0.0.1:%d, index-service 127.0.0.1:%d, embedder-service 127.0.0.1:%d, eval-service %s%d"
        .formatted(lmPort, indexPort, embedderPort, "http://127.0.0.1:", evalPort);
  }

  /** Stops the services, the last one started first. */
  @Override
  public void close() {
    while (!services.isEmpty()) {
      services.pop().close();
    }
  }
}
