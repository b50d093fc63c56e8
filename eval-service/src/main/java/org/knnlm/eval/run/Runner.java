package org.knnlm.eval.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.knnlm.corpus.CorpusException;
import org.knnlm.eval.digest.Sha256;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Sequence;
import org.knnlm.eval.perplexity.EmptyTextException;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TokenizedText;
import org.knnlm.eval.perplexity.WindowTokens;

/** Carries out runs. A window is kept as soon as it is scored, and never scored again. */
public final class Runner {
  /**
   * Enough to keep a model busy between two calls, few enough to lose little with one. Calls are
   * the same whatever is missing: what a model computes together may change the last bits.
   */
  private static final int WINDOWS_PER_CALL = 4;

  private final RunStore store;
  private final LanguageModel model;
  private final Inputs inputs;
  private final TextFolder texts;
  private final Patience patience;
  private final RunWatch watch;

  /**
   * @param patience how long to wait for a model that does not answer
   * @param watch told of the work
   */
  public Runner(
      RunStore store,
      LanguageModel model,
      Datastores datastores,
      TextFolder texts,
      Duration patience,
      RunWatch watch) {
    this.store = store;
    this.model = model;
    this.inputs = new Inputs(model, datastores);
    this.texts = texts;
    this.patience = new Patience(patience, watch);
    this.watch = watch;
  }

  /**
   * Takes a run as far as it gets: it is in a final state afterwards.
   *
   * @throws InterruptedException when it stays RUNNING, to be taken up again
   */
  public void execute(Run run) throws InterruptedException {
    store.begin(run.id());
    try {
      TokenizedText text = prepare(run);
      scoreMissing(run, text);
      store.finish(run.id());
    } catch (StoppedException e) {
      // Whoever stopped the run has said so in the store.
    } catch (LanguageModelException
        | ChangedInputException
        | CorpusException
        | EmptyTextException
        | InvalidRunException
        | IOException e) {
      store.fail(run, e.getMessage());
    }
  }

  private TokenizedText prepare(Run run) throws IOException, InterruptedException {
    ModelInfo info = patience.call(() -> inputs.checkModel(run));
    inputs.checkDatastores(run);
    Path file = texts.file(run.spec().text());
    String sha256 = Sha256.of(file);
    if (!sha256.equals(run.provenance().textSha256())) {
      throw new ChangedInputException(
          "the text %s has changed: its SHA-256 is %s and was %s"
              .formatted(run.spec().text(), sha256, run.provenance().textSha256()));
    }
    TokenizedText text =
        TokenizedText.read(
            file,
            run.spec().protocol(),
            run.spec().format(),
            batch -> patience.call(() -> model.tokenize(batch)),
            info.maxSequenceLength());
    Plan plan = Plan.of(text);
    run.plan()
        .filter(before -> !before.equals(plan))
        .ifPresent(
            before -> {
              throw new ChangedInputException(
                  "the text is tokenised differently: %s, and was %s".formatted(plan, before));
            });
    store.plan(run.id(), plan);
    return text;
  }

  private void scoreMissing(Run run, TokenizedText text) throws InterruptedException {
    BitSet done = store.windowsDone(run.id());
    while (done.nextClearBit(0) < text.windows()) {
      patience.call(
          () -> {
            scoreNext(run, text, done);
            return null;
          });
    }
  }

  private void scoreNext(Run run, TokenizedText text, BitSet done) {
    ModelInfo info = inputs.checkModel(run);
    int size = Math.min(WINDOWS_PER_CALL, info.maxSequences());
    int first = done.nextClearBit(0) / size * size;
    int end = Math.min(first + size, text.windows());
    List<Integer> windows = IntStream.range(first, end).boxed().toList();
    try (var _ = watch.batch(run.id(), RunWatch.Item.WINDOW, windows)) {
      score(run, text, windows, done);
    }
  }

  private void score(Run run, TokenizedText text, List<Integer> windows, BitSet done) {
    List<Sequence> sequences = windows.stream().map(text::sequence).toList();
    Iterator<Integer> next = windows.iterator();
    var clock = new Stopwatch();
    model.score(
        sequences,
        run.spec().settings(),
        scores -> {
          int window = next.next();
          Sequence sequence = sequences.get(window - windows.getFirst());
          double seconds = clock.secondsSinceLast();
          if (!done.get(window)) {
            int length = sequence.tokens().length;
            keep(
                run,
                ScoredWindow.of(window, text.start(window), length, scores, seconds),
                new WindowTokens(sequence, scores));
            done.set(window);
            watch.done(RunWatch.Item.WINDOW, seconds);
          }
        });
  }

  private void keep(Run run, ScoredWindow window, WindowTokens tokens) {
    if (!store.add(run.id(), window, tokens)) {
      throw new StoppedException();
    }
  }

  private static final class Stopwatch {
    private long last = System.nanoTime();

    double secondsSinceLast() {
      long now = System.nanoTime();
      double seconds = (now - last) / 1e9;
      last = now;
      return seconds;
    }
  }

  /** The run is no longer RUNNING. */
  private static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
