package org.knnlm.eval.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordFormsTest {
  /** Pieces are separated by "|"; d is a number, n a name, o another word. */
  @ParameterizedTest
  @CsvSource({
    "'The| river| Tha|mes| is| 346| km| long.', oonnodoo",
    "'It ended.| Then| 1,|234| men| left| Paris|.', ooddoonn",
    "'He said| \"I| was| in| Rome!\"| But', oooono",
    "'I| am,| I|''m| Ann', oooon",
    "'one|\n|Two| Three', ooon",
    "' Dr.| Smith', oo",
    "'x| |Kyiv|  |', oonoo",
    "'see| (Bonn)| and| U2', onod"
  })
  void wordsAreNumbersOrNames(String pieces, String expected) {
    List<String> list = Arrays.asList(pieces.split("\\|", -1));
    assertThat(shown(WordForms.classify(list))).isEqualTo(expected);
  }

  @Property
  void everyTokenHasAClass(@ForAll @Size(max = 20) List<@StringLength(max = 5) String> pieces) {
    assertThat(WordForms.classify(pieces)).hasSize(pieces.size());
  }

  private static String shown(int[] classes) {
    return Arrays.stream(classes)
        .mapToObj(i -> Division.WORD.classes().get(i).replace("number", "d").substring(0, 1))
        .collect(Collectors.joining());
  }
}
