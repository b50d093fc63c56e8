package org.knnlm.eval.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExportTest {
  private final Comparison comparison = Samples.comparison();

  @Test
  void markdownHasTasksAsRows() {
    assertThat(MarkdownTable.of(comparison).lines().limit(5))
        .containsExactly(
            "| task | metric | n | base | wiki k=64 λ=0.1 T=5 |",
            "| --- | --- | ---: | ---: | ---: |",
            "| obqa | acc | 100 | 20.0 | 40.0* +20.0 [+13.0, +28.0] |",
            "| bbh | acc | 6 | 37.5 | 50.0 +12.5 [+0.0, +37.5] |",
            "| wikitext | perplexity | 3 | 33.12 | 20.09 -39.3 [-39.3, -39.3] |");
  }

  @Test
  void latexHasBaseAndKnnSideBySide() {
    assertThat(LatexTable.of(comparison))
        .contains(
            """
            \\begin{tabular}{llrr}
            \\toprule
            Task & Metric & base & wiki k=64 $\\lambda$=0.1 T=5 \\\\
            \\midrule
            obqa & acc & 20.0 & 40.0$^*$ ($+20.0$) \\\\
            bbh & acc & 37.5 & 50.0 ($+12.5$) \\\\
            wikitext & perplexity & 33.12 & 20.09 ($-39.3$) \\\\
            \\bottomrule
            """);
    assertThat(LatexTable.text("a_b & {c} \\ 5 %~"))
        .isEqualTo("a\\_b \\& \\{c\\} \\textbackslash{} 5 \\%\\textasciitilde{}");
  }

  @Test
  void csvHasALineForEachMetricAndModel() {
    List<String> lines = ComparisonCsv.of(comparison).lines().toList();
    assertThat(lines).hasSize(10);
    assertThat(lines.get(1)).startsWith("obqa,1,acc,true,1,0,org/tiny,base,100,0,0.2,0.0402");
    assertThat(lines.get(1)).endsWith(",,,,,,,");
    assertThat(lines.get(2)).contains(",100,0,20,1.9").endsWith("E-6");
    assertThat(lines).allMatch(line -> line.chars().filter(c -> c == ',').count() == 21);
  }

  @Test
  void aColumnSaysWhatTellsItFromTheOthers() {
    var other = new Contender(2, 0, "a|b", "base");
    var two = new Comparison(List.of(Samples.BASE, other), List.of());
    assertThat(MarkdownTable.of(two))
        .startsWith("| task | metric | n | org/tiny base (run 1) | a\\|b base (run 2) |");
  }

  @Test
  void theHarnessLayoutHasOneModel() throws Exception {
    var about =
        new HarnessResults.About(
            new HarnessResults.Config("knnlm", "pretrained=org/tiny", "FP32", "ab", "cpu", 1000),
            Map.of("bbh", 3),
            "0123abc",
            Instant.ofEpochSecond(100),
            Instant.ofEpochSecond(160));
    var mapper = new ObjectMapper();
    JsonNode json = mapper.valueToTree(HarnessResults.of(comparison, 1, about));
    assertThat(json.at("/results/obqa/alias").asText()).isEqualTo("obqa");
    assertThat(json.at("/results/obqa/acc,none").asDouble()).isEqualTo(0.4);
    assertThat(json.at("/results/obqa/acc_stderr,none").asDouble())
        .isEqualTo(Math.sqrt(0.4 * 0.6 / 99), within(1e-12));
    assertThat(json.at("/results/obqa").has("tok_mean,none")).isTrue();
    assertThat(json.at("/results/wikitext/perplexity_stderr,none").asText()).isEqualTo("N/A");
    assertThat(json.at("/results").has("gsm8k")).isFalse();
    assertThat(json.at("/n-shot"))
        .isEqualTo(mapper.readTree("{\"bbh\": 3, \"obqa\": 0, \"wikitext\": 0}"));
    assertThat(json.at("/n-samples/bbh"))
        .isEqualTo(mapper.readTree("{\"original\": 8, \"effective\": 6}"));
    assertThat(json.at("/higher_is_better/wikitext/perplexity").asBoolean()).isFalse();
    assertThat(json.at("/configs/obqa/metric_list/1/metric").asText()).isEqualTo("tok_mean");
    assertThat(json.at("/versions/bbh").asInt()).isEqualTo(2);
    assertThat(json.at("/model_name_sanitized").asText()).isEqualTo("org__tiny");
    assertThat(json.at("/total_evaluation_time_seconds").asText()).isEqualTo("60.0");
  }
}
