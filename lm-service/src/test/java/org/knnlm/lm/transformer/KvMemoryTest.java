package org.knnlm.lm.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.Fixtures;

class KvMemoryTest {
  /** 1,024 rows are a slab. */
  private static final int WIDTH = 16_384;

  private Torch torch;
  private KvMemory memory;

  private record Taken(KvMemory.Rows rows, int count, float mark) {}

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  @BeforeEach
  void start() {
    torch = Torch.start(1, Device.CPU, Precision.FP32);
    memory = new KvMemory(torch, Torch.empty(torch.manager(), 1), WIDTH);
  }

  @AfterEach
  void close() {
    torch.close();
  }

  /** Calls with the memory of rows. */
  private void in(Taken taken, Consumer<FloatBuffer> call) {
    try (NDManager scratch = torch.manager().newSubManager()) {
      var view = taken.rows.view(scratch, 0, taken.count);
      call.accept(Torch.memory(view).order(ByteOrder.nativeOrder()).asFloatBuffer());
    }
  }

  private void write(Taken taken) {
    in(
        taken,
        floats -> {
          for (int row = 0; row < taken.count; row++) {
            floats.put(row * WIDTH, taken.mark).put((row + 1) * WIDTH - 1, taken.mark);
          }
        });
  }

  private void requireUntouched(Taken taken) {
    in(
        taken,
        floats -> {
          for (int row = 0; row < taken.count; row++) {
            assertThat(floats.get(row * WIDTH)).isEqualTo(taken.mark);
            assertThat(floats.get((row + 1) * WIDTH - 1)).isEqualTo(taken.mark);
          }
        });
  }

  @Test
  void nobodyWritesIntoTheRowsOfOthersAndNothingIsLeft() {
    var random = new Random(1);
    List<Taken> held = new ArrayList<>();
    for (int step = 0; step < 400; step++) {
      if (held.size() < 12 && random.nextBoolean()) {
        int count = 1 + random.nextInt(300);
        var taken = new Taken(memory.take(count), count, step);
        write(taken);
        held.add(taken);
      } else if (!held.isEmpty()) {
        Taken taken = held.remove(random.nextInt(held.size()));
        requireUntouched(taken);
        taken.rows.release();
      }
      assertThat(memory.rows()).isLessThanOrEqualTo(6 * 1024);
    }
    held.forEach(taken -> taken.rows.release());
    assertThat(memory.rows()).as("one slab is kept").isEqualTo(1024);
    Taken whole = new Taken(memory.take(1024), 1024, 7);
    write(whole);
    assertThat(memory.rows()).isEqualTo(1024);
  }

  @Test
  void whatIsLargerThanASlabHasOneOfItsOwn() {
    KvMemory.Rows large = memory.take(3000);
    KvMemory.Rows small = memory.take(10);
    assertThat(memory.rows()).isEqualTo(3000 + 1024);
    large.release();
    assertThat(memory.rows()).isEqualTo(1024);
    small.release();
    assertThat(memory.rows()).isEqualTo(1024);
  }
}
