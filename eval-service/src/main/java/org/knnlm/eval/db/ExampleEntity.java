package org.knnlm.eval.db;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.Graded;
import org.knnlm.eval.task.Outcome;

/** A row of {@code example}. */
@Entity
@Table(name = "example")
public class ExampleEntity {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The primary key. */
  @Embeddable
  public record Key(
      @Column(name = "run_id") long run,
      @Column(name = "task_position") int task,
      @Column(name = "example_index") int index)
      implements Serializable {}

  @EmbeddedId Key key;

  @Column(name = "group_name")
  String group;

  @Enumerated(EnumType.STRING)
  ExampleState state;

  String error;
  String prompt;
  String expected;

  @Column(columnDefinition = "text[]")
  List<String> options;

  @Column(columnDefinition = "text[]")
  List<String> predictions;

  @Column(columnDefinition = "boolean[]")
  List<Boolean> correct;

  @Column(columnDefinition = "double precision[]")
  List<Double> scores;

  @Column(name = "metric_values", columnDefinition = "double precision[]")
  List<Double> metricValues;

  String details;
  Double seconds;

  void done(Graded graded, double itsSeconds) {
    List<Outcome> outcomes = graded.outcomes();
    state = ExampleState.DONE;
    prompt = storable(graded.prompt());
    expected = storable(graded.expected());
    options = graded.options().stream().map(ExampleEntity::storable).toList();
    predictions = outcomes.stream().map(outcome -> storable(outcome.prediction())).toList();
    correct = outcomes.stream().map(Outcome::correct).toList();
    scores = outcomes.stream().map(Outcome::score).toList();
    metricValues =
        outcomes.stream().flatMap(outcome -> outcome.metrics().values().stream()).toList();
    try {
      details = JSON.writeValueAsString(outcomes.stream().map(Outcome::details).toList());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    seconds = itsSeconds;
  }

  void failed(String reason) {
    state = ExampleState.FAILED;
    error = storable(reason);
  }

  /** PostgreSQL has texts without the character 0, which a model may write. */
  private static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }

  ExampleResult toDomain(Subject.TaskOfRun task) {
    return new ExampleResult(
        key.run(),
        task.name(),
        key.index(),
        group,
        state,
        Optional.ofNullable(error),
        Objects.requireNonNullElse(prompt, ""),
        Objects.requireNonNullElse(expected, ""),
        Objects.requireNonNullElse(options, List.of()),
        state == ExampleState.DONE ? outcomes(task.metrics()) : List.of(),
        seconds == null ? 0 : seconds);
  }

  private List<Outcome> outcomes(List<String> metrics) {
    List<Outcome.Details> all;
    try {
      all = JSON.readValue(details, new TypeReference<List<Outcome.Details>>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < predictions.size(); i++) {
      Map<String, Double> values = new LinkedHashMap<>();
      for (int m = 0; m < metrics.size(); m++) {
        values.put(metrics.get(m), metricValues.get(i * metrics.size() + m));
      }
      outcomes.add(
          new Outcome(predictions.get(i), correct.get(i), scores.get(i), values, all.get(i)));
    }
    return outcomes;
  }
}
