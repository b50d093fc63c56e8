package org.knnlm.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Evaluation runs, through the REST interface of eval-service. */
public final class EvalClient implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final String base;

  /**
   * @param port of eval-service on the loopback interface
   */
  public EvalClient(int port) {
    this.base = "http://127.0.0.1:" + port;
  }

  /**
   * Starts a run.
   *
   * @param run the body of {@code POST /api/runs}
   * @return its id
   * @throws IOException with the service's reason when it refuses
   */
  public String start(JsonNode run) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/api/runs"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(run.toString()))
            .build();
    var response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 201) {
      throw new IOException(
          "eval-service refused the run (%d): %s"
              .formatted(response.statusCode(), response.body()));
    }
    return json.readTree(response.body()).get("id").asText();
  }

  /** Follows the server-sent events of a run until it has ended. */
  public void follow(String id, Consumer<JsonNode> progress)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/api/runs/" + id + "/progress")).build();
    try (Stream<String> lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      for (String line : (Iterable<String>) lines::iterator) {
        if (line.startsWith("data:")) {
          progress.accept(json.readTree(line.substring("data:".length())));
        }
      }
    }
  }

  /** The run as JSON. */
  public JsonNode run(String id) throws IOException, InterruptedException {
    return json.readTree(get("/api/runs/" + id));
  }

  /**
   * The table of a run.
   *
   * @param format {@code json}, {@code csv} or {@code text}
   */
  public String table(String id, String format) throws IOException, InterruptedException {
    return get("/api/runs/" + id + "/table?format=" + format);
  }

  /** The table of a run as JSON. */
  public JsonNode table(String id) throws IOException, InterruptedException {
    return json.readTree(table(id, "json"));
  }

  /** The body of a GET. */
  public String get(String path) throws IOException, InterruptedException {
    var response =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          "GET %s: %d %s".formatted(path, response.statusCode(), response.body()));
    }
    return response.body();
  }

  /** Where a browser finds it. */
  public String address() {
    return base;
  }

  @Override
  public void close() {
    http.close();
  }
}
