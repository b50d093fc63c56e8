package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Save, build and evaluate, again and again, while {@code kill -9} falls on all services. {@code
 * -Dknnlm.kills=100} asks for so many, {@code -Dknnlm.kills.seed} for other ones.
 */
class KillsIT {
  private static final int KILLS = Integer.getInteger("knnlm.kills", 12);
  private static final long SEED = Long.getLong("knnlm.kills.seed", 1);

  @TempDir Path root;

  /** What a whole pipeline leaves, but for names and times. */
  private record Outcome(Map<String, Long> files, String text, String task) {}

  @Test
  void whatComesOfItIsWhatComesOfAnUnbrokenRun() throws Exception {
    Texts texts = Texts.write(root, 4, 60, 80);
    var stack = new Stack(root, texts);
    Postgres postgres = stack.postgres(root);
    int[] http = {stack.freePort(), stack.freePort()};
    try (var keeper = new Keeper();
        var runs = new Runs(http);
        var indexes = new Indexes(stack.indexPort)) {
      long start = System.nanoTime();
      keeper.add(postgres.pod(root));
      keeper.add(stack.index());
      keeper.add(stack.lm(stack.indexPort));
      for (int i = 0; i < http.length; i++) {
        keeper.add(stack.eval("eval-" + i, http[i], stack.lmPort, postgres.settings(), Map.of()));
      }
      for (Pod pod : keeper.alive()) {
        pod.awaitReady();
      }
      Duration allStart = Duration.ofNanos(System.nanoTime() - start);
      try (var killer = new Killer(keeper, new Random(SEED), KILLS, allStart)) {
        start = System.nanoTime();
        Outcome unbroken = pipeline("unbroken", stack, texts, keeper, indexes, runs, killer);
        report("unbroken", start);
        killer.start();
        for (int round = 1; !killer.isDone(); round++) {
          start = System.nanoTime();
          assertThat(pipeline("broken-" + round, stack, texts, keeper, indexes, runs, killer))
              .isEqualTo(unbroken);
          report("round %d, seed %d, %s".formatted(round, SEED, killer), start);
        }
      }
    }
  }

  private static void report(String what, long start) {
    System.out.printf("%s: %.1f s%n", what, (System.nanoTime() - start) / 1e9);
  }

  private static Outcome pipeline(
      String name,
      Stack stack,
      Texts texts,
      Keeper keeper,
      Indexes indexes,
      Runs runs,
      Killer killer)
      throws Exception {
    killer.phase("saving");
    keeper.finish(stack.workers(name, 2));
    keeper.finish(List.of(stack.finaliser(name)));
    killer.phase("building");
    indexes.buildInTheEnd(name, progress -> {});
    killer.phase("evaluating");
    long text = runs.start(Runs.ofText(texts, name, name + "-text"));
    long task = runs.start(Runs.ofTask(name, name + "-task"));
    return new Outcome(
        Folders.checksums(stack.datastores.resolve(name)),
        runs.results(text).replace(name, "NAME"),
        runs.results(task).replace(name, "NAME"));
  }
}
