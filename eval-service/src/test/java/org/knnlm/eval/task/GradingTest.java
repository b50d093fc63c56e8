package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What continuations are worth. */
class GradingTest {
  private static final Grading.Prompt PROMPT = new Grading.Prompt("Who? The moon", false);

  @ParameterizedTest
  @CsvSource({
    "'The  Moon, an apple!', moon apple",
    "theory of a-b, theory of ab",
    "'U.S.A.', usa",
    "'\u00a0An Ångström\u2003x', ångström x",
    "a, ''",
  })
  void answersAreNormalized(String text, String normalized) {
    assertThat(OpenQuestions.normalized(text)).isEqualTo(normalized);
  }

  @Test
  void aQuestionIsGradedByItsBestAnswer() {
    Map<String, Double> graded =
        Grading.QUESTION.grade(" 1972", List.of("14 December 1972 UTC", "December 1972"), PROMPT);
    assertThat(graded.get("em")).isZero();
    assertThat(graded.get("f1")).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(graded.get("has_answer")).isZero();
    assertThat(Grading.QUESTION.grade("A moon.", List.of("x", "the moon"), PROMPT))
        .containsEntry("em", 1.0)
        .containsEntry("f1", 1.0)
        .containsEntry("has_answer", 1.0)
        .containsEntry("too_long", 0.0);
  }

  @ParameterizedTest
  @CsvSource({
    "no idea, no, 1",
    "nothing, no, 1", // the reference looks for the letters, not for the word
    "certainly, yes, 0",
    "a b b c, b b d, 0.6666666666666666", // of three tokens each two are common, the article is
    // gone
    "'', b, 0",
  })
  void f1(String prediction, String answer, double f1) {
    assertThat(
            OpenQuestions.f1(
                OpenQuestions.normalized(prediction), OpenQuestions.normalized(answer)))
        .isCloseTo(f1, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "about 12 yards, 12, 1",
    "about 120 yards, 12, 0",
    "3.5, 3.5, 1", // both are read as 35
    "yes sir, yes, 0.6666666666666666",
    "twelve, 12, 0",
  })
  void f1OfDrop(String prediction, String answer, double f1) {
    assertThat(
            OpenQuestions.f1OfDrop(
                OpenQuestions.normalized(prediction), OpenQuestions.normalized(answer)))
        .isCloseTo(f1, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "'so it is #### 72.', false, 72",
    "'#### 1,000', false, 1",
    "'#### 1,000', true, 1000",
    "'#### $3.50', false, 3.5",
    "'#### 1.2.3', false, 0",
    "'#### 5 then #### 6', false, 5",
  })
  void theNumberAfterTheMark(String text, boolean commas, double number) {
    assertThat(Gsm8k.extracted(text, commas)).isEqualTo(OptionalDouble.of(number));
  }

  @Test
  void withoutMarkThereIsNoNumber() {
    assertThat(Gsm8k.extracted("it is 72", false)).isEmpty();
    assertThat(Gsm8k.extracted("#### $", false)).isEmpty();
    assertThat(Grading.GSM8K.grade("it is 72", List.of("#### 72"), PROMPT))
        .containsEntry("acc", 0.0);
    assertThat(Grading.GSM8K.grade("#### 1,234", List.of("x #### 1,000"), PROMPT))
        .containsEntry("acc", 1.0)
        .containsEntry("acc_commas", 0.0);
  }

  @Test
  void aPrefixIsLookedForInTheTrimmedText() {
    assertThat(Grading.PREFIX.grade(" (B) is\n", List.of("(B)"), PROMPT)).containsEntry("acc", 1.0);
    assertThat(Grading.PREFIX.grade("It is (B)", List.of("(B)"), PROMPT)).containsEntry("acc", 0.0);
  }
}
