package org.knnlm.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.restassured.path.json.JsonPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Base perplexity of a real model against the Python reference's. */
class PerplexityParityIT {
  private static final Path SHARED = ServiceProcess.ROOT.resolveSibling("shared").toAbsolutePath();
  private static final Path GOLDENS = SHARED.resolve("goldens");

  @TempDir private static Path folder;
  private static ServiceProcess lm;
  private static ServiceProcess eval;

  @BeforeAll
  static void start() throws Exception {
    assumeThat(GOLDENS).as("the reference's outputs are not here").exists();
    int lmPort = ServiceProcess.freePort();
    lm = ServiceProcess.lm(smolLm2(), lmPort, folder);
    eval = ServiceProcess.eval(lmPort, folder, "knnlm.texts", GOLDENS.toRealPath().toString());
    lm.awaitReady();
    eval.awaitReady();
  }

  @AfterAll
  static void stop() {
    if (eval != null) {
      eval.close();
    }
    if (lm != null) {
      lm.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"wikitext, eval_small.txt, 22.655", "blocks, eval_small.jsonl, 19.829"})
  void windowLossesAreTheReferences(String protocol, String text, double perplexity) {
    long id =
        eval.request()
            .contentType("application/json")
            .body(Map.of("protocol", protocol, "text", text))
            .post("/api/runs")
            .then()
            .statusCode(201)
            .extract()
            .jsonPath()
            .getLong("id");
    assertThat(eval.request().get("/api/runs/{id}/progress", id).asString())
        .contains("\"state\":\"DONE\"");

    JsonPath golden =
        JsonPath.from(GOLDENS.resolve("perplexity.json").toFile()).setRootPath(protocol);
    List<Number> losses = golden.getList("configs.base.window_loss64");
    JsonPath windows = eval.request().get("/api/runs/{id}/windows", id).jsonPath();
    assertThat(windows.getList("items.targets"))
        .isEqualTo(golden.getList("configs.base.window_targets"));
    for (int i = 0; i < losses.size(); i++) {
      assertThat(windows.getDouble("items[%d].losses[0]".formatted(i)))
          .as("window %d", i)
          .isCloseTo(losses.get(i).doubleValue(), within(1e-4));
    }

    JsonPath table = eval.request().get("/api/runs/{id}/table", id).jsonPath();
    assertThat(table.getInt("windows")).isEqualTo(golden.getInt("windows"));
    assertThat(table.getInt("counts.words")).isEqualTo(golden.getInt("words"));
    assertThat(table.getInt(protocol.equals("blocks") ? "counts.scoredTokens" : "counts.tokens"))
        .isEqualTo(golden.getInt("tokens"));
    assertThat(table.getDouble("rows[0].result.perplexity")).isCloseTo(perplexity, within(1e-3));
    Percentage tiny = Percentage.withPercentage(0.02);
    assertThat(table.getDouble("rows[0].result.wordPerplexity"))
        .isCloseTo(golden.getDouble("configs.base.word_ppl"), tiny);
    assertThat(table.getDouble("rows[0].result.tokenWeightedPerplexity"))
        .isCloseTo(golden.getDouble("configs.base.token_weighted_ppl"), tiny);
  }

  private static Path smolLm2() throws Exception {
    String cache = System.getenv("KNNLM_CACHE");
    Path model =
        (cache == null
                ? Path.of(System.getProperty("user.home"), ".cache", "knnlm")
                : Path.of(cache))
            .resolve("smollm2-135m");
    Process tool =
        new ProcessBuilder(
                "python3", SHARED.resolve("tools/smollm2.py").toString(), model.toString())
            .inheritIO()
            .start();
    assertThat(tool.waitFor()).as("tools/smollm2.py").isZero();
    return model;
  }
}
