package org.knnlm.embedder.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.corpus.CorpusFormat;

class CorpusFolderTest {
  @TempDir Path temp;
  private CorpusFolder corpora;

  @BeforeEach
  void files() throws IOException {
    Path root = Files.createDirectories(temp.resolve("corpora/deep")).getParent();
    Files.writeString(root.resolve("deep/a.txt"), "text\n");
    Files.writeString(temp.resolve("secret.txt"), "secret\n");
    Files.createSymbolicLink(root.resolve("link.txt"), temp.resolve("secret.txt"));
    corpora = new CorpusFolder(root);
  }

  @Test
  void filesWithinTheFolder() throws IOException {
    Path file = corpora.root().resolve("deep/a.txt");
    assertThat(corpora.resolve("deep/a.txt")).isEqualTo(file);
    assertThat(corpora.resolve("deep/../deep/a.txt")).isEqualTo(file);
    assertThat(corpora.resolve(file.toString())).isEqualTo(file);
    assertThat(new CorpusFolder(Path.of("/")).resolve(file.toString())).isEqualTo(file);
    assertThat(new CorpusFolder(Path.of("/")).resolve(file.toString().substring(1)))
        .isEqualTo(file);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'empty'",
    "../secret.txt, lies outside",
    "deep/../../secret.txt, lies outside",
    "/etc/passwd, lies outside",
    "link.txt, lies outside",
    "none.txt, does not exist",
    "deep, is not a file",
    ".., lies outside",
  })
  void nothingElse(String name, String problem) {
    assertThatThrownBy(() -> corpora.resolve(name))
        .isInstanceOf(InvalidCorpusException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aCorpusNeedsADocument() throws IOException {
    Path blank = Files.writeString(temp.resolve("blank.txt"), " \n\n");
    assertThatThrownBy(() -> CorpusFolder.requireDocument(blank, new CorpusFormat.Lines()))
        .isInstanceOf(InvalidCorpusException.class)
        .hasMessageEndingWith("has no document, found 2 blank lines");
  }
}
