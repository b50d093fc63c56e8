package org.knnlm.eval;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A packaged service of this repository, in a process of its own. */
public final class ServiceProcess implements AutoCloseable {
  public static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final Duration START = Duration.ofMinutes(3);

  private final Process process;
  private final int port;
  private final Path log;

  private ServiceProcess(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** lm-service with a model, on a gRPC port. */
  public static ServiceProcess lm(Path model, int grpcPort, Path folder, String... settings) {
    var all = new HashMap<String, String>();
    all.put("quarkus.grpc.server.port", Integer.toString(grpcPort));
    all.put("knnlm.model.path", model.toString());
    return start("lm-service", folder, with(all, settings));
  }

  /** eval-service with its database in a folder, and no index-service. */
  public static ServiceProcess eval(int lmPort, Path folder, String... settings) {
    var all = new HashMap<String, String>();
    all.put("quarkus.grpc.clients.lm.port", Integer.toString(lmPort));
    all.put("quarkus.grpc.clients.index.port", "1");
    all.put("knnlm.database", folder.resolve("postgres").toString());
    return start("eval-service", folder, with(all, settings));
  }

  private static Map<String, String> with(Map<String, String> all, String... settings) {
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    return all;
  }

  private static ServiceProcess start(String name, Path folder, Map<String, String> settings) {
    Path jar = ROOT.resolve(name).resolve("target/quarkus-app/quarkus-run.jar");
    assumeThat(jar).as("%s is not packaged", name).exists();
    int port = freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Dquarkus.http.port=" + port);
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", jar.toString()));
    try {
      Path log = Files.createTempFile(folder, name, ".log");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      return new ServiceProcess(process, port, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ServiceProcess awaitReady() throws Exception {
    return await("/q/health/ready");
  }

  /** Waits until it answers at all, whether or not other services are there. */
  public ServiceProcess awaitAnswer() throws Exception {
    return await("/q/health/live");
  }

  private ServiceProcess await(String health) throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    while (!isUp(health)) {
      assertThat(process.isAlive() && System.nanoTime() < deadline).as("%s", log()).isTrue();
      Thread.sleep(200);
    }
    return this;
  }

  private boolean isUp(String health) throws Exception {
    try {
      return request().get(health).statusCode() == 200;
    } catch (Exception e) {
      if (e instanceof ConnectException) {
        return false;
      }
      throw e;
    }
  }

  public RequestSpecification request() {
    return given().port(port);
  }

  public Process process() {
    return process;
  }

  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** kill -9 */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
