package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that answer late or never, without a connection that breaks. */
class SlowPeersIT {
  /** A batch of examples takes a fraction of a second where nothing else runs. */
  private static final Duration TIMEOUT = Duration.ofSeconds(8);

  @TempDir Path root;

  @Test
  void deadlinesHoldThePeerIsNamedAndItGoesOn() throws Exception {
    Texts texts = Texts.write(root, 2, 1, 320);
    var stack = new Stack(root, texts);
    int http = stack.freePort();
    try (var keeper = new Keeper();
        var toIndex = new Proxy(stack.indexPort);
        var toLm = new Proxy(stack.lmPort);
        var indexes = new Indexes(stack.indexPort);
        var runs = new Runs(http)) {
      keeper.add(stack.index());
      Pod lm = keeper.add(stack.lm(toIndex.port()));
      keeper.add(
          stack.eval(
              "eval",
              http,
              toLm.port(),
              Map.of("knnlm.database", root.resolve("postgres").toString()),
              Map.of("knnlm.lm.timeout", TIMEOUT.toSeconds() + "s", "knnlm.lm.patience", "1s")));
      lm.awaitReady();
      saveThroughAHole(stack, texts, toLm);
      keeper.finish(List.of(stack.finaliser("made")));
      for (Pod pod : keeper.alive()) {
        pod.awaitReady();
      }
      indexes.build("made", progress -> {});
      String unbroken = runs.results(runs.start(Runs.ofTask("made", "unbroken")));

      toLm.delay(10);
      toIndex.delay(10);
      assertThat(runs.results(runs.start(Runs.ofTask("made", "slow")))).isEqualTo(unbroken);
      toLm.delay(0);
      toIndex.delay(0);

      long run = runs.start(Runs.ofTask("made", "broken"));
      runs.awaitDone(run, 32);
      assertThat(error(runs, run, toLm))
          .startsWith("lm-service does not answer (DEADLINE_EXCEEDED)")
          .contains("127.0.0.1:" + toLm.port());
      runs.change(run, "resume");
      runs.awaitDone(run, 64);
      assertThat(error(runs, run, toIndex))
          .startsWith("lm-service does not answer (DEADLINE_EXCEEDED)")
          .contains("index-service says")
          .contains("127.0.0.1:" + toIndex.port());
      runs.change(run, "resume");
      assertThat(runs.results(run)).isEqualTo(unbroken);
    }
  }

  /** What a run fails with when nothing comes through a proxy. */
  private static String error(Runs runs, long run, Proxy proxy) throws Exception {
    long start = System.nanoTime();
    proxy.hole(true);
    JsonNode ended = runs.awaitEnd(run);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    proxy.hole(false);
    assertThat(ended.get("state").asText()).isEqualTo("FAILED");
    assertThat(took).isLessThan(TIMEOUT.multipliedBy(4));
    return ended.get("error").asText();
  }

  private void saveThroughAHole(Stack stack, Texts texts, Proxy toLm) throws Exception {
    Pod worker =
        stack
            .embedder(
                "save",
                stack.datastores,
                toLm.port(),
                List.of(
                    "embed",
                    "made",
                    "--corpus=" + texts.corpus(),
                    "--timeout=" + TIMEOUT.toSeconds()))
            .start();
    while (Folders.partsWritten(stack.datastores, "made") == 0) {
      assertThat(worker.isAlive()).as(worker.logged()).isTrue();
      Thread.sleep(5);
    }
    toLm.hole(true);
    assertThat(worker.exitCode()).as(worker.logged()).isEqualTo(3);
    toLm.hole(false);
    assertThat(worker.logged())
        .contains("lm-service at 127.0.0.1:%d did not answer".formatted(toLm.port()));
    assertThat(worker.start().exitCode()).as(worker.logged()).isZero();
  }
}
