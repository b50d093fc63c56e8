package org.knnlm.lm.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The text of a growing list of tokens, handed out as it becomes certain. */
final class TextSoFar {
  /** What a decoder puts where the bytes of a character are not all there. */
  private static final String INCOMPLETE = "\ufffd";

  private final Function<int[], String> decoder;
  private final List<String> stop;
  private final List<Integer> tokens = new ArrayList<>();
  private int handedOut;
  private boolean stopped;

  TextSoFar(Function<int[], String> decoder, List<String> stop) {
    this.decoder = decoder;
    this.stop = stop;
  }

  /** Takes a token, and returns the text that is certain now. */
  String add(int token) {
    tokens.add(token);
    String text = text();
    int first = firstStop(text);
    stopped = first >= 0;
    if (stopped) {
      return upTo(text, Math.max(first, handedOut));
    }
    return text.endsWith(INCOMPLETE) ? "" : upTo(text, text.length() - begunStop(text));
  }

  /** Whether a stop text is there; nothing after it is handed out. */
  boolean isStopped() {
    return stopped;
  }

  /** What is left when no token follows. */
  String rest() {
    String text = text();
    return stopped ? "" : upTo(text, text.length());
  }

  private String text() {
    return decoder.apply(tokens.stream().mapToInt(Integer::intValue).toArray());
  }

  private String upTo(String text, int end) {
    if (end <= handedOut) {
      return "";
    }
    String piece = text.substring(handedOut, end);
    handedOut = end;
    return piece;
  }

  private int firstStop(String text) {
    return stop.stream().mapToInt(text::indexOf).filter(at -> at >= 0).min().orElse(-1);
  }

  /** Length of the longest end of the text that a stop text begins with. */
  private int begunStop(String text) {
    int longest = 0;
    for (String end : stop) {
      for (int length = Math.min(end.length() - 1, text.length()); length > longest; length--) {
        if (text.endsWith(end.substring(0, length))) {
          longest = length;
        }
      }
    }
    return longest;
  }
}
