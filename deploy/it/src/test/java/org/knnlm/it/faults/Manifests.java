package org.knnlm.it.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knnlm.helm.Chart;

/** Processes of a release of the chart, with volumes and secrets in folders of a test. */
final class Manifests {
  /** Where the chart mounts volumes. */
  private static final Pattern VOLUME =
      Pattern.compile(
          "(?<![\\w./])/(models|datastores|corpus|data|texts|tasks|etc/knnlm|etc/knnlm-access|etc/knnlm-tls)(?=[/\\s]|$)");

  private final List<JsonNode> all;
  private final Path volumes;
  private final Path root;
  private final Map<String, Map<String, String>> secrets;

  /**
   * @param volumes folder that has what the chart mounts in the root folder
   * @param root where the processes run
   * @param secrets by name
   */
  Manifests(
      Map<String, Object> set, Path volumes, Path root, Map<String, Map<String, String>> secrets)
      throws Exception {
    Path values = Path.of(Manifests.class.getResource("/topology.yaml").toURI());
    this.all = Chart.parse(Chart.render(values, set));
    this.volumes = volumes;
    this.root = root;
    this.secrets = Map.copyOf(secrets);
  }

  /** The process of an object's pod, as one of several. */
  Pod pod(String kind, String object, int number, Place place) throws IOException {
    JsonNode spec = Chart.find(all, kind, object).at("/spec/template/spec/containers/0");
    String service = spec.at("/image").asText().replaceFirst(".*/", "").replaceFirst(":.*", "");
    Path folder = root.resolve(object + "-" + number);
    Images.unpack(service, folder);
    if (isMounted(spec, "/app/config")) {
      List<String> lines = new ArrayList<>();
      Chart.settings(all, service).forEach((key, value) -> lines.add(key + "=" + here("" + value)));
      Files.write(folder.resolve("config/application.properties"), lines);
    }
    Map<String, String> environment = Images.environment();
    spec.path("env")
        .forEach(it -> environment.put(it.get("name").asText(), here(value(it, number))));
    if (kind.equals("Job")) {
      environment.put("JOB_COMPLETION_INDEX", Integer.toString(number));
    }
    List<String> command = new ArrayList<>();
    if (spec.has("command")) {
      spec.get("command").forEach(word -> command.add(word.asText()));
    } else {
      command.addAll(Images.command(service));
    }
    // a minute's pause between two attempts is a test's second
    spec.path("args")
        .forEach(word -> command.add(here(word.asText()).replace("sleep 60", "sleep 1")));
    return new Pod(object + "-" + number, place, command, environment, folder);
  }

  private static boolean isMounted(JsonNode container, String path) {
    return container
        .path("volumeMounts")
        .valueStream()
        .anyMatch(it -> it.path("mountPath").asText().equals(path));
  }

  private String value(JsonNode variable, int number) {
    if (variable.has("value")) {
      return variable.get("value").asText();
    }
    JsonNode secret = variable.at("/valueFrom/secretKeyRef");
    if (secret.isObject()) {
      return secrets.get(secret.get("name").asText()).get(secret.get("key").asText());
    }
    if (variable.at("/valueFrom/fieldRef/fieldPath").asText().endsWith("pod-index']")) {
      return Integer.toString(number);
    }
    throw new AssertionError("a value from where? " + variable);
  }

  private String here(String value) {
    return VOLUME
        .matcher(value)
        .replaceAll(it -> Matcher.quoteReplacement(volumes.resolve(it.group(1)).toString()));
  }
}
