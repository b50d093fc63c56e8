package org.knnlm.grpc;

import io.grpc.Context;
import java.util.concurrent.Callable;
import org.knnlm.grpc.log.Labels;

/**
 * Tasks that other threads do for the call which this thread answers: its deadline and
 * cancellation, its trace and the labels of its log lines go along.
 */
public final class Carried {
  private Carried() {}

  public static <T> Callable<T> along(Callable<T> task) {
    Callable<T> labelled =
        () -> {
          try (var _ = Labels.ofCall()) {
            return task.call();
          }
        };
    return io.opentelemetry.context.Context.current().wrap(Context.current().wrap(labelled));
  }

  public static Runnable along(Runnable task) {
    Runnable labelled =
        () -> {
          try (var _ = Labels.ofCall()) {
            task.run();
          }
        };
    return io.opentelemetry.context.Context.current().wrap(Context.current().wrap(labelled));
  }
}
