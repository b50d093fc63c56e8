package org.knnlm.lm;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.ServerSocket;
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
import java.util.stream.Collectors;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.LanguageModelGrpc.LanguageModelBlockingStub;

/** The packaged service in a process of its own. */
final class ServiceProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final int http;
  private final Path log;
  private final ManagedChannel channel;

  private ServiceProcess(Process process, int http, Path log, ManagedChannel channel) {
    this.process = process;
    this.http = http;
    this.log = log;
    this.channel = channel;
  }

  /** Starts the service and waits until it is ready. */
  static ServiceProcess start(Map<String, String> settings) {
    int http = freePort();
    int grpc = freePort();
    Path log = log();
    Process process = launch(settings, http, grpc, log);
    awaitReady(process, http, log);
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", grpc)
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build();
    return new ServiceProcess(process, http, log, channel);
  }

  /**
   * How a process ended.
   *
   * @param output what it wrote to both streams
   */
  record Exit(int code, String output) {}

  /** Starts the service with settings that it must refuse, and waits for its end. */
  static Exit refuse(Map<String, String> settings) {
    Path log = log();
    Process process = launch(settings, freePort(), freePort(), log);
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running: " + Fixtures.text(log));
      }
      return new Exit(process.exitValue(), Fixtures.text(log));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  LanguageModelBlockingStub stub() {
    return LanguageModelGrpc.newBlockingStub(channel);
  }

  /** What is at /q/metrics: numbers by name and tags. */
  Map<String, Double> metrics() {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/q/metrics".formatted(http))).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(request, HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> !line.startsWith("#"))
          .collect(
              Collectors.toMap(
                  line -> line.substring(0, line.lastIndexOf(' ')),
                  line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String output() {
    return Fixtures.text(log);
  }

  /** Resident memory of the process, in bytes. */
  long residentBytes() {
    String status = Fixtures.text(Path.of("/proc", Long.toString(process.pid()), "status"));
    String line = status.lines().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
    return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
  }

  private static Process launch(Map<String, String> settings, int http, int grpc, Path log) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // a heap that is resident from the start: what grows afterwards is native memory
    command.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"));
    command.add("-Dquarkus.http.port=" + http);
    command.add("-Dquarkus.grpc.server.port=" + grpc);
    settings.forEach((name, value) -> command.add("-D%s=%s".formatted(name, value)));
    command.addAll(List.of("-jar", JAR.toString()));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(log.toFile())
          .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitReady(Process process, int http, Path log) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/q/health/ready".formatted(http)))
              .build();
      while (System.nanoTime() < end && process.isAlive()) {
        try {
          if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // not listening yet
        }
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    throw new AssertionError("not ready: " + Fixtures.text(log));
  }

  private static Path log() {
    try {
      return Files.createTempFile("lm-service", ".log");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not stop: " + output());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
