package org.knnlm.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WikiTextTest {
  @Test
  void articlesBeginAtThirdLevelHeadings() {
    List<String> lines =
        List.of(
            " = Title = ",
            " ",
            " text ",
            " = = = First = = = ",
            "",
            " a ",
            " b ",
            " = Next = ",
            " = = = = Deeper = = = = ",
            " c ");
    assertThat(WikiText.articles(lines.iterator()))
        .containsExactly(
            "= Title =\ntext", "= = = First = = =\na\nb\n= Next =", "= = = = Deeper = = = =\nc");
  }

  @Test
  void whatComesBeforeTheFirstHeadingMayBeEmpty() {
    assertThat(WikiText.articles(List.of("= = = A = = =").iterator()))
        .containsExactly("", "= = = A = = =");
    assertThat(WikiText.articles(List.<String>of().iterator())).containsExactly("");
  }

  @Test
  void noWordOfTheReferenceIsLost() throws IOException {
    int words = Goldens.json("perplexity.json").get("wikitext").get("words").intValue();
    try (var lines = new LineReader(Goldens.file("eval_small.txt"))) {
      List<String> articles = WikiText.articles(lines);
      assertThat(articles).hasSize(13);
      assertThat(String.join(" ", articles).split("\\s+")).hasSize(words);
    }
  }
}
