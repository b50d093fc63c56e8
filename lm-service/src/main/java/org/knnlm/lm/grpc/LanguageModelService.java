package org.knnlm.lm.grpc;

import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.enterprise.inject.Instance;
import java.util.concurrent.Executors;
import org.knnlm.grpc.Replies;
import org.knnlm.lm.batch.Budget;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.DetokenizeResponse;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.GenerateResponse;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.NeighborsRequest;
import org.knnlm.proto.lm.v1.NeighborsResponse;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.NextTokenResponse;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreResponse;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;

/** knnlm.lm.v1.LanguageModel. */
@GrpcService
public class LanguageModelService extends LanguageModelGrpc.LanguageModelImplBase {
  /**
   * Looked up by each call: Quarkus makes this service on an event loop before the model is loaded,
   * and calls that come early wait for it.
   */
  private final Instance<Answers> answers;

  private final Replies replies;
  private final Budget calls;

  LanguageModelService(Instance<Answers> answers, Budget calls) {
    this.answers = answers;
    this.calls = calls;
    this.replies =
        new Replies(Executors.newVirtualThreadPerTaskExecutor(), e -> answers.get().status(e));
  }

  @Override
  public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
    replies.unary(observer, () -> answers.get().info());
  }

  @Override
  public void tokenize(TokenizeRequest request, StreamObserver<TokenizeResponse> observer) {
    replies.stream(observer, sink -> answers.get().tokenize(request, sink));
  }

  @Override
  public void detokenize(DetokenizeRequest request, StreamObserver<DetokenizeResponse> observer) {
    replies.stream(observer, sink -> answers.get().detokenize(request, sink));
  }

  @Override
  public void forward(ForwardRequest request, StreamObserver<ForwardResponse> observer) {
    replies.stream(observer, admitted(sink -> answers.get().forward(request, sink)));
  }

  @Override
  public void score(ScoreRequest request, StreamObserver<ScoreResponse> observer) {
    replies.stream(observer, admitted(sink -> answers.get().score(request, sink)));
  }

  @Override
  public void nextToken(NextTokenRequest request, StreamObserver<NextTokenResponse> observer) {
    replies.stream(observer, admitted(sink -> answers.get().nextToken(request, sink)));
  }

  @Override
  public void neighbors(NeighborsRequest request, StreamObserver<NeighborsResponse> observer) {
    replies.stream(observer, admitted(sink -> answers.get().neighbors(request, sink)));
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> observer) {
    replies.stream(observer, admitted(sink -> answers.get().generate(request, sink)));
  }

  /** The call, if there is room for it, as long as its caller is there. */
  private <T> Replies.Many<T> admitted(Replies.Many<T> call) {
    return Cancellation.interrupts(
        sink -> {
          try (var _ = calls.take(1)) {
            call.replyTo(sink);
          }
        });
  }
}
