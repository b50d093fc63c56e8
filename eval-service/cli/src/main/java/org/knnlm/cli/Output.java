package org.knnlm.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where what is asked for goes. */
final class Output {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "File to write (default: standard output).")
  private Path file;

  void write(String content) throws IOException {
    if (file == null) {
      var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.print(content.endsWith("\n") ? content : content + "\n");
      out.flush();
    } else {
      Files.writeString(file, content);
    }
  }
}
