package org.knnlm.lm.grpc;

import io.grpc.StatusRuntimeException;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.grpc.Replies;
import org.knnlm.grpc.Tensors;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.forward.Forwarder;
import org.knnlm.lm.forward.Positions;
import org.knnlm.lm.forward.Rows;
import org.knnlm.lm.forward.Wanted;
import org.knnlm.lm.generate.Generator;
import org.knnlm.lm.generate.Piece;
import org.knnlm.lm.mixture.Prediction;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.next.NextTokens;
import org.knnlm.lm.retrieval.Neighbor;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Surroundings;
import org.knnlm.lm.score.Score;
import org.knnlm.lm.score.Scorer;
import org.knnlm.lm.score.Target;
import org.knnlm.lm.telemetry.Rpc;
import org.knnlm.lm.telemetry.Telemetry;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.DetokenizeResponse;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.GenerateResponse;
import org.knnlm.proto.lm.v1.GenerateResponse.FinishReason;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.NeighborsRequest;
import org.knnlm.proto.lm.v1.NeighborsResponse;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.NextTokenResponse;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreResponse;
import org.knnlm.proto.lm.v1.Timings;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;
import org.knnlm.proto.tensor.v1.DataType;
import org.knnlm.proto.tensor.v1.Tensor;

/** What the loaded model answers to each call of the protocol. */
@Singleton
final class Answers {
  /** Characters that are tokenized at a time. */
  private static final int BATCH_CHARACTERS = 1 << 20;

  /** Token ids in one reply; an id takes at most five bytes. */
  private static final int REPLY_TOKENS = 1 << 19;

  private final LanguageModel model;
  private final Requests requests;
  private final DomainErrors errors;
  private final Forwarder forwarder;
  private final Scorer scorer;
  private final NextTokens nextTokens;
  private final Generator generator;
  private final Telemetry telemetry;
  private final String version;

  Answers(
      LanguageModel model,
      NeighborIndex index,
      Telemetry telemetry,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.model = model;
    this.requests = new Requests(model.info());
    this.errors = new DomainErrors(model.info());
    this.forwarder = new Forwarder(model);
    this.scorer = new Scorer(model, index);
    this.nextTokens = new NextTokens(model, index);
    this.generator = new Generator(model, index);
    this.telemetry = telemetry;
    this.version = version;
  }

  /** The status of an exception, null for one that nobody foresaw. */
  StatusRuntimeException status(Throwable e) {
    return errors.status(e);
  }

  InfoResponse info() {
    ModelInfo info = model.info();
    var response =
        InfoResponse.newBuilder()
            .setModelId(info.id())
            .setModelType(info.type())
            .setHiddenSize(info.hiddenSize())
            .setNumLayers(info.layers())
            .setVocabSize(info.vocabularySize())
            .setMaxSequenceLength(info.maxSequenceLength())
            .setDatatype(
                switch (model.options().precision()) {
                  case FP32 -> DataType.DATA_TYPE_FP32;
                  case FP16 -> DataType.DATA_TYPE_FP16;
                  case BF16 -> DataType.DATA_TYPE_BF16;
                })
            .setDevice(model.options().device().label())
            .setTokenizerSha256(info.tokenizerSha256())
            .setModelSha256(info.modelSha256())
            .setMaxSequences(Requests.MAX_SEQUENCES)
            .setPrefixCacheBytes(model.prefixes().bytes())
            .setMaxPrefixCacheBytes(model.prefixes().maxBytes())
            .setVersion(version);
    info.bosTokenId().ifPresent(response::setBosTokenId);
    info.eosTokenId().ifPresent(response::setEosTokenId);
    return response.build();
  }

  void tokenize(TokenizeRequest request, Replies.Sink<TokenizeResponse> sink)
      throws InterruptedException {
    List<String> texts = Requests.texts(request);
    try (var watch = telemetry.watch(Rpc.TOKENIZE)) {
      int from = 0;
      while (from < texts.size()) {
        int to = from + 1;
        int characters = texts.get(from).length();
        while (to < texts.size() && characters + texts.get(to).length() <= BATCH_CHARACTERS) {
          characters += texts.get(to++).length();
        }
        long started = System.nanoTime();
        List<int[]> encoded =
            model.tokenizer().encode(texts.subList(from, to), !request.getWithoutSpecialTokens());
        watch.tokenized(millisSince(started));
        for (int[] ids : encoded) {
          send(from++, ids, sink);
        }
      }
    }
  }

