package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerbalizersTest {
  private static final List<int[]> LABELS = List.of(new int[] {0, 1, 0}, new int[] {2, 3, 3});

  private static Verbalizers.Distributions distributions(
      double[] conditional, double[] domain, double[] unconditional) {
    return new Verbalizers.Distributions(
        id -> conditional[id], id -> domain[id], id -> unconditional[id]);
  }

  @Test
  void everyRuleHasItsFormula() {
    double[] p = {0.1, 0.2, 0.05, 0};
    double[] domain = {0.2, 0.1, 0.01, 1e-6};
    double[] unconditional = {0.1, 0.1, 0.1, 0.1};
    Map<String, List<Double>> scores =
        Verbalizers.scores(LABELS, distributions(p, domain, unconditional));
    assertThat(scores.get("lm").getFirst()).isCloseTo(0.4, within(1e-12));
    assertThat(scores.get("lm").getLast()).isCloseTo(0.05, within(1e-12));
    assertThat(scores.get("dcpmi").getFirst())
        .isCloseTo(2 * Math.log(0.5) + Math.log(2), within(1e-6));
    assertThat(scores.get("dcpmi").getLast())
        .isCloseTo(Math.log(5) + 2 * (Math.log(1e-10) - Math.log(1e-6 + 1e-10)), within(1e-6));
    assertThat(scores.get("pmi").getLast())
        .isCloseTo(Math.log(0.5) + 2 * Math.log(1e-10 / 0.1), within(1e-6));
  }

  @Test
  void inFloat16AWordWithoutProbabilityDecidesAsNaN() {
    Task sst2 = new TaskCatalog(Optional.empty()).find("sst2").orElseThrow();
    double[] p = {0.3, 0.2, 0.05, 1e-9};
    double[] domain = {0.2, 0.1, 0.1, 1e-9};
    Outcome outcome = Verbalizers.grade(sst2, LABELS, distributions(p, domain, domain), 0);
    assertThat(outcome.details().scores().get("dcpmi_float16").getLast()).isNaN();
    assertThat(outcome.details().predictions())
        .containsEntry("dcpmi", 0)
        .containsEntry("dcpmi_float16", 1);
    assertThat(outcome.metrics()).containsEntry("dcpmi", 1.0).containsEntry("dcpmi_float16", 0.0);
    assertThat(outcome.prediction()).isEqualTo("0");
    assertThat(outcome.correct()).isTrue();
  }
}
