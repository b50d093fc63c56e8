package org.knnlm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;

/**
 * The REST API of eval-service. Every call throws RefusedException when the service answers with an
 * error, and UnreachableException when it does not answer.
 */
final class Api implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Status of a service that lacks its database or lm-service, or of a proxy that lacks it. */
  private static final int AWAY = 503;

  private final HttpClient http;
  private final URI base;
  private final Optional<String> authorization;

  /**
   * @param base where the service is
   * @param authorization value of the header of that name; empty to send none
   * @param trusted whose certificates are believed; empty for those that Java trusts
   */
  Api(URI base, Optional<String> authorization, Optional<SSLContext> trusted) {
    HttpClient.Builder client =
        HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER);
    trusted.ifPresent(client::sslContext);
    this.http = client.build();
    this.base = base;
    this.authorization = authorization;
  }

  /** The body of a GET. */
  String text(String path) throws InterruptedException {
    return send(request(path).build(), BodyHandlers.ofString()).body();
  }

  /** The JSON of a GET. */
  JsonNode json(String path) throws InterruptedException {
    return parsed(text(path));
  }

  /** The JSON that a POST answers. */
  JsonNode post(String path, JsonNode body) throws InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    return parsed(send(request, BodyHandlers.ofString()).body());
  }

  /** Hands on the data of server-sent events, to the end of their stream. */
  void events(String path, Consumer<JsonNode> sink) throws InterruptedException {
    HttpRequest request = request(path).header("Accept", "text/event-stream").build();
    try (Stream<String> lines = send(request, BodyHandlers.ofLines()).body()) {
      lines
          .filter(line -> line.startsWith("data:"))
          .forEach(line -> sink.accept(parsed(line.substring("data:".length()))));
    } catch (UncheckedIOException e) {
      throw unreachable(e.getCause());
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
      throws InterruptedException {
    try {
      // An error is read as text, whatever is wanted of an answer
      var problem = new String[1];
      HttpResponse<T> response =
          http.send(
              request,
              info ->
                  info.statusCode() < 300
                      ? body.apply(info)
                      : HttpResponse.BodySubscribers.mapping(
                          BodyHandlers.ofString().apply(info),
                          text -> {
                            problem[0] = text;
                            return null;
                          }));
      if (response.statusCode() == AWAY) {
        throw new UnreachableException(explained(AWAY, problem[0]), null);
      }
      if (response.statusCode() >= 300) {
        throw new RefusedException(explained(response.statusCode(), problem[0]));
      }
      return response;
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private UnreachableException unreachable(IOException e) {
    // The client's exception for a port that nobody listens on says nothing
    String reason = e.getMessage() == null ? "no connection" : e.getMessage();
    return new UnreachableException(
        "eval-service cannot be reached at %s: %s".formatted(base, reason), e);
  }

  private JsonNode parsed(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new RefusedException("%s does not answer as eval-service does".formatted(base));
    }
  }

  /** What a problem of RFC 9457 says, every field at fault on a line. */
  private static String explained(int status, String body) {
    JsonNode problem;
    try {
      problem = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      problem = JSON.getNodeFactory().missingNode();
    }
    if (!problem.isObject()) {
      return "eval-service answers %d".formatted(status);
    }
    String detail = problem.path("detail").asText("");
    String fields =
        StreamSupport.stream(problem.path("errors").spliterator(), false)
            .map(
                error ->
                    "  " + error.path("field").asText() + ": " + error.path("problem").asText())
            .collect(Collectors.joining("\n"));
    if (!fields.isEmpty()) {
      return "eval-service refuses (%d):%n%s".formatted(status, fields);
    }
    return "eval-service refuses (%d)%s".formatted(status, detail.isEmpty() ? "" : ": " + detail);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
