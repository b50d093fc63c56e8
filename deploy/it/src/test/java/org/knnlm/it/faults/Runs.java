package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** Runs of eval-services on one database, any of which may be away for a while. */
final class Runs implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Set<String> UNDER_WAY = Set.of("QUEUED", "RUNNING");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final String scheme;
  private final List<String> addresses;
  private final String authorization;
  private int next;

  /**
   * @param addresses host:port each
   * @param account user:password
   * @param tls what the services show is believed; empty for plain text
   */
  Runs(List<String> addresses, String account, Optional<SSLContext> tls) {
    var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2));
    tls.ifPresent(client::sslContext);
    this.http = client.build();
    this.scheme = tls.isPresent() ? "https" : "http";
    this.addresses = List.copyOf(addresses);
    this.authorization =
        "Basic " + Base64.getEncoder().encodeToString(account.getBytes(StandardCharsets.UTF_8));
  }

  /** Of services that ask for no account. */
  Runs(int... ports) {
    this(Arrays.stream(ports).mapToObj(port -> "127.0.0.1:" + port).toList(), "", Optional.empty());
  }

  /** A run of the text without retrieval and with it. */
  static ObjectNode ofText(Texts texts, String datastore, String name) {
    ObjectNode run =
        JSON.createObjectNode()
            .put("name", name)
            .put("protocol", "blocks")
            .put("text", texts.text().toString());
    return withSetting(run, datastore);
  }

  /** A run of the task without retrieval and with it. */
  static ObjectNode ofTask(String datastore, String name) {
    ObjectNode run = JSON.createObjectNode().put("name", name);
    run.putArray("tasks").add("ends");
    return withSetting(run, datastore);
  }

  private static ObjectNode withSetting(ObjectNode run, String datastore) {
    run.putArray("settings")
        .addObject()
        .put("datastore", datastore)
        .put("k", 64)
        .put("temperature", 10)
        .put("lambda", 0.3);
    return run;
  }

  /** Asks for a run, once: one of this name that is there already is it. */
  long start(ObjectNode run) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      try {
        OptionalLong there = find(run.get("name").asText());
        return there.isPresent() ? there.getAsLong() : call("/api/runs", run).get("id").asLong();
      } catch (IOException away) {
        assertThat(System.nanoTime()).as(away.getMessage()).isLessThan(deadline);
        Thread.sleep(200);
      }
    }
  }

  private OptionalLong find(String name) throws IOException, InterruptedException {
    return call("/api/runs?size=100", null)
        .get("items")
        .valueStream()
        .filter(run -> run.path("name").asText().equals(name))
        .mapToLong(run -> run.get("id").asLong())
        .findAny();
  }

  /** The newest run, once there is one after that of a number. */
  long awaitAfter(long run) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      assertThat(System.nanoTime()).as("a run after %d", run).isLessThan(deadline);
      JsonNode newest = get("/api/runs?size=1").get("items");
      if (newest.size() > 0 && newest.at("/0/id").asLong() > run) {
        return newest.at("/0/id").asLong();
      }
      Thread.sleep(50);
    }
  }

  /** Waits until so many windows or examples are done. */
  void awaitDone(long run, int some) throws InterruptedException {
    while (true) {
      JsonNode now = get("/api/runs/" + run);
      assertThat(now.get("state").asText()).as(now.toPrettyString()).isIn(UNDER_WAY);
      if (now.path("windowsDone").asInt() + now.path("examplesDone").asInt() >= some) {
        return;
      }
      Thread.sleep(20);
    }
  }

  /** The run, when it has ended. */
  JsonNode awaitEnd(long run) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    JsonNode now = get("/api/runs/" + run);
    while (UNDER_WAY.contains(now.get("state").asText())) {
      assertThat(System.nanoTime()).as(now.toPrettyString()).isLessThan(deadline);
      Thread.sleep(100);
      now = get("/api/runs/" + run);
    }
    return now;
  }

  /** Results of a run that has ended well, to the last digit, but for times. */
  String results(long run) throws InterruptedException {
    JsonNode ended = awaitEnd(run);
    assertThat(ended.get("state").asText()).as(ended.toPrettyString()).isEqualTo("DONE");
    String of = "/api/runs/" + run;
    boolean tasks = ended.path("tasks").size() > 0;
    JsonNode rows = get(of + (tasks ? "/examples" : "/windows") + "?size=1000").get("items");
    assertThat(rows.size()).isPositive();
    rows.forEach(row -> ((ObjectNode) row).remove("seconds"));
    return rows.toPrettyString() + get(of + "/table").get("rows").toPrettyString();
  }

  /** An answer, of whichever service gives one. */
  JsonNode get(String path) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      try {
        return call(path, null);
      } catch (IOException away) {
        assertThat(System.nanoTime()).as(away.getMessage()).isLessThan(deadline);
        Thread.sleep(200);
      }
    }
  }

  /** Changes a run: {@code resume}, for example. */
  void change(long run, String how) throws IOException, InterruptedException {
    call("/api/runs/%d/%s".formatted(run, how), JSON.createObjectNode());
  }

  private JsonNode call(String path, JsonNode body) throws IOException, InterruptedException {
    String address = addresses.get(next++ % addresses.size());
    var request =
        HttpRequest.newBuilder(URI.create(scheme + "://" + address + path))
            .timeout(Duration.ofMinutes(1))
            .header("Content-Type", "application/json");
    if (!authorization.equals("Basic ")) {
      request.header("Authorization", authorization);
    }
    if (body != null) {
      request.POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    }
    var response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() >= 500) {
      throw new IOException("%s: %d %s".formatted(path, response.statusCode(), response.body()));
    }
    assertThat(response.statusCode()).as("%s: %s", path, response.body()).isLessThan(300);
    return JSON.readTree(response.body());
  }

  @Override
  public void close() {
    http.close();
  }
}
