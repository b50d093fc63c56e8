package org.knnlm.embedder.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AheadTest {
  @Test
  void resultsComeInOrder() throws Exception {
    List<Integer> inputs = IntStream.range(0, 50).boxed().toList();
    List<Integer> results = new ArrayList<>();
    try (var ahead =
        new Ahead<>(
            inputs.iterator(),
            i -> {
              Thread.sleep(ThreadLocalRandom.current().nextInt(5));
              return -i;
            },
            4)) {
      for (int i = 0; i < inputs.size(); i++) {
        results.add(ahead.next());
      }
      assertThatThrownBy(ahead::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(results).isEqualTo(inputs.stream().map(i -> -i).toList());
  }

  @Test
  void anErrorComesInItsTurn() throws Exception {
    try (var ahead = new Ahead<>(List.of(1, 0, 2).iterator(), i -> 10 / i, 3)) {
      assertThat(ahead.next()).isEqualTo(10);
      assertThatThrownBy(ahead::next)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void closingInterruptsWhatIsUnderWay() throws Exception {
    var started = new CountDownLatch(2);
    var never = new CountDownLatch(1);
    var interrupted = new AtomicBoolean();
    try (var ahead =
        new Ahead<>(
            List.of(1, 2, 3).iterator(),
            i -> {
              if (i == 1) {
                return i;
              }
              started.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.set(true);
              }
              return i;
            },
            2)) {
      ahead.next();
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(interrupted).isTrue();
  }
}
