package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.knnlm.corpus.Window;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.PartWriter;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/** The second pass over a corpus: its windows through the model, its keys and values to disk. */
final class CorpusEmbedder {
  /** Requests under way: one that the model works on, and one that waits for it. */
  private static final int REQUESTS = 2;

  private final LanguageModel model;
  private final ModelInfo info;
  private final KeyType key;
  private final ProgressMeter progress;

  CorpusEmbedder(LanguageModel model, ModelInfo info, KeyType key, ProgressMeter progress) {
    this.model = model;
    this.info = info;
    this.key = key;
    this.progress = progress;
  }

  private record Task(Batch batch, Window window) {
    /** For errors. */
    @Override
    public String toString() {
      return "%s, window of tokens %d to %d".formatted(batch, window.start(), window.end() - 1);
    }
  }

  /**
   * @param values tokens that follow the keys, int32 little-endian
   * @param keys float16, in pieces of whole rows
   */
  private record Pairs(ByteBuffer values, List<ByteBuffer> keys) {}

  /** Writes the keys and values of every batch as one part. */
  void embed(TokenizedCorpus corpus, DatastoreWriter writer)
      throws IOException, InterruptedException, ExecutionException {
    Iterator<Task> tasks =
        corpus.batches().stream()
            .flatMap(
                batch ->
                    corpus.windowing().windows(batch.tokens()).stream()
                        .map(window -> new Task(batch, window)))
            .iterator();
    try (var pairs = new Ahead<>(tasks, task -> pairs(task, corpus.tokens()), REQUESTS)) {
      for (Batch batch : corpus.batches()) {
        PartWriter part = writer.part(batch.firstKey(), batch.keys());
        for (long left = batch.keys(); left > 0; ) {
          int written = write(pairs.next(), part);
          left -= written;
          progress.keysWritten(written);
        }
        part.finish();
      }
    }
  }

  private Pairs pairs(Task task, TokenFile file) throws IOException {
    Window window = task.window;
    int[] tokens = file.read(task.batch.firstToken() + window.start(), window.length());
    List<ByteBuffer> keys =
        model.hiddenStates(tokens, window.firstPosition(), window.targets(), key);
    check(keys, task);
    ByteBuffer values =
        ByteBuffer.allocate(window.targets() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.asIntBuffer().put(tokens, window.firstPosition() + 1, window.targets());
    return new Pairs(values, keys);
  }

  private void check(List<ByteBuffer> keys, Task task) {
    int rowBytes = info.hiddenSize() * Short.BYTES;
    try {
      int rows = 0;
      for (ByteBuffer piece : keys) {
        if (piece.remaining() % rowBytes != 0) {
          throw new EmbeddingException.BadOutput(
              "%d bytes are no whole keys of %d".formatted(piece.remaining(), rowBytes));
        }
        KeyCheck.check(piece, info.hiddenSize(), rows);
        rows += piece.remaining() / rowBytes;
      }
      if (rows != task.window.targets()) {
        throw new EmbeddingException.BadOutput(
            "found %d keys, expected %d".formatted(rows, task.window.targets()));
      }
    } catch (EmbeddingException.BadOutput e) {
      throw new EmbeddingException.BadOutput(
          "%s, %s: %s".formatted(info.id(), task, e.getMessage()));
    }
  }

  private int write(Pairs pairs, PartWriter part) throws IOException {
    ByteBuffer values = pairs.values;
    int count = values.remaining() / Integer.BYTES;
    for (ByteBuffer keys : pairs.keys) {
      int rows = keys.remaining() / (info.hiddenSize() * Short.BYTES);
      part.append(keys, values.slice(values.position(), rows * Integer.BYTES));
      values.position(values.position() + rows * Integer.BYTES);
    }
    return count;
  }
}
