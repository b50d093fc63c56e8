package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same data through scipy, statsmodels and arch. */
class ReferenceStatisticsIT {
  private static final List<String> PACKAGES =
      List.of("scipy==1.17.1", "statsmodels==0.15.0", "arch==8.0.0");
  private static final Path VENV = Path.of("target", "python-statistics").toAbsolutePath();
  private static final Path SCRIPT = Path.of("src", "test", "python", "reference_statistics.py");

  /** Of the bootstrap's deviation: what two Monte Carlo quantiles may differ by, four times. */
  private static final double NOISE = 0.15;

  private static final SplitMix64 RANDOM = new SplitMix64(2024);
  private static final List<double[]> SCORES =
      List.of(scores(277, 0.52), scores(1267, 0.91), scores(5000, 0.02), f1(400), difference(1000));
  private static final List<int[]> DISCORDANT =
      List.of(
          new int[] {0, 0},
          new int[] {0, 1},
          new int[] {9, 3},
          new int[] {25, 25},
          new int[] {120, 171},
          new int[] {4000, 4321});
  private static final double[] P_VALUES = {0.04, 0.01, 0.01, 0.3, 1, 0.0002, 0.07, 0.0125};
  private static final double[] FIRST = losses(300);
  private static final double[] SECOND = losses(300);
  private static final double[] WEIGHTS =
      IntStream.range(0, 300).mapToDouble(i -> i == 0 ? 1023 : 512).toArray();

  @TempDir private static Path folder;
  private static JsonNode reference;

  @BeforeAll
  static void askPython() throws Exception {
    install();
    double[] differences = IntStream.range(0, 300).mapToDouble(i -> SECOND[i] - FIRST[i]).toArray();
    Map<String, Object> data =
        Map.of(
            "scores", SCORES,
            "discordant", DISCORDANT,
            "p_values", P_VALUES,
            "differences", differences,
            "weights", WEIGHTS,
            "block_length", BlockBootstrap.blockLength(300));
    var json = new ObjectMapper();
    Path file = folder.resolve("data.json");
    json.writeValue(file.toFile(), data);
    reference = json.readTree(run(file, VENV.resolve("bin/python").toString(), SCRIPT.toString()));
  }

  private static void install() throws Exception {
    if (Files.exists(VENV.resolve("installed"))) {
      return;
    }
    try {
      Path nothing = Path.of("/dev/null");
      run(nothing, "python3", "-m", "venv", VENV.toString());
      List<String> pip = new ArrayList<>(List.of(VENV.resolve("bin/pip").toString()));
      pip.addAll(List.of("install", "-q"));
      pip.addAll(PACKAGES);
      run(nothing, pip.toArray(String[]::new));
    } catch (IOException e) {
      assumeTrue(false, "scipy, statsmodels and arch cannot be had: " + e.getMessage());
    }
    Files.createFile(VENV.resolve("installed"));
  }

  private static String run(Path input, String... command) throws Exception {
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectError(errors.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + "\n" + Files.readString(errors));
    }
    return output;
  }

  @Test
  void intervalsOfMeansAgree() {
    for (int i = 0; i < SCORES.size(); i++) {
      MeanScore score = MeanScore.of(SCORES.get(i), Resampling.DEFAULT);
      assertAgrees(score.interval(), reference.at("/means/" + i), 1.0 / SCORES.get(i).length);
      assertThat(score.standardError())
          .isCloseTo(
              reference.at("/standard_errors/" + i).asDouble(), Percentage.withPercentage(1e-9));
    }
  }

  @Test
  void mcNemarsPValuesAgree() {
    for (int i = 0; i < DISCORDANT.size(); i++) {
      int[] pair = DISCORDANT.get(i);
      assertThat(McNemar.of(pair[0], pair[1]).pValue())
          .isCloseTo(reference.at("/mcnemar/" + i).asDouble(), Percentage.withPercentage(1e-9));
    }
  }

  @Test
  void holmsPValuesAgree() {
    double[] adjusted = Holm.adjust(P_VALUES);
    for (int i = 0; i < adjusted.length; i++) {
      assertThat(adjusted[i]).isEqualTo(reference.at("/holm/" + i).asDouble(), within(1e-15));
    }
  }

  @Test
  void intervalsOverBlocksAgree() {
    LossDifference difference = LossDifference.of(FIRST, SECOND, WEIGHTS, Resampling.DEFAULT);
    assertAgrees(difference.interval(), reference.at("/block"), 0);
  }

  /**
   * @param step between values that a resample's mean can have
   */
  private static void assertAgrees(Interval ours, JsonNode theirs, double step) {
    double tolerance = NOISE * theirs.get("deviation").asDouble() + step;
    assertThat(ours.low()).isEqualTo(theirs.get("low").asDouble(), within(tolerance));
    assertThat(ours.high()).isEqualTo(theirs.get("high").asDouble(), within(tolerance));
  }

  private static double[] scores(int examples, double accuracy) {
    return IntStream.range(0, examples)
        .mapToDouble(i -> RANDOM.uniform() < accuracy ? 1 : 0)
        .toArray();
  }

  private static double[] f1(int examples) {
    return IntStream.range(0, examples)
        .mapToDouble(i -> RANDOM.uniform() < 0.4 ? 0 : RANDOM.below(7) / 6.0)
        .toArray();
  }

  private static double[] difference(int examples) {
    return IntStream.range(0, examples).mapToDouble(i -> RANDOM.below(21) / 10 - 1).toArray();
  }

  /** Losses of which each is like the one before. */
  private static double[] losses(int windows) {
    double[] losses = new double[windows];
    double drift = 0;
    for (int i = 0; i < windows; i++) {
      drift = 0.7 * drift + RANDOM.uniform() - 0.5;
      losses[i] = 3 + drift;
    }
    return losses;
  }
}
