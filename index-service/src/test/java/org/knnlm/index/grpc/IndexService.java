package org.knnlm.index.grpc;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;

/** The packaged service on free ports, and a channel to it. */
record IndexService(ServiceProcess process, ManagedChannel channel) implements AutoCloseable {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));

  /**
   * Starts it and waits until it is ready.
   *
   * @param folder where it logs
   * @param datastores folder of the datastores
   * @param more settings
   */
  static IndexService start(Path folder, Path datastores, Map<String, String> more)
      throws IOException, InterruptedException {
    var ports = new Ports();
    int http = ports.free();
    int grpc = ports.free();
    var settings = new HashMap<>(more);
    settings.put("quarkus.http.port", Integer.toString(http));
    settings.put("quarkus.grpc.server.port", Integer.toString(grpc));
    settings.put("knnlm.datastores", datastores.toString());
    var process =
        ServiceProcess.start(
            ROOT, "index-service", http, settings, folder.resolve("index-service.log"));
    try {
      process.awaitReady(Duration.ofMinutes(1));
    } catch (IOException | InterruptedException e) {
      process.close();
      throw e;
    }
    return new IndexService(
        process, ManagedChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build());
  }

  NearestNeighborsGrpc.NearestNeighborsBlockingStub index() {
    return NearestNeighborsGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.close();
  }
}
