package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.knnlm.corpus.Window;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.Part;
import org.knnlm.datastore.PartWriter;
import org.knnlm.embedder.model.LanguageModel;

/** A part's windows through the model, its keys and values to disk. Any number of threads. */
final class PartEmbedder {
  /** Requests of a part under way: one that the model works on, and one that waits for it. */
  private static final int REQUESTS = 2;

  private final LanguageModel model;
  private final Plan plan;
  private final TokenFile tokens;
  private final ProgressMeter progress;

  PartEmbedder(LanguageModel model, Plan plan, TokenFile tokens, ProgressMeter progress) {
    this.model = model;
    this.plan = plan;
    this.tokens = tokens;
    this.progress = progress;
  }

  private record Task(PartPlan part, Window window) {
    /** For errors. */
    @Override
    public String toString() {
      return "%s, window of tokens %d to %d".formatted(part, window.start(), window.end() - 1);
    }
  }

  /**
   * @param values tokens that follow the keys, int32 little-endian
   * @param keys float16, in pieces of whole rows
   */
  private record Pairs(ByteBuffer values, List<ByteBuffer> keys) {}

  Part embed(PartPlan part, DatastoreWriter writer)
      throws IOException, InterruptedException, ExecutionException {
    requireTokens(part);
    PartWriter keys = writer.part(part.firstKey(), part.keys());
    var tasks =
        plan.windowing().windows(part.tokens()).stream()
            .map(window -> new Task(part, window))
            .iterator();
    try (var pairs = new Ahead<>(tasks, this::pairs, REQUESTS)) {
      while (pairs.hasNext()) {
        progress.keysWritten(write(pairs.next(), keys));
      }
    }
    return keys.finish();
  }

  private void requireTokens(PartPlan part) throws IOException {
    long crc = tokens.crc(part.firstToken(), part.tokens());
    if (crc != part.tokensCrc32c()) {
      throw new EmbeddingException.Damaged(
          "%s: found CRC-32C %08x of its tokens, expected %08x"
              .formatted(part, crc, part.tokensCrc32c()));
    }
  }

  private Pairs pairs(Task task) throws IOException {
    Window window = task.window;
    int[] ids = tokens.read(task.part.firstToken() + window.start(), window.length());
    List<ByteBuffer> keys = keys(ids, window);
    check(keys, ids, task);
    ByteBuffer values =
        ByteBuffer.allocate(window.targets() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.asIntBuffer().put(ids, window.firstPosition() + 1, window.targets());
    return new Pairs(values, keys);
  }

  private List<ByteBuffer> keys(int[] ids, Window window) {
    progress.modelAsked();
    try {
      List<ByteBuffer> keys =
          model.hiddenStates(ids, window.firstPosition(), window.targets(), plan.origin().key());
      progress.tokensComputed(ids.length);
      return keys;
    } finally {
      progress.modelAnswered();
    }
  }

  private void check(List<ByteBuffer> keys, int[] ids, Task task) {
    var check = new KeyCheck(plan.model().hiddenSize(), ids, task.window.firstPosition());
    try {
      for (ByteBuffer piece : keys) {
        check.next(piece);
      }
      check.end(task.window.targets());
    } catch (EmbeddingException.BadOutput e) {
      throw new EmbeddingException.BadOutput(
          "%s, %s: %s".formatted(plan.model().id(), task, e.getMessage()));
    }
  }

  private int write(Pairs pairs, PartWriter part) throws IOException {
    ByteBuffer values = pairs.values;
    int count = values.remaining() / Integer.BYTES;
    for (ByteBuffer keys : pairs.keys) {
      int rows = keys.remaining() / (plan.model().hiddenSize() * Short.BYTES);
      part.append(keys, values.slice(values.position(), rows * Integer.BYTES));
      values.position(values.position() + rows * Integer.BYTES);
    }
    return count;
  }
}
