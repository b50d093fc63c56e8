package org.knnlm.lm.grpc;

import java.util.Arrays;
import java.util.Iterator;
import org.knnlm.grpc.Tensors;
import org.knnlm.lm.retrieval.Distribution;
import org.knnlm.proto.index.v1.TokenDistributionsResponse;

/** Reads index-service's sparse distributions; what does not fit together is an error. */
final class SparseReplies {
  private SparseReplies() {}

  /**
   * Places each reply's rows, which must follow each other and fill the request exactly.
   *
   * @param all [softmaxes][queries]
   */
  static void receive(
      Iterator<TokenDistributionsResponse> replies, Distribution[][] all, int first, int end) {
    int next = first;
    while (replies.hasNext()) {
      TokenDistributionsResponse reply = replies.next();
      int[] offsets = Tensors.ints(reply.getOffsets(), "offsets");
      int[] tokens = Tensors.ints(reply.getTokenIds(), "token_ids");
      float[] probabilities = Tensors.floats(reply.getProbabilities(), "probabilities");
      int rows = offsets.length - 1;
      if (first + reply.getFirstQuery() != next
          || rows < 1
          || next + rows > end
          || offsets[0] != 0
          || offsets[rows] != tokens.length
          || probabilities.length != all.length * tokens.length) {
        throw NearestNeighborsClient.broken(
            "distributions of %d rows from query %d on".formatted(rows, reply.getFirstQuery()));
      }
      for (int row = 0; row < rows; row++) {
        int[] own = row(tokens, offsets[row], offsets[row + 1]);
        for (int s = 0; s < all.length; s++) {
          int from = s * tokens.length + offsets[row];
          float[] theirs = Arrays.copyOfRange(probabilities, from, from + own.length);
          for (int i = 0; i < theirs.length; i++) {
            theirs[i] = NearestNeighborsClient.probability(theirs[i]);
          }
          all[s][next + row] = new Distribution(own, theirs);
        }
      }
      next += rows;
    }
    if (next != end) {
      throw NearestNeighborsClient.broken(
          "%d of %d queries' distributions".formatted(next - first, end - first));
    }
  }

  private static int[] row(int[] tokens, int begin, int end) {
    if (begin > end || end > tokens.length) {
      throw NearestNeighborsClient.broken("a row from %d to %d".formatted(begin, end));
    }
    for (int i = begin; i < end; i++) {
      if (tokens[i] < 0 || (i > begin && tokens[i] <= tokens[i - 1])) {
        throw NearestNeighborsClient.broken("tokens out of order");
      }
    }
    return Arrays.copyOfRange(tokens, begin, end);
  }
}
