package org.knnlm.lm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  @Test
  void ofAFileIsItsSha256() throws IOException {
    assertThat(Identity.ofFile(file("a", "abc")))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void dependsOnNamesAndContentsButNotOnOrderOrPlace() throws IOException {
    String sum = Identity.ofFiles(List.of(file("a", "12"), file("b", "3")));
    assertThat(Identity.ofFiles(List.of(folder.resolve("b"), folder.resolve("a")))).isEqualTo(sum);
    assertThat(Identity.ofFiles(List.of(file("copy/a", "12"), file("copy/b", "3")))).isEqualTo(sum);
    assertThat(Identity.ofFiles(List.of(file("x/a", "1"), file("x/b", "23")))).isNotEqualTo(sum);
    assertThat(Identity.ofFiles(List.of(file("y/a", "12"), file("y/c", "3")))).isNotEqualTo(sum);
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("gone");
    assertThatThrownBy(() -> Identity.ofFile(file))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith(file + " cannot be read");
  }
}
