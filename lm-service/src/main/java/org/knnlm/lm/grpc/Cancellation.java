package org.knnlm.lm.grpc;

import io.grpc.Context;
import org.knnlm.grpc.Replies;

/** Lets a call that waits for the model or for neighbours end as soon as its caller is gone. */
final class Cancellation {
  private Cancellation() {}

  /** The call, its thread being interrupted when the caller cancels or the deadline passes. */
  static <T> Replies.Many<T> interrupts(Replies.Many<T> call) {
    return sink -> {
      Thread thread = Thread.currentThread();
      Context.CancellationListener listener = context -> thread.interrupt();
      Context context = Context.current();
      context.addListener(listener, Runnable::run);
      try {
        call.replyTo(sink);
      } finally {
        context.removeListener(listener);
      }
    };
  }
}
