package org.knnlm.eval.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.lm.Scores;

class PerplexityTest {
  private static final Percentage TINY = Percentage.withPercentage(1e-9);

  @Test
  void aWindowLossIsTheMeanOfItsTargets() {
    var scores = new Scores(new float[] {-1, -2, -6}, List.of(new float[] {0, 0, -0.75f}));
    ScoredWindow window = ScoredWindow.of(4, 2048, 10, scores, 0.5);
    assertThat(window).isEqualTo(new ScoredWindow(4, 2048, 10, 3, List.of(3.0, 0.25), 0.5));
  }

  @Test
  void windowsCountTheSameWhateverTheirLength() {
    var windows = List.of(window(0, 1023, 2.0), window(1, 36, 4.0));
    Perplexity perplexity =
        Perplexity.of(Protocol.WIKITEXT, new TextCounts(1060, 1059, 900), windows, 0);
    assertThat(perplexity.loss()).isEqualTo(3.0);
    assertThat(perplexity.perplexity()).isEqualTo(Math.exp(3));
    assertThat(perplexity.tokenWeightedLoss())
        .isCloseTo((2.0 * 1023 + 4.0 * 36) / 1059, within(1e-12));
    assertThat(perplexity.wordPerplexity()).isCloseTo(Math.exp(3.0 * 1060 / 900), TINY);
    assertThat(perplexity.uncutWordPerplexity()).isEqualTo(perplexity.wordPerplexity());
  }

  @Test
  void blocksCountTheTokensLeftOverTheWordsOfAll() {
    var windows = List.of(window(0, 511, 3.0), window(1, 512, 3.0));
    Perplexity perplexity =
        Perplexity.of(Protocol.BLOCKS, new TextCounts(1500, 1023, 1200), windows, 0);
    assertThat(perplexity.wordPerplexity()).isCloseTo(Math.exp(3.0 * 1023 / 1200), TINY);
    assertThat(perplexity.uncutWordPerplexity()).isCloseTo(Math.exp(3.0 * 1500 / 1200), TINY);
  }

  @Property
  void agreesWithExactSums(
      @ForAll("windows") List<ScoredWindow> windows,
      @ForAll @LongRange(min = 1, max = 1_000_000) long words) {
    long targets = windows.stream().mapToLong(ScoredWindow::targets).sum();
    var counts = new TextCounts(targets + 7, targets, words);
    for (int setting = 0; setting < 2; setting++) {
      BigDecimal sum = BigDecimal.ZERO;
      BigDecimal weighted = BigDecimal.ZERO;
      for (ScoredWindow window : windows) {
        BigDecimal loss = new BigDecimal(window.losses().get(setting));
        sum = sum.add(loss);
        weighted = weighted.add(loss.multiply(BigDecimal.valueOf(window.targets())));
      }
      double loss = divide(sum, windows.size());
      double tokenWeighted = divide(weighted, targets);
      for (Protocol protocol : Protocol.values()) {
        Perplexity found = Perplexity.of(protocol, counts, windows, setting);
        assertThat(found.loss()).isCloseTo(loss, within(1e-10));
        assertThat(found.tokenWeightedLoss()).isCloseTo(tokenWeighted, within(1e-10));
        assertThat(Math.log(found.perplexity())).isCloseTo(loss, within(1e-9));
        assertThat(Math.log(found.tokenWeightedPerplexity()))
            .isCloseTo(tokenWeighted, within(1e-9));
      }
    }
  }

  @Property
  void aLossAgreesWithAnExactSum(@ForAll("logProbs") List<Float> logProbs) {
    float[] values = new float[logProbs.size()];
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < values.length; i++) {
      values[i] = logProbs.get(i);
      sum = sum.subtract(new BigDecimal(values[i]));
    }
    ScoredWindow window =
        ScoredWindow.of(0, 0, values.length + 1, new Scores(values, List.of()), 1);
    assertThat(window.losses().getFirst()).isCloseTo(divide(sum, values.length), within(1e-9));
  }

  @Provide
  Arbitrary<List<Float>> logProbs() {
    return Arbitraries.floats().between(-10_000, 0).list().ofMinSize(1).ofMaxSize(1023);
  }

  @Provide
  Arbitrary<List<ScoredWindow>> windows() {
    Arbitrary<List<Double>> losses = Arbitraries.doubles().between(0, 20).list().ofSize(2);
    return Arbitraries.integers()
        .between(1, 1023)
        .flatMap(
            targets -> losses.map(pair -> new ScoredWindow(0, 0, targets + 1, targets, pair, 1)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(200)
        .map(PerplexityTest::numbered);
  }

  private static List<ScoredWindow> numbered(List<ScoredWindow> windows) {
    List<ScoredWindow> numbered = new ArrayList<>();
    for (ScoredWindow window : windows) {
      numbered.add(
          new ScoredWindow(
              numbered.size(), 0, window.length(), window.targets(), window.losses(), 1));
    }
    return numbered;
  }

  private static ScoredWindow window(int index, int targets, double loss) {
    return new ScoredWindow(index, 0, targets + 1, targets, List.of(loss), 1);
  }

  private static double divide(BigDecimal sum, long by) {
    return sum.divide(BigDecimal.valueOf(by), MathContext.DECIMAL128).doubleValue();
  }
}
