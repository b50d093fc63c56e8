package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class McNemarTest {
  @Property
  void thePValueIsTheSumOfTheTails(
      @ForAll @IntRange(max = 300) int first, @ForAll @IntRange(max = 300) int second) {
    double exact = exact(first, second);
    assertThat(McNemar.of(first, second).pValue())
        .isCloseTo(exact, Percentage.withPercentage(1e-9));
    assertThat(McNemar.of(second, first).pValue()).isEqualTo(McNemar.of(first, second).pValue());
  }

  private static double exact(int first, int second) {
    int discordant = first + second;
    BigInteger ways = BigInteger.ONE;
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i <= Math.min(first, second); i++) {
      sum = sum.add(ways);
      ways = ways.multiply(BigInteger.valueOf(discordant - i)).divide(BigInteger.valueOf(i + 1));
    }
    return Math.min(
        1,
        new BigDecimal(sum.shiftLeft(1))
            .divide(new BigDecimal(BigInteger.TWO.pow(discordant)), MathContext.DECIMAL64)
            .doubleValue());
  }

  @Test
  void manyExamplesAreNoTrouble() {
    assertThat(McNemar.of(500_000, 500_000).pValue()).isEqualTo(1);
    assertThat(McNemar.of(499_000, 501_000).pValue()).isEqualTo(0.04561, within(1e-5));
  }

  @Test
  void lessThanNoExampleIsRefused() {
    assertThatThrownBy(() -> McNemar.of(-1, 3)).hasMessage("found -1 and 3");
  }
}
