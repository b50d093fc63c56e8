package org.knnlm.embedder.grpc;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.LanguageModelException;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.model.Waits;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.HiddenState;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.LanguageModelGrpc.LanguageModelBlockingStub;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;
import org.knnlm.proto.tensor.v1.DataType;

/**
 * lm-service. A call that finds it unavailable or too busy is made again, after pauses that grow
 * and that chance varies, so that many callers do not come back at once.
 */
public final class RemoteLanguageModel implements LanguageModel {
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 8000;

  /** What gRPC itself says of a message that is too large; another attempt would not help. */
  private static final String TOO_LARGE = "gRPC message exceeds maximum size";

  private final LanguageModelBlockingStub stub;
  private final String address;
  private final Duration timeout;
  private final Duration patience;
  private final Waits waits;

  /**
   * @param address where the channel leads, for errors
   * @param timeout longest time of one call
   * @param patience how long a call is made again
   * @param waits told of calls that wait
   */
  public RemoteLanguageModel(
      Channel channel, String address, Duration timeout, Duration patience, Waits waits) {
    this.stub = LanguageModelGrpc.newBlockingStub(channel);
    this.address = address;
    this.timeout = timeout;
    this.patience = patience;
    this.waits = waits;
  }

  @Override
  public ModelInfo info() {
    InfoResponse info = call(lm -> lm.info(InfoRequest.getDefaultInstance()));
    if (info.getHiddenSize() < 1 || info.getVocabSize() < 1 || info.getMaxSequenceLength() < 2) {
      throw new LanguageModelException.BadReply(
          "lm-service at %s: found hidden size %d, %d tokens in the vocabulary and %d in a sequence"
              .formatted(
                  address, info.getHiddenSize(), info.getVocabSize(), info.getMaxSequenceLength()));
    }
    return new ModelInfo(
        info.getModelId(),
        info.getModelType(),
        info.getModelSha256(),
        info.getTokenizerSha256(),
        info.getHiddenSize(),
        info.getVocabSize(),
        info.getMaxSequenceLength(),
        info.getDatatype().name().replace("DATA_TYPE_", "").toLowerCase(Locale.ROOT),
        info.getDevice());
  }

  @Override
  public List<int[]> tokenize(List<String> texts) {
    return tokenize(texts, false);
  }

  @Override
  public List<int[]> tokenizeFurther(List<String> texts) {
    return tokenize(texts, true);
  }

  private List<int[]> tokenize(List<String> texts, boolean withoutSpecialTokens) {
    var request =
        TokenizeRequest.newBuilder()
            .addAllTexts(texts)
            .setWithoutSpecialTokens(withoutSpecialTokens)
            .build();
    return call(
        lm -> {
          List<int[]> tokens = new ArrayList<>();
          lm.tokenize(request).forEachRemaining(reply -> add(reply, tokens, texts.size()));
          if (tokens.size() != texts.size()) {
            throw bad("tokens of %d texts of %d".formatted(tokens.size(), texts.size()));
          }
          return tokens;
        });
  }

  private void add(TokenizeResponse reply, List<int[]> tokens, int texts) {
    int[] ids = reply.getTokenIdsList().stream().mapToInt(Integer::intValue).toArray();
    int text = reply.getText();
    if (text == tokens.size() && text < texts) {
      tokens.add(ids);
    } else if (text == tokens.size() - 1) {
      int[] all = Arrays.copyOf(tokens.get(text), tokens.get(text).length + ids.length);
      System.arraycopy(ids, 0, all, all.length - ids.length, ids.length);
      tokens.set(text, all);
    } else {
      throw bad("tokens of text %d after %d of %d texts".formatted(text, tokens.size(), texts));
    }
  }

