package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HolmTest {
  @Test
  void theSmallestIsHeldAgainstAllTests() {
    assertThat(Holm.adjust(0.25, 0.015625, 0.03125)).containsExactly(0.25, 0.046875, 0.0625);
    assertThat(Holm.adjust(0.5, 0.625, 0.75)).containsExactly(1, 1, 1);
    assertThat(Holm.adjust()).isEmpty();
  }

  @Property
  void noPValueFallsAndTheirOrderStays(
      @ForAll @Size(max = 30) List<@DoubleRange(min = 0, max = 1) Double> pValues) {
    double[] raw = pValues.stream().mapToDouble(Double::doubleValue).toArray();
    double[] adjusted = Holm.adjust(raw);
    for (int i = 0; i < raw.length; i++) {
      assertThat(adjusted[i]).isBetween(raw[i], Math.min(1, raw.length * raw[i]));
      for (int j = 0; j < raw.length; j++) {
        if (raw[i] <= raw[j]) {
          assertThat(adjusted[i]).isLessThanOrEqualTo(adjusted[j]);
        }
      }
    }
  }

  @Test
  void whatIsNoProbabilityIsRefused() {
    assertThatThrownBy(() -> Holm.adjust(0.5, Double.NaN)).hasMessage("found the p-value NaN");
    assertThatThrownBy(() -> Holm.adjust(1.5)).hasMessage("found the p-value 1.5");
  }
}
