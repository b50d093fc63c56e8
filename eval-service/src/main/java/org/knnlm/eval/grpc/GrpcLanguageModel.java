package org.knnlm.eval.grpc;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.knnlm.eval.Settings;
import org.knnlm.eval.lm.Continuation;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Neighbour;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;
import org.knnlm.grpc.Clients;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.DetokenizeResponse;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.LanguageModelGrpc.LanguageModelBlockingStub;
import org.knnlm.proto.lm.v1.Neighbor;
import org.knnlm.proto.lm.v1.NeighborsRequest;
import org.knnlm.proto.lm.v1.NeighborsResponse;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.NextTokenResponse;
import org.knnlm.proto.lm.v1.Prompt;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreResponse;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;

/** lm-service. What it answers is checked before anything is made of it. */
@ApplicationScoped
public class GrpcLanguageModel implements LanguageModel {
  private static final Duration INFO_TIMEOUT = Duration.ofSeconds(5);
  private static final int TEXTS_PER_REQUEST = 1000;

  /** Characters are at most 3 bytes each, and a request is at most 32 MiB. */
  private static final long CHARACTERS_PER_REQUEST = 8 << 20;

  private static final int MAX_REQUEST_BYTES = 32 << 20;

  private final LanguageModelBlockingStub stub;
  private final Duration timeout;

  GrpcLanguageModel(@GrpcClient("lm") Channel channel, Settings settings) {
    this.stub = LanguageModelGrpc.newBlockingStub(channel);
    this.timeout = settings.lm().timeout();
  }

  @Override
  public ModelInfo info() {
    try {
      InfoResponse info = within(INFO_TIMEOUT).info(InfoRequest.getDefaultInstance());
      return new ModelInfo(
          info.getModelId(),
          info.getModelType(),
          info.getModelSha256(),
          info.getTokenizerSha256(),
          info.getDatatype().name().replaceFirst("^DATA_TYPE_", ""),
          info.getDevice(),
          info.getMaxSequenceLength(),
          info.getMaxSequences(),
          info.getVersion());
    } catch (StatusRuntimeException e) {
      throw LmServiceErrors.translate(e);
    }
  }

  @Override
  public List<int[]> tokenize(List<String> texts) {
    return tokenize(texts, false);
  }

  @Override
  public List<int[]> tokenizeWithoutSpecialTokens(List<String> texts) {
    return tokenize(texts, true);
  }

  private List<int[]> tokenize(List<String> texts, boolean plain) {
    List<int[]> tokens = new ArrayList<>();
    int from = 0;
    while (from < texts.size()) {
      int to = endOfRequest(texts, from);
      tokens.addAll(tokenizeAtOnce(texts.subList(from, to), plain));
      from = to;
    }
    return tokens;
  }

  private static int endOfRequest(List<String> texts, int from) {
    int to = from + 1;
    long characters = texts.get(from).length();
    while (to < texts.size()
        && to - from < TEXTS_PER_REQUEST
        && characters + texts.get(to).length() <= CHARACTERS_PER_REQUEST) {
      characters += texts.get(to).length();
      to++;
    }
    return to;
  }

