package org.knnlm.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class IndexPlanTest {
  private static final IndexSettings STUDY = IndexSettings.study(0, 0, 0, 0, 1);

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
    IndexPlan plan = IndexPlan.of(IndexSettings.study(64, 0, 0, 0, 1), 9215, 576);
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
    assertThatThrownBy(() -> IndexPlan.of(IndexSettings.study(0, 7, 0, 0, 1), 100_000, 48))
        .isInstanceOfSatisfying(
            IndexSettingsException.class, e -> assertThat(e.field()).isEqualTo("pq_m"))
        .hasMessageContaining("48");
  }

  @Test
  void refusesNegativeSettingsByName() {
    assertThatThrownBy(() -> IndexSettings.study(-1, 0, 0, 0, 1))
        .isInstanceOfSatisfying(
            IndexSettingsException.class, e -> assertThat(e.field()).isEqualTo("nlist"));
    assertThatThrownBy(() -> IndexSettings.study(0, 0, 0, -5, 1))
        .isInstanceOfSatisfying(
            IndexSettingsException.class,
            e -> assertThat(e.field()).isEqualTo("max_training_keys"));
  }

  private static IndexSettings typed(String factory) {
    return new IndexSettings(factory, 0, 0, 0, OptionalInt.empty(), 0, 1);
  }

  @Test
  void fastFollowsTheNumberOfKeysAndTheirDimension() {
    IndexPlan half = IndexPlan.of(typed("fast"), 500_000, 576);
    assertThat(half.factory()).isEqualTo("RR576,IVF2048,PQ288x4fs");
    assertThat(half.rerankFactor()).isEqualTo(1);
    assertThat(half.trainingKeys()).isEqualTo(131_072);
    assertThat(half.codeBytes()).isEqualTo(144 + 8);
    assertThat(half.warnings()).isEmpty();

    IndexPlan study = IndexPlan.of(typed("FAST"), 609_687_689, 4096);
    assertThat(study.factory()).isEqualTo("RR4096,IVF16384,PQ256x4fs");
    assertThat(study.nprobe()).isEqualTo(68);
    assertThat(study.trainingKeys()).isEqualTo(1_000_000);

    assertThat(IndexPlan.of(typed("fast"), 100, 576).factory()).isEqualTo("Flat");
    assertThat(IndexPlan.of(typed("fast"), 3000, 7).factory()).isEqualTo("RR7,IVF64,PQ1x4fs");
  }

  @Test
  void settingsThatATypeDoesNotHaveAreRefusedByName() {
    record Case(IndexSettings settings, String field) {}
    for (Case refused :
        List.of(
            new Case(new IndexSettings("flat", 4, 0, 0, OptionalInt.empty(), 0, 1), "nlist"),
            new Case(new IndexSettings("flat", 0, 0, 4, OptionalInt.empty(), 0, 1), "nprobe"),
            new Case(new IndexSettings("flat", 0, 0, 0, OptionalInt.of(2), 0, 1), "rerank_factor"),
            new Case(new IndexSettings("IVF4,SQ8", 4, 0, 0, OptionalInt.empty(), 0, 1), "nlist"),
            new Case(new IndexSettings("IVF4,SQ8", 0, 4, 0, OptionalInt.empty(), 0, 1), "pq_m"),
            new Case(new IndexSettings("SQ8", 0, 0, 4, OptionalInt.empty(), 0, 1), "nprobe"),
            new Case(typed("IVF9000000000000,SQ8"), "factory"),
            new Case(typed("IVF5000,SQ8"), "factory"),
            new Case(typed("IVF16,PQ7"), "factory"),
            new Case(typed("IDMap,Flat"), "factory"),
            new Case(typed("quick"), "factory"))) {
      assertThatThrownBy(() -> IndexPlan.of(refused.settings(), 3000, 16))
          .as("%s", refused)
          .isInstanceOfSatisfying(
              IndexSettingsException.class, e -> assertThat(e.field()).isEqualTo(refused.field()));
    }
    assertThatThrownBy(() -> new IndexSettings("", 0, 0, 0, OptionalInt.of(65), 0, 1))
        .hasMessageContaining("0 (none) to 64");
  }

  @Test
  void aFactoryStringIsPlannedByWhatFaissSaysOfIt() {
    IndexPlan lists = IndexPlan.of(typed("IVF16,SQ8"), 3000, 16);
    assertThat(lists.type()).isEqualTo(IndexType.CUSTOM);
    assertThat(lists.nlist()).isEqualTo(16);
    assertThat(lists.nprobe()).isEqualTo(16);
    assertThat(lists.codeBytes()).isBetween(24L, 32L);
    assertThat(lists.trainingKeys()).isEqualTo(3000);
    IndexPlan graph = IndexPlan.of(typed("HNSW16"), 3000, 16);
    assertThat(graph.trainingKeys()).isZero();
    assertThat(graph.codeBytes()).isGreaterThan(64);
    assertThat(IndexPlan.of(typed("IVF100,SQ8"), 3000, 16).warnings())
        .anyMatch(w -> w.contains("3000 training keys for 100 lists"));
  }

  @Property
  void everyPlanCanBeTrained(
      @ForAll @LongRange(min = 1, max = 10_000_000) long keys,
      @ForAll @IntRange(min = 1, max = 8192) int dimension,
      @ForAll @IntRange(min = 0, max = 65_536) int nlist,
      @ForAll @IntRange(min = 0, max = 256) int nprobe) {
    IndexPlan plan = IndexPlan.of(IndexSettings.study(nlist, 0, nprobe, 0, 1), keys, dimension);
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
