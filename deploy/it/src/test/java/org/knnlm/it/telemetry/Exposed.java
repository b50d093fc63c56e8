package org.knnlm.it.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knnlm.local.ServiceProcess;

/** What services tell at /q. */
final class Exposed {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private Exposed() {}

  /** A sample, and the trace that is an example of it. */
  private static final Pattern SAMPLE = Pattern.compile("([^#].*?) (\\S+)(?: # .*)?");

  /** The metrics with their labels, as Prometheus reads them. */
  static Map<String, Double> metrics(ServiceProcess service)
      throws IOException, InterruptedException {
    Map<String, Double> metrics = new HashMap<>();
    get(service, "/q/metrics")
        .lines()
        .map(SAMPLE::matcher)
        .filter(Matcher::matches)
        .forEach(sample -> metrics.put(sample.group(1), Double.valueOf(sample.group(2))));
    return metrics;
  }

  /** A check of its health; missing when it has no such check. */
  static JsonNode check(ServiceProcess service, String name)
      throws IOException, InterruptedException {
    for (JsonNode check : JSON.readTree(get(service, "/q/health")).get("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check;
      }
    }
    return JSON.missingNode();
  }

  /** The id that a request has in the answer, after the caller's. */
  static String requestId(ServiceProcess service, String path, String said)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(address(service, path)).header("X-Request-Id", said);
    return HTTP.send(request.build(), BodyHandlers.discarding())
        .headers()
        .firstValue("X-Request-Id")
        .orElseThrow();
  }

  private static URI address(ServiceProcess service, String path) {
    return URI.create("http://127.0.0.1:" + service.httpPort() + path);
  }

  private static String get(ServiceProcess service, String path)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(address(service, path)).build();
    return HTTP.send(request, BodyHandlers.ofString()).body();
  }
}
