package org.knnlm.eval.task;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.ModelInfo;

/** Texts to tokens, as the reference's tasks want them. */
final class TokenSource {
  /** Tokens of a continuation, and how many they are with the special ones. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Continuation(int[] tokens, int counted) {}

  private final LanguageModel model;
  private final boolean llama;
  private OptionalInt loneBlank;

  TokenSource(LanguageModel model, ModelInfo info) {
    this.model = model;
    this.llama = info.type().equals("llama");
  }

  /** Tokens with the special ones that the tokenizer adds. */
  Map<String, int[]> whole(Collection<String> texts) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(texts));
    return byText(distinct, model.tokenize(distinct));
  }

  /**
   * Tokens of texts that follow others: without special tokens, and for Llama-2 without the blank
   * that stands alone before a text that begins with one.
   */
  Map<String, Continuation> continuations(Collection<String> texts) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(texts));
    List<int[]> plain = model.tokenizeWithoutSpecialTokens(distinct);
    List<int[]> whole = model.tokenize(distinct);
    OptionalInt blank = loneBlank();
    Map<String, Continuation> continuations = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      int[] tokens = plain.get(i);
      boolean lone = blank.isPresent() && tokens.length > 0 && tokens[0] == blank.getAsInt();
      continuations.put(
          distinct.get(i),
          new Continuation(
              lone ? Arrays.copyOfRange(tokens, 1, tokens.length) : tokens, whole.get(i).length));
    }
    return continuations;
  }

  /** Whether this is the tokenizer of Llama-2, which takes a blank before a word apart. */
  boolean isLlama2() {
    return loneBlank().isPresent();
  }

  /** The token of that blank. Mistral's tokenizer has it too, but the reference keeps it there. */
  private synchronized OptionalInt loneBlank() {
    if (loneBlank == null) {
      List<int[]> probes =
          llama ? model.tokenizeWithoutSpecialTokens(List.of(" a", " the")) : List.of();
      loneBlank =
          !probes.isEmpty()
                  && probes.stream().allMatch(probe -> probe.length == 2)
                  && probes.getFirst()[0] == probes.getLast()[0]
              ? OptionalInt.of(probes.getFirst()[0])
              : OptionalInt.empty();
    }
    return loneBlank;
  }

  private static Map<String, int[]> byText(List<String> texts, List<int[]> tokens) {
    Map<String, int[]> map = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      map.put(texts.get(i), tokens.get(i));
    }
    return map;
  }

  /** The last tokens, at most so many. */
  static int[] last(int[] tokens, int most) {
    return tokens.length <= most
        ? tokens
        : Arrays.copyOfRange(tokens, tokens.length - most, tokens.length);
  }
}
