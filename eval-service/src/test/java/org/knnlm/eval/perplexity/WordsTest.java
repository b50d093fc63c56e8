package org.knnlm.eval.perplexity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  // The counts are those of Python's len(text.split()).
  @ParameterizedTest
  @CsvSource(
      value = {
        "'' | 0",
        "' ' | 0",
        "'a' | 1",
        "' a  b\n\nc ' | 3",
        "'a\u00a0b' | 2",
        "'a\u3000b\u2009c' | 3",
        "'a\u0085b\u001cc' | 3",
        "'a\u200bb' | 1",
        "'don''t @-@ know' | 3"
      },
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false)
  void countsLikePython(String quoted, String count) {
    String text = quoted.strip().replaceAll("^'|'$", "");
    assertThat(Words.count(text)).isEqualTo(Long.parseLong(count.strip()));
  }
}
