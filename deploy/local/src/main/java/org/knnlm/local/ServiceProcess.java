package org.knnlm.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One packaged service, running as a child process that logs into a file. */
public final class ServiceProcess implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(15);

  /**
   * glibc would give the memory of every large tensor back and fault it in again: a quarter of the
   * time of a forward pass. One arena that keeps what it has does not; the JVM trims it now and
   * then, or holes between tensors that stay would add up.
   */
  private static final Map<String, String> MALLOC =
      Map.of(
          "MALLOC_ARENA_MAX",
          "1",
          "MALLOC_MMAP_THRESHOLD_",
          "33554432",
          "MALLOC_TRIM_THRESHOLD_",
          "268435456",
          "MALLOC_TOP_PAD_",
          "67108864");

  /**
   * eval-service waits for others: compiling its code a second time costs more than faster code
   * gives back.
   */
  private static final Map<String, List<String>> OPTIONS =
      Map.of("eval-service", List.of("-XX:TieredStopAtLevel=1"));

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final String name;
  private final int httpPort;
  private final Path log;
  private final Process process;

  private ServiceProcess(String name, int httpPort, Path log, Process process) {
    this.name = name;
    this.httpPort = httpPort;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts {@code NAME/target/quarkus-app/quarkus-run.jar} with the JDK that runs this program.
   *
   * @param root the repository
   * @param httpPort where its health is asked for; one of the settings must say the same to the
   *     service
   * @param settings system properties
   * @param log file that takes its output, replaced when it exists
   * @throws IOException when the service is not built or cannot be started
   */
  public static ServiceProcess start(
      Path root, String name, int httpPort, Map<String, String> settings, Path log)
      throws IOException {
    Path jar = root.resolve(name).resolve("target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new IOException(name + " is not built: " + jar + " is missing; run deploy/local/build");
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TrimNativeHeapInterval=2000",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(OPTIONS.getOrDefault(name, List.of()));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", jar.toString()));
    Files.createDirectories(log.getParent());
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    MALLOC.forEach(builder.environment()::putIfAbsent);
    return new ServiceProcess(name, httpPort, log, builder.start());
  }

  /**
   * Waits until the service says that it is ready.
   *
   * @throws IOException with the end of its log when it has stopped, or is not ready in time
   */
  public void awaitReady(Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!isReady()) {
      if (!process.isAlive()) {
        throw new IOException(
            "%s stopped with exit code %d:%n%s".formatted(name, process.exitValue(), logTail()));
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "%s is not ready after %d s:%n%s".formatted(name, limit.toSeconds(), logTail()));
      }
      Thread.sleep(100);
    }
  }

  private boolean isReady() throws InterruptedException {
    var health = URI.create("http://127.0.0.1:" + httpPort + "/q/health/ready");
    var request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notListeningYet) {
      return false;
    }
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Where it tells health and metrics. */
  public int httpPort() {
    return httpPort;
  }

  /** The service's process, for tests that kill it. */
  public Process process() {
    return process;
  }

  /** Where it logs. */
  public Path log() {
    return log;
  }

  private String logTail() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }

  /** Asks the process to stop, and kills it when it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