  private static double millisSince(long started) {
    return (System.nanoTime() - started) / 1e6;
  }

  private static void send(int text, int[] ids, Replies.Sink<TokenizeResponse> sink)
      throws InterruptedException {
    int start = 0;
    do {
      int end = Math.min(ids.length, start + REPLY_TOKENS);
      var reply = TokenizeResponse.newBuilder().setText(text);
      Arrays.stream(ids, start, end).forEach(reply::addTokenIds);
      sink.send(reply.build());
      start = end;
    } while (start < ids.length);
  }

  void detokenize(DetokenizeRequest request, Replies.Sink<DetokenizeResponse> sink)
      throws InterruptedException {
    List<int[]> sequences = requests.tokenized(request);
    for (int i = 0; i < sequences.size(); i++) {
      String text = model.tokenizer().decode(sequences.get(i), request.getWithSpecialTokens());
      sink.send(DetokenizeResponse.newBuilder().setSequence(i).setText(text).build());
    }
  }

  void forward(ForwardRequest request, Replies.Sink<ForwardResponse> sink)
      throws InterruptedException {
    List<Positions> sequences = requests.positions(request);
    Wanted wanted = requests.wanted(request);
    try (var watch = telemetry.watch(Rpc.FORWARD)) {
      forwarder.forward(
          sequences,
          wanted,
          Requests.passes(request.getOwnPass()),
          rows -> {
            watch.reply(rows.timings());
            sink.send(response(rows, wanted, request.getLayersCount() > 0));
          });
    }
  }

  private ForwardResponse response(Rows rows, Wanted wanted, boolean layered) {
    var response =
        ForwardResponse.newBuilder().setSequence(rows.sequence()).setFirstRow(rows.firstRow());
    DataType type =
        wanted.format() == FloatFormat.FP16 ? DataType.DATA_TYPE_FP16 : DataType.DATA_TYPE_FP32;
    int hidden = model.info().hiddenSize();
    long[] shape =
        layered
            ? new long[] {wanted.layers().size(), rows.rows(), hidden}
            : new long[] {rows.rows(), hidden};
    rows.hiddenStates()
        .map(bytes -> Tensors.of(type, bytes, shape))
        .ifPresent(response::setHiddenStates);
    rows.logits()
        .map(
            bytes ->
                Tensors.of(
                    DataType.DATA_TYPE_FP32, bytes, rows.rows(), model.info().vocabularySize()))
        .ifPresent(response::setLogits);
    return response.build();
  }

  void score(ScoreRequest request, Replies.Sink<ScoreResponse> sink) throws InterruptedException {
    List<Target> targets = requests.targets(request);
    Passes passes = Requests.passes(request.getOwnPass());
    List<Retrieval> retrievals = Requests.retrievals(request.getRetrievalsList(), passes);
    try (var watch = telemetry.watch(Rpc.SCORE)) {
      scorer.score(
          targets,
          retrievals,
          passes,
          (target, score) -> {
            watch.reply(score.timings());
            sink.send(response(target, score));
          });
    }
  }

  private static ScoreResponse response(int sequence, Score score) {
    var response =
        ScoreResponse.newBuilder()
            .setSequence(sequence)
            .setLogProbs(Tensors.fp32(score.logProbs(), score.logProbs().length))
            .setTimings(timings(score.timings()));
    if (score.retrievalProbs().length > 0) {
      response
          .setRetrievalProbs(matrix(score.retrievalProbs()))
          .setRetrievalLogProbs(matrix(score.retrievalLogProbs()));
    }
    return response.build();
  }

  private static Timings timings(org.knnlm.lm.batch.Timings timings) {
    return Timings.newBuilder()
        .setQueueMs(timings.queue())
        .setForwardMs(timings.forward())
        .setSearchMs(timings.search())
        .setMixMs(timings.mix())
        .build();
  }

  void nextToken(NextTokenRequest request, Replies.Sink<NextTokenResponse> sink)
      throws InterruptedException {
    List<int[]> sequences = requests.sequences(request.getSequencesList());
    int[] tokens = requests.tokens(request);
    Passes passes = Requests.passes(request.getOwnPass());
    List<Retrieval> retrievals = Requests.retrievals(request.getRetrievalsList(), passes);
    List<int[]> right = requests.right(request, retrievals);
    try (var watch = telemetry.watch(Rpc.NEXT_TOKEN)) {
      nextTokens.predict(
          sequences,
          right,
          retrievals,
          passes,
          (sequence, predictions, timings) -> {
            long mixing = System.nanoTime();
            float[][] logProbs = logProbs(predictions, tokens);
            var mixed = timings.mixedSince(mixing);
            watch.reply(mixed);
            sink.send(response(sequence, logProbs, mixed));
          });
    }
  }

