package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** A command with its environment and folder, as a process that can die and be started again. */
final class Pod implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(5);

  private final String name;
  private final Place place;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path folder;
  private URI health;
  private HttpClient http;
  private Process process;

  /**
   * @param folder where it runs, and logs
   */
  Pod(
      String name,
      Place place,
      List<String> command,
      Map<String, String> environment,
      Path folder) {
    this.name = name;
    this.place = place;
    this.command = List.copyOf(command);
    this.environment = new HashMap<>(environment);
    this.folder = folder;
  }

  /** A service's image with settings, in the file that a container has them in. */
  static Pod service(
      String service, String name, Place place, Map<String, String> settings, Path root)
      throws IOException {
    Path folder = root.resolve(name);
    Images.unpack(service, folder);
    var properties = new Properties();
    properties.putAll(settings);
    try (var out = Files.newOutputStream(folder.resolve("config/application.properties"))) {
      properties.store(out, null);
    }
    Map<String, String> environment = Images.environment();
    if (place.equals(Place.LOOPBACK)) {
      environment.put("QUARKUS_HTTP_HOST", place.address());
      environment.put("QUARKUS_GRPC_SERVER_HOST", place.address());
    }
    return new Pod(name, place, Images.command(service), environment, folder);
  }

  /** The same with other arguments and something more in its environment. */
  Pod with(List<String> arguments, Map<String, String> variables) {
    var longer = new ArrayList<>(command);
    longer.addAll(arguments);
    var more = new HashMap<>(environment);
    variables.forEach((key, value) -> more.merge(key, value, (old, now) -> old + " " + now));
    var pod = new Pod(name, place, longer, more, folder);
    pod.health = health;
    pod.http = http;
    return pod;
  }

  synchronized Pod start() throws IOException {
    var all = new ArrayList<>(place.prefix());
    all.addAll(command);
    Files.createDirectories(folder);
    var builder =
        new ProcessBuilder(all)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
    return this;
  }

  /** The port of its health. */
  Pod readyAt(int port) {
    return readyAt("http", port, HttpClient.newBuilder());
  }

  /** The same over TLS, when what it shows is believed. */
  Pod readyAt(int port, SSLContext tls) {
    return readyAt("https", port, HttpClient.newBuilder().sslContext(tls));
  }

  private Pod readyAt(String scheme, int port, HttpClient.Builder client) {
    health = URI.create("%s://%s:%d/q/health/ready".formatted(scheme, place.address(), port));
    http = client.connectTimeout(Duration.ofSeconds(2)).build();
    return this;
  }

  /** Waits until its health says so; what has none is ready when it runs. */
  Pod awaitReady() throws InterruptedException {
    if (health == null) {
      return this;
    }
    long deadline = System.nanoTime() + READY.toNanos();
    while (!answers()) {
      assertThat(isAlive()).as("%s has not ended:%n%s", name, logged()).isTrue();
      assertThat(System.nanoTime()).as("%s is ready:%n%s", name, logged()).isLessThan(deadline);
      Thread.sleep(100);
    }
    return this;
  }

  private boolean answers() throws InterruptedException {
    var request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  String name() {
    return name;
  }

  Place place() {
    return place;
  }

  synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  synchronized boolean hasEndedWith(Set<Integer> codes) {
    return !isAlive() && codes.contains(process.exitValue());
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("%s ends:%n%s", name, logged()).isTrue();
    return process.exitValue();
  }

  /** {@code kill -9} */
  synchronized void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** {@code kill -SIGNAL} */
  synchronized void signal(String signal) throws IOException, InterruptedException {
    var sent = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    assertThat(sent.waitFor()).isZero();
  }

  Path log() {
    return folder.resolve("log");
  }

  /** All that it has written. */
  String logged() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks it to end, and waits. */
  @Override
  public synchronized void close() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }
}
