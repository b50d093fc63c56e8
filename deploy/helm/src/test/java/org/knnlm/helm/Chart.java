package org.knnlm.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** The chart, rendered by Helm's own code. */
public final class Chart {
  static final Path FOLDER = Path.of(System.getProperty("knnlm.root"), "deploy/helm/knnlm");

  /** What no preset says: whose database, and who may use it. */
  static final Map<String, Object> NEEDED =
      Map.of(
          "eval-service.database.cluster", "results",
          "eval-service.accounts.existingSecret", "accounts",
          "global.access.existingSecret", "access");

  private static final YAMLMapper YAML = new YAMLMapper();

  private Chart() {}

  /** Values of the tests: the matrix, by names. */
  static List<Path> matrix() {
    return yaml(Path.of("src/test/values"));
  }

  /** Values that come with the chart, one for each datastore of the study. */
  static List<Path> presets() {
    return yaml(FOLDER).stream()
        .filter(file -> file.getFileName().toString().matches("values-.*-(wiki|math)\\.yaml"))
        .toList();
  }

  private static List<Path> yaml(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All manifests of a release named knnlm in a namespace named study. */
  public static String render(Path values, Map<String, Object> set) {
    var template =
        new Helm(FOLDER)
            .template()
            .withName("knnlm")
            .withNamespace("study")
            .withKubeVersion("1.34.0")
            .withValuesFile(values);
    set.forEach(template::set);
    return template.call();
  }

  public static List<JsonNode> parse(String manifests) {
    try (var documents =
        YAML.readerFor(JsonNode.class).<JsonNode>readValues(new StringReader(manifests))) {
      return documents.readAll().stream().filter(JsonNode::isObject).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The values of a file. */
  static JsonNode values(Path file) throws IOException {
    return YAML.readTree(file.toFile());
  }

  /** The only object of a kind and name. */
  public static JsonNode find(List<JsonNode> manifests, String kind, String name) {
    return manifests.stream()
        .filter(it -> it.path("kind").asText().equals(kind))
        .filter(it -> it.at("/metadata/name").asText().equals(name))
        .findAny()
        .orElseThrow(() -> new AssertionError("no %s %s".formatted(kind, name)));
  }

  /** What a service reads as its settings. */
  public static Properties settings(List<JsonNode> manifests, String service) throws IOException {
    var settings = new Properties();
    JsonNode map = find(manifests, "ConfigMap", "knnlm-" + service);
    settings.load(new StringReader(map.at("/data/application.properties").asText()));
    return settings;
  }
}
