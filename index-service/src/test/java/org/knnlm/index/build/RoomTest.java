package org.knnlm.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoomTest {
  private static final long GIB = 1L << 30;

  @TempDir Path root;

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void theLowestOfTheLimitsAboveAProcessCounts() throws IOException {
    file("proc/meminfo", "MemTotal: 100 kB\nMemAvailable:    20971520 kB\n");
    var room = new MachineRoom(root);
    assertThat(room.memory()).isEqualTo(20 * GIB);

    file("proc/self/cgroup", "0::/pods/one\n");
    file("sys/fs/cgroup/pods/one/memory.max", "max\n");
    file("sys/fs/cgroup/pods/one/memory.current", "5\n");
    assertThat(room.memory()).isEqualTo(20 * GIB);

    file("sys/fs/cgroup/pods/memory.max", "%d\n".formatted(4 * GIB));
    file("sys/fs/cgroup/pods/memory.current", "%d\n".formatted(3 * GIB));
    file("sys/fs/cgroup/pods/memory.stat", "anon 1\ninactive_file %d\n".formatted(GIB));
    assertThat(room.memory()).isEqualTo(2 * GIB);
  }

  @Test
  void thisMachineHasSome() throws IOException {
    var room = new MachineRoom();
    assertThat(room.memory()).isPositive();
    assertThat(room.disk(root)).isPositive();
  }

  @Test
  void aBuildThatDoesNotFitIsRefusedWithTheFigure() {
    var settings = new IndexSettings("", 0, 0, 0, OptionalInt.empty(), 0, 1);
    Needs needs = Needs.of(IndexPlan.of(settings, 100_000_000, 4096), 100_000_000, 4096, 1 << 27);
    // the sample alone, and the codes alone
    assertThat(needs.trainingMemory()).isBetween(16_384_000_000L, 21_000_000_000L);
    assertThat(needs.addingMemory()).isBetween(7_200_000_000L, 14_000_000_000L);
    assertThat(needs.disk()).isBetween(7_200_000_000L, 7_920_000_000L);
    needs.requireRoom(needs.memory(), needs.disk());
    assertThatThrownBy(() -> needs.requireRoom(needs.trainingMemory() - 1, needs.disk()))
        .isInstanceOf(NotEnoughRoomException.class)
        .hasMessageContaining("memory to train")
        .hasMessageContaining(Long.toString(needs.trainingMemory()))
        .hasMessageContaining(Long.toString(needs.trainingMemory() - 1));
    assertThatThrownBy(() -> needs.requireRoom(needs.memory(), needs.disk() - 1))
        .isInstanceOf(NotEnoughRoomException.class)
        .hasMessageContaining("disk")
        .hasMessageContaining(Long.toString(needs.disk()));
  }
}
