package org.knnlm.index.grpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.faiss.Gpu;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;

class NoGpuIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));

  @Test
  void aServiceThatMustHaveAGpuDoesNotStartWithoutOne(@TempDir Path folder) throws Exception {
    assumeThat(Gpu.all()).isEmpty();
    var ports = new Ports();
    int http = ports.free();
    Map<String, String> settings =
        Map.of(
            "knnlm.datastores", Files.createDirectory(folder.resolve("datastores")).toString(),
            "knnlm.search.device", "cuda",
            "quarkus.http.port", Integer.toString(http),
            "quarkus.grpc.server.port", Integer.toString(ports.free()));
    try (ServiceProcess service =
        ServiceProcess.start(ROOT, "index-service", http, settings, folder.resolve("log"))) {
      assertThatThrownBy(() -> service.awaitReady(Duration.ofMinutes(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("stopped with exit code 1")
          .hasMessageContaining(
              "knnlm.search.device is cuda, but there is no GPU that faiss can use: "
                  + Gpu.found());
    }
  }
}
