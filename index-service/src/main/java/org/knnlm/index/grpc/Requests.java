package org.knnlm.index.grpc;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.build.IndexSettings;
import org.knnlm.index.knn.Oracle;
import org.knnlm.index.knn.Softmax;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.tensor.v1.Tensor;

/** Checks what comes in; every error is INVALID_ARGUMENT and names the field. */
final class Requests {
  private static final int MAX_CONTEXTS = 16_384;
  private static final int MAX_AROUND = 1024;

  private Requests() {}

  static DatastoreName datastore(String name) {
    try {
      return new DatastoreName(name);
    } catch (IllegalArgumentException e) {
      throw Errors.invalidArgument("datastore", e.getMessage());
    }
  }

  /** Queries {@code [n, dimension]}, n ≥ 1, every component finite. */
  static float[] queries(Tensor tensor, Datastore datastore) {
    long[] shape = Tensors.shape(tensor, "queries", 2);
    if (shape[0] < 1 || shape[1] != datastore.dimension()) {
      throw Errors.invalidArgument(
          "queries.shape",
          "found [%d, %d], [n >= 1, %d] is needed: the dimension of the datastore's keys"
              .formatted(shape[0], shape[1], datastore.dimension()));
    }
    float[] queries = Tensors.floats(tensor, "queries");
    for (int i = 0; i < queries.length; i++) {
      if (!Float.isFinite(queries[i])) {
        throw Errors.invalidArgument(
            "queries.data",
            "query %d has %s at component %d, finite numbers are needed"
                .formatted(i / datastore.dimension(), queries[i], i % datastore.dimension()));
      }
    }
    return queries;
  }

  static int k(String field, int k, Datastore datastore, int maxK) {
    long most = Math.min(maxK, datastore.size());
    if (k < 1 || k > most) {
      throw Errors.invalidArgument(field, "found %d, allowed are 1 to %d".formatted(k, most));
    }
    return k;
  }

  static OptionalInt nprobe(boolean given, int nprobe) {
    if (given && nprobe < 1) {
      throw Errors.invalidArgument("nprobe", "found %d, at least 1 is needed".formatted(nprobe));
    }
    return given ? OptionalInt.of(nprobe) : OptionalInt.empty();
  }

  /** Keys of the datastore, 1 to {@link #MAX_CONTEXTS} of them. */
  static List<Long> ids(List<Long> ids, Datastore datastore) {
    if (ids.isEmpty() || ids.size() > MAX_CONTEXTS) {
      throw Errors.invalidArgument(
          "ids", "found %d, allowed are 1 to %d".formatted(ids.size(), MAX_CONTEXTS));
    }
    for (int i = 0; i < ids.size(); i++) {
      if (ids.get(i) < 0 || ids.get(i) >= datastore.size()) {
        throw Errors.invalidArgument(
            "ids[%d]".formatted(i),
            "found %d, allowed are 0 to %d".formatted(ids.get(i), datastore.size() - 1));
      }
    }
    return ids;
  }

  /** Most tokens wanted on one side of a value. */
  static int around(String field, int tokens) {
    if (tokens < 0 || tokens > MAX_AROUND) {
      throw Errors.invalidArgument(
          field, "found %d, allowed are 0 to %d".formatted(tokens, MAX_AROUND));
    }
    return tokens;
  }

  static IndexSettings settings(BuildIndexRequest request) {
    return new IndexSettings(
        request.getFactory(),
        request.getNlist(),
        request.getPqM(),
        request.getNprobe(),
        request.hasRerankFactor() ? OptionalInt.of(request.getRerankFactor()) : OptionalInt.empty(),
        request.getMaxTrainingKeys(),
        request.hasSeed() ? request.getSeed() : 1);
  }

  static int[] targets(List<Integer> targets, int queries) {
    if (targets.size() != queries) {
      throw Errors.invalidArgument(
          "target_token_ids", "found %d for %d queries".formatted(targets.size(), queries));
    }
    return tokenIds("target_token_ids", targets);
  }

  private static int[] tokenIds(String field, List<Integer> tokens) {
    int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw Errors.invalidArgument(
            "%s[%d]".formatted(field, i), "found %d, token ids are not negative".formatted(ids[i]));
      }
    }
    return ids;
  }

  static List<Softmax> softmaxes(
      List<org.knnlm.proto.index.v1.Softmax> softmaxes, Datastore datastore, int maxK) {
    if (softmaxes.isEmpty()) {
      throw Errors.invalidArgument("softmaxes", "empty, at least one is needed");
    }
    return IntStream.range(0, softmaxes.size())
        .mapToObj(
            i -> {
              var softmax = softmaxes.get(i);
              String field = "softmaxes[%d].".formatted(i);
              int k = k(field + "k", softmax.getK(), datastore, maxK);
              try {
                Softmax plain = new Softmax(k, softmax.getTemperature());
                return softmax.hasOracle()
                    ? new Softmax(
                        k, plain.temperature(), Optional.of(oracle(field, softmax.getOracle(), k)))
                    : plain;
              } catch (IllegalArgumentException e) {
                throw Errors.invalidArgument(field + "temperature", e.getMessage());
              }
            })
        .toList();
  }

  private static Oracle oracle(String path, org.knnlm.proto.lm.v1.Oracle oracle, int k) {
    String field = path + "oracle";
    return switch (oracle.getPlaceCase()) {
      case RANK -> {
        if (oracle.getRank() < 1 || oracle.getRank() > k) {
          throw Errors.invalidArgument(
              field + ".rank", "found %d, allowed are 1 to %d".formatted(oracle.getRank(), k));
        }
        yield new Oracle.Rank(oracle.getRank());
      }
      case DISTANCE -> {
        try {
          yield new Oracle.Distance(oracle.getDistance());
        } catch (IllegalArgumentException e) {
          throw Errors.invalidArgument(field + ".distance", e.getMessage());
        }
      }
      case PLACE_NOT_SET ->
          throw Errors.invalidArgument(field, "neither rank nor distance, one of them is needed");
    };
  }

  /** Queries whose target is right; none, or said of each. */
  static BitSet right(List<Boolean> right, int queries) {
    checkRight(right.size(), queries);
    var set = new BitSet();
    for (int i = 0; i < right.size(); i++) {
      set.set(i, right.get(i));
    }
    return set;
  }

  /** Right tokens of each query, at most the least k of the softmaxes that have an oracle. */
  static List<int[]> right(List<TokenSequence> right, int queries, List<Softmax> softmaxes) {
    checkRight(right.size(), queries);
    if (right.isEmpty()) {
      return Collections.nCopies(queries, new int[0]);
    }
    int most =
        softmaxes.stream()
            .filter(softmax -> softmax.oracle().isPresent())
            .mapToInt(Softmax::k)
            .min()
            .orElse(Integer.MAX_VALUE);
    return IntStream.range(0, queries)
        .mapToObj(
            i -> {
              List<Integer> tokens = right.get(i).getTokenIdsList();
              String field = "right[%d].token_ids".formatted(i);
              if (tokens.size() > most) {
                throw Errors.invalidArgument(
                    field,
                    "found %d, allowed are 0 to the least k with an oracle, %d"
                        .formatted(tokens.size(), most));
              }
              return tokenIds(field, tokens);
            })
        .toList();
  }

  private static void checkRight(int found, int queries) {
    if (found != 0 && found != queries) {
      throw Errors.invalidArgument("right", "found %d for %d queries".formatted(found, queries));
    }
  }
}
