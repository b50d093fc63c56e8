package org.knnlm.lm.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.model.InvalidModelException;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.Dimensions;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

class ModelQueueTest {
  /** A model without tensors: what matters here is who calls it, and when. */
  private static final class Recorder implements Transformer {
    private final Thread made = Thread.currentThread();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<List<Integer>> passes = new ArrayList<>();

    @Override
    public Dimensions dimensions() {
      assertThat(Thread.currentThread()).isSameAs(made);
      return new Dimensions(1, 2, 3, 4);
    }

    @Override
    public ForwardPass forward(Batch batch) {
      passes.add(batch.segments().stream().map(segment -> segment.tokenIds()[0]).toList());
      throw new UnsupportedOperationException("a model without tensors");
    }

    @Override
    public KvCache newCache(int capacity) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long cacheBytes(int capacity) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean keepsPrefixes(int sequenceLength) {
      return true;
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
    try (var queue = new ModelQueue(() -> made[0] = new Recorder())) {
      assertThat(queue.call(Transformer::dimensions)).isEqualTo(new Dimensions(1, 2, 3, 4));
    }
    assertThat(((Recorder) made[0]).closed).isTrue();
  }

  @Test
  void whatLoadingOrWorkThrowsReachesTheCaller() {
    assertThatThrownBy(
            () ->
                new ModelQueue(
                    () -> {
                      throw new InvalidModelException("no model");
                    }))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("no model");
    try (var queue = new ModelQueue(Recorder::new)) {
      assertThatThrownBy(
              () ->
                  queue.call(
                      model -> {
                        throw new IllegalStateException("broken");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("broken");
      assertThat(queue.call(Transformer::dimensions)).isNotNull();
    }
  }

  /** Work of so many tokens, the first of which is its name. */
  private record Named(int name, int tokens, AtomicInteger closed) implements Work<String> {
    @Override
    public List<Segment> begin(Transformer model) {
      if (name < 0) {
        throw new IllegalStateException("cannot begin");
      }
      int[] ids = new int[tokens];
      ids[0] = name;
      return List.of(Segment.whole(ids));
    }

    @Override
    public String end(ForwardPass pass, int firstSegment) {
      throw new AssertionError("there is no pass");
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @Test
  void whatFitsOrIsSmallGoesTogetherAndCancelledWorkIsLeftOut() {
    var made = new Recorder[1];
    var closed = new AtomicInteger();
    var start = new CountDownLatch(1);
    try (var queue = new ModelQueue(() -> made[0] = new Recorder())) {
      queue.execute(() -> await(start));
      List<Future<Done<String>>> works = new ArrayList<>();
      int[] tokens = {500, 300, 300, 224, 1, 2000, 5, 5};
      for (int i = 0; i < tokens.length; i++) {
        works.add(queue.submit(new Named(i == 6 ? -1 : i, tokens[i], closed)));
      }
      works.get(3).cancel(false);
      start.countDown();
      assertThatThrownBy(() -> ModelQueue.await(works.get(3)))
          .isInstanceOf(CancellationException.class);
      assertThatThrownBy(() -> ModelQueue.await(works.get(6))).hasMessage("cannot begin");
      for (int i : new int[] {0, 1, 2, 4, 5, 7}) {
        assertThatThrownBy(() -> ModelQueue.await(works.get(i)))
            .hasMessage("a model without tensors");
      }
    }
    assertThat(made[0].passes)
        .as("the small ones do not wait for the great ones before them")
        .containsExactly(List.of(0, 1, 4, 7), List.of(2), List.of(5));
    assertThat(closed).hasValue(7);
  }

  @Test
  void workThatGoesAloneHasNoNeighboursAndTheSmallOnesPassIt() {
    var made = new Recorder[1];
    var closed = new AtomicInteger();
    var start = new CountDownLatch(1);
    try (var queue = new ModelQueue(() -> made[0] = new Recorder())) {
      queue.execute(() -> await(start));
      List<Future<Done<String>>> works = new ArrayList<>();
      int[] tokens = {300, 200, 5, 300, 4, 2};
      for (int i = 0; i < tokens.length; i++) {
        var work = new Named(i, tokens[i], closed);
        works.add(queue.submit(i == 1 || i == 4 ? new Alone(work) : work));
      }
      start.countDown();
      works.forEach(
          work ->
              assertThatThrownBy(() -> ModelQueue.await(work))
                  .hasMessage("a model without tensors"));
      works.clear();
      var again = new CountDownLatch(1);
      queue.execute(() -> await(again));
      for (int i = 6; i < 9; i++) {
        var work = new Named(i, i == 8 ? 3 : 900, closed);
        works.add(queue.submit(i == 6 ? new Alone(work) : work));
      }
      again.countDown();
      works.forEach(
          work ->
              assertThatThrownBy(() -> ModelQueue.await(work))
                  .hasMessage("a model without tensors"));
    }
    assertThat(made[0].passes)
        .containsExactly(
            List.of(0, 2, 3, 5), List.of(1), List.of(4), List.of(8), List.of(6), List.of(7));
    assertThat(closed).hasValue(9);
  }

  /** Work that wants a pass of its own. */
  private record Alone(Named work) implements Work<String> {
    @Override
    public int tokens() {
      return work.tokens();
    }

    @Override
    public boolean alone() {
      return true;
    }

    @Override
    public List<Segment> begin(Transformer model) {
      return work.begin(model);
    }

    @Override
    public String end(ForwardPass pass, int firstSegment) {
      return work.end(pass, firstSegment);
    }

    @Override
    public void close() {
      work.close();
    }
  }

  /** Fails wherever it can. */
  private record Failing(boolean begins) implements Work<String> {
    @Override
    public int tokens() {
      return 1;
    }

    @Override
    public List<Segment> begin(Transformer model) {
      if (begins) {
        return List.of(Segment.whole(new int[1]));
      }
      throw new IllegalStateException("cannot begin");
    }

    @Override
    public Set<Integer> layers() {
      throw new IllegalStateException("has no layers");
    }

    @Override
    public String end(ForwardPass pass, int firstSegment) {
      throw new AssertionError("there is no pass");
    }

    @Override
    public void close() {
      throw new IllegalStateException("cannot close");
    }
  }

  @Test
  void whateverIsThrownOnTheModelsThreadIsLoggedAndItGoesOn() {
    var made = new Recorder[1];
    var closed = new AtomicInteger();
    var start = new CountDownLatch(1);
    List<String> logged = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(ModelQueue.class.getName());
    var handler = new Recording(logged);
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try (var queue = new ModelQueue(() -> made[0] = new Recorder())) {
      queue.execute(() -> await(start));
      queue.execute(
          () -> {
            throw new OutOfMemoryError("a task");
          });
      List<Future<Done<String>>> works = new ArrayList<>();
      works.add(queue.submit(new Named(7, 5, closed)));
      works.add(queue.submit(new Failing(false)));
      works.add(queue.submit(new Failing(true)));
      works.add(queue.submit(new Named(8, 5, closed)));
      queue.execute(() -> Thread.currentThread().interrupt());
      start.countDown();
      assertThatThrownBy(() -> ModelQueue.await(works.get(0))).hasMessage("has no layers");
      assertThatThrownBy(() -> ModelQueue.await(works.get(1))).hasMessage("cannot begin");
      assertThatThrownBy(() -> ModelQueue.await(works.get(2))).hasMessage("has no layers");
      assertThatThrownBy(() -> ModelQueue.await(works.get(3))).hasMessage("has no layers");
      assertThat(queue.call(Transformer::dimensions)).isNotNull();
      assertThat(closed).as("the neighbours of work that cannot close").hasValue(2);
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    assertThat(made[0].closed).isTrue();
    assertThat(logged.subList(0, 3)).containsExactly("a task", "cannot close", "cannot close");
    assertThat(logged).as("and the interruption").hasSize(4);
  }

  private static final class Recording extends Handler {
    private final List<String> messages;

    Recording(List<String> messages) {
      this.messages = messages;
    }

    @Override
    public void publish(LogRecord record) {
      messages.add(String.valueOf(record.getThrown().getMessage()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void anInterruptedCallerCancelsWhatItWaitsFor() throws InterruptedException {
    var start = new CountDownLatch(1);
    var ran = new AtomicBoolean();
    var cancelled = new AtomicBoolean();
    try (var queue = new ModelQueue(Recorder::new)) {
      queue.execute(() -> await(start));
      Thread caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  queue.call(model -> ran.getAndSet(true));
                } catch (CancellationException e) {
                  cancelled.set(true);
                }
              });
      Thread.sleep(50);
      caller.interrupt();
      caller.join();
      start.countDown();
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
