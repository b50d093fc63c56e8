package org.knnlm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.digest.Sha256;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Protocol;

class RunRequestTest {
  @TempDir private Path parent;
  private TextFolder texts;

  @BeforeEach
  void makeTexts() throws IOException {
    Path root = Files.createDirectory(parent.resolve("texts"));
    Files.writeString(root.resolve("a.txt"), "text\n");
    Files.writeString(root.resolve("a.jsonl"), "{}\n");
    Files.writeString(root.resolve("a.dat"), "text\n");
    Files.writeString(root.resolve("empty.txt"), "");
    Files.writeString(parent.resolve("outside.txt"), "text\n");
    Files.createSymbolicLink(root.resolve("link.txt"), parent.resolve("outside.txt"));
    Files.createDirectory(root.resolve("folder.txt"));
    texts = new TextFolder(root);
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    var setting = new RunRequest.Setting("wiki", 8, 10f, 0.25f, null, null, null, null);
    RunSpec spec = ofText(null, "blocks", "a.jsonl", null, null, List.of(setting)).check(texts);
    assertThat(spec)
        .isEqualTo(
            new RunSpec(
                "",
                Protocol.BLOCKS,
                "a.jsonl",
                new CorpusFormat.Jsonl("text"),
                List.of(new Retrieval("wiki", 8, 10f, 0.25f, OptionalInt.empty(), false))));
    assertThat(ofText(null, "wikitext", "a.txt", null, null, null).check(texts).settings())
        .isEmpty();
  }

  @Test
  void whatIsSaidIsKept() {
    RunSpec spec = ofText("n", "blocks", "a.dat", "jsonl", "body", List.of()).check(texts);
    assertThat(spec.format()).isEqualTo(new CorpusFormat.Jsonl("body"));
    assertThat(spec.name()).isEqualTo("n");
  }

  @Test
  void everyFieldAtFaultIsNamedAtOnce() {
    var request =
        ofText(
            "tab\t",
            "perplexity",
            "none.txt",
            "csv",
            "",
            List.of(
                new RunRequest.Setting("../x", 0, 0f, 1.5f, 0, null, null, null),
                new RunRequest.Setting(null, null, null, null, null, null, null, null)));
    assertThat(problems(request))
        .extracting(FieldProblem::field)
        .containsExactly(
            "name",
            "protocol",
            "text",
            "format",
            "textField",
            "settings[0].datastore",
            "settings[0].k",
            "settings[0].temperature",
            "settings[0].lambda",
            "settings[0].nprobe",
            "settings[1].datastore",
            "settings[1].k",
            "settings[1].temperature",
            "settings[1].lambda");
    assertThat(problems(request))
        .contains(new FieldProblem("settings[0].lambda", "found 1.5, allowed is 0 to 1"))
        .contains(
            new FieldProblem("settings[1].k", "found nothing, allowed is 1 to the number of keys"))
        .contains(
            new FieldProblem(
                "protocol", "found \"perplexity\", allowed is \"wikitext\" or \"blocks\""));
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
  void aTemperatureIsFiniteAndPositive(float temperature) {
    assertThat(
            problems(with(new RunRequest.Setting("d", 1, temperature, 0f, null, true, null, null))))
        .extracting(FieldProblem::field)
        .containsExactly("settings[0].temperature");
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.01f, 1.01f, Float.NaN, Float.NEGATIVE_INFINITY})
  void lambdaIsAShare(float lambda) {
    assertThat(problems(with(new RunRequest.Setting("d", 1, 1f, lambda, null, true, null, null))))
        .extracting(FieldProblem::field)
        .containsExactly("settings[0].lambda");
  }

  @Test
  void theSameSettingTwiceIsAMistake() {
    var setting = new RunRequest.Setting("d", 1, 1f, 0f, null, null, null, null);
    var same = new RunRequest.Setting("d", 1, 1f, 0f, null, false, null, null);
    assertThat(problems(with(setting, same)))
        .containsExactly(new FieldProblem("settings[1]", "found a setting for the second time"));
  }

  @Test
  void aPresetGivesWhatIsLeftOut() {
    var named =
        new RunRequest.Setting("wiki", null, null, null, null, null, "llama-2-7b/math", null);
    var changed =
        new RunRequest.Setting("wiki", 8, null, 0f, 4, true, "llama-2-7b/math/downstream", null);
    assertThat(with(named, changed).check(texts).settings())
        .containsExactly(
            new Retrieval("wiki", 2048, 5f, 0.1f, OptionalInt.empty(), false),
            new Retrieval("wiki", 8, 3f, 0f, OptionalInt.of(4), true));
  }

