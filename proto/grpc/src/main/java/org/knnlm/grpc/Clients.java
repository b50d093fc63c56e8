package org.knnlm.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.stub.AbstractStub;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What every client of a service needs. */
public final class Clients {
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

  @SuppressWarnings("ReturnValueIgnored") // connected or not, the call will tell
  private static void await(CountDownLatch changed) {
    try {
      changed.await(CONNECT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
