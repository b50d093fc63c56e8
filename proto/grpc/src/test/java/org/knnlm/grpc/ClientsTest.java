package org.knnlm.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;

class ClientsTest {
  private final int port = freePort();
  private final ManagedChannel channel =
      ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();

  @AfterEach
  void close() {
    channel.shutdownNow();
  }

  @Test
  void aServiceThatIsBackIsFoundAtOnce() throws Exception {
    var stub = LanguageModelGrpc.newBlockingStub(channel);
    var refused = catchThrowableOfType(StatusRuntimeException.class, () -> info(stub));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    awaitPause();

    Server server = ServerBuilder.forPort(port).addService(new Named()).build().start();
    try {
      assertThat(info(Clients.connecting(stub)).getModelId()).isEqualTo("back");
    } finally {
      server.shutdownNow();
    }
  }

  /** Until the channel pauses between two attempts to connect. */
  private void awaitPause() throws InterruptedException {
    ConnectivityState state = channel.getState(false);
    while (state != ConnectivityState.TRANSIENT_FAILURE) {
      var changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
      state = channel.getState(false);
    }
  }

  private static InfoResponse info(LanguageModelGrpc.LanguageModelBlockingStub stub) {
    return stub.info(InfoRequest.getDefaultInstance());
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Named extends LanguageModelGrpc.LanguageModelImplBase {
    @Override
    public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
      observer.onNext(InfoResponse.newBuilder().setModelId("back").build());
      observer.onCompleted();
    }
  }
}
