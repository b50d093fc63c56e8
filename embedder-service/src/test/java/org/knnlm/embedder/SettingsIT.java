package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service with settings that it cannot work with. */
class SettingsIT {
  @TempDir Path folder;

  @Test
  void withoutAFolderOfDatastores() throws Exception {
    assertThat(startFails())
        .contains("does not start: knnlm.datastores is not set: it must name the folder");
  }

  @Test
  void withAFileForAFolder() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(startFails("-Dknnlm.datastores=" + file))
        .contains("does not start: knnlm.datastores is %s, which cannot be made".formatted(file));
  }

  @Test
  void withoutTheFolderOfCorpora() throws Exception {
    assertThat(startFails("-Dknnlm.datastores=" + folder, "-Dknnlm.corpora=/nowhere"))
        .contains("does not start: knnlm.corpora is /nowhere, which is not a folder");
  }

  private String startFails(String... settings) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-Dquarkus.http.port=0", "-Dquarkus.grpc.server.port=0"));
    command.addAll(List.of(settings));
    command.addAll(
        List.of(
            "-jar",
            Models.ROOT.resolve("embedder-service/target/quarkus-app/quarkus-run.jar").toString()));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      return Files.readString(log);
    } finally {
      process.destroyForcibly();
    }
  }
}
