package org.knnlm.embedder.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.model.LanguageModelException;
import org.knnlm.embedder.model.Waits;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.HiddenState;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;
import org.knnlm.proto.tensor.v1.DataType;
import org.knnlm.proto.tensor.v1.Tensor;

/** What happens when the other side is not the lm-service that it should be. */
class RemoteLanguageModelIT {
  private Server server;
  private ManagedChannel channel;

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private RemoteLanguageModel model(LanguageModelGrpc.LanguageModelImplBase service)
      throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start();
    String address = "localhost:" + server.getPort();
    channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    return new RemoteLanguageModel(
        channel, address, Duration.ofMinutes(10), Duration.ofSeconds(20), new Waits());
  }

  /** Answers every Forward and Tokenize with prepared replies. */
  private static final class Prepared extends LanguageModelGrpc.LanguageModelImplBase {
    private final List<ForwardResponse> forward;
    private final List<TokenizeResponse> tokenize;
    private ForwardRequest asked = ForwardRequest.getDefaultInstance();

    Prepared(List<ForwardResponse> forward, List<TokenizeResponse> tokenize) {
      this.forward = forward;
      this.tokenize = tokenize;
    }

    @Override
    public void forward(ForwardRequest request, StreamObserver<ForwardResponse> observer) {
      asked = request;
      forward.forEach(observer::onNext);
      observer.onCompleted();
    }

    @Override
    public void tokenize(TokenizeRequest request, StreamObserver<TokenizeResponse> observer) {
      tokenize.forEach(observer::onNext);
      observer.onCompleted();
    }
  }

  @Test
  void hiddenStatesComeInPieces() throws IOException {
    var service = new Prepared(List.of(rows(0, 0, 2), rows(0, 2, 1)), List.of());
    List<ByteBuffer> pieces =
        model(service).hiddenStates(new int[] {5, 6, 7, 8}, 1, 3, KeyType.LAST_FFN_OUTPUT);
    assertThat(pieces).extracting(ByteBuffer::remaining).containsExactly(8, 4);
    assertThat(service.asked)
        .isEqualTo(
            ForwardRequest.newBuilder()
                .addSequences(
                    ForwardSequence.newBuilder()
                        .addAllTokenIds(List.of(5, 6, 7, 8))
                        .addAllPositions(List.of(1, 2, 3)))
                .setHiddenState(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT)
                .setHiddenStateDatatype(DataType.DATA_TYPE_FP16)
                .setOwnPass(true)
                .build());
  }

  static Stream<Arguments> badForwards() {
    return Stream.of(
        Arguments.of(List.of(), "0 hidden states of 3"),
        Arguments.of(List.of(rows(0, 0, 2)), "2 hidden states of 3"),
        Arguments.of(List.of(rows(0, 0, 4)), "4 hidden states of 3"),
        Arguments.of(List.of(rows(0, 0, 2), rows(0, 1, 1)), "row 1 of sequence 0 after 2 rows"),
        Arguments.of(List.of(rows(1, 0, 3)), "row 0 of sequence 1 after 0 rows"),
        Arguments.of(
            List.of(reply(0, 0, Tensors.fp32(new float[6], 3, 2))), "found DATA_TYPE_FP32"),
        Arguments.of(
            List.of(reply(0, 0, half(3, 2).toBuilder().addShape(2).build())), "found 12 bytes"),
        Arguments.of(List.of(reply(0, 0, half(6))), "1 dimensions, 2 are needed"));
  }

  @ParameterizedTest
  @MethodSource("badForwards")
  void hiddenStatesThatWereNotAskedForAreRefused(List<ForwardResponse> replies, String found)
      throws IOException {
    RemoteLanguageModel model = model(new Prepared(replies, List.of()));
    assertBad(() -> model.hiddenStates(new int[] {1, 2, 3}, 0, 3, KeyType.LAST_FFN_INPUT), found);
  }

  @Test
  void tokensOfALongTextComeInPieces() throws IOException {
    var service =
        new Prepared(List.of(), List.of(tokens(0, 1, 2), tokens(0, 3), tokens(1), tokens(2, 4)));
    assertThat(model(service).tokenize(List.of("a", "b", "c")))
        .containsExactly(new int[] {1, 2, 3}, new int[] {}, new int[] {4});
  }

  static Stream<Arguments> badTokens() {
    return Stream.of(
        Arguments.of(List.of(), "tokens of 0 texts of 2"),
        Arguments.of(List.of(tokens(0, 1)), "tokens of 1 texts of 2"),
        Arguments.of(List.of(tokens(1, 1)), "tokens of text 1 after 0 of 2 texts"),
        Arguments.of(
            List.of(tokens(0, 1), tokens(1, 1), tokens(0, 1)),
            "tokens of text 0 after 2 of 2 texts"),
        Arguments.of(
            List.of(tokens(0, 1), tokens(1, 1), tokens(2, 1)),
            "tokens of text 2 after 2 of 2 texts"));
  }

  @ParameterizedTest
  @MethodSource("badTokens")
  void tokensThatWereNotAskedForAreRefused(List<TokenizeResponse> replies, String found)
      throws IOException {
    RemoteLanguageModel model = model(new Prepared(List.of(), replies));
    assertBad(() -> model.tokenize(List.of("a", "b")), found);
  }

  @Test
  void aServiceThatComesBackOrHasTimeAgainIsAskedAgain() throws IOException {
    var calls = new AtomicInteger();
    RemoteLanguageModel model =
        model(
            new LanguageModelGrpc.LanguageModelImplBase() {
              @Override
              public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
                if (calls.incrementAndGet() < 3) {
                  observer.onError(
                      (calls.get() == 1 ? Status.UNAVAILABLE : Status.RESOURCE_EXHAUSTED)
                          .asRuntimeException());
                } else {
                  observer.onNext(tiny().build());
                  observer.onCompleted();
                }
              }
            });
    assertThat(model.info().id()).isEqualTo("m");
    assertThat(calls).hasValue(3);
  }

  @Test
  void aServiceThatRefusesIsNotAskedAgain() throws IOException {
    var calls = new AtomicInteger();
    RemoteLanguageModel model =
        model(
            new LanguageModelGrpc.LanguageModelImplBase() {
              @Override
              public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
                calls.incrementAndGet();
                observer.onError(
                    Status.DATA_LOSS.withDescription("weights are NaN").asRuntimeException());
              }
            });
    assertThatThrownBy(model::info)
        .isInstanceOf(LanguageModelException.Failed.class)
        .hasMessage(
            "lm-service at localhost:%d: DATA_LOSS: weights are NaN".formatted(server.getPort()));
    assertThat(calls).hasValue(1);
  }

  @Test
  void whatIsTooLargeIsNotAskedAgain() throws IOException {
    var calls = new AtomicInteger();
    RemoteLanguageModel model =
        model(
            new LanguageModelGrpc.LanguageModelImplBase() {
              @Override
              public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
                calls.incrementAndGet();
                observer.onNext(tiny().setModelId("m".repeat(5 << 20)).build());
                observer.onCompleted();
              }
            });
    assertThatThrownBy(model::info).hasMessageContaining("exceeds maximum size");
    assertThat(calls).hasValue(1);
  }

  @Test
  void aModelWithoutSizeIsRefused() throws IOException {
    RemoteLanguageModel model =
        model(
            new LanguageModelGrpc.LanguageModelImplBase() {
              @Override
              public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
                observer.onNext(tiny().setMaxSequenceLength(1).build());
                observer.onCompleted();
              }
            });
    assertBad(model::info, "found hidden size 2, 9 tokens in the vocabulary and 1 in a sequence");
  }

  private static InfoResponse.Builder tiny() {
    return InfoResponse.newBuilder()
        .setModelId("m")
        .setHiddenSize(2)
        .setVocabSize(9)
        .setMaxSequenceLength(4);
  }

  private static void assertBad(ThrowingCallable call, String found) {
    assertThatThrownBy(call)
        .isInstanceOf(LanguageModelException.BadReply.class)
        .hasMessageContaining("lm-service at localhost:")
        .hasMessageContaining(found);
  }

  private static ForwardResponse rows(int sequence, int firstRow, int rows) {
    return reply(sequence, firstRow, half(rows, 2));
  }

  private static ForwardResponse reply(int sequence, int firstRow, Tensor hiddenStates) {
    return ForwardResponse.newBuilder()
        .setSequence(sequence)
        .setFirstRow(firstRow)
        .setHiddenStates(hiddenStates)
        .build();
  }

  private static Tensor half(long... shape) {
    long elements = LongStream.of(shape).reduce(1, Math::multiplyExact);
    return Tensors.of(
        DataType.DATA_TYPE_FP16, ByteBuffer.allocate(Math.toIntExact(2 * elements)), shape);
  }

  private static TokenizeResponse tokens(int text, Integer... ids) {
    return TokenizeResponse.newBuilder().setText(text).addAllTokenIds(List.of(ids)).build();
  }
}
