package org.knnlm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.local.EvalClient;
import org.knnlm.local.LocalStack;
import org.knnlm.local.Pipeline;
import org.knnlm.proto.index.v1.BuildIndexRequest;

/**
 * The study's analyses through the four packaged services, on the project's own model and texts.
 */
class AnalysisIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FACTS = Shared.ROOT.resolve("deploy/local/tinyfacts");

  /** Settings of all runs here: two plain ones, and the second with an oracle. */
  private static final int ORACLE = 3;

  /** Enough for the model to learn from. */
  private static final int DOCUMENTS = 300;

  @TempDir static Path data;
  private static LocalStack stack;
  private static Pipeline pipeline;
  private static EvalClient eval;
  private static List<String> corpus;
  private static String text;

  @BeforeAll
  static void start() throws Exception {
    write(
        "tasks/capitals.yaml",
        """
        task: capitals
        version: 1
        description: a choice by likelihood
        data: {files: [capitals.jsonl], get: none}
        score:
          options: options
          premise: "The capital city of {country} is called"
          continuation: " {option}"
          domain: " the answer is:"
          answer: {field: answer, first: 0}
        metrics: [lm, dcpmi]
        """);
    write(
        "tasks/tone.yaml",
        """
        task: tone
        version: 1
        description: a choice by the next token
        data: {files: [capitals.jsonl], get: none}
        next_token:
          premise: "{country} {prompt}"
          prompt: "is a country in"
          labels: {words: [[Europe, the], [Asia, a]]}
          answer: {field: answer, first: 0}
        metrics: [lm]
        """);
    write(
        "tasks/facts.yaml",
        """
        task: facts
        version: 1
        description: the demo's text
        data: {files: [text.txt], get: none}
        perplexity: {protocol: wikitext}
        metrics: [loss, targets]
        """);
    write(
        "tasks/said.yaml",
        """
        task: said
        version: 1
        description: a task that generates
        data: {files: [capitals.jsonl], get: none}
        generate: {prompt: "{country} is", max_new_tokens: 2, answers: options, grading: question}
        metrics: [em]
        """);
    write(
        "data-sets/capitals.jsonl",
        """
        {"country": "Ukraine", "options": ["Kyiv", "Lima"], "answer": 0}
        {"country": "Peru", "options": ["Kyiv", "Lima"], "answer": 1}
        {"country": "France", "options": ["Paris", "Rome"], "answer": 0}
        {"country": "Italy", "options": ["Paris", "Rome"], "answer": 1}
        """);
    Files.copy(FACTS.resolve("text.txt"), data.resolve("data-sets/text.txt"));
    stack = LocalStack.start(Shared.ROOT, FACTS.resolve("tinyfacts-2.8m"), data);
    pipeline = new Pipeline(stack);
    eval = new EvalClient(stack.evalPort());
    corpus = Files.readAllLines(FACTS.resolve("corpus.jsonl")).subList(0, DOCUMENTS);
    Path some = Files.write(data.resolve("some.jsonl"), corpus);
    pipeline.createDatastore("facts", some, progress -> {});
    pipeline.buildIndex(
        BuildIndexRequest.newBuilder().setDatastore("facts").build(), progress -> {});
    ObjectNode run = settings();
    run.put("protocol", "wikitext").put("text", FACTS.resolve("text.txt").toString());
    text = done(run);
  }

  private static void write(String file, String content) throws Exception {
    Files.createDirectories(data.resolve(file).getParent());
    Files.writeString(data.resolve(file), content);
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      eval.close();
      pipeline.close();
      stack.close();
    }
  }

  private static ObjectNode settings() {
    ObjectNode run = JSON.createObjectNode();
    var settings = run.putArray("settings");
    for (int i = 1; i <= ORACLE; i++) {
      ObjectNode setting = settings.addObject();
      setting.put("datastore", "facts").put("temperature", 10).put("lambda", i == 1 ? 0.6 : 0.2);
      setting.put("k", i == 1 ? 1024 : 64).put("exactDistances", i == 1);
      if (i == ORACLE) {
        setting.putObject("oracle").put("rank", 1);
      }
    }
    return run;
  }

  private static String done(ObjectNode run) throws Exception {
    String id = eval.start(run);
    eval.follow(id, progress -> {});
    assertThat(eval.run(id).path("state").asText())
        .as(eval.run(id).path("error").asText())
        .isEqualTo("DONE");
    assertThat(eval.run(id).path("examplesFailed").asInt()).isZero();
    return id;
  }

  private static JsonNode get(String run, String path) throws Exception {
    return JSON.readTree(eval.get("/api/runs/" + run + path));
  }

  @Test
  void tokensAreWhatTheLossesAreMadeOf() throws Exception {
    JsonNode windows = get(text, "/windows?size=1000").get("items");
    double[] change = new double[1 + ORACLE];
    int targets = 0;
    for (JsonNode window : windows) {
      JsonNode tokens = get(text, "/windows/%d/tokens".formatted(window.get("window").asInt()));
      int first = tokens.get("firstTarget").asInt();
      double[] sums = new double[1 + ORACLE];
      var joined = new StringBuilder();
      for (JsonNode token : tokens.get("tokens")) {
        joined.append(token.get("text").asText());
        JsonNode logProbs = token.get("logProbs");
        assertThat(logProbs.isNull()).isEqualTo(token.get("position").asInt() < first);
        for (int i = 0; i < logProbs.size(); i++) {
          sums[i] += logProbs.get(i).asDouble();
          change[i] += logProbs.get(i).asDouble() - logProbs.get(0).asDouble();
        }
        if (logProbs.size() > 0) {
          assertThat(logProbs.get(ORACLE).asDouble())
              .isGreaterThanOrEqualTo(logProbs.get(2).asDouble() - 1e-5);
        }
      }
      int here = tokens.get("tokens").size() - first;
      targets += here;
      assertThat(here).isEqualTo(window.get("targets").asInt());
      assertThat(joined.toString()).contains(" is ");
      for (int i = 0; i <= ORACLE; i++) {
        assertThat(-sums[i] / here).isCloseTo(window.get("losses").get(i).asDouble(), within(1e-5));
      }
      assertThat(tokens.get("labels").get(ORACLE).asText()).endsWith("oracle rank=1");
    }
    for (int i = 1; i <= ORACLE; i++) {
      JsonNode effect = get(text, "/analysis/effect?setting=" + i);
      assertThat(effect.get("positions").asInt()).isEqualTo(targets);
      assertThat(effect.get("change").asDouble()).isCloseTo(change[i] / targets, within(1e-5));
      assertThat(effect.get("mostHelped")).hasSize(10);
    }
    JsonNode table = eval.table(text).get("rows");
    assertThat(table.get(ORACLE).at("/setting/oracle/rank").asInt()).isEqualTo(1);
    assertThat(table.get(ORACLE).at("/result/loss").asDouble())
        .isLessThan(table.get(2).at("/result/loss").asDouble());
    assertThat(eval.table(text, "csv")).contains(",oracle_rank,").contains(",false,1,,");
  }

  @Test
  void classesAddUpToTheWhole() throws Exception {
    JsonNode rows = eval.table(text).get("rows");
    JsonNode classes = get(text, "/analysis/classes");
    assertThat(classes.get("divisions")).hasSize(3);
    for (JsonNode division : classes.get("divisions")) {
      long targets = 0;
      double[] sums = new double[1 + ORACLE];
      for (JsonNode row : division.get("classes")) {
        targets += row.get("targets").asLong();
        for (int i = 0; i < row.get("losses").size(); i++) {
          sums[i] += row.get("targets").asLong() * row.get("losses").get(i).asDouble();
        }
      }
      for (int i = 0; i <= ORACLE; i++) {
        assertThat(sums[i] / targets)
            .as("%s, model %d", division.get("division"), i)
            .isCloseTo(rows.get(i).at("/result/tokenWeightedLoss").asDouble(), within(1e-5));
      }
    }
    JsonNode words = classes.at("/divisions/0/classes");
    assertThat(words.get(1).get("name").asText()).isEqualTo("number");
    assertThat(words.get(1).get("targets").asInt()).isPositive();
    assertThat(words.get(2).get("targets").asInt()).isPositive();
    JsonNode unseen = classes.at("/divisions/1/classes/0");
    assertThat(unseen.get("targets").asInt())
        .isEqualTo(classes.at("/divisions/2/classes/0/targets").asInt());
  }

  @Test
  void neighboursHaveTheirTexts() throws Exception {
    JsonNode effect = get(text, "/analysis/effect?setting=1&kept=3&neighbours=5");
    for (JsonNode position : effect.get("mostHelped")) {
      assertThat(position.get("neighbours")).hasSize(5);
      JsonNode found =
          get(
              text,
              "/windows/%d/tokens/%d/neighbours?setting=1&count=100&before=3&after=2"
                  .formatted(position.get("window").asInt(), position.get("position").asInt()));
      assertThat(found.get("target")).isEqualTo(position.get("target"));
      double weight = 0;
      double distance = 0;
      for (JsonNode neighbour : found.get("neighbours")) {
        assertThat(neighbour.get("distance").asDouble()).isGreaterThanOrEqualTo(distance);
        distance = neighbour.get("distance").asDouble();
        boolean isTarget = neighbour.get("isTarget").asBoolean();
        weight += isTarget ? neighbour.get("weight").asDouble() : 0;
        assertThat(neighbour.at("/token/id").equals(found.at("/target/id"))).isEqualTo(isTarget);
        String shown =
            neighbour.get("before").asText()
                + neighbour.at("/token/text").asText()
                + neighbour.get("after").asText();
        String document =
            JSON.readTree(corpus.get(neighbour.get("line").asInt() - 1)).get("text").asText();
        assertThat(document).contains(shown.replaceAll("<[^>]*>", "").strip());
      }
      assertThat(found.get("neighbours")).hasSize(100);
      assertThat(weight).isPositive();
      assertThat(found.get("probability").asDouble()).isGreaterThan(weight - 1e-3);
      assertThat(found.get("context").asText()).isNotBlank();
    }
  }

  @Test
  void aSettingIsChosenOnOneHalfAndReportedOnTheOther() throws Exception {
    JsonNode choice = get(text, "/analysis/choice");
    assertThat(choice.get("rows")).hasSize(1);
    JsonNode row = choice.at("/rows/0");
    assertThat(row.get("setting").asInt()).isBetween(1, 2);
    assertThat(row.at("/reported/difference/value").asDouble()).isNegative();
    assertThat(row.at("/reported/value").asDouble())
        .isBetween(row.get("attainable").asDouble(), row.at("/base/value").asDouble());
    assertThat(row.at("/examples/choice").asInt() + row.at("/examples/report").asInt())
        .isEqualTo(get(text, "").get("windowsTotal").asInt());
    assertThat(get(text, "/analysis/choice")).isEqualTo(choice);
  }

  @Test
  void anOracleHelpsTheRightAnswerOfATaskAndNoOther() throws Exception {
    ObjectNode run = settings();
    run.putArray("tasks").add("capitals").add("tone").add("facts");
    String id = done(run);
    for (String task : List.of("capitals", "tone")) {
      JsonNode examples = get(id, "/examples?task=" + task).get("items");
      assertThat(examples).hasSize(4);
      for (int e = 0; e < 4; e++) {
        int right = e % 2;
        JsonNode plain = examples.get(e).at("/outcomes/2/scores/lm");
        JsonNode told = examples.get(e).at("/outcomes/3/scores/lm");
        if (task.equals("capitals")) {
          assertThat(told.get(1 - right)).isEqualTo(plain.get(1 - right));
          assertThat(told.get(right).asDouble()).isLessThan(plain.get(right).asDouble());
        } else {
          assertThat(told.get(1 - right).asDouble())
              .isLessThanOrEqualTo(plain.get(1 - right).asDouble());
          assertThat(told.get(right).asDouble()).isGreaterThan(plain.get(right).asDouble());
        }
      }
    }
    // a perplexity task is analysed as a text is
    JsonNode ofTask = get(id, "/analysis/effect?setting=1&task=facts");
    JsonNode ofText = get(text, "/analysis/effect?setting=1");
    assertThat(ofTask.get("positions")).isEqualTo(ofText.get("positions"));
    assertThat(ofTask.get("change").asDouble())
        .isCloseTo(ofText.get("change").asDouble(), within(1e-4));
    assertThat(get(id, "/windows/1/tokens?task=facts").get("task").asText()).isEqualTo("facts");
    assertThat(get(id, "/analysis/choice?metric=lm").get("rows")).hasSize(2);
  }

  @Test
  void whatCannotBeAskedForIsNamed() {
    refused("/analysis/effect", "setting");
    refused("/analysis/effect?setting=4", "setting");
    refused("/analysis/effect?setting=1&kept=101", "kept");
    refused("/analysis/effect?setting=1&task=facts", "task");
    refused("/analysis/choice?metric=f1", "metric");
    refused("/windows/0/tokens/0/neighbours?setting=1", "position");
    refused("/windows/0/tokens/5/neighbours?setting=1&count=0", "count");
    refused("/windows/999/tokens", "kept no tokens of a window 999");
    ObjectNode run = settings();
    run.putArray("tasks").add("said");
    assertThatThrownBy(() -> eval.start(run)).hasMessageContaining("settings[2].oracle");
  }

  private static void refused(String path, String said) {
    assertThatThrownBy(() -> get(text, path)).as(path).hasMessageContaining(said);
  }
}
