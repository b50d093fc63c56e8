package org.knnlm.embedder.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.knnlm.embedder.embedding.Progress;
import org.knnlm.embedder.embedding.ProgressMeter;
import org.knnlm.embedder.model.Waits;

/** A line of progress now and then, until it is closed. */
final class ProgressPrinter implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final PrintWriter out;
  private final Thread thread;

  ProgressPrinter(ProgressMeter progress, Waits waits, PrintWriter out) {
    this.out = out;
    this.thread =
        Thread.startVirtualThread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(EVERY);
                  say(words(progress.progress()) + words(waits));
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  private static String words(Waits waits) {
    return waits.reason().map(reason -> "; waiting for " + reason).orElse("");
  }

  static String words(Progress progress) {
    return switch (progress.stage()) {
      case TOKENIZING ->
          String.format(
              Locale.ROOT,
              "counting: %,d documents in %.0f s",
              progress.documents(),
              progress.elapsedSeconds());
      case EMBEDDING, DONE ->
          String.format(
              Locale.ROOT,
              "%,d of %,d keys in %.0f s, %,.0f keys/s%s",
              progress.keysDone(),
              progress.keysTotal(),
              progress.elapsedSeconds(),
              progress.keysPerSecond(),
              progress.remainingSeconds().isPresent()
                  ? String.format(
                      Locale.ROOT, ", %.0f s left", progress.remainingSeconds().getAsDouble())
                  : "");
    };
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
