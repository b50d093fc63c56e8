package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ContinuationsTest {
  private static final List<Continuations.Entropies> OPTIONS =
      List.of(
          new Continuations.Entropies(10, 14, 13, 5),
          new Continuations.Entropies(12, 20, 12.5, 8),
          new Continuations.Entropies(11, 9, 16, 4));

  @Test
  void everyRuleHasItsFormula() {
    Map<String, List<Double>> scores = Continuations.scores(OPTIONS, true);
    assertThat(scores)
        .containsEntry("lm", List.of(10.0, 12.0, 11.0))
        .containsEntry("tok_mean", List.of(2.0, 1.5, 2.75))
        .containsEntry("dcpmi", List.of(4.0, 8.0, -2.0))
        .containsEntry("pmi", List.of(3.0, 0.5, 5.0))
        .containsEntry("domain_cond", List.of(14.0, 20.0, 9.0));
    assertThat(Continuations.predictions(scores))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("lm", 0, "tok_mean", 1, "dcpmi", 1, "pmi", 2, "domain_cond", 2));
  }

  @Test
  void ofEqualsTheFirstWins() {
    assertThat(Best.least(List.of(2.0, 1.0, 1.0))).isEqualTo(1);
    assertThat(Best.greatest(List.of(2.0, 2.0, 1.0))).isZero();
    assertThat(Best.greatest(List.of(1.0, Double.NaN, 3.0, Double.NaN))).isEqualTo(1);
  }

  @Test
  void theReferencesLabelIsANumberOfItsOwn() {
    Task arc = new TaskCatalog(Optional.empty()).find("arc_easy").orElseThrow();
    Outcome lettered =
        Continuations.grade(arc, List.of("a", "b", "c"), OPTIONS, 0, OptionalInt.of(0), true);
    assertThat(lettered.metrics()).containsEntry("lm", 1.0).containsEntry("lm_reference", 1.0);
    Outcome numbered =
        Continuations.grade(arc, List.of("a", "b", "c"), OPTIONS, 0, OptionalInt.empty(), true);
    assertThat(numbered.metrics())
        .containsEntry("lm", 1.0)
        .containsEntry("lm_reference", 0.0)
        .containsEntry("pmi", 0.0);
    assertThat(numbered.correct()).isTrue();
    assertThat(numbered.prediction()).isEqualTo("a");
    assertThat(numbered.score()).isEqualTo(1);
  }

  @Test
  void answersAreReadAsTheTaskSays() {
    Row row =
        Rows.row(
            "{\"key\": \"3\", \"labels\": [\"1\", \"2\", \"3\", \"4\"], \"n\": 2, \"t\": \"4\"}");
    assertThat(new Answer.Among("key", "labels").of(row, 4)).isEqualTo(2);
    assertThat(new Answer.Letters("key", "ABCD").find(row)).isEmpty();
    assertThat(new Answer.Letters("l", "ABCD").find(Rows.row("{\"l\": \"C\"}"))).hasValue(2);
    assertThat(new Answer.Letters("l", "ABCD").find(Rows.row("{\"l\": \"AB\"}"))).isEmpty();
    assertThat(new Answer.Counted("n", 1).of(row, 2)).isEqualTo(1);
    assertThat(new Answer.Values("t", List.of(List.of("1", "2"), List.of("4", "5"))).of(row, 2))
        .isEqualTo(1);
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> new Answer.Counted("n", 0).of(row, 2)))
        .isInstanceOf(ExampleException.class)
        .hasMessage("a.jsonl, row 1: the field n is \"2\", which names none of 2 options");
  }
}
