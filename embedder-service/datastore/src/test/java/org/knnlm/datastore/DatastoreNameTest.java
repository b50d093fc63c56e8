package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatastoreNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "wiki-103.v2_x", "a..b"})
  void allowed(String name) {
    assertThat(new DatastoreName(name).in(Path.of("/r"))).isEqualTo(Path.of("/r", name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".a", "-a", "_a", "A", "a/b", "a b", "ä", "a\n", "a\0"})
  void refused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatastoreName(name))
        .withMessageContaining("allowed are");
  }

  @Test
  void atMost64() {
    assertThat(new DatastoreName("a".repeat(64)).value()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> new DatastoreName("a".repeat(65)));
  }
}
