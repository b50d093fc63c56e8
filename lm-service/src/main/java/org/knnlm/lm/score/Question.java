package org.knnlm.lm.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Targets, one after the other in a request, that have the same tokens before them.
 *
 * @param context those tokens, at least one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Question(int[] context, List<Target> targets) {
  /** Questions of a list of targets, in its order. */
  static List<Question> of(List<Target> targets) {
    List<Question> questions = new ArrayList<>();
    for (Target target : targets) {
      if (questions.isEmpty() || !questions.getLast().isContextOf(target)) {
        questions.add(new Question(target.context(), new ArrayList<>()));
      }
      questions.getLast().targets.add(target);
    }
    return questions;
  }

  private boolean isContextOf(Target target) {
    return context.length == target.firstTarget()
        && Arrays.equals(context, 0, context.length, target.tokenIds(), 0, context.length);
  }

  /** Tokens that go through the model when nothing is known of the context. */
  int tokens() {
    return context.length + targets.stream().mapToInt(target -> target.count() - 1).sum();
  }

  /** Tokens of the longest sequence. */
  int longestSequence() {
    return targets.stream().mapToInt(target -> target.tokenIds().length).max().orElseThrow();
  }

  /** Questions of the same context with as many targets as keep to a number of tokens. */
  List<Question> cut(int maxTokens) {
    List<Question> pieces = new ArrayList<>();
    var piece = new Question(context, new ArrayList<>());
    for (Target target : targets) {
      if (!piece.targets.isEmpty() && piece.tokens() + target.count() - 1 > maxTokens) {
        pieces.add(piece);
        piece = new Question(context, new ArrayList<>());
      }
      piece.targets.add(target);
    }
    pieces.add(piece);
    return pieces;
  }
}
