package org.knnlm.lm.generate;

import java.util.Optional;
import org.knnlm.lm.batch.Timings;
import org.knnlm.lm.mixture.Prediction;

/** One prompt under one setting. */
final class Continuation {
  private final int prompt;
  private final int setting;
  private final Options options;
  private final TextSoFar text;
  private int count;

  Continuation(int prompt, int setting, Options options, TextSoFar text) {
    this.prompt = prompt;
    this.setting = setting;
    this.options = options;
    this.text = text;
  }

  int setting() {
    return setting;
  }

  /**
   * Chooses the next token.
   *
   * @param isLast whether no other may follow
   */
  Piece next(Prediction prediction, boolean isLast, Timings timings) {
    long started = System.nanoTime();
    int token = options.sampling().choose(prediction, prompt, count);
    count++;
    boolean isEnd = options.eos().isPresent() && options.eos().getAsInt() == token;
    String certain = isEnd ? text.rest() : text.add(token);
    Optional<Finish> finish = finish(isEnd, isLast || count == options.maxNewTokens());
    if (finish.isPresent() && !isEnd) {
      certain += text.rest();
    }
    return new Piece(
        prompt,
        setting,
        token,
        prediction.logProb(token),
        certain,
        finish,
        timings.mixedSince(started));
  }

  private Optional<Finish> finish(boolean isEnd, boolean isLast) {
    if (isEnd) {
      return Optional.of(Finish.EOS);
    }
    if (text.isStopped()) {
      return Optional.of(Finish.STOP);
    }
    return isLast ? Optional.of(Finish.LENGTH) : Optional.empty();
  }
}
