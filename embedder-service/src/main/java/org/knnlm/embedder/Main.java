package org.knnlm.embedder;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.knnlm.embedder.cli.CommandLineTool;

/** Without arguments the service, with arguments the command line. */
@QuarkusMain
public final class Main {
  Main() {}

  public static void main(String... args) {
    if (args.length == 0) {
      Quarkus.run(args);
    } else {
      System.exit(CommandLineTool.run(args));
    }
  }
}
