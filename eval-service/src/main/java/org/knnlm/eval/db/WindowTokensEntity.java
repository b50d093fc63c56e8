package org.knnlm.eval.db;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.perplexity.WindowTokens;

/** A row of {@code window_tokens}. */
@Entity
@Table(name = "window_tokens")
public class WindowTokensEntity {
  /** The primary key. */
  @Embeddable
  public record Key(
      @Column(name = "run_id") long run,
      @Column(name = "task_position") int task,
      @Column(name = "window_index") int window)
      implements Serializable {}

  @EmbeddedId Key key;

  byte[] tokens;

  @Column(name = "log_probs")
  byte[] logProbs;

  static WindowTokensEntity of(long run, int task, int window, WindowTokens ofWindow) {
    var entity = new WindowTokensEntity();
    entity.key = new Key(run, task, window);
    entity.tokens = new byte[ofWindow.tokens().length * Integer.BYTES];
    buffer(entity.tokens).asIntBuffer().put(ofWindow.tokens());
    Scores scores = ofWindow.scores();
    int rows = 1 + scores.retrievals().size();
    entity.logProbs = new byte[rows * scores.base().length * Float.BYTES];
    FloatBuffer all = buffer(entity.logProbs).asFloatBuffer().put(scores.base());
    scores.retrievals().forEach(all::put);
    return entity;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The window.
   *
   * @param settings of the run
   */
  WindowTokens toDomain(int settings) {
    int[] ids = new int[tokens.length / Integer.BYTES];
    buffer(tokens).asIntBuffer().get(ids);
    FloatBuffer all = buffer(logProbs).asFloatBuffer();
    int targets = all.remaining() / (1 + settings);
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i <= settings; i++) {
      float[] row = new float[targets];
      all.get(row);
      rows.add(row);
    }
    return new WindowTokens(
        ids, new Scores(rows.getFirst(), List.copyOf(rows.subList(1, rows.size()))));
  }
}
