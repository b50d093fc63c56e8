package org.knnlm.eval.perplexity;

/** Counts words as Python's {@code len(text.split())} does. */
final class Words {
  private static final char NEXT_LINE = '\u0085';

  private Words() {}

  static long count(String text) {
    long words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      boolean space = isSpace(text.charAt(i));
      if (!space && !inWord) {
        words++;
      }
      inWord = !space;
    }
    return words;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
  }
}
