package org.knnlm.embedder;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;
import org.knnlm.proto.embedder.v1.EmbedderGrpc;
import org.knnlm.proto.embedder.v1.EmbedderGrpc.EmbedderBlockingStub;

/** The packaged lm-service, index-service and embedder-service, as processes. */
final class Services implements AutoCloseable {
  private static final Ports PORTS = new Ports();
  private static final Duration START = Duration.ofMinutes(3);

  private final Path folder;
  private final int lmPort;
  private final int indexPort;
  private final int embedderPort;
  private final ManagedChannel channel;
  private ServiceProcess lm;
  private ServiceProcess index;
  private ServiceProcess embedder;

  /**
   * @param folder of datastores, corpora and logs
   */
  Services(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(corpora());
    this.lmPort = PORTS.freeOrOther(9001);
    this.indexPort = PORTS.freeOrOther(9002);
    this.embedderPort = PORTS.freeOrOther(9003);
    this.channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", embedderPort)
            .usePlaintext()
            .maxInboundMessageSize(32 << 20)
            .build();
  }

  void startLm(Path model) throws IOException, InterruptedException {
    startLm(model, Map.of());
  }

  void startLm(Path model, Map<String, String> more) throws IOException, InterruptedException {
    assumePackaged("lm-service");
    var settings = new HashMap<>(more);
    settings.put("knnlm.model.path", model.toString());
    lm = start("lm-service", lmPort, settings);
  }

  void startIndex(Map<String, String> more) throws IOException, InterruptedException {
    assumePackaged("index-service");
    var settings = new HashMap<>(more);
    settings.put("knnlm.datastores", datastores().toString());
    index = start("index-service", indexPort, settings);
  }

  void startEmbedder() throws IOException, InterruptedException {
    embedder =
        start(
            "embedder-service",
            embedderPort,
            Map.of(
                "knnlm.datastores", datastores().toString(),
                "knnlm.corpora", corpora().toString(),
                "knnlm.patience", "5s",
                "quarkus.grpc.clients.lm.port", Integer.toString(lmPort)));
  }

  /** Another module may not have been built. */
  private static void assumePackaged(String service) {
    assumeTrue(
        Files.exists(Models.ROOT.resolve(service + "/target/quarkus-app/quarkus-run.jar")),
        () -> "skipped: %s is not packaged".formatted(service));
  }

  private ServiceProcess start(String name, int grpcPort, Map<String, String> settings)
      throws IOException, InterruptedException {
    int httpPort = PORTS.freeOrOther(8003);
    var all = new HashMap<>(settings);
    all.put("quarkus.http.port", Integer.toString(httpPort));
    all.put("quarkus.grpc.server.port", Integer.toString(grpcPort));
    var service =
        ServiceProcess.start(
            Models.ROOT, name, httpPort, all, folder.resolve("logs/" + name + ".log"));
    try {
      service.awaitReady(START);
      return service;
    } catch (IOException | InterruptedException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  Path datastores() {
    return folder.resolve("datastores");
  }

  Path corpora() {
    return folder.resolve("corpora");
  }

  int lmPort() {
    return lmPort;
  }

  int indexPort() {
    return indexPort;
  }

  ServiceProcess lm() {
    return lm;
  }

  ServiceProcess embedder() {
    return embedder;
  }

  EmbedderBlockingStub stub() {
    return EmbedderGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    if (embedder != null) {
      embedder.close();
    }
    if (index != null) {
      index.close();
    }
    if (lm != null) {
      lm.close();
    }
  }
}
