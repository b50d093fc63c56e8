package org.knnlm.lm.grpc;

import static org.knnlm.lm.grpc.NearestNeighborsClient.broken;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.knnlm.grpc.Tensors;
import org.knnlm.lm.retrieval.Neighbor;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.proto.index.v1.Context;
import org.knnlm.proto.index.v1.ContextsResponse;
import org.knnlm.proto.index.v1.SearchResponse;

/** Neighbours and their contexts out of replies. */
final class NeighborReplies {
  private NeighborReplies() {}

  /**
   * What a search found for a query.
   *
   * @param ids keys, the nearest first
   * @param distances of each
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(long[] ids, float[] distances) {
    /** softmax(-distance / T) over all of the row. */
    double[] weights(Softmax softmax) {
      double least = Double.POSITIVE_INFINITY;
      for (float distance : distances) {
        least = Math.min(least, distance);
      }
      double[] weights = new double[distances.length];
      double all = 0;
      for (int i = 0; i < weights.length; i++) {
        weights[i] = Math.exp((least - distances[i]) / softmax.temperature());
        all += weights[i];
      }
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= all;
      }
      return weights;
    }
  }

  /** A row for each query, without the places where no key was reached. */
  static List<Row> rows(Iterator<SearchResponse> replies, int queries, int k) {
    List<Row> rows = new ArrayList<>();
    while (replies.hasNext()) {
      SearchResponse reply = replies.next();
      long[] ids = Tensors.longs(reply.getIds(), "ids");
      float[] distances = Tensors.floats(reply.getDistances(), "distances");
      if (reply.getFirstQuery() != rows.size()
          || ids.length % k != 0
          || distances.length != ids.length) {
        throw broken(
            "%d ids and %d distances from query %d on"
                .formatted(ids.length, distances.length, reply.getFirstQuery()));
      }
      for (int from = 0; from < ids.length; from += k) {
        rows.add(row(ids, distances, from, k));
      }
    }
    if (rows.size() != queries) {
      throw broken("neighbours of %d of %d queries".formatted(rows.size(), queries));
    }
    return rows;
  }

  private static Row row(long[] ids, float[] distances, int from, int k) {
    int reached = 0;
    while (reached < k && ids[from + reached] >= 0) {
      if (!Float.isFinite(distances[from + reached])) {
        throw broken("the distance " + distances[from + reached]);
      }
      reached++;
    }
    long[] found = new long[reached];
    float[] far = new float[reached];
    System.arraycopy(ids, from, found, 0, reached);
    System.arraycopy(distances, from, far, 0, reached);
    return new Row(found, far);
  }

  /** The first neighbours of a row with their contexts, which come in the same order. */
  static List<Neighbor> neighbors(Row row, Softmax softmax, Iterator<ContextsResponse> replies) {
    double[] weights = row.weights(softmax);
    List<Neighbor> neighbors = new ArrayList<>();
    while (replies.hasNext()) {
      for (Context context : replies.next().getContextsList()) {
        int i = neighbors.size();
        if (i == row.ids().length || context.getId() != row.ids()[i]) {
          throw broken("the context of key %d as number %d".formatted(context.getId(), i));
        }
        neighbors.add(
            new Neighbor(
                context.getId(),
                context.getTokenId(),
                row.distances()[i],
                (float) weights[i],
                context.getBeforeList().stream().mapToInt(Integer::intValue).toArray(),
                context.getAfterList().stream().mapToInt(Integer::intValue).toArray(),
                context.hasDocument()
                    ? Optional.of(
                        new Neighbor.Place(
                            context.getDocument(), context.getLine(), context.getPosition()))
                    : Optional.empty()));
      }
    }
    return neighbors;
  }
}
