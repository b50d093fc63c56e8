package org.knnlm.lm.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.ModelOptions;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.retrieval.Datastore;
import org.knnlm.lm.retrieval.NaiveIndex;
import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.Precision;

/** What a sequence's tokens are worth does not depend on what stands beside it. */
class InvarianceTest {
  private static final NaiveIndex NO_INDEX =
      new NaiveIndex(
          new Datastore("none", 0, 0, "", HiddenState.LAST_FFN_INPUT, OptionalInt.empty()),
          new float[0][],
          new int[0]);

  private static LanguageModel alone;
  private static LanguageModel together;

  @BeforeContainer
  static void load() {
    Fixtures.configureTorch();
    var nothingKept = new ModelOptions(1, Device.CPU, Precision.FP32, 0, 64 << 20);
    alone = LanguageModel.load(Fixtures.llama("llama3-rope"), Optional.empty(), nothingKept);
    together =
        LanguageModel.load(Fixtures.llama("llama3-rope"), Optional.empty(), Fixtures.options());
  }

  @AfterContainer
  static void close() {
    alone.close();
    together.close();
  }

  /** Any sequences, many of them with common beginnings, in any order, of any caller. */
  @Property(tries = 60)
  void batchesOrderAndReuseChangeNothing(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int count) throws Exception {
    var random = new Random(seed);
    int[][] beginnings = {tokens(random, 60), tokens(random, 25), tokens(random, 3)};
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] beginning = beginnings[random.nextInt(3)];
      int common = 1 + random.nextInt(beginning.length);
      int[] ids = Arrays.copyOf(beginning, common + 1 + random.nextInt(20));
      for (int t = common; t < ids.length; t++) {
        ids[t] = random.nextInt(96);
      }
      targets.add(
          new Target(ids, random.nextBoolean() ? common : 1 + random.nextInt(ids.length - 1)));
    }
    List<float[]> expected = new ArrayList<>();
    for (Target target : targets) {
      expected.addAll(score(alone, List.of(target)));
    }
    for (int round = 0; round < 2; round++) {
      List<float[]> found = score(together, targets);
      for (int i = 0; i < count; i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-4f));
      }
      Collections.shuffle(targets, new Random(seed));
      Collections.shuffle(expected, new Random(seed));
    }
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, 96).toArray();
  }

  private static List<float[]> score(LanguageModel model, List<Target> targets)
      throws InterruptedException {
    List<float[]> logProbs = new ArrayList<>();
    new Scorer(model, NO_INDEX)
        .score(
            targets, List.of(), Passes.SHARED, (target, score) -> logProbs.add(score.logProbs()));
    return logProbs;
  }
}
