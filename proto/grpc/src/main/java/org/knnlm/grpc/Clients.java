package org.knnlm.grpc;

import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.AbstractStub;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What every client of a service needs. */
public final class Clients {
  /** The largest message that services take and send. */
  public static final int MAX_MESSAGE_BYTES = 32 << 20;

  private static final int CONNECT_MILLIS = 500;

  private Clients() {}

  /**
   * The stub, its channel given a moment to connect if earlier attempts failed. By itself gRPC
   * pauses up to two minutes between attempts and lets calls fail meanwhile, so that a service that
   * is back would be missed.
   *
   * @param stub on a {@link ManagedChannel}, without interceptors of its own
   */
  public static <S extends AbstractStub<S>> S connecting(S stub) {
    var channel = (ManagedChannel) stub.getChannel();
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      var changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(ConnectivityState.TRANSIENT_FAILURE, changed::countDown);
      channel.resetConnectBackoff();
      await(changed);
    }
    return stub;
  }

  /**
   * The value of code that reads reply streams; those that it does not read to the end are
   * cancelled, and the server told.
   */
  public static <T> T reading(Supplier<T> code) {
    Context before = Context.current();
    try (var context = before.withCancellation()) {
      return context.call(code::get);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a Supplier throws nothing checked", e);
    } finally {
      // Quarkus 3.33 does not go back to Context.ROOT, and later calls would be cancelled too
      if (Context.current() != before) {
        var unused = before.attach();
      }
    }
  }

  @SuppressWarnings("ReturnValueIgnored") // connected or not, the call will tell
  private static void await(CountDownLatch changed) {
    try {
      changed.await(CONNECT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
