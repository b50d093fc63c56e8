package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.generate.Generator;
import org.knnlm.lm.generate.Options;
import org.knnlm.lm.generate.Sampling;
import org.knnlm.lm.next.NextTokens;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.NaiveIndex;
import org.knnlm.lm.score.Scorer;
import org.knnlm.lm.score.Target;
import org.knnlm.lm.transformer.HiddenState;

/** Requests with passes of their own are answered alike to the last bit in any company. */
class OwnPassTest {
  private static final int CALLS = 40;
  private static final NaiveIndex NO_INDEX =
      new NaiveIndex(
          new Datastore("none", 0, 0, "", HiddenState.LAST_FFN_INPUT, OptionalInt.empty()),
          new float[0][],
          new int[0]);

  private static LanguageModel model;
  private static List<int[]> prompts;

  @BeforeAll
  static void load() {
    Fixtures.configureTorch();
    model = LanguageModel.load(Fixtures.llama("gqa"), Optional.empty(), Fixtures.options());
    prompts = prompts(5, 20);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** With a beginning in common, longer than what is worth keeping. */
  private static List<int[]> prompts(int seed, int common) {
    var random = new Random(seed);
    int[] beginning = random.ints(common, 0, 96).toArray();
    return IntStream.of(3, 17, 8, 30, 1)
        .mapToObj(
            length -> {
              int[] prompt = Arrays.copyOf(beginning, common + length);
              for (int i = common; i < prompt.length; i++) {
                prompt[i] = random.nextInt(96);
              }
              return prompt;
            })
        .toList();
  }

  private static List<float[]> score(List<int[]> prompts, Passes passes)
      throws InterruptedException {
    List<Target> targets = new ArrayList<>();
    for (int[] prompt : prompts) {
      targets.add(new Target(prompt, 20));
      targets.add(new Target(prompt, prompt.length - 1));
    }
    List<float[]> found = new ArrayList<>();
    new Scorer(model, NO_INDEX)
        .score(targets, List.of(), passes, (target, score) -> found.add(score.logProbs()));
    return found;
  }

  private static List<float[]> next(List<int[]> prompts, Passes passes)
      throws InterruptedException {
    List<float[]> found = new ArrayList<>();
    new NextTokens(model, NO_INDEX)
        .predict(
            prompts,
            List.of(),
            List.of(),
            passes,
            (prompt, predictions, timings) ->
                found.add(
                    new float[] {
                      (float) predictions.getFirst().logProb(7),
                      (float) predictions.getFirst().logProb(70)
                    }));
    return found;
  }

  private static List<float[]> generate(List<int[]> prompts, Passes passes)
      throws InterruptedException {
    List<float[]> found = new ArrayList<>();
    new Generator(model, NO_INDEX)
        .generate(
            prompts,
            new Options(6, Sampling.GREEDY, List.of(), OptionalInt.empty()),
            List.of(),
            passes,
            piece ->
                found.add(new float[] {piece.prompt(), piece.token(), (float) piece.logProb()}));
    return found;
  }

  /** A kind of request. */
  @FunctionalInterface
  private interface Kind {
    List<float[]> ask(List<int[]> prompts, Passes passes) throws InterruptedException;
  }

  private static void check(Kind kind) throws Exception {
    List<float[]> expected = kind.ask(prompts, Passes.OWN);
    List<float[]> shared = kind.ask(prompts, Passes.SHARED);
    assertThat(expected).hasSameSizeAs(shared);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(expected.get(i)).containsExactly(shared.get(i), within(1e-4f));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<float[]>>> asked = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        List<int[]> others = prompts(i, 20 + i % 8);
        Callable<List<float[]>> call =
            i % 2 == 0
                ? () -> kind.ask(prompts, Passes.OWN)
                : () -> kind.ask(others, Passes.SHARED);
        asked.add(threads.submit(call));
      }
      for (int i = 0; i < CALLS; i++) {
        List<float[]> found = asked.get(i).get();
        assertThat(found).hasSameSizeAs(expected);
        for (int j = 0; j < found.size() && i % 2 == 0; j++) {
          assertThat(found.get(j)).isEqualTo(expected.get(j));
        }
      }
    }
  }

  @Test
  void scores() throws Exception {
    check(OwnPassTest::score);
  }

  @Test
  void nextTokens() throws Exception {
    check(OwnPassTest::next);
  }

  @Test
  void continuations() throws Exception {
    check(OwnPassTest::generate);
  }
}
