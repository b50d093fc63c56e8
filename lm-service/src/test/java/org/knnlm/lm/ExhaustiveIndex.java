package org.knnlm.lm;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.Softmax;
import org.knnlm.proto.index.v1.TokenDistributionsRequest;
import org.knnlm.proto.index.v1.TokenDistributionsResponse;
import org.knnlm.proto.index.v1.TokenProbabilitiesRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesResponse;
import org.knnlm.proto.lm.v1.HiddenState;

/**
 * Exhaustive search behind the protocol of index-service, exact in double precision, so that this
 * module's tests need no other module. A reply holds at most a few queries, as the protocol allows.
 */
final class ExhaustiveIndex extends NearestNeighborsGrpc.NearestNeighborsImplBase
    implements AutoCloseable {
  private static final int REPLY_QUERIES = 5;

  final List<TokenProbabilitiesRequest> asked = Collections.synchronizedList(new ArrayList<>());
  final List<String> traceParents = Collections.synchronizedList(new ArrayList<>());
  private final DescribeResponse description;
  private final float[] keys;
  private final int[] values;
  private final Server server;

  /**
   * @param description what every datastore is said to be, except the one called "nowhere"
   */
  ExhaustiveIndex(DescribeResponse description, float[] keys, int[] values) throws IOException {
    this.description = description;
    this.keys = keys;
    this.values = values;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .intercept(new TraceParents())
            .build()
            .start();
  }

  /** Notes what each call says of the trace that it belongs to. */
  private final class TraceParents implements ServerInterceptor {
    private static final Metadata.Key<String> HEADER =
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (headers.containsKey(HEADER)) {
        traceParents.add(headers.get(HEADER));
      }
      return next.startCall(call, headers);
    }
  }

  /** As many keys as the first sequence has tokens, around the model's own states. */
  static ExhaustiveIndex of(Path checkpoint) {
    int[] tokens = Fixtures.sequences(checkpoint)[0];
    float[] keys = Fixtures.expected(checkpoint, 0, "ffn_output");
    int dimension = keys.length / tokens.length;
    for (int i = 0; i < tokens.length; i++) {
      keys[i * dimension + i % dimension] += 0.5f;
    }
    try {
      return new ExhaustiveIndex(
          DescribeResponse.newBuilder()
              .setNumKeys(tokens.length)
              .setDimension(dimension)
              .setKey(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT)
              .build(),
          keys,
          tokens);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
    if (request.getDatastore().equals("nowhere")) {
      observer.onError(Errors.of(com.google.rpc.Code.NOT_FOUND, "there is no datastore nowhere"));
      return;
    }
    var told = description.toBuilder();
    switch (request.getDatastore()) {
      case "foreign" -> told.setModelSha256("f00d");
      case "babel" -> told.setLargestTokenId(96);
      default -> told.setLargestTokenId(95);
    }
    observer.onNext(told.build());
    observer.onCompleted();
  }

  @Override
  public void tokenProbabilities(
      TokenProbabilitiesRequest request, StreamObserver<TokenProbabilitiesResponse> observer) {
    asked.add(request);
    float[] queries = Tensors.floats(request.getQueries(), "queries");
    int dimension = description.getDimension();
    int count = request.getTargetTokenIdsCount();
    for (int first = 0; first < count; first += REPLY_QUERIES) {
      int rows = Math.min(REPLY_QUERIES, count - first);
      float[] probabilities = new float[request.getSoftmaxesCount() * rows];
      for (int s = 0; s < request.getSoftmaxesCount(); s++) {
        for (int row = 0; row < rows; row++) {
          probabilities[s * rows + row] =
              (float)
                  probability(
                      queries,
                      (first + row) * dimension,
                      request.getSoftmaxes(s),
                      request.getTargetTokenIds(first + row));
        }
      }
      observer.onNext(
          TokenProbabilitiesResponse.newBuilder()
              .setFirstQuery(first)
              .setProbabilities(Tensors.fp32(probabilities, request.getSoftmaxesCount(), rows))
              .build());
    }
    observer.onCompleted();
  }

  /** A reply a query, naming every token of the datastore. */
  @Override
  public void tokenDistributions(
      TokenDistributionsRequest request, StreamObserver<TokenDistributionsResponse> observer) {
    float[] queries = Tensors.floats(request.getQueries(), "queries");
    int dimension = description.getDimension();
    int[] tokens = Arrays.stream(values).sorted().distinct().toArray();
    for (int query = 0; query < queries.length / dimension; query++) {
      float[] probabilities = new float[request.getSoftmaxesCount() * tokens.length];
      for (int s = 0; s < request.getSoftmaxesCount(); s++) {
        for (int t = 0; t < tokens.length; t++) {
          probabilities[s * tokens.length + t] =
              (float) probability(queries, query * dimension, request.getSoftmaxes(s), tokens[t]);
        }
      }
      observer.onNext(
          TokenDistributionsResponse.newBuilder()
              .setFirstQuery(query)
              .setOffsets(Tensors.int32(new int[] {0, tokens.length}, 2))
              .setTokenIds(Tensors.int32(tokens, tokens.length))
              .setProbabilities(
                  Tensors.fp32(probabilities, request.getSoftmaxesCount(), tokens.length))
              .build());
    }
    observer.onCompleted();
  }

  /** p_kNN of a token for the query that begins at an offset. */
  double probability(float[] queries, int offset, Softmax softmax, int token) {
    int dimension = description.getDimension();
    double[] distances = new double[values.length];
    for (int key = 0; key < values.length; key++) {
      for (int i = 0; i < dimension; i++) {
        double difference = queries[offset + i] - keys[key * dimension + i];
        distances[key] += difference * difference;
      }
    }
    List<Integer> nearest =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(key -> distances[key]))
            .limit(softmax.getK())
            .toList();
    double least = distances[nearest.getFirst()];
    double all = 0;
    double hits = 0;
    for (int key : nearest) {
      double weight = Math.exp((least - distances[key]) / softmax.getTemperature());
      all += weight;
      hits += values[key] == token ? weight : 0;
    }
    return hits / all;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
