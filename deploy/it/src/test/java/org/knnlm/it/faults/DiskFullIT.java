package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes that somebody else fills while they are written to. */
class DiskFullIT {
  @TempDir Path root;

  /** One story, since a save is what a build needs. */
  @Test
  void aSaveAndABuildSaySoLoseNothingAndGoOn() throws Exception {
    Texts texts = Texts.write(root, 4, 1, 3);
    var stack = new Stack(root, texts);
    try (var disk = new SmallDisk(root.resolve("small"), 48);
        var keeper = new Keeper();
        var indexes = new Indexes(stack.indexPort)) {
      keeper.add(stack.index(disk.folder()));
      Pod lm = keeper.add(stack.lm(stack.indexPort));
      lm.awaitReady();
      keeper.finish(stack.workers("unbroken", 1));
      keeper.finish(List.of(stack.finaliser("unbroken")));

      Pod worker = save(stack, texts, disk, "broken").start();
      while (Folders.partsWritten(disk.folder(), "broken") == 0) {
        assertThat(worker.isAlive()).as(worker.logged()).isTrue();
        Thread.sleep(5);
      }
      disk.fill(0);
      assertThat(worker.exitCode()).as(worker.logged()).isEqualTo(6);
      assertThat(worker.logged()).contains("No space left on device").doesNotContain("\tat ");
      int written = Folders.partsWritten(disk.folder(), "broken");
      assertThat(written).isBetween(1, 3);

      assertThat(worker.start().exitCode()).as("before it begins").isEqualTo(6);
      assertThat(worker.logged()).contains("bytes in " + disk.folder()).contains(", found ");
      disk.free();
      assertThat(worker.start().exitCode()).as(worker.logged()).isZero();
      assertThat(worker.logged()).contains("; 0 damaged parts written again");
      Pod finaliser =
          stack.embedder("finalise", disk.folder(), stack.lmPort, List.of("finalise", "broken"));
      assertThat(finaliser.start().exitCode()).as(finaliser.logged()).isZero();
      Map<String, Long> keys = Folders.checksums(stack.datastores.resolve("unbroken"));
      assertThat(Folders.checksums(disk.folder().resolve("broken"))).isEqualTo(keys);

      build(disk, indexes);
      assertThat(Folders.checksums(disk.folder().resolve("broken"))).containsAllEntriesOf(keys);
    }
  }

  private static void build(SmallDisk disk, Indexes indexes) throws Exception {
    disk.fill(100);
    assertThatThrownBy(() -> indexes.build("broken", progress -> {}))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED: disk for the index files");
    disk.free();
    var filled = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                indexes.build(
                    "broken",
                    progress -> {
                      if (filled.compareAndSet(false, true)) {
                        fill(disk);
                      }
                    }))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED")
        .hasMessageContaining("No space left on device");
    disk.free();
    indexes.build("broken", progress -> {});
  }

  private static void fill(SmallDisk disk) {
    try {
      disk.fill(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pod save(Stack stack, Texts texts, SmallDisk disk, String name) throws Exception {
    return stack.embedder(
        "save",
        disk.folder(),
        stack.lmPort,
        List.of("embed", name, "--corpus=" + texts.corpus(), "--parts-in-flight=1"));
  }
}
