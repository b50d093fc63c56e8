package org.knnlm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user runs first, but for the build. */
class DemoIT {
  @TempDir Path data;

  private record Ended(int exit, String output) {}

  private Ended demo(String... arguments) throws Exception {
    var command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dknnlm.root=" + Shared.ROOT,
                "-cp",
                System.getProperty("java.class.path"),
                "org.knnlm.local.Demo",
                "--data",
                data.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  @Test
  void retrievalHelpsTheTinyModelAndNothingStaysBehind() throws Exception {
    Ended demo = demo();
    assertThat(demo.exit()).as(demo.output()).isZero();
    assertThat(demo.output())
        .contains("1/4 Datastore", "2/4 Index", "3/4 Perplexity", "4/4 Tasks")
        .contains("Retrieval lowers the perplexity of text.txt from ");
    Matcher change = Pattern.compile("-(\\d+\\.\\d+) %").matcher(demo.output());
    assertThat(change.find()).as(demo.output()).isTrue();
    assertThat(Double.parseDouble(change.group(1))).isGreaterThan(20);
    Matcher memory =
        Pattern.compile("Memory +(\\d+) % → +(\\d+) % with retrieval, +(\\d+) % with an oracle")
            .matcher(demo.output());
    assertThat(memory.find()).as(demo.output()).isTrue();
    int base = Integer.parseInt(memory.group(1));
    assertThat(Integer.parseInt(memory.group(2))).isGreaterThan(base + 8);
    assertThat(Integer.parseInt(memory.group(3))).isGreaterThan(Integer.parseInt(memory.group(2)));
    assertThat(demo.output()).contains("Reasoning", "Classification", "Plot: ");
    assertThat(data.resolve("study.svg")).content().contains("<svg", "comparison", "</svg>");
    assertThat(ProcessHandle.allProcesses().flatMap(p -> p.info().commandLine().stream()))
        .noneMatch(line -> line.contains(data.toString()));

    // a second run on the same folder
    assertThat(demo().exit()).isZero();
  }

  @Test
  void aCorpusThatIsMissingOrEmptyIsNamed() throws Exception {
    Ended missing = demo("--corpus", data.resolve("absent.jsonl").toString());
    assertThat(missing.exit()).isNotZero();
    assertThat(missing.output()).contains("absent.jsonl");

    Path empty = Files.writeString(data.resolve("empty.jsonl"), "\n");
    Ended refused = demo("--corpus", empty.toString());
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.output()).contains("corpus");
    assertThat(data.resolve("datastores").toFile().list()).isEmpty();
  }
}
