package org.knnlm.eval.analysis;

import java.util.Arrays;
import java.util.List;

/**
 * Which tokens of English text are part of a number or of a name, by the word that their first
 * character lies in. A word is what white space separates. It is a number when it has a digit; it
 * is taken for a name when its first letter is a capital and it neither begins a sentence nor is
 * the pronoun "I". A sentence begins with the text, with a line, and after a word that ends in ".",
 * "!" or "?", closing quotes and brackets aside. That finds most names that are not at the
 * beginning of a sentence, and takes some title case for names.
 */
public final class WordForms {
  private static final int OTHER = Division.WORD.classes().indexOf("other");
  private static final int NUMBER = Division.WORD.classes().indexOf("number");
  private static final int NAME = Division.WORD.classes().indexOf("name");

  private WordForms() {}

  /**
   * The class of each token in {@link Division#WORD}.
   *
   * @param pieces text of each token, white space included, so that all of them make the text
   */
  public static int[] classify(List<String> pieces) {
    String text = String.join("", pieces);
    int[] ofCharacter = ofCharacters(text);
    int[] classes = new int[pieces.size()];
    int start = 0;
    for (int i = 0; i < classes.length; i++) {
      int end = start + pieces.get(i).length();
      int first = afterSpace(text, start, end);
      classes[i] = first < end ? ofCharacter[first] : OTHER;
      start = end;
    }
    return classes;
  }

  private static int[] ofCharacters(String text) {
    int[] classes = new int[text.length()];
    boolean begins = true;
    int start = 0;
    while (start < text.length()) {
      int word = afterSpace(text, start, text.length());
      begins |= text.substring(start, word).indexOf('\n') >= 0;
      int end = word;
      while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      Arrays.fill(classes, word, end, form(text.substring(word, end), begins));
      begins = endsSentence(text, word, end);
      start = end;
    }
    return classes;
  }

  private static int afterSpace(String text, int start, int end) {
    int first = start;
    while (first < end && Character.isWhitespace(text.charAt(first))) {
      first++;
    }
    return first;
  }

  private static int form(String word, boolean beginsSentence) {
    if (word.chars().anyMatch(Character::isDigit)) {
      return NUMBER;
    }
    int letter =
        word.codePoints().filter(Character::isLetter).findFirst().orElse(Character.MIN_VALUE);
    boolean pronoun = word.matches("\\P{L}*I(['’]\\p{L}+)?\\P{L}*");
    return Character.isUpperCase(letter) && !beginsSentence && !pronoun ? NAME : OTHER;
  }

  private static boolean endsSentence(String text, int word, int end) {
    int last = end - 1;
    while (last > word && "\"'”’)]".indexOf(text.charAt(last)) >= 0) {
      last--;
    }
    return last >= word && ".!?".indexOf(text.charAt(last)) >= 0;
  }
}