  void neighbors(NeighborsRequest request, Replies.Sink<NeighborsResponse> sink)
      throws InterruptedException {
    List<int[]> sequences = requests.sequences(request.getSequencesList());
    Retrieval retrieval = Requests.retrieval("retrieval.", request.getRetrieval(), Passes.SHARED);
    Surroundings surroundings = Requests.surroundings(request);
    nextTokens.neighbors(
        sequences,
        retrieval,
        surroundings,
        (sequence, neighbors) -> {
          var reply = NeighborsResponse.newBuilder().setSequence(sequence);
          neighbors.forEach(neighbor -> reply.addNeighbors(message(neighbor)));
          sink.send(reply.build());
        });
  }

  private static org.knnlm.proto.lm.v1.Neighbor message(Neighbor neighbor) {
    var message =
        org.knnlm.proto.lm.v1.Neighbor.newBuilder()
            .setId(neighbor.id())
            .setTokenId(neighbor.token())
            .setDistance(neighbor.distance())
            .setWeight(neighbor.weight());
    Arrays.stream(neighbor.before()).forEach(message::addBefore);
    Arrays.stream(neighbor.after()).forEach(message::addAfter);
    neighbor
        .place()
        .ifPresent(
            place ->
                message
                    .setDocument(place.document())
                    .setLine(place.line())
                    .setPosition(place.position()));
    return message.build();
  }

  private static float[][] logProbs(List<Prediction> predictions, int[] tokens) {
    float[][] logProbs = new float[predictions.size()][tokens.length];
    for (int i = 0; i < logProbs.length; i++) {
      for (int t = 0; t < tokens.length; t++) {
        logProbs[i][t] = (float) predictions.get(i).logProb(tokens[t]);
      }
    }
    return logProbs;
  }

  private static NextTokenResponse response(
      int sequence, float[][] logProbs, org.knnlm.lm.batch.Timings timings) {
    var response =
        NextTokenResponse.newBuilder()
            .setSequence(sequence)
            .setLogProbs(Tensors.fp32(logProbs[0], logProbs[0].length))
            .setTimings(timings(timings));
    if (logProbs.length > 1) {
      response.setRetrievalLogProbs(matrix(Arrays.copyOfRange(logProbs, 1, logProbs.length)));
    }
    return response.build();
  }

  void generate(GenerateRequest request, Replies.Sink<GenerateResponse> sink)
      throws InterruptedException {
    try (var watch = telemetry.watch(Rpc.GENERATE)) {
      long started = System.nanoTime();
      List<int[]> prompts =
          requests.prompts(
              request, text -> model.tokenizer().encode(List.of(text), true).getFirst());
      double tokenizeMillis = millisSince(started);
      watch.tokenized(tokenizeMillis);
      Passes passes = Requests.passes(request.getOwnPass());
      generator.generate(
          prompts,
          requests.options(request),
          Requests.retrievalsOfGenerate(request.getRetrievalsList(), passes),
          passes,
          piece -> {
            watch.reply(piece.timings());
            sink.send(response(piece, tokenizeMillis));
          });
    }
  }

  private static GenerateResponse response(Piece piece, double tokenizeMillis) {
    return GenerateResponse.newBuilder()
        .setPrompt(piece.prompt())
        .setSetting(piece.setting())
        .setTokenId(piece.token())
        .setLogProb((float) piece.logProb())
        .setText(piece.text())
        .setFinishReason(
            piece
                .finish()
                .map(
                    finish ->
                        switch (finish) {
                          case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
                          case EOS -> FinishReason.FINISH_REASON_EOS;
                          case STOP -> FinishReason.FINISH_REASON_STOP;
                        })
                .orElse(FinishReason.FINISH_REASON_UNSPECIFIED))
        .setTimings(timings(piece.timings()).toBuilder().setTokenizeMs(tokenizeMillis))
        .build();
  }

  private static Tensor matrix(float[][] rows) {
    int columns = rows[0].length;
    float[] values = new float[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * columns, columns);
    }
    return Tensors.fp32(values, rows.length, columns);
  }
}
