package org.knnlm.eval.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.lm.LanguageModel;

/**
 * The text that each token adds to what stands before it. A tokenizer drops the blank of a token
 * that stands alone, so each is asked for after the letter "a". A token that is a part of a
 * character gives U+FFFD.
 */
final class TokenTexts {
  private static final String LETTER = "a";

  private final LanguageModel model;
  private final boolean withSpecialTokens;
  private final Map<Integer, String> known = new HashMap<>();
  private int[] letter;

  /**
   * @param withSpecialTokens whether special ones, BOS for example, have their names for a text, or
   *     none
   */
  TokenTexts(LanguageModel model, boolean withSpecialTokens) {
    this.model = model;
    this.withSpecialTokens = withSpecialTokens;
  }

  /** The text of each token. */
  List<String> of(int[] tokens) {
    int[] missing = Arrays.stream(tokens).distinct().filter(id -> !known.containsKey(id)).toArray();
    if (missing.length > 0) {
      ask(missing);
    }
    return Arrays.stream(tokens).mapToObj(known::get).toList();
  }

  private void ask(int[] tokens) {
    if (letter == null) {
      letter = model.tokenizeWithoutSpecialTokens(List.of(LETTER)).getFirst();
    }
    List<int[]> sequences = new ArrayList<>();
    sequences.add(letter);
    for (int token : tokens) {
      int[] after = Arrays.copyOf(letter, letter.length + 1);
      after[letter.length] = token;
      sequences.add(after);
    }
    List<String> texts = model.detokenize(sequences, withSpecialTokens);
    String alone = texts.getFirst();
    for (int i = 0; i < tokens.length; i++) {
      String text = texts.get(i + 1);
      known.put(tokens[i], text.startsWith(alone) ? text.substring(alone.length()) : text);
    }
  }
}
