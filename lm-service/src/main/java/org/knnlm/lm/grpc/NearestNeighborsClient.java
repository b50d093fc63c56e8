package org.knnlm.lm.grpc;

import com.google.rpc.Code;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Tensors;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.Distribution;
import org.knnlm.lm.retrieval.Neighbor;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Oracle;
import org.knnlm.lm.retrieval.Queries;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.retrieval.Surroundings;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.proto.index.v1.ContextsRequest;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc.NearestNeighborsBlockingStub;
import org.knnlm.proto.index.v1.SearchRequest;
import org.knnlm.proto.index.v1.TokenDistributionsRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesRequest;
import org.knnlm.proto.index.v1.TokenProbabilitiesResponse;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.tensor.v1.DataType;
import org.knnlm.proto.tensor.v1.Tensor;

/**
 * Neighbours from index-service. Its errors keep their code; cancellation and most of the time of
 * the call that is being answered go along.
 */
@Singleton
final class NearestNeighborsClient implements NeighborIndex {
  /** Keeps a request well below the 4 MiB that a gRPC message has by default. */
  private static final int REQUEST_BYTES = 3 << 20;

  private final NearestNeighborsBlockingStub index;

  NearestNeighborsClient(@GrpcClient("index") Channel channel) {
    this.index = NearestNeighborsGrpc.newBlockingStub(channel);
  }

  /** Leaves time to say that it was index-service which did not answer in time. */
  private NearestNeighborsBlockingStub stub() {
    NearestNeighborsBlockingStub stub = Clients.connecting(index);
    Deadline caller = Context.current().getDeadline();
    return caller == null
        ? stub
        : stub.withDeadlineAfter(
            caller.timeRemaining(TimeUnit.MILLISECONDS) * 9 / 10, TimeUnit.MILLISECONDS);
  }

  @Override
  public Datastore describe(String name) {
    DescribeResponse found =
        calling(
            name, () -> stub().describe(DescribeRequest.newBuilder().setDatastore(name).build()));
    return new Datastore(
        name,
        found.getNumKeys(),
        found.getDimension(),
        found.getModelSha256(),
        key(name, found),
        found.hasLargestTokenId()
            ? OptionalInt.of(found.getLargestTokenId())
            : OptionalInt.empty());
  }

  private static HiddenState key(String name, DescribeResponse found) {
    return switch (found.getKey()) {
      case HIDDEN_STATE_UNSPECIFIED, HIDDEN_STATE_LAST_FFN_INPUT -> HiddenState.LAST_FFN_INPUT;
      case HIDDEN_STATE_LAST_FFN_OUTPUT -> HiddenState.LAST_FFN_OUTPUT;
      case UNRECOGNIZED ->
          throw Errors.of(
              Code.FAILED_PRECONDITION,
              "datastore %s has keys of the unknown kind %d".formatted(name, found.getKeyValue()));
    };
  }

  @Override
  public float[][] targetProbabilities(
      Search search, Queries queries, int[] targets, BitSet right, List<Softmax> softmaxes) {
    float[][] all = new float[softmaxes.size()][targets.length];
    inPieces(
        queries,
        (first, piece) -> {
          var request =
              TokenProbabilitiesRequest.newBuilder()
                  .setDatastore(search.datastore())
                  .setExactDistances(search.exactDistances())
                  .setOwnCall(search.ownCall())
                  .setQueries(tensor(piece))
                  .addAllSoftmaxes(messages(softmaxes));
          search.nprobe().ifPresent(request::setNprobe);
          int end = first + piece.count();
          Arrays.stream(targets, first, end).forEach(request::addTargetTokenIds);
          if (!right.isEmpty()) {
            IntStream.range(first, end).forEach(query -> request.addRight(right.get(query)));
          }
          calling(
              search.datastore(),
              () -> {
                receive(stub().tokenProbabilities(request.build()), all, first, end);
                return null;
              });
        });
    return all;
  }

  @Override
  public Distribution[][] distributions(
      Search search, Queries queries, List<int[]> right, List<Softmax> softmaxes) {
    var all = new Distribution[softmaxes.size()][queries.count()];
    inPieces(
        queries,
        (first, piece) -> {
          var request =
              TokenDistributionsRequest.newBuilder()
                  .setDatastore(search.datastore())
                  .setExactDistances(search.exactDistances())
                  .setOwnCall(search.ownCall())
                  .setQueries(tensor(piece))
                  .addAllSoftmaxes(messages(softmaxes));
          search.nprobe().ifPresent(request::setNprobe);
          if (!right.isEmpty()) {
            right.subList(first, first + piece.count()).forEach(t -> request.addRight(tokens(t)));
          }
          calling(
              search.datastore(),
              () -> {
                SparseReplies.receive(
                    stub().tokenDistributions(request.build()), all, first, first + piece.count());
                return null;
              });
        });
    return all;
  }

