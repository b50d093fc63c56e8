package org.knnlm.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.local.Ports;
import org.knnlm.local.ServiceProcess;

/**
 * The packaged services start with the settings that the chart gives them, but for folders, ports
 * and a device that is not here; a setting that a service does not have ends its start.
 */
class ServicesIT {
  private static final Path ROOT = Path.of(System.getProperty("knnlm.root"));
  private static final Path MODEL = ROOT.resolve("deploy/local/tinyfacts/tinyfacts-2.8m");
  private static final Pattern METRIC = Pattern.compile("knnlm_lm_[a-z_]+");
  private static final Duration START = Duration.ofMinutes(2);

  private final List<JsonNode> manifests =
      Chart.parse(Chart.render(Path.of("src/test/values/everything.yaml"), Map.of()));

  @TempDir Path folder;

  private Map<String, String> settings(String service, int http, int grpc) throws IOException {
    Map<String, String> settings = new HashMap<>();
    Chart.settings(manifests, service)
        .forEach((name, value) -> settings.put((String) name, (String) value));
    String token = "what services show each other";
    settings.put("knnlm.security.token-file", write("token", token));
    settings.put("knnlm.security.accounts-file", write("accounts", "services:runner:" + token));
    settings.put("quarkus.http.port", Integer.toString(http));
    settings.put("quarkus.grpc.server.port", Integer.toString(grpc));
    return settings;
  }

  private String write(String file, String content) throws IOException {
    return Files.writeString(folder.resolve(file), content).toString();
  }

  @Test
  void indexServiceStarts() throws IOException, InterruptedException {
    var ports = new Ports();
    int http = ports.freeOrOther(8002);
    Map<String, String> settings = settings("index-service", http, ports.freeOrOther(9002));
    settings.put("knnlm.datastores", folder.resolve("datastores").toString());
    settings.put("knnlm.search.device", "cpu");
    settings.put("knnlm.cluster.instance", "3");

    try (var service = start("index-service", http, settings)) {
      service.awaitReady(START);
    }
  }

  /** What alerts, board and autoscaling ask Prometheus for is there. */
  @Test
  void lmServiceStartsAndHasTheMetrics() throws IOException, InterruptedException {
    var ports = new Ports();
    int http = ports.freeOrOther(8001);
    Map<String, String> settings = settings("lm-service", http, ports.freeOrOther(9001));
    settings.put("knnlm.model.path", MODEL.toString());
    settings.put("knnlm.model.device", "cpu");

    try (var service = start("lm-service", http, settings);
        var client = HttpClient.newHttpClient()) {
      service.awaitReady(START);
      URI metrics = URI.create("http://127.0.0.1:%d/q/metrics".formatted(http));
      String found =
          client.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();

      assertThat(names(found)).containsAll(names(asked()));
    }
  }

  private static String asked() throws IOException {
    Path templates = Chart.FOLDER.resolve("templates");
    return Files.readString(templates.resolve("alerts.yaml"))
        + Files.readString(Chart.FOLDER.resolve("files/board.json"))
        + Files.readString(Chart.FOLDER.resolve("charts/lm-service/templates/autoscaling.yaml"));
  }

  private static Set<String> names(String text) {
    return METRIC.matcher(text).results().map(found -> found.group()).collect(Collectors.toSet());
  }

  private ServiceProcess start(String name, int http, Map<String, String> settings)
      throws IOException {
    return ServiceProcess.start(ROOT, name, http, settings, folder.resolve(name + ".log"));
  }
}
