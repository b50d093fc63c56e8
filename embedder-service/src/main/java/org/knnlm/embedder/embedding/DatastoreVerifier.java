package org.knnlm.embedder.embedding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.knnlm.corpus.Window;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreManifest;
import org.knnlm.datastore.Origin;
import org.knnlm.datastore.Part;
import org.knnlm.datastore.Segment;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/** Compares a datastore with its checksums, and keys of it with what the model computes now. */
public final class DatastoreVerifier {
  private final LanguageModel model;

  public DatastoreVerifier(LanguageModel model) {
    this.model = model;
  }

  /**
   * What was found.
   *
   * @param windows windows that were computed again
   * @param keys keys of these windows
   * @param equal those of them that are the same to the last bit
   * @param largestDifference largest Euclidean distance of a key to its new one, as a part of its
   *     norm
   * @param at the key of that difference
   */
  public record Sample(int windows, long keys, long equal, double largestDifference, long at) {}

  /** A window of a part, which has an index in its segment. */
  private record Choice(Segment segment, int index, Part part, Window window) {
    /** The key of a token of the part. */
    long key(int token) {
      return segment.firstKey() + part.firstKey() + token - 1;
    }
  }

  /**
   * Reads everything, the files of its bases too, and computes some windows again.
   *
   * @param sample windows to compute, fewer when there are not so many
   * @param seed of their choice
   * @throws org.knnlm.datastore.DatastoreException.Corrupt when a checksum differs
   * @throws EmbeddingException.ModelChanged when the model is not the manifest's
   */
  public Sample verify(Datastore datastore, int sample, long seed) {
    DatastoreManifest manifest =
        datastore
            .manifest()
            .orElseThrow(
                () ->
                    new EmbeddingException.Incomplete(
                        "%s has no manifest, and so no checksums".formatted(datastore.folder())));
    requireModel(manifest.origin(), datastore.dimension());
    datastore.verify();
    int windows = 0;
    long keys = 0;
    long equal = 0;
    double largest = 0;
    long at = 0;
    for (Choice choice : choices(manifest.origin(), datastore, sample, new Random(seed))) {
      Window window = choice.window;
      long first = choice.key(window.firstTarget());
      ByteBuffer now = keys(datastore, manifest.origin(), choice);
      for (int i = 0; i < window.targets(); i++) {
        double difference = difference(datastore, first + i, now);
        keys++;
        equal += difference == 0 ? 1 : 0;
        if (difference > largest) {
          largest = difference;
          at = first + i;
        }
      }
      windows++;
    }
    return new Sample(windows, keys, equal, largest, at);
  }

  private void requireModel(Origin origin, int dimension) {
    ModelInfo now = model.info();
    if (!now.sha256().equals(origin.model().sha256()) || now.hiddenSize() != dimension) {
      throw new EmbeddingException.ModelChanged(
          "the datastore was made with %s, but lm-service runs %s".formatted(origin.model(), now));
    }
  }

  private static List<Choice> choices(
      Origin origin, Datastore datastore, int sample, Random random) {
    List<Choice> choices = new ArrayList<>();
    var windowing = new Windowing(origin.blockSize(), origin.stride());
    for (int i = 0; i < sample; i++) {
      long position = random.nextLong(datastore.size());
      Segment segment =
          datastore.segments().stream().filter(s -> position < s.end()).findFirst().orElseThrow();
      long key = position - segment.firstKey();
      List<Part> parts = segment.manifest().orElseThrow().parts();
      int index = 0;
      while (key >= parts.get(index).firstKey() + parts.get(index).numKeys()) {
        index++;
      }
      Part part = parts.get(index);
      int target = Math.toIntExact(key - part.firstKey()) + 1;
      Window window =
          windowing.windows(Math.toIntExact(part.numKeys() + 1)).stream()
              .filter(w -> w.firstTarget() <= target && target < w.end())
              .findAny()
              .orElseThrow();
      // the first token of a datastore that does not know its documents is lost
      if (window.start() > 0 || segment.firstToken(index).isPresent()) {
        choices.add(new Choice(segment, index, part, window));
      }
    }
    return choices.stream().distinct().toList();
  }

  private ByteBuffer keys(Datastore datastore, Origin origin, Choice choice) {
    Window window = choice.window;
    int[] tokens = new int[window.length()];
    for (int i = 0; i < tokens.length; i++) {
      int token = window.start() + i;
      OptionalInt head = token == 0 ? choice.segment.firstToken(choice.index) : OptionalInt.empty();
      tokens[i] = head.isPresent() ? head.getAsInt() : datastore.value(choice.key(token));
    }
    int bytes = window.targets() * datastore.dimension() * Short.BYTES;
    ByteBuffer keys = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    model
        .hiddenStates(tokens, window.firstPosition(), window.targets(), origin.key())
        .forEach(keys::put);
    return keys.flip();
  }

  private static double difference(Datastore datastore, long key, ByteBuffer now) {
    float[] stored = new float[datastore.dimension()];
    datastore.key(key, stored, 0);
    double difference = 0;
    double norm = 0;
    for (float element : stored) {
      double d = element - Float.float16ToFloat(now.getShort());
      difference += d * d;
      norm += element * element;
    }
    return Math.sqrt(difference / norm);
  }
}