  @Override
  public List<List<Neighbor>> neighbors(
      Search search, Queries queries, Softmax softmax, Surroundings surroundings) {
    List<List<Neighbor>> all = new ArrayList<>();
    inPieces(
        queries,
        (first, piece) -> {
          var request =
              SearchRequest.newBuilder()
                  .setDatastore(search.datastore())
                  .setExactDistances(search.exactDistances())
                  .setQueries(tensor(piece))
                  .setK(softmax.k());
          search.nprobe().ifPresent(request::setNprobe);
          calling(
                  search.datastore(),
                  () ->
                      NeighborReplies.rows(
                          stub().search(request.build()), piece.count(), softmax.k()))
              .forEach(row -> all.add(neighbors(search, row, softmax, surroundings)));
        });
    return all;
  }

  private List<Neighbor> neighbors(
      Search search, NeighborReplies.Row row, Softmax softmax, Surroundings surroundings) {
    if (row.ids().length == 0) {
      return List.of();
    }
    var request =
        ContextsRequest.newBuilder()
            .setDatastore(search.datastore())
            .setBefore(surroundings.before())
            .setAfter(surroundings.after());
    Arrays.stream(row.ids()).limit(surroundings.count()).forEach(request::addIds);
    return calling(
        search.datastore(),
        () -> NeighborReplies.neighbors(row, softmax, stub().contexts(request.build())));
  }

  /** Queries from some index on. */
  @FunctionalInterface
  private interface Piece {
    void ask(int first, Queries piece);
  }

  private static void inPieces(Queries queries, Piece ask) {
    int rows = Math.max(1, REQUEST_BYTES / (queries.dimension() * Float.BYTES));
    for (int first = 0; first < queries.count(); first += rows) {
      ask.ask(first, queries.part(first, Math.min(queries.count(), first + rows)));
    }
  }

  private static Tensor tensor(Queries queries) {
    return Tensors.of(
        DataType.DATA_TYPE_FP32, queries.hiddenStates(), queries.count(), queries.dimension());
  }

  private static List<org.knnlm.proto.index.v1.Softmax> messages(List<Softmax> softmaxes) {
    return softmaxes.stream().map(NearestNeighborsClient::message).toList();
  }

  private static org.knnlm.proto.index.v1.Softmax message(Softmax softmax) {
    var message =
        org.knnlm.proto.index.v1.Softmax.newBuilder()
            .setK(softmax.k())
            .setTemperature(softmax.temperature());
    softmax.oracle().ifPresent(oracle -> message.setOracle(message(oracle)));
    return message.build();
  }

  private static org.knnlm.proto.lm.v1.Oracle message(Oracle oracle) {
    var message = org.knnlm.proto.lm.v1.Oracle.newBuilder();
    return switch (oracle) {
      case Oracle.Rank(int rank) -> message.setRank(rank).build();
      case Oracle.Distance(float distance) -> message.setDistance(distance).build();
    };
  }

  private static TokenSequence tokens(int[] ids) {
    var sequence = TokenSequence.newBuilder();
    Arrays.stream(ids).forEach(sequence::addTokenIds);
    return sequence.build();
  }

  /** Places each reply's rows, which must follow each other and fill the request exactly. */
  private static void receive(
      Iterator<TokenProbabilitiesResponse> replies, float[][] all, int first, int end) {
    int next = first;
    while (replies.hasNext()) {
      TokenProbabilitiesResponse reply = replies.next();
      float[] values = Tensors.floats(reply.getProbabilities(), "probabilities");
      int rows = values.length / all.length;
      if (first + reply.getFirstQuery() != next
          || rows * all.length != values.length
          || next + rows > end) {
        throw broken(
            "%d probabilities from query %d on".formatted(values.length, reply.getFirstQuery()));
      }
      for (int s = 0; s < all.length; s++) {
        for (int row = 0; row < rows; row++) {
          float p = values[s * rows + row];
          all[s][next + row] = probability(p);
        }
      }
      next += rows;
    }
    if (next != end) {
      throw broken("%d of %d queries' probabilities".formatted(next - first, end - first));
    }
  }

  /** A probability that may be a rounding error above 1. */
  static float probability(float p) {
    if (!(p >= 0 && p <= 1.0001f)) {
      throw broken("a probability of " + p);
    }
    return Math.min(p, 1);
  }

  static StatusRuntimeException broken(String what) {
    return Errors.of(Code.DATA_LOSS, "index-service sent " + what);
  }

  private static <T> T calling(String datastore, Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw told(datastore, e);
    }
  }

  /**
   * An error as this service's caller understands it: fields of index-service's request are not.
   */
  private static StatusRuntimeException told(String datastore, StatusRuntimeException e) {
    Status status = e.getStatus();
    String problem =
        "datastore %s: index-service says %s"
            .formatted(
                datastore,
                status.getDescription() == null ? status.getCode() : status.getDescription());
    if (status.getCode() == Status.Code.INVALID_ARGUMENT) {
      return Errors.invalidArgument("retrievals", problem);
    }
    return Errors.of(Code.forNumber(status.getCode().value()), problem, "index-service");
  }
}
