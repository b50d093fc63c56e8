package org.knnlm.embedder.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.CorpusFile;
import org.knnlm.embedder.source.Layout;
import org.knnlm.embedder.source.UnknownLayoutException;

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

  private List<Path> files(CorpusFolder folder, String name) throws IOException {
    return folder.corpus(name, Optional.empty(), "text").files().stream()
        .map(CorpusFile::path)
        .toList();
  }

  @Test
  void filesWithinTheFolder() throws IOException {
    Path file = corpora.root().resolve("deep/a.txt");
    var root = new CorpusFolder(Path.of("/"));
    assertThat(files(corpora, "deep/a.txt")).containsExactly(file);
    assertThat(files(corpora, "deep/../deep/a.txt")).containsExactly(file);
    assertThat(files(corpora, file.toString())).containsExactly(file);
    assertThat(files(root, file.toString())).containsExactly(file);
    assertThat(files(root, file.toString().substring(1))).containsExactly(file);
  }

  @Test
  void foldersAndPatterns() throws IOException {
    Path deep = corpora.root().resolve("deep");
    Path b = Files.writeString(deep.resolve("b.jsonl.gz"), "");
    Path c = Files.writeString(Files.createDirectory(deep.resolve("er")).resolve("c.txt"), "");
    Files.writeString(deep.resolve("README.md"), "");
    Files.writeString(deep.resolve(".hidden.txt"), "");
    Path a = deep.resolve("a.txt");
    assertThat(files(corpora, "deep")).containsExactly(a, b, c);
    assertThat(files(corpora, "deep/*.txt")).containsExactly(a);
    assertThat(files(corpora, "d*/**.txt")).containsExactly(a, c);
    assertThat(files(corpora, "deep/{a.txt,b.*}")).containsExactly(a, b);
    assertThat(corpora.corpus("deep", Optional.of(new Layout.Whole()), "").files()).hasSize(4);
    assertThat(corpora.corpus("deep/b.jsonl.gz", Optional.empty(), "body").files())
        .extracting(CorpusFile::layout)
        .containsExactly(new Layout.Jsonl("body"));
    assertThatThrownBy(() -> files(corpora, "deep/*"))
        .isInstanceOf(UnknownLayoutException.class)
        .hasMessageContaining("the extension of README.md does not tell it");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'empty'",
    "../secret.txt, lies outside",
    "../*.txt, lies outside",
    "deep/../../secret.txt, lies outside",
    "/etc/passwd, lies outside",
    "link.txt, lies outside",
    "*.txt, lies outside",
    "none.txt, does not exist",
    "none/*.txt, does not exist",
    "deep/*.csv, no file that matches",
    "deep/[.csv, is no pattern",
    ".., lies outside",
  })
  void nothingElse(String name, String problem) {
    assertThatThrownBy(() -> files(corpora, name))
        .isInstanceOf(InvalidCorpusException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aFolderNeedsAFile() throws IOException {
    Files.createDirectory(corpora.root().resolve("empty"));
    assertThatThrownBy(() -> files(corpora, "empty"))
        .isInstanceOf(InvalidCorpusException.class)
        .hasMessageContaining("no file of a known layout in this folder");
  }

  @Test
  void aCorpusNeedsADocument() throws IOException {
    Path blank = Files.writeString(temp.resolve("blank.txt"), " \n\n");
    var corpus = new Corpus("blank", List.of(new CorpusFile(blank, new Layout.Lines())));
    assertThatThrownBy(() -> CorpusFolder.requireDocument(corpus))
        .isInstanceOf(InvalidCorpusException.class)
        .hasMessage("blank has no document, found 2 blank ones");
  }
}
