package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private static String fill(String template, String json) {
    return Template.parse(template).fill(Rows.row(json));
  }

  @Test
  void fieldsAreFoundByTheirPath() {
    assertThat(fill("{a.b} and {Class Index}", "{\"a\": {\"b\": \"x\"}, \"Class Index\": 3}"))
        .isEqualTo("x and 3");
    assertThat(fill("{x y}: {}{ }{\"a\"}", "{\"x y\": \"z\"}")).isEqualTo("z: {}{ }{\"a\"}");
  }

  @Test
  void whatAFieldHoldsIsNoTemplate() {
    assertThat(fill("{a}", "{\"a\": \"{b}\", \"b\": 1}")).isEqualTo("{b}");
  }

  @ParameterizedTest
  @CsvSource({
    "who is it, who is it?",
    "Who is it?, who is it?",
    "É or e, é or e?",
    "X, x?",
  })
  void aQuestionBeginsSmallAndEndsWithItsMark(String text, String question) {
    assertThat(fill("{q|question}", "{\"q\": \"%s\"}".formatted(text))).isEqualTo(question);
  }

  @Test
  void aSentenceIsSplitAtItsBlank() {
    String row = "{\"s\": \"Ann met Bo so _ was glad. \"}";
    assertThat(fill("{s|before-blank}Ann", row)).isEqualTo("Ann met Bo so Ann");
    assertThat(fill(" {s|after-blank|trim}", row)).isEqualTo(" was glad.");
    assertThatThrownBy(() -> fill("{s|before-blank}", "{\"s\": \"none\"}"))
        .isInstanceOf(ExampleException.class)
        .hasMessage("found no \"_\" in \"none\"");
  }

  @Test
  void theMarksOfWikihowAreLeftOut() {
    assertThat(Filter.WIKIHOW.apply(" How to bake [title] Mix. [step] Stir  [substeps] well. "))
        .isEqualTo("How to bake. Mix. Stir  well.");
    assertThat(Filter.WIKIHOW.apply("a   b")).isEqualTo("a  b");
  }

  @Test
  void aFieldThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> fill("{b}", "{\"a\": 1, \"c\": 2}"))
        .isInstanceOf(ExampleException.class)
        .hasMessage("a.jsonl, row 1: there is no field b, found a, c");
    assertThatThrownBy(() -> fill("{a}", "{\"a\": null}"))
        .hasMessageContaining("the field a is null, a text is needed");
    assertThatThrownBy(() -> fill("{a}", "{\"a\": [1]}")).hasMessageContaining("is [1]");
  }
}
