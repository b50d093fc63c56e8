package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;

/** Worker processes that are killed by {@code kill -9} at random, over one save. */
class KillIT {
  private static final int KILLS = 32;
  private static final int WORKERS = 2;
  private static final int PARTS = 80;

  @TempDir static Path folder;
  private static Services services;
  private static CommandLineProcesses embedder;
  private static Path corpus;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    services = new Services(folder);
    services.startLm(Models.tinyFacts());
    embedder = new CommandLineProcesses(services);
    corpus = services.corpora().resolve("letters.txt");
    Files.writeString(
        corpus,
        IntStream.range(0, PARTS * 1000 - 500)
            .mapToObj(i -> Character.toString('a' + i % 26))
            .collect(Collectors.joining("\n")));
  }

  @AfterAll
  static void stop() {
    if (services != null) {
      services.close();
    }
  }

  @Test
  void theBytesAreThoseOfAnUnbrokenRun() throws Exception {
    var random = new Random(20251125);
    int kills = killWorkers(random);
    assertThat(kills).as("kills before the save was over").isGreaterThanOrEqualTo(KILLS);
    damage(random);
    for (int worker = 0; worker < WORKERS; worker++) {
      var ended = embedder.run(embed("killed", worker, WORKERS));
      assertThat(ended.exitCode()).isZero();
      assertThat(ended.output())
          .contains("; %d damaged parts written again".formatted(worker == 0 ? 1 : 0));
    }
    killFinaliser(random);

    assertThat(embedder.run(embed("unbroken", 0, 1)).exitCode()).isZero();
    assertThat(embedder.run("finalise", "unbroken").exitCode()).isZero();
    try (var killed = Datastore.open(services.datastores().resolve("killed"));
        var unbroken = Datastore.open(services.datastores().resolve("unbroken"))) {
      assertThat(Files.mismatch(killed.keysFile(), unbroken.keysFile())).isEqualTo(-1);
      assertThat(Files.mismatch(killed.valuesFile(), unbroken.valuesFile())).isEqualTo(-1);
      assertThat(
              Files.mismatch(
                  killed.folder().resolve("documents.bin"),
                  unbroken.folder().resolve("documents.bin")))
          .isEqualTo(-1);
      assertThat(killed.manifest().orElseThrow().parts())
          .hasSize(PARTS)
          .isEqualTo(unbroken.manifest().orElseThrow().parts());
      killed.verify();
    }
    var verified = embedder.run("verify", "killed", "--sample", "5");
    assertThat(verified.exitCode()).isZero();
    assertThat(verified.output()).contains("checksums are right");
  }

  private static String[] embed(String name, int worker, int workers) {
    return new String[] {
      "embed",
      name,
      "--corpus",
      corpus.toString(),
      "--parts-in-flight",
      workers == 1 ? "4" : "1",
      "--worker",
      "" + worker,
      "--workers",
      "" + workers
    };
  }

  /**
   * Kills workers, and starts them again: some before they work, while they count perhaps, others
   * while they write, after some parts. Returns how many were alive until then.
   */
  private static int killWorkers(Random random) throws IOException, InterruptedException {
    long began = System.nanoTime();
    assertThat(embedder.run("--help").exitCode()).isZero();
    long start = System.nanoTime() - began;
    int kills = 0;
    Process[] processes = new Process[WORKERS];
    while (kills < KILLS && finished() < PARTS) {
      for (int worker = 0; worker < WORKERS; worker++) {
        if (processes[worker] == null || !processes[worker].isAlive()) {
          processes[worker] = embedder.start(embed("killed", worker, WORKERS));
        }
      }
      Process victim = processes[random.nextInt(WORKERS)];
      int more = random.nextInt(3);
      if (more > 0) {
        int until = finished() + more;
        while (finished() < until && victim.isAlive()) {
          Thread.sleep(5);
        }
      }
      long pause = random.nextLong(more == 0 ? start * 2 : start / 5);
      if (!victim.waitFor(pause, TimeUnit.NANOSECONDS)) {
        victim.destroyForcibly().waitFor();
        kills++;
      }
    }
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    return kills;
  }

  /** Parts in the journal, records of 16 bytes that are not zero. */
  private static int finished() throws IOException {
    Path journal = services.datastores().resolve(".killed.partial/work/journal");
    if (!Files.exists(journal)) {
      return 0;
    }
    ByteBuffer records = ByteBuffer.wrap(Files.readAllBytes(journal));
    int finished = 0;
    while (records.remaining() >= 16) {
      finished += records.getInt(records.position()) == 0 ? 0 : 1;
      records.position(records.position() + 16);
    }
    return finished;
  }

  /** Changes a byte of a part that was written: a disk may do that, a kill does not. */
  private static void damage(Random random) throws IOException {
    Path keys;
    try (var files = Files.list(services.datastores().resolve(".killed.partial"))) {
      keys = files.filter(file -> file.toString().endsWith("keys.npy")).findAny().orElseThrow();
    }
    try (var file = new RandomAccessFile(keys.toFile(), "rw")) {
      long at = random.nextLong(file.length() / PARTS);
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 1);
    }
  }

  private static void killFinaliser(Random random) throws IOException, InterruptedException {
    Path published = services.datastores().resolve("killed");
    for (int i = 0; i < 5 && !Files.exists(published); i++) {
      Process process = embedder.start("finalise", "killed");
      if (!process.waitFor(random.nextLong(200, 900), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
    if (!Files.exists(published)) {
      assertThat(embedder.run("finalise", "killed").exitCode()).isZero();
    }
  }
}
