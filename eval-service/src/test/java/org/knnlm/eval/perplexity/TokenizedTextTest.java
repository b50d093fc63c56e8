package org.knnlm.eval.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.CorpusFormat;

class TokenizedTextTest {
  private static final int BOS = -1;

  /** A token for each character, after a BOS. */
  private static final Tokenizer CHARACTERS =
      texts ->
          texts.stream()
              .map(text -> IntStream.concat(IntStream.of(BOS), text.chars()).toArray())
              .toList();

  @TempDir private Path folder;

  @Test
  void articlesAreTokenisedOneByOneAndReadAsOneText() throws Exception {
    TokenizedText text =
        read(
            "a b\n = = = H = = = \n\nc\n",
            "text.txt",
            Protocol.WIKITEXT,
            new CorpusFormat.Lines(),
            8);
    // BOS "a b" BOS "= = = H = = =\nc"
    assertThat(text.counts()).isEqualTo(new TextCounts(4 + 16, 19, 2 + 8));
    assertThat(text.blockSize()).isEqualTo(8);
    assertThat(text.stride()).isEqualTo(4);
    assertThat(text.windows()).isEqualTo(4);
    assertThat(text.sequence(0).tokens()).containsExactly(BOS, 'a', ' ', 'b', BOS, '=', ' ', '=');
    assertThat(text.sequence(0).firstTarget()).isEqualTo(1);
    assertThat(text.sequence(1).tokens()).startsWith(BOS, '=', ' ', '=', ' ', '=').hasSize(8);
    assertThat(text.sequence(1).firstTarget()).isEqualTo(4);
    assertThat(text.start(3)).isEqualTo(12);
    assertThat(text.sequence(3).tokens()).endsWith('=', '\n', 'c');
  }

  @Test
  void anEmptyFirstArticleIsBosAlone() throws Exception {
    TokenizedText text =
        read("= = = H = = =\n", "text.txt", Protocol.WIKITEXT, new CorpusFormat.Lines(), 1024);
    assertThat(text.sequence(0).tokens()).startsWith(BOS, BOS, '=');
  }

  @Test
  void batchesAreCutToBlocksAndNoWindowCrossesThem() throws Exception {
    String lines = String.join("\n", Collections.nCopies(1001, "xy"));
    TokenizedText text = read(lines, "text.txt", Protocol.BLOCKS, new CorpusFormat.Lines(), 512);
    // 3,000 tokens cut to 2,560, then a batch of 3 tokens that is less than a block
    assertThat(text.counts()).isEqualTo(new TextCounts(3003, 2559 + 2, 1001));
    assertThat(text.windows()).isEqualTo(10 + 1);
    assertThat(text.sequence(0).targets()).isEqualTo(255);
    assertThat(text.sequence(10).tokens()).containsExactly(BOS, 'x', 'y');
    assertThat(text.start(10)).isEqualTo(3000);
  }

  @Test
  void wordsOfDocumentsAreThoseOfTheirTexts() throws Exception {
    TokenizedText text =
        read(
            "{\"t\": \"one two\"}\n{\"t\": \" three\"}\n",
            "text.jsonl",
            Protocol.BLOCKS,
            new CorpusFormat.Jsonl("t"),
            1024);
    assertThat(text.counts().words()).isEqualTo(3);
    assertThat(text.counts().scoredTokens()).isEqualTo(8 + 7 - 1);
  }

  @Test
  void aTextWithoutATargetIsRefused() {
    assertThatThrownBy(
            () -> read("\n\n", "text.txt", Protocol.WIKITEXT, new CorpusFormat.Lines(), 1024))
        .isInstanceOf(EmptyTextException.class)
        .hasMessageContaining("has 1 tokens, at least 2 are needed");
    assertThatThrownBy(
            () -> read(" \n", "text.txt", Protocol.BLOCKS, new CorpusFormat.Lines(), 1024))
        .isInstanceOf(EmptyTextException.class)
        .hasMessageContaining("has 0 tokens");
  }

  @Test
  void aBrokenFileIsNamedWithItsLine() {
    assertThatThrownBy(
            () ->
                read("{\"text\": 1}\n", "t.jsonl", Protocol.BLOCKS, new CorpusFormat.Jsonl(), 1024))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("line 1");
  }

  @Test
  void everyTokenButTheFirstOfAPartIsScoredOnce() throws Exception {
    TokenizedText text =
        read("x".repeat(5000), "text.txt", Protocol.WIKITEXT, new CorpusFormat.Lines(), 1024);
    List<Long> targets = new ArrayList<>();
    for (int i = 0; i < text.windows(); i++) {
      long first = text.start(i) + text.sequence(i).firstTarget();
      for (int j = 0; j < text.sequence(i).targets(); j++) {
        targets.add(first + j);
      }
    }
    assertThat(targets)
        .containsExactlyElementsOf(IntStream.range(1, 5001).mapToObj(Long::valueOf).toList());
  }

  private TokenizedText read(
      String content, String name, Protocol protocol, CorpusFormat format, int maxSequenceLength)
      throws Exception {
    Path file = Files.writeString(folder.resolve(name), content);
    return TokenizedText.read(file, protocol, format, CHARACTERS, maxSequenceLength);
  }
}
