package org.knnlm.index.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.DurableFiles;
import org.knnlm.index.shard.IndexFolder;
import org.knnlm.index.shard.IndexManifest;

/** Processes that build an index and are killed at random moments, as {@code kill -9} does. */
class KilledBuildIT {
  private static final int KEYS = 20_000;
  private static final int D = 64;
  private static final int SHARD = 2500;
  private static final int KILLS = 12;

  @TempDir Path root;

  @Test
  void whatIsLeftAfterKillsIsTheIndexOfAnUnbrokenBuild() throws Exception {
    Path unbroken = TestDatastore.write(root.resolve("unbroken"), KEYS, D, 1);
    Process process = start(unbroken, "fast");
    awaitStart(process);
    long begun = System.nanoTime();
    assertThat(process.waitFor()).isZero();
    long tookMillis = (System.nanoTime() - begun) / 1_000_000;

    Path killed = TestDatastore.write(root.resolve("killed"), KEYS, D, 1);
    assertThat(start(killed, "IVF16,SQ8").waitFor()).isZero();
    IndexManifest old = new IndexFolder(killed).manifest().orElseThrow();
    var random = new Random(1);
    int kills = 0;
    int resumed = 0;
    for (int round = 0; kills < KILLS; round++) {
      assertThat(round).as("rounds with %d kills", kills).isLessThan(10 * KILLS);
      resumed += BuildFolder.exists(killed) ? 1 : 0;
      Process victim = start(killed, "fast");
      awaitStart(victim);
      Thread.sleep(random.nextLong(tookMillis));
      victim.destroyForcibly();
      if (victim.waitFor() == 0) {
        // it was faster: once more from the old index
        assertFilesEqual(killed, unbroken);
        assertThat(start(killed, "IVF16,SQ8").waitFor()).isZero();
        continue;
      }
      kills++;
      // whoever opens the folder now finds an index that is whole: the old one, or the new one
      new IndexFolder(killed).recover();
      IndexManifest found = new IndexFolder(killed).manifest().orElseThrow();
      assertThat(found.type()).isIn(old.type(), "fast");
      assertThat(new IndexFolder(killed).verify()).isEqualTo(KEYS / SHARD);
    }
    assertThat(resumed).as("builds that went on").isPositive();
    assertThat(start(killed, "fast").waitFor()).isZero();
    assertFilesEqual(killed, unbroken);
  }

  private static void assertFilesEqual(Path killed, Path unbroken) throws IOException {
    assertThat(checksums(killed)).isEqualTo(checksums(unbroken)).hasSize(KEYS / SHARD);
    IndexManifest a = new IndexFolder(killed).manifest().orElseThrow();
    IndexManifest b = new IndexFolder(unbroken).manifest().orElseThrow();
    assertThat(a).usingRecursiveComparison().ignoringFields("buildSeconds").isEqualTo(b);
    assertThat(new IndexFolder(killed).verify()).isEqualTo(KEYS / SHARD);
  }

  private static Map<String, Long> checksums(Path folder) throws IOException {
    var checksums = new TreeMap<String, Long>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".indexed")).toList()) {
        checksums.put(file.getFileName().toString(), DurableFiles.crc32c(file));
      }
    }
    return checksums;
  }

  private static Process start(Path folder, String factory) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BuildOnce.class.getName(),
                folder.toString(),
                factory,
                Integer.toString(SHARD),
                "2"))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void awaitStart(Process process) throws IOException {
    BufferedReader output = process.inputReader();
    assertThat(output.readLine()).isEqualTo("start");
  }
}
