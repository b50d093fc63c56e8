package org.knnlm.datastore;

import java.util.Optional;
import java.util.OptionalInt;

/** Reads the texts, as tokens, that keys come from. Any number of threads may use it. */
public final class ContextReader {
  private final Datastore datastore;

  public ContextReader(Datastore datastore) {
    this.datastore = datastore;
  }

  /**
   * The value of a key with its neighbours in its document; where the datastore does not know its
   * documents, in the datastore or the segment of it that was appended.
   *
   * @param before most tokens before the value, not negative
   * @param after most tokens after it, not negative
   */
  public Context read(long id, int before, int after) {
    Segment segment = datastore.segment(id);
    Optional<Stretch> document = segment.document(id);
    long begin = document.map(Stretch::begin).orElse(segment.firstKey());
    long end = document.map(Stretch::end).orElse(segment.end());
    OptionalInt head = document.map(Stretch::head).orElse(OptionalInt.empty());
    long from = Math.max(begin, id - before);
    long to = Math.min(end, id + 1 + after);
    int heads = head.isPresent() && id - before < begin ? 1 : 0;
    int[] tokens = new int[heads + Math.toIntExact(to - from)];
    if (heads == 1) {
      tokens[0] = head.getAsInt();
    }
    for (long i = from; i < to; i++) {
      tokens[heads + (int) (i - from)] = segment.value(i);
    }
    return new Context(
        id,
        tokens,
        heads + (int) (id - from),
        document.map(
            it ->
                new Context.Place(
                    it.document(), it.line(), id - begin + (head.isPresent() ? 1 : 0))));
  }
}
