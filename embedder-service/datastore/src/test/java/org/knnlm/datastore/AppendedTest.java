package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever befalls a datastore is told of those that were appended to it. */
class AppendedTest {
  @TempDir Path root;
  private Path first;
  private Path second;
  private Path third;

  @BeforeEach
  void chain() throws IOException {
    first = Appended.write(root, "first", "", 0, 3);
    second = Appended.write(root, "second", "first", 3, 2);
    third = Appended.write(root, "third", "second", 5, 4);
  }

  @Test
  void theManifestListsAllThatCameBefore() throws IOException {
    try (var datastore = Datastore.open(third)) {
      DatastoreManifest manifest = datastore.manifest().orElseThrow();
      assertThat(manifest.numKeys()).isEqualTo(4);
      assertThat(manifest.bases()).extracting(Base::datastore).containsExactly("first", "second");
      assertThat(manifest.bases()).extracting(Base::numKeys).containsExactly(3L, 2L);
    }
    assertThat(Files.readString(third.resolve(DatastoreManifest.FILE))).contains("\"version\" : 3");
    assertThat(Files.readString(first.resolve(DatastoreManifest.FILE))).contains("\"version\" : 2");
    assertThat(Files.size(third.resolve("dstore_gpt_neox_4_1_keys.npy"))).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "datastore.json",
        "documents.bin",
        "dstore_gpt_neox_3_1_keys.npy",
        "dstore_gpt_neox_3_1_vals.npy"
      })
  void aMissingOrShortFileOfABaseIsNamed(String name) throws IOException {
    Path file = first.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertUnusable(third, file);
    Files.delete(file);
    assertUnusable(third, file);
    assertUnusable(second, file);
  }

  @Test
  void aChangedManifestOfABaseIsNamed() throws IOException {
    Path file = second.resolve(DatastoreManifest.FILE);
    Files.writeString(file, Files.readString(file) + " ");
    Datastore.open(second).close();
    assertThatThrownBy(() -> Datastore.open(third))
        .isInstanceOf(DatastoreException.UnusableBase.class)
        .hasMessageContaining(file + ": found SHA-256 ")
        .hasMessageEndingWith("; %s was appended to datastore second".formatted(third));
  }

  @Test
  void changedKeysOfABaseAreFoundByVerify() throws IOException {
    Path file = first.resolve("dstore_gpt_neox_3_1_keys.npy");
    byte[] bytes = Files.readAllBytes(file);
    bytes[1] ^= 1;
    Files.write(file, bytes);
    try (var datastore = Datastore.open(third)) {
      assertThatThrownBy(datastore::verify)
          .isInstanceOf(DatastoreException.UnusableBase.class)
          .hasMessageStartingWith(file + ": found CRC-32C ")
          .hasMessageEndingWith("appended to datastore first");
    }
  }

  private void assertUnusable(Path appended, Path file) {
    assertThatThrownBy(() -> Datastore.open(appended))
        .isInstanceOfSatisfying(
            DatastoreException.UnusableBase.class, e -> assertThat(e.file()).isEqualTo(file))
        .hasMessageStartingWith(file.toString())
        .hasMessageEndingWith("; %s was appended to datastore first".formatted(appended));
  }

  @Test
  void referencesThatDoNotFitAreRefused() throws IOException {
    List<Base> bases = Predecessor.open(root, new DatastoreName("second")).bases();
    Origin same = Appended.origin(KeyType.LAST_FFN_INPUT, 1);
    Base base = bases.getFirst();
    var fewer = new Base(base.datastore(), 2, base.manifestSha256());
    assertRefused(List.of(fewer), same, "has 3 keys, expected 2");
    assertRefused(List.of(bases.getLast()), same, "is appended to [Base[datastore=first");
    assertRefused(List.of(base, base), same, "is appended to []");
    assertRefused(
        List.of(new Base("nobody", 3, base.manifestSha256())),
        same,
        "missing, expected the manifest");
    assertRefused(
        List.of(base),
        Appended.origin(KeyType.LAST_FFN_OUTPUT, 1),
        "key is LAST_FFN_INPUT, wanted is LAST_FFN_OUTPUT");
  }

  private int names;

  private void assertRefused(List<Base> bases, Origin origin, String problem) throws IOException {
    Path folder = Appended.write(root, "odd" + names++, bases, origin, 0, 1);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.UnusableBase.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aManifestWithoutBasesIsNotOfThisVersion() throws IOException {
    Path file = third.resolve(DatastoreManifest.FILE);
    String text = Files.readString(file);
    for (String bases : List.of("[ ]", "[ {} ]", "\"first\"")) {
      Files.writeString(
          file, text.replaceFirst("(?s)\"bases\" : \\[.*?\\]", "\"bases\" : " + bases));
      assertThatThrownBy(() -> Datastore.open(third))
          .isInstanceOf(DatastoreException.BadManifest.class)
          .hasMessageContaining("bases");
    }
    Files.writeString(file, text.replace("\"first\"", "\"../first\""));
    assertThatThrownBy(() -> Datastore.open(third))
        .isInstanceOf(DatastoreException.BadManifest.class)
        .hasMessageContaining("found \"../first\", allowed are");
  }

  @Test
  void whatHasNoManifestIsNotAppendedTo() throws IOException {
    Files.delete(first.resolve(DatastoreManifest.FILE));
    assertThatThrownBy(() -> Predecessor.open(root, new DatastoreName("first")))
        .isInstanceOf(DatastoreException.Missing.class)
        .hasMessageContaining("says what its keys are");
  }
}