  private List<int[]> tokenizeAtOnce(List<String> texts, boolean plain) {
    List<IntStream.Builder> tokens = texts.stream().map(text -> IntStream.builder()).toList();
    var request =
        TokenizeRequest.newBuilder().addAllTexts(texts).setWithoutSpecialTokens(plain).build();
    if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
      throw LanguageModelException.refused(
          "a text of %,d characters is too long for lm-service, which takes %,d bytes"
              .formatted(texts.getFirst().length(), MAX_REQUEST_BYTES),
          List.of(),
          null);
    }
    stream(
        () -> within(timeout).tokenize(request),
        (TokenizeResponse reply) -> {
          check(
              reply.getText() >= 0 && reply.getText() < texts.size(),
              "token ids of text %d of %d".formatted(reply.getText(), texts.size()));
          reply.getTokenIdsList().forEach(tokens.get(reply.getText())::add);
        });
    return tokens.stream().map(ids -> ids.build().toArray()).toList();
  }

  @Override
  public List<String> detokenize(List<int[]> sequences, boolean withSpecialTokens) {
    List<String> texts = new ArrayList<>();
    for (int from = 0; from < sequences.size(); from += TEXTS_PER_REQUEST) {
      List<int[]> some =
          sequences.subList(from, Math.min(from + TEXTS_PER_REQUEST, sequences.size()));
      var request = DetokenizeRequest.newBuilder().setWithSpecialTokens(withSpecialTokens);
      some.forEach(tokens -> request.addSequences(sequence(tokens)));
      inOrder(
          "the text of",
          some,
          () -> within(timeout).detokenize(request.build()),
          DetokenizeResponse::getSequence,
          (sequence, reply) -> texts.add(reply.getText()));
    }
    return texts;
  }

  @Override
  public List<List<Neighbour>> neighbours(
      List<int[]> sequences, Retrieval retrieval, Neighbour.Surroundings surroundings) {
    var request =
        NeighborsRequest.newBuilder()
            .setRetrieval(message(retrieval).toBuilder().clearOracle())
            .setCount(surroundings.count())
            .setBefore(surroundings.before())
            .setAfter(surroundings.after());
    sequences.forEach(tokens -> request.addSequences(sequence(tokens)));
    List<List<Neighbour>> neighbours = new ArrayList<>();
    inOrder(
        "the neighbours of",
        sequences,
        () -> within(timeout).neighbors(request.build()),
        NeighborsResponse::getSequence,
        (sequence, reply) ->
            neighbours.add(
                reply.getNeighborsList().stream().map(GrpcLanguageModel::neighbour).toList()));
    return neighbours;
  }

  private static Neighbour neighbour(Neighbor neighbor) {
    return new Neighbour(
        neighbor.getId(),
        neighbor.getTokenId(),
        neighbor.getDistance(),
        neighbor.getWeight(),
        neighbor.getBeforeList().stream().mapToInt(Integer::intValue).toArray(),
        neighbor.getAfterList().stream().mapToInt(Integer::intValue).toArray(),
        neighbor.hasDocument()
            ? Optional.of(
                new Neighbour.Place(
                    neighbor.getDocument(), neighbor.getLine(), neighbor.getPosition()))
            : Optional.empty());
  }

  @Override
  public void score(List<Sequence> sequences, List<Retrieval> retrievals, Consumer<Scores> sink) {
    var request = ScoreRequest.newBuilder().setOwnPass(true);
    sequences.forEach(
        sequence ->
            request.addSequences(
                ScoreSequence.newBuilder()
                    .addAllTokenIds(Arrays.stream(sequence.tokens()).boxed().toList())
                    .setFirstTarget(sequence.firstTarget())
                    .setRight(sequence.right())));
    retrievals.forEach(retrieval -> request.addRetrievals(message(retrieval)));
    inOrder(
        "scores of",
        sequences,
        () -> within(timeout).score(request.build()),
        ScoreResponse::getSequence,
        (sequence, reply) -> sink.accept(ScoreReplies.read(reply, sequence, retrievals.size())));
  }

  @Override
  public void nextToken(
      List<int[]> sequences,
      List<int[]> right,
      int[] tokenIds,
      List<Retrieval> retrievals,
      Consumer<Scores> sink) {
    var request = NextTokenRequest.newBuilder().setOwnPass(true);
    sequences.forEach(tokens -> request.addSequences(sequence(tokens)));
    right.forEach(tokens -> request.addRight(sequence(tokens)));
    Arrays.stream(tokenIds).forEach(request::addTokenIds);
    retrievals.forEach(retrieval -> request.addRetrievals(message(retrieval)));
    inOrder(
        "the tokens after",
        sequences,
        () -> within(timeout).nextToken(request.build()),
        NextTokenResponse::getSequence,
        (sequence, reply) ->
            sink.accept(
                ScoreReplies.read(
                    reply.getLogProbs(),
                    reply.getRetrievalLogProbs(),
                    tokenIds.length,
                    retrievals.size())));
  }

  @Override
  public List<List<Continuation>> generate(
      List<int[]> prompts, List<Retrieval> retrievals, int maxNewTokens, Optional<String> stop) {
    var request = GenerateRequest.newBuilder().setMaxNewTokens(maxNewTokens).setOwnPass(true);
    prompts.forEach(tokens -> request.addPrompts(Prompt.newBuilder().setTokens(sequence(tokens))));
    retrievals.forEach(retrieval -> request.addRetrievals(message(retrieval)));
    stop.ifPresent(request::addStop);
    var growing = new GrowingContinuations(prompts.size(), 1 + retrievals.size());
    stream(() -> within(timeout).generate(request.build()), growing::add);
    return growing.finished();
  }

  private static TokenSequence sequence(int[] tokens) {
    return TokenSequence.newBuilder()
        .addAllTokenIds(Arrays.stream(tokens).boxed().toList())
        .build();
  }

  private static org.knnlm.proto.lm.v1.Retrieval message(Retrieval retrieval) {
    var message =
        org.knnlm.proto.lm.v1.Retrieval.newBuilder()
            .setDatastore(retrieval.datastore())
            .setK(retrieval.k())
            .setTemperature(retrieval.temperature())
            .setLambda(retrieval.lambda())
            .setExactDistances(retrieval.exactDistances());
    retrieval.nprobe().ifPresent(message::setNprobe);
    retrieval.oracle().ifPresent(oracle -> message.setOracle(message(oracle)));
    return message.build();
  }

  private static org.knnlm.proto.lm.v1.Oracle message(Oracle oracle) {
    var message = org.knnlm.proto.lm.v1.Oracle.newBuilder();
    return switch (oracle) {
      case Oracle.Rank(int rank) -> message.setRank(rank).build();
      case Oracle.Distance(float distance) -> message.setDistance(distance).build();
    };
  }

  private LanguageModelBlockingStub within(Duration limit) {
    return Clients.connecting(stub).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reads one reply for each sequence, which come in the order of the sequences. */
  private static <S, T> void inOrder(
      String what,
      List<S> sequences,
      Supplier<Iterator<T>> call,
      ToIntFunction<T> sequence,
      BiConsumer<S, T> reader) {
    var replies = new int[1];
    stream(
        call,
        reply -> {
          int index = replies[0]++;
          int found = sequence.applyAsInt(reply);
          check(
              found == index && index < sequences.size(),
              "%s sequence %d where %d is next".formatted(what, found, index));
          reader.accept(sequences.get(index), reply);
        });
    check(
        replies[0] == sequences.size(),
        "%s %d sequences, asked for %d".formatted(what, replies[0], sequences.size()));
  }

  /** Reads a stream to its end; a reader that throws ends the call on the other side too. */
  private static <T> void stream(Supplier<Iterator<T>> call, Consumer<T> reader) {
    try {
      Clients.reading(
          () -> {
            call.get().forEachRemaining(reader);
            return null;
          });
    } catch (StatusRuntimeException e) {
      throw LmServiceErrors.translate(e);
    }
  }

  static void check(boolean fine, String found) {
    if (!fine) {
      throw LanguageModelException.wrongAnswer("lm-service sent " + found);
    }
  }
}
