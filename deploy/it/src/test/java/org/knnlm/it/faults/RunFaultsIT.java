package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/**
 * Runs while their database restarts, dies or has no room, while lm-service has no memory left, and
 * while the clock jumps.
 */
class RunFaultsIT {
  private static final Path FAKETIME =
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

  @TempDir Path root;
  private Stack stack;
  private Texts texts;
  private Keeper keeper;
  private Pod lm;

  /** Two runs' results. */
  private record Results(String text, String task) {}

  @BeforeEach
  void start() throws Exception {
    texts = Texts.write(root, 1, 300, 960);
    stack = new Stack(root, texts);
    keeper = new Keeper();
    lm =
        keeper.add(
            stack.lm(stack.indexPort).with(List.of(), Map.of("JDK_JAVA_OPTIONS", "-Xmx160m")));
  }

  @AfterEach
  void stop() {
    keeper.close();
  }

  /** Runs without retrieval: what is broken here does not know of it. */
  private long[] begin(Runs runs, String name) throws Exception {
    var text = Runs.ofText(texts, "none", name + "-text");
    var task = Runs.ofTask("none", name + "-task");
    text.remove("settings");
    task.remove("settings");
    return new long[] {runs.start(text), runs.start(task)};
  }

  private static Results results(Runs runs, long[] of) throws Exception {
    return new Results(runs.results(of[0]), runs.results(of[1]));
  }

  private void awaitSome(Runs runs, long[] of) throws Exception {
    runs.awaitDone(of[0], 4);
    runs.awaitDone(of[1], 32);
  }

  @Test
  void aDatabaseOrModelThatRestartsOrDiesIsWaitedForAndAllIsKept() throws Exception {
    Postgres postgres = stack.postgres(root);
    Pod server = keeper.add(postgres.pod(root));
    int http = stack.freePort();
    Pod eval = keeper.add(stack.eval("eval", http, stack.lmPort, postgres.settings(), Map.of()));
    for (Pod pod : keeper.alive()) {
      pod.awaitReady();
    }
    try (var runs = new Runs(http)) {
      Results unbroken = results(runs, begin(runs, "unbroken"));

      long[] restarted = begin(runs, "restarted");
      awaitSome(runs, restarted);
      server.signal("INT"); // what pg_ctl stop sends: sessions end, the server stops
      assertThat(results(runs, restarted)).isEqualTo(unbroken);

      long[] killed = begin(runs, "killed");
      awaitSome(runs, killed);
      server.kill();
      assertThat(results(runs, killed)).isEqualTo(unbroken);
      assertThat(eval.logged()).contains("trying again in");

      long[] starved = begin(runs, "starved");
      awaitSome(runs, starved);
      takeAllMemory();
      assertThat(lm.logged()).contains("Terminating due to java.lang.OutOfMemoryError");
      assertThat(results(runs, starved)).isEqualTo(unbroken);
      assertThat(eval.logged().split("Installed features", -1)).as("starts of it").hasSize(2);
    }
  }

  /** By a request of a few megabytes that is a few hundred as objects. */
  private void takeAllMemory() {
    var request =
        TokenizeRequest.newBuilder().addAllTexts(Collections.nCopies(6_000_000, "a")).build();
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", stack.lmPort).usePlaintext().build();
    try {
      var model = LanguageModelGrpc.newBlockingStub(channel);
      assertThatThrownBy(() -> model.tokenize(request).hasNext())
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("UNAVAILABLE");
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aDatabaseWithoutRoomIsWaitedForAndAllIsKept() throws Exception {
    try (var disk = new SmallDisk(root.resolve("small"), 320)) {
      Postgres postgres = stack.postgres(disk.folder());
      Pod server = postgres.pod(disk.folder());
      try {
        server.start();
        int http = stack.freePort();
        Pod eval =
            keeper.add(stack.eval("eval", http, stack.lmPort, postgres.settings(), Map.of()));
        eval.awaitReady();
        try (var runs = new Runs(http)) {
          Results unbroken = results(runs, begin(runs, "unbroken"));
          long[] broken = begin(runs, "broken");
          awaitSome(runs, broken);
          disk.fill(0);
          awaitLogged(eval, "No space left on device");
          disk.free();
          if (!server.isAlive()) {
            server.start();
          }
          assertThat(results(runs, broken)).isEqualTo(unbroken);
        } finally {
          keeper.close();
        }
      } finally {
        server.close();
      }
    }
  }

  private static void awaitLogged(Pod pod, String words) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!pod.logged().contains(words)) {
      assertThat(System.nanoTime()).as(pod.logged()).isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  /** Examples are claimed by row locks, and deadlines are of a clock that cannot be set. */
  @Test
  void aClockThatJumpsChangesNothing() throws Exception {
    assumeTrue(Files.exists(FAKETIME), "skipped: no libfaketime (Debian's package faketime)");
    Path clock = Files.writeString(root.resolve("clock"), "+0");
    Postgres postgres = stack.postgres(root);
    keeper.add(postgres.pod(root));
    int http = stack.freePort();
    var variables =
        Map.of(
            "LD_PRELOAD", FAKETIME.toString(),
            "FAKETIME_TIMESTAMP_FILE", clock.toString(),
            "FAKETIME_CACHE_DURATION", "1",
            "FAKETIME_DONT_FAKE_MONOTONIC", "1",
            "FAKETIME_FORCE_MONOTONIC_FIX", "0"); // with it the JVM's timed waits would spin
    Pod eval =
        keeper.add(
            stack
                .eval("eval", http, stack.lmPort, postgres.settings(), Map.of())
                .with(List.of(), variables));
    for (Pod pod : keeper.alive()) {
      pod.awaitReady();
    }
    try (var runs = new Runs(http)) {
      Results unbroken = results(runs, begin(runs, "unbroken"));
      for (String jump : List.of("+3d", "-3d")) {
        long[] jumped = begin(runs, "jumped " + jump);
        awaitSome(runs, jumped);
        Files.writeString(clock, jump);
        assertThat(results(runs, jumped)).isEqualTo(unbroken);
      }
      assertThat(eval.logged().split("Installed features", -1)).as("starts of it").hasSize(2);
    }
  }
}
