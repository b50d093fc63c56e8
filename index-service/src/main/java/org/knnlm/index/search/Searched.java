package org.knnlm.index.search;

import java.util.List;
import java.util.stream.Stream;
import org.knnlm.index.knn.Neighbors;

/**
 * What a search found.
 *
 * @param notes what was done otherwise than expected, for people
 */
public record Searched(Neighbors neighbors, List<String> notes) {
  public Searched {
    notes = List.copyOf(notes);
  }

  /** The best of two searches of the same queries, with the notes of both. */
  public static Searched merged(Searched a, Searched b) {
    return new Searched(
        Merge.of(a.neighbors, b.neighbors),
        Stream.concat(a.notes.stream(), b.notes.stream()).distinct().toList());
  }
}
