package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path root;
  private Path folder;
  private Path file;
  private JsonNode manifest;

  @BeforeEach
  void sample() throws IOException {
    folder = Sample.write(root);
    file = folder.resolve(DatastoreManifest.FILE);
    manifest = JSON.readTree(file.toFile());
  }

  @Test
  void partsAreInTheOrderOfTheirKeys() {
    assertThat(manifest.at("/parts/0/firstKey").asInt()).isEqualTo(0);
    assertThat(manifest.at("/parts/1/firstKey").asInt()).isEqualTo(3);
  }

  @Test
  void namesOnDiskAreTheFormats() {
    assertThat(manifest.at("/version").asInt()).isEqualTo(1);
    assertThat(manifest.at("/origin/key").asText()).isEqualTo("last_ffn_input");
    assertThat(manifest.at("/created").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*Z");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    int end = new String(whole, StandardCharsets.UTF_8).stripTrailing().length();
    for (int length = 0; length < end; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertRefused("cut to " + length);
    }
  }

  @Test
  void everyFieldIsNeeded() throws IOException {
    for (String pointer : pointers(manifest, "")) {
      JsonNode changed = manifest.deepCopy();
      remove(changed, pointer);
      assertRefused(changed, "without " + pointer);
    }
  }

  @Test
  void everyFieldHasItsType() throws IOException {
    for (String pointer : pointers(manifest, "")) {
      for (String wrong : List.of("null", "[[]]", "true", "\"x\"", "-1", "1.5")) {
        if (freeText(pointer) && wrong.equals("\"x\"")) {
          continue;
        }
        JsonNode changed = manifest.deepCopy();
        set(changed, pointer, JSON.readTree(wrong));
        assertRefused(changed, pointer + " = " + wrong);
      }
    }
  }

  @Test
  void unknownFieldsAreRefused() throws IOException {
    for (String pointer : List.of("/extra", "/origin/extra", "/origin/model/extra")) {
      JsonNode changed = manifest.deepCopy();
      set(changed, pointer, JSON.readTree("1"));
      assertRefused(changed, pointer);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "4", "1000"})
  void otherVersionsAreNamed(int version) throws IOException {
    JsonNode changed = manifest.deepCopy();
    set(changed, "/version", JSON.readTree("" + version));
    JSON.writeValue(file.toFile(), changed);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.UnsupportedVersion.class)
        .hasMessage(file + ": found format version %d, expected 1 to 3".formatted(version));
  }

  @Test
  void theFieldAtFaultIsNamed() throws IOException {
    JsonNode changed = manifest.deepCopy();
    set(changed, "/parts/1/keysCrc32c", JSON.readTree("4294967296"));
    JSON.writeValue(file.toFile(), changed);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.BadManifest.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("parts.[1]")
        .hasMessageContaining("keysCrc32c is 4294967296");
  }

  @Test
  void anotherDimensionNeedsOtherFiles() throws IOException {
    JsonNode changed = manifest.deepCopy();
    set(changed, "/dimension", JSON.readTree("4"));
    JSON.writeValue(file.toFile(), changed);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.Missing.class)
        .hasMessageContaining("dstore_gpt_neox_5_4_keys.npy");
  }

  private static boolean freeText(String pointer) {
    return List.of("/origin/model/id", "/origin/model/type", "/origin/corpus/path")
        .contains(pointer);
  }

  private void assertRefused(JsonNode changed, String how) throws IOException {
    JSON.writeValue(file.toFile(), changed);
    assertRefused(how);
  }

  private void assertRefused(String how) {
    assertThatThrownBy(() -> Datastore.open(folder).close(), how)
        .isInstanceOf(DatastoreException.class)
        .hasMessageContaining(folder.toString());
  }

  private static List<String> pointers(JsonNode node, String at) {
    List<String> pointers = new ArrayList<>();
    node.propertyStream()
        .forEach(
            e -> {
              pointers.add(at + "/" + e.getKey());
              pointers.addAll(pointers(e.getValue(), at + "/" + e.getKey()));
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      pointers.add(at + "/" + i);
      pointers.addAll(pointers(node.get(i), at + "/" + i));
    }
    return pointers;
  }

  private static void remove(JsonNode root, String pointer) {
    int slash = pointer.lastIndexOf('/');
    String last = pointer.substring(slash + 1);
    switch (root.at(pointer.substring(0, slash))) {
      case ObjectNode object -> object.remove(last);
      case ArrayNode array -> array.remove(Integer.parseInt(last));
      default -> throw new IllegalArgumentException(pointer);
    }
  }

  private static void set(JsonNode root, String pointer, JsonNode value) {
    int slash = pointer.lastIndexOf('/');
    String last = pointer.substring(slash + 1);
    switch (root.at(pointer.substring(0, slash))) {
      case ObjectNode object -> object.set(last, value);
      case ArrayNode array -> array.set(Integer.parseInt(last), value);
      default -> throw new IllegalArgumentException(pointer);
    }
  }
}
