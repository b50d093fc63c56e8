package org.knnlm.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class IndexPlanTest {
  private static final IndexSettings STUDY = IndexSettings.orDefault(0, 0, 0, 0, 1);

  @Test
  void enoughKeysGiveTheStudysIndex() {
    IndexPlan plan = IndexPlan.of(STUDY, 609_687_689, 4096);
    assertThat(plan.factory()).isEqualTo("IVF4096,PQ64x8");
    assertThat(plan.nprobe()).isEqualTo(32);
    assertThat(plan.trainingKeys()).isEqualTo(1_000_000);
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void fewKeysLowerNlistAndSaySo() {
    IndexPlan plan = IndexPlan.of(STUDY, 9215, 576);
    assertThat(plan.nlist()).isEqualTo(128);
    assertThat(plan.warnings()).singleElement().asString().contains("nlist 4096 lowered to 128");
  }

  @Test
  void aListCountThatFitsIsKept() {
    IndexPlan plan = IndexPlan.of(IndexSettings.orDefault(64, 0, 0, 0, 1), 9215, 576);
    assertThat(plan.factory()).isEqualTo("IVF64,PQ64x8");
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void tooFewKeysForAQuantizerGiveAnExactIndex() {
    IndexPlan plan = IndexPlan.of(STUDY, 255, 64);
    assertThat(plan.factory()).isEqualTo("Flat");
    assertThat(plan.nprobe()).isZero();
    assertThat(plan.warnings()).singleElement().asString().contains("255 training keys");
  }

  @Test
  void theDefaultNumberOfSubQuantizersGivesWayToTheDimension() {
    IndexPlan plan = IndexPlan.of(STUDY, 100_000, 48);
    assertThat(plan.subQuantizers()).isEqualTo(48);
    assertThat(plan.warnings()).anySatisfy(w -> assertThat(w).contains("pq_m 64 lowered to 48"));
  }

  @Test
  void aChosenNumberOfSubQuantizersDoesNot() {
    assertThatThrownBy(() -> IndexPlan.of(IndexSettings.orDefault(0, 7, 0, 0, 1), 100_000, 48))
        .isInstanceOfSatisfying(
            IndexSettingsException.class, e -> assertThat(e.field()).isEqualTo("pq_m"))
        .hasMessageContaining("48");
  }

  @Test
  void refusesNegativeSettingsByName() {
    assertThatThrownBy(() -> IndexSettings.orDefault(-1, 0, 0, 0, 1))
        .isInstanceOfSatisfying(
            IndexSettingsException.class, e -> assertThat(e.field()).isEqualTo("nlist"));
    assertThatThrownBy(() -> IndexSettings.orDefault(0, 0, 0, -5, 1))
        .isInstanceOfSatisfying(
            IndexSettingsException.class,
            e -> assertThat(e.field()).isEqualTo("max_training_keys"));
  }

  @Property
  void everyPlanCanBeTrained(
      @ForAll @LongRange(min = 1, max = 10_000_000) long keys,
      @ForAll @IntRange(min = 1, max = 8192) int dimension,
      @ForAll @IntRange(min = 0, max = 65_536) int nlist,
      @ForAll @IntRange(min = 0, max = 256) int nprobe) {
    IndexPlan plan = IndexPlan.of(IndexSettings.orDefault(nlist, 0, nprobe, 0, 1), keys, dimension);
    if (plan.nlist() > 0) {
      assertThat(plan.trainingKeys()).isBetween(256L, keys);
      assertThat((long) plan.nlist()).isLessThanOrEqualTo(plan.trainingKeys());
      assertThat(dimension % plan.subQuantizers()).isZero();
      assertThat(plan.nprobe()).isBetween(1, plan.nlist());
    }
  }

  @Property
  void aSampleIsAscendingWithoutRepetitionAndTheSameForASeed(
      @ForAll @IntRange(min = 1, max = 2000) int keys,
      @ForAll @IntRange(min = 0, max = 2000) int size,
      @ForAll long seed) {
    int drawn = Math.min(size, keys);
    long[] sample = TrainingSample.draw(keys, drawn, seed);
    assertThat(sample).hasSize(drawn).isSorted().doesNotHaveDuplicates();
    assertThat(LongStream.of(sample)).allMatch(i -> i >= 0 && i < keys);
    assertThat(TrainingSample.draw(keys, drawn, seed)).isEqualTo(sample);
  }
}
