package org.knnlm.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.tensor.v1.Tensor;

/** Over a real server and channel on the loopback interface. */
class RepliesTest {
  private static final int CHUNKS = 200;
  private static final ByteString MEGABYTE = ByteString.copyFrom(new byte[1 << 20]);

  private final Replies replies =
      new Replies(
          Executors.newVirtualThreadPerTaskExecutor(),
          e ->
              e instanceof ArithmeticException
                  ? Errors.invalidArgument("divisor", e.getMessage())
                  : null);
  private final AtomicInteger sent = new AtomicInteger();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Server server;
  private ManagedChannel channel;
  private LanguageModelGrpc.LanguageModelBlockingStub client;

  private final class Model extends LanguageModelGrpc.LanguageModelImplBase {
    @Override
    public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
      replies.unary(
          observer,
          () -> {
            if (Context.current().getDeadline() == null) {
              throw new ArithmeticException("zero");
            }
            throw new IllegalStateException("unexpected");
          });
    }

    @Override
    public void forward(ForwardRequest request, StreamObserver<ForwardResponse> observer) {
      replies.stream(
          observer,
          sink -> {
            try {
              var tensor = Tensor.newBuilder().setData(MEGABYTE);
              for (int i = 0; i < CHUNKS; i++) {
                sink.send(ForwardResponse.newBuilder().setSequence(i).setLogits(tensor).build());
                sent.incrementAndGet();
              }
            } finally {
              stopped.countDown();
            }
          });
    }
  }

  @BeforeEach
  void start() throws Exception {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Model())
            .build()
            .start();
    channel =
        Grpc.newChannelBuilderForAddress(
                "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
            .build();
    client = LanguageModelGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void aSlowReaderHoldsTheSenderBackAndStillGetsEverything() throws Exception {
    var stream = client.forward(ForwardRequest.getDefaultInstance());
    assertThat(stream.next().getSequence()).isZero();
    Thread.sleep(500);
    assertThat(sent.get()).isLessThan(CHUNKS / 4);
    for (int i = 1; i < CHUNKS; i++) {
      assertThat(stream.next().getSequence()).isEqualTo(i);
    }
    assertThat(stream.hasNext()).isFalse();
  }

  @Test
  void aCallerWhoLeavesStopsTheSender() throws Exception {
    try (Context.CancellableContext call = Context.current().withCancellation()) {
      call.run(() -> client.forward(ForwardRequest.getDefaultInstance()).next());
    }
    assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(sent.get()).isLessThan(CHUNKS);
  }

  @Test
  void aDeadlineReachesTheCodeThatAnswers() {
    assertThatThrownBy(
            () ->
                client
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .info(InfoRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
  }

  @Test
  void domainErrorsCarryTheirField() {
    assertThatThrownBy(() -> client.info(InfoRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo("divisor: zero");
              assertThat(Errors.fields(e)).containsExactly("divisor");
            });
  }
}
