package org.knnlm.eval.db;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.List;
import org.knnlm.eval.perplexity.ScoredWindow;

/** A row of {@code scored_window}. */
@Entity
@Table(name = "scored_window")
public class WindowEntity {
  /** The primary key. */
  @Embeddable
  public record Key(@Column(name = "run_id") long run, @Column(name = "window_index") int window)
      implements Serializable {}

  @EmbeddedId Key key;

  @Column(name = "start_token")
  long start;

  int length;
  int targets;

  @Column(columnDefinition = "double precision[]")
  List<Double> losses;

  double seconds;

  static WindowEntity of(long run, ScoredWindow window) {
    var entity = new WindowEntity();
    entity.key = new Key(run, window.window());
    entity.start = window.start();
    entity.length = window.length();
    entity.targets = window.targets();
    entity.losses = window.losses();
    entity.seconds = window.seconds();
    return entity;
  }

  ScoredWindow toDomain() {
    return new ScoredWindow(key.window(), start, length, targets, List.copyOf(losses), seconds);
  }
}