  @Test
  void anUnknownPresetIsRefused() {
    assertThat(
            problems(with(new RunRequest.Setting("d", 1, 1f, 0f, null, null, "gpt2/wiki", null))))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("settings[0].preset");
              assertThat(problem.problem()).contains("\"gpt2/wiki\"", "mistral-7b/wiki/downstream");
            });
  }

  @Test
  void thereIsALimitToTheSettings() {
    var setting = new RunRequest.Setting("d", 1, 1f, 0f, null, null, null, null);
    var many = Collections.nCopies(65, setting).toArray(RunRequest.Setting[]::new);
    assertThat(problems(with(many)))
        .contains(new FieldProblem("settings", "found 65 settings, allowed are at most 64"));
    assertThat(problems(with((RunRequest.Setting) null)))
        .containsExactly(new FieldProblem("settings[0]", "found nothing, allowed is a setting"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none.txt",
        "../outside.txt",
        "link.txt",
        "folder.txt",
        "empty.txt",
        "a.txt/b.txt",
        "new\nline.txt",
        "nul\0.txt",
        " "
      })
  void aTextIsAFileWithContentInTheFolder(String text) {
    assertThat(problems(ofText(null, "blocks", text, "lines", null, null)))
        .extracting(FieldProblem::field)
        .containsExactly("text");
  }

  @Test
  void anAbsolutePathWithinTheFolderIsAText() {
    String inside = parent.resolve("texts/a.txt").toString();
    assertThat(ofText(null, "wikitext", inside, null, null, null).check(texts).text())
        .isEqualTo(inside);
    String outside = parent.resolve("outside.txt").toString();
    assertThat(problems(ofText(null, "wikitext", outside, null, null, null)))
        .extracting(FieldProblem::problem)
        .singleElement()
        .asString()
        .contains("outside of the folder");
  }

  @Test
  void aFormatFitsItsProtocol() {
    assertThat(problems(ofText(null, "wikitext", "a.jsonl", null, null, null)))
        .extracting(FieldProblem::field)
        .containsExactly("format");
    assertThat(problems(ofText(null, "blocks", "a.dat", null, null, null)))
        .extracting(FieldProblem::field)
        .containsExactly("format");
    assertThat(problems(ofText(null, "blocks", "a.txt", null, "text", null)))
        .extracting(FieldProblem::field)
        .containsExactly("textField");
  }

  @Test
  void aFolderOfTextsExists() {
    assertThatThrownBy(() -> new TextFolder(parent.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none is no folder");
    assertThatThrownBy(() -> new TextFolder(parent.resolve("outside.txt")))
        .hasMessageContaining("outside.txt is no folder");
  }

  @Test
  void aTextIsKnownByItsContent() {
    assertThat(Sha256.of(texts.file("a.txt")))
        .isEqualTo("b9e68e1bea3e5b19ca6b2f98b73a54b73daafaa250484902e09982e07a12e733");
  }

  private static RunRequest ofText(
      String name,
      String protocol,
      String text,
      String format,
      String textField,
      List<RunRequest.Setting> settings) {
    return new RunRequest(name, protocol, text, format, textField, settings, null, null);
  }

  private static RunRequest with(RunRequest.Setting... settings) {
    return ofText(null, "wikitext", "a.txt", null, null, Arrays.asList(settings));
  }

  private List<FieldProblem> problems(RunRequest request) {
    return catchThrowableOfType(InvalidRunException.class, () -> request.check(texts)).problems();
  }

  private static RunRequest.Setting told(Integer k, Integer rank, Float distance) {
    return new RunRequest.Setting(
        "d", k, 1f, 0.5f, null, null, null, new RunRequest.OracleSetting(rank, distance));
  }

  @Test
  void anOracleHasOnePlace() {
    assertThat(with(told(8, 8, null)).check(texts).settings().getFirst().oracle())
        .contains(new Oracle.Rank(8));
    assertThat(with(told(8, null, 0f)).check(texts).settings().getFirst().oracle())
        .contains(new Oracle.Distance(0));
    assertThat(problems(with(told(8, null, null))))
        .extracting(FieldProblem::field)
        .containsExactly("settings[0].oracle");
    assertThat(problems(with(told(8, 1, 1f))))
        .extracting(FieldProblem::field)
        .containsExactly("settings[0].oracle");
    assertThat(problems(with(told(8, 9, null))))
        .containsExactly(new FieldProblem("settings[0].oracle.rank", "found 9, allowed is 1 to k"));
    for (float distance : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThat(problems(with(told(8, null, distance))))
          .extracting(FieldProblem::field)
          .containsExactly("settings[0].oracle.distance");
    }
  }
}
