package org.knnlm.eval.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.Runs;
import org.knnlm.eval.TaskRuns;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunStore;

/** Runs as somebody sees them who watches; no worker takes them up here. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RunEventsIT {
  private static final RunSpec SPEC = TaskRuns.spec(List.of("obqa"), Runs.EXACT);

  @Inject RunStore store;
  @Inject ExampleStore examples;

  @TestHTTPResource("/api/runs/events")
  URI events;

  private Run create() {
    return store.create(SPEC, TaskRuns.provenance(SPEC), OptionalLong.empty());
  }

  @Test
  void changesAreToldAndFinalRunsAreNot() throws Exception {
    Run ended = create();
    store.cancel(ended.id());
    Run waiting = create();
    try (HttpClient http = HttpClient.newHttpClient();
        Stream<String> lines =
            http.send(HttpRequest.newBuilder(events).build(), HttpResponse.BodyHandlers.ofLines())
                .body()) {
      Iterator<JsonNode> told =
          lines
              .filter(line -> line.startsWith("data:"))
              .map(RunEventsIT::json)
              .filter(run -> run.get("id").asLong() >= ended.id())
              .iterator();
      expect(told.next(), waiting, "QUEUED");

      examples.begin(waiting, List.of(TaskRuns.plan(3)));
      JsonNode running = told.next();
      expect(running, waiting, "RUNNING");
      assertThat(running.get("examplesTotal").asInt()).isEqualTo(3);
      assertThat(running.get("etaSeconds").isNull()).isTrue();

      examples.next(
          waiting.id(), 1, (task, indices) -> List.of(TaskRuns.done(SPEC, 0, 0, true, true)));
      JsonNode first = told.next();
      assertThat(first.get("examplesDone").asInt()).isEqualTo(1);
      assertThat(first.get("etaSeconds").asDouble()).as("two of half a second").isEqualTo(1);

      Run another = create();
      expect(told.next(), another, "QUEUED");
      store.cancel(waiting.id());
      expect(told.next(), waiting, "CANCELLED");
      store.cancel(another.id());
      expect(told.next(), another, "CANCELLED");
    }
  }

  private static void expect(JsonNode event, Run run, String state) {
    assertThat(event.get("id").asLong()).isEqualTo(run.id());
    assertThat(event.get("state").asText()).isEqualTo(state);
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line.substring("data:".length()));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(line, e);
    }
  }
}