  @Override
  public List<ByteBuffer> hiddenStates(int[] tokens, int firstPosition, int count, KeyType key) {
    var sequence = ForwardSequence.newBuilder();
    for (int token : tokens) {
      sequence.addTokenIds(token);
    }
    for (int i = 0; i < count; i++) {
      sequence.addPositions(firstPosition + i);
    }
    var request =
        ForwardRequest.newBuilder()
            .addSequences(sequence)
            .setHiddenState(
                switch (key) {
                  case LAST_FFN_INPUT -> HiddenState.HIDDEN_STATE_LAST_FFN_INPUT;
                  case LAST_FFN_OUTPUT -> HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT;
                })
            .setHiddenStateDatatype(DataType.DATA_TYPE_FP16)
            .setOwnPass(true)
            .build();
    return call(lm -> hiddenStates(lm.forward(request), count));
  }

  private List<ByteBuffer> hiddenStates(Iterator<ForwardResponse> replies, int count) {
    List<ByteBuffer> pieces = new ArrayList<>();
    long rows = 0;
    while (replies.hasNext()) {
      ForwardResponse reply = replies.next();
      if (reply.getSequence() != 0 || reply.getFirstRow() != rows) {
        throw bad(
            "row %d of sequence %d after %d rows"
                .formatted(reply.getFirstRow(), reply.getSequence(), rows));
      }
      try {
        pieces.add(
            Tensors.bytes(reply.getHiddenStates(), "hidden_states", DataType.DATA_TYPE_FP16));
        rows += Tensors.shape(reply.getHiddenStates(), "hidden_states", 2)[0];
      } catch (StatusRuntimeException e) {
        throw bad(e.getStatus().getDescription());
      }
    }
    if (rows != count) {
      throw bad("%d hidden states of %d".formatted(rows, count));
    }
    return pieces;
  }

  private <T> T call(Function<LanguageModelBlockingStub, T> call) {
    long began = System.nanoTime();
    try (Waits.Call waiting = waits.call()) {
      for (int attempt = 1; ; attempt++) {
        try {
          return Clients.reading(
              () ->
                  call.apply(
                      Clients.connecting(stub)
                          .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)));
        } catch (StatusRuntimeException e) {
          if (!mayPass(e.getStatus()) || System.nanoTime() - began >= patience.toNanos()) {
            throw failure(e, attempt);
          }
          waiting.waitsFor("lm-service at %s: %s".formatted(address, reason(e)));
          pause(attempt);
        }
      }
    }
  }

  private static boolean mayPass(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE -> true;
      case RESOURCE_EXHAUSTED ->
          status.getDescription() == null || !status.getDescription().startsWith(TOO_LARGE);
      default -> false;
    };
  }

  private LanguageModelException failure(StatusRuntimeException e, int attempts) {
    return switch (e.getStatus().getCode()) {
      case UNAVAILABLE ->
          new LanguageModelException.Unavailable(
              "lm-service at %s is unavailable after %d attempts: %s"
                  .formatted(address, attempts, reason(e)),
              e);
      case RESOURCE_EXHAUSTED ->
          new LanguageModelException.Unavailable(
              "lm-service at %s is too busy after %d attempts: %s"
                  .formatted(address, attempts, e.getStatus().getDescription()),
              e);
      case DEADLINE_EXCEEDED ->
          new LanguageModelException.Unavailable(
              "lm-service at %s did not answer: %s"
                  .formatted(address, e.getStatus().getDescription()),
              e);
      default ->
          new LanguageModelException.Failed(
              "lm-service at %s: %s".formatted(address, e.getMessage()), e);
    };
  }

  /** The network's own words, where there are some. */
  static String reason(StatusRuntimeException e) {
    return e.getCause() == null ? e.getStatus().getDescription() : e.getCause().getMessage();
  }

  private static void pause(int attempt) {
    long longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 10));
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LanguageModelException.Unavailable("interrupted between two attempts", e);
    }
  }

  private LanguageModelException bad(String found) {
    return new LanguageModelException.BadReply(
        "lm-service at %s gave a reply that was not asked for: %s".formatted(address, found));
  }
}
