package org.knnlm.lm.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.model.InvalidModelException;

class ModelThreadTest {
  /** A model without tensors: what matters here is who calls it, and when. */
  private static final class Recorder implements Transformer {
    private final Thread made = Thread.currentThread();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public Dimensions dimensions() {
      assertThat(Thread.currentThread()).isSameAs(made);
      return new Dimensions(1, 2, 3, 4);
    }

    @Override
    public ForwardPass forward(Sequences sequences) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      assertThat(Thread.currentThread()).isSameAs(made);
      closed.set(true);
    }
  }

  @Test
  void theModelIsMadeUsedAndClosedOnOneThread() {
    Transformer[] made = new Transformer[1];
    try (var thread = new ModelThread(() -> made[0] = new Recorder())) {
      assertThat(thread.call(Transformer::dimensions)).isEqualTo(new Dimensions(1, 2, 3, 4));
    }
    assertThat(((Recorder) made[0]).closed).isTrue();
  }

  @Test
  void whatLoadingOrWorkThrowsReachesTheCaller() {
    assertThatThrownBy(
            () ->
                new ModelThread(
                    () -> {
                      throw new InvalidModelException("no model");
                    }))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("no model");
    try (var thread = new ModelThread(Recorder::new)) {
      assertThatThrownBy(
              () ->
                  thread.call(
                      model -> {
                        throw new IllegalStateException("broken");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("broken");
      assertThat(thread.call(Transformer::dimensions)).isNotNull();
    }
  }

  @Test
  void callersTakeTurnsAndCancelledWorkIsLeftOut() {
    List<String> done = Collections.synchronizedList(new ArrayList<>());
    var start = new CountDownLatch(1);
    try (var thread = new ModelThread(Recorder::new)) {
      Future<Boolean> first = thread.submit(model -> await(start) && done.add("a1"));
      Future<Boolean> second = thread.submit(model -> done.add("b1"));
      Future<Boolean> third = thread.submit(model -> done.add("a2"));
      second.cancel(false);
      start.countDown();
      ModelThread.await(first);
      ModelThread.await(third);
      assertThatThrownBy(() -> ModelThread.await(second)).isInstanceOf(CancellationException.class);
    }
    assertThat(done).containsExactly("a1", "a2");
  }

  @Test
  void anInterruptedCallerCancelsWhatItWaitsFor() throws InterruptedException {
    var start = new CountDownLatch(1);
    var ran = new AtomicBoolean();
    var cancelled = new AtomicBoolean();
    try (var thread = new ModelThread(Recorder::new)) {
      Future<Boolean> blocker = thread.submit(model -> await(start));
      Thread caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  thread.call(model -> ran.getAndSet(true));
                } catch (CancellationException e) {
                  cancelled.set(true);
                }
              });
      Thread.sleep(50);
      caller.interrupt();
      caller.join();
      start.countDown();
      ModelThread.await(blocker);
    }
    assertThat(cancelled).isTrue();
    assertThat(ran).isFalse();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
