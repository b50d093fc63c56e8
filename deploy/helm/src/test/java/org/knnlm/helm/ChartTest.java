package org.knnlm.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Lints the chart and renders it with a matrix of values; {@code check} looks at the manifests. */
class ChartTest {
  private static final Path MANIFESTS = Path.of("target/manifests");

  static Stream<Path> allValues() {
    return Stream.of(Chart.matrix(), Chart.presets()).flatMap(List::stream);
  }

  @Test
  void lints() {
    var result = new Helm(Chart.FOLDER).lint().strict().call();

    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("allValues")
  void renders(Path values) throws IOException {
    String rendered = rendered(values);
    Files.createDirectories(MANIFESTS);
    Files.writeString(MANIFESTS.resolve(values.getFileName()), rendered);

    List<JsonNode> manifests = Chart.parse(rendered);

    assertThat(manifests).isNotEmpty();
    Set<String> names = new HashSet<>();
    for (JsonNode manifest : manifests) {
      assertThat(names.add(manifest.path("kind") + "/" + manifest.at("/metadata/name"))).isTrue();
      assertThat(manifest.at("/metadata/namespace").asText()).isEqualTo("study");
    }
  }

  @ParameterizedTest
  @MethodSource("allValues")
  void everyPodIsWithoutRights(Path values) {
    for (JsonNode manifest : Chart.parse(rendered(values))) {
      JsonNode pod = manifest.at("/spec/template/spec");
      if (pod.isObject()) {
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        for (JsonNode container : containers(pod)) {
          JsonNode security = container.path("securityContext");
          assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
          assertThat(security.path("runAsUser").asInt()).isEqualTo(10001);
          assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
          assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
        }
      }
    }
  }

  private static List<JsonNode> containers(JsonNode pod) {
    return Stream.of("initContainers", "containers")
        .flatMap(kind -> pod.path(kind).valueStream())
        .toList();
  }

  private static String rendered(Path values) {
    boolean preset = values.startsWith(Chart.FOLDER);
    return Chart.render(values, preset ? Chart.NEEDED : Map.of());
  }

  /** Servers and their callers name each other in four charts. */
  @Test
  void callersFindTheServices() throws IOException {
    List<JsonNode> manifests = Chart.parse(rendered(Path.of("src/test/values/everything.yaml")));

    for (String caller : List.of("lm-service", "eval-service")) {
      String index =
          Chart.settings(manifests, caller).getProperty("quarkus.grpc.clients.index.host");
      assertThat(Chart.find(manifests, "Service", index).at("/spec/ports/0/port").asInt())
          .isEqualTo(9002);
    }
    String lm =
        Chart.settings(manifests, "eval-service").getProperty("quarkus.grpc.clients.lm.host");
    assertThat(Chart.find(manifests, "Service", lm).at("/spec/ports/0/port").asInt())
        .isEqualTo(9001);
    String peers =
        Chart.settings(manifests, "index-service")
            .getProperty("knnlm.cluster.peers")
            .replace(":9002", "");
    for (String copy : List.of("0", "1")) {
      JsonNode set = Chart.find(manifests, "StatefulSet", "knnlm-index-service-" + copy);
      assertThat(set.at("/spec/serviceName").asText()).isEqualTo(peers);
      assertThat(set.at("/spec/replicas").asInt()).isEqualTo(4);
    }
    assertThat(Chart.find(manifests, "Service", peers).at("/spec/publishNotReadyAddresses"))
        .hasToString("true");
  }

  /** A selector that finds no pod is valid, and useless. */
  @ParameterizedTest
  @MethodSource("allValues")
  void selectorsFindPods(Path values) {
    List<JsonNode> manifests = Chart.parse(rendered(values));
    List<JsonNode> podLabels =
        manifests.stream()
            .map(it -> it.at("/spec/template/metadata/labels"))
            .filter(JsonNode::isObject)
            .toList();
    for (JsonNode manifest : manifests) {
      JsonNode wanted =
          switch (manifest.path("kind").asText()) {
            case "Service" -> manifest.at("/spec/selector");
            case "PodDisruptionBudget" -> manifest.at("/spec/selector/matchLabels");
            case "NetworkPolicy" ->
                hook(manifest) ? null : manifest.at("/spec/podSelector/matchLabels");
            default -> null;
          };
      if (wanted != null) {
        assertThat(podLabels)
            .as("%s", manifest.at("/metadata/name"))
            .anyMatch(
                labels ->
                    wanted
                        .propertyStream()
                        .allMatch(it -> it.getValue().equals(labels.path(it.getKey()))));
      }
    }
  }

  /** Whether a policy is of a hook's pods, which are not among what is rendered. */
  private static boolean hook(JsonNode policy) {
    return policy.at("/metadata/name").asText().endsWith("eval-migration");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lm-service.model.precision          | fp64       | precision
          lm-service.replica                  | 2          | replica
          lm-service.model.hub                | a b        | hub
          lm-service.resources.memory         | 8 GB       | memory
          index-service.shards                | 0          | shards
          index-service.settings.a b          | 1          | a b
          eval-service.tasks.mine             | name       | mine
          eval-service.database.existingSecret| ''         | PostgreSQL
          eval-service.accounts.existingSecret| ''         | who may use it
          global.access.existingSecret        | ''         | show to each other
          embedder.enabled                    | true       | datastore
          run.limit                           | -1         | limit
          run.url                             | knnlm:8080 | url
          global.image.pullPolicy             | sometimes  | pullPolicy
          """)
  void refusesWhatCannotWork(String key, String value, String named) {
    var set = new HashMap<String, Object>(Map.of(key, value));

    assertThatThrownBy(() -> Chart.render(Path.of("src/test/values/minimal.yaml"), set))
        .hasMessageContaining(named);
  }

  /** That the files and settings work is TopologyIT's, which runs these processes. */
  @Test
  void withACertificateNothingIsPlainButHealthAndMetrics() throws IOException {
    List<JsonNode> manifests = Chart.parse(rendered(Path.of("src/test/values/tls.yaml")));

    for (String server : List.of("lm-service", "index-service")) {
      assertThat(Chart.settings(manifests, server))
          .containsEntry("quarkus.grpc.server.plain-text", "false")
          .containsEntry("quarkus.grpc.server.ssl.client-auth", "REQUIRED");
    }
    assertThat(Chart.settings(manifests, "eval-service"))
        .containsEntry("quarkus.http.insecure-requests", "disabled");
    assertThat(reloaded(manifests, "StatefulSet", "knnlm-index-service-0"))
        .isEqualTo("access,certificate");
    assertThat(reloaded(manifests, "Deployment", "knnlm-eval-service"))
        .isEqualTo("access,certificate,accounts");
    JsonNode run = Chart.find(manifests, "Job", "knnlm-run").at("/spec/template/spec");
    assertThat(run.findValuesAsText("value")).contains("https://knnlm-eval-service:8080");
  }

  private static String reloaded(List<JsonNode> manifests, String kind, String name) {
    JsonNode annotations = Chart.find(manifests, kind, name).at("/metadata/annotations");
    return annotations.path("secret.reloader.stakater.com/reload").asText();
  }

  /** That the job works is TopologyIT's. */
  @Test
  void anIndexIsBuiltUnlessNoneIsWanted() {
    var everything = Path.of("src/test/values/everything.yaml");
    List<JsonNode> manifests =
        Chart.parse(Chart.render(everything, Map.of("embedder.index", "fast")));
    JsonNode job = Chart.find(manifests, "Job", "knnlm-embedder-wiki-index");
    assertThat(job.at("/spec/template/spec/containers/0/args").toString())
        .contains("\"index\",\"wiki\",\"--factory=fast\"");

    assertThat(Chart.parse(Chart.render(everything, Map.of("embedder.index", ""))))
        .noneMatch(it -> it.at("/metadata/name").asText().endsWith("-index"));
    assertThatThrownBy(() -> Chart.render(everything, Map.of("embedder.index", "IVF4 Flat")))
        .hasMessageContaining("index");
  }

  @Test
  void policiesCanBeLeftOut() {
    Map<String, Object> without = Map.of("global.networkPolicies", false);
    String rendered = Chart.render(Path.of("src/test/values/everything.yaml"), without);

    assertThat(Chart.parse(rendered)).noneMatch(it -> it.path("kind").asText().contains("Policy"));
  }

  @Test
  void aRunIsOfTasksOrOfAText() {
    Map<String, Object> both = Map.of("run.tasks", "obqa", "run.text", "test.txt");

    assertThatThrownBy(() -> Chart.render(Path.of("src/test/values/minimal.yaml"), both))
        .hasMessageContaining("run");
  }
}
