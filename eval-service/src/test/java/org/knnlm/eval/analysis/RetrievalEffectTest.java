package org.knnlm.eval.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.analysis.RetrievalEffect.Position;
import org.knnlm.eval.analysis.RetrievalEffect.Summary;

class RetrievalEffectTest {
  @Test
  void positionsAreHelpedHurtOrNeither() {
    var effect = new RetrievalEffect(0.125f, 1);
    effect.add(0, new float[] {-2, -2, -2}, new float[] {-1, -2.5f, -2.125f});
    effect.add(1, new float[] {-4, -1}, new float[] {-1, -2});
    Summary summary = effect.summary();
    assertThat(summary)
        .isEqualTo(
            new Summary(
                5,
                2,
                2,
                2,
                -0.75,
                (1 - 0.5 - 0.125 + 3 - 1) / 5,
                List.of(new Position(1, 0, 3)),
                List.of(new Position(1, 1, -1))));
    assertThat(summary.helpedShare()).isEqualTo(0.4);
    assertThat(summary.hurtShare()).isEqualTo(0.4);
  }

  @Property
  void theMostChangedAreKeptInOrder(
      @ForAll @Size(max = 50) List<@FloatRange(min = -9, max = 0) Float> mixed,
      @ForAll @IntRange(max = 10) int kept) {
    float[] with = new float[mixed.size()];
    float[] without = new float[mixed.size()];
    for (int i = 0; i < with.length; i++) {
      with[i] = mixed.get(i);
      without[i] = -4;
    }
    var effect = new RetrievalEffect(0, kept);
    effect.add(0, without, with);
    Summary summary = effect.summary();
    List<Float> gains =
        mixed.stream().map(nats -> nats + 4).filter(nats -> nats > 0).sorted().toList().reversed();
    assertThat(summary.helped()).isEqualTo(gains.size());
    assertThat(summary.mostHelped())
        .extracting(Position::nats)
        .containsExactlyElementsOf(gains.subList(0, Math.min(kept, gains.size())));
    assertThat(summary.change() * Math.max(1, with.length))
        .isEqualTo(
            summary.helped() * summary.gain() + summary.hurt() * summary.loss(), within(1e-3));
  }

  @Test
  void withoutPositionsThereIsNoEffect() {
    assertThat(new RetrievalEffect(0, 3).summary())
        .isEqualTo(new Summary(0, 0, 0, 0, 0, 0, List.of(), List.of()));
  }

  @Test
  void windowsOfDifferentLengthsAreRefused() {
    assertThatThrownBy(() -> new RetrievalEffect(0, 3).add(7, new float[2], new float[3]))
        .hasMessage("window 7: 2 log probabilities and 3");
    assertThatThrownBy(() -> new RetrievalEffect(-1, 3))
        .hasMessage("indifference -1.0, 3 positions");
  }
}
