package org.knnlm.it.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the images' Dockerfiles have a container run, with the programs that were built here. */
final class Images {
  static final Path ROOT = Path.of(System.getProperty("knnlm.root"));

  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");
  private static final Path DOCKERFILES = ROOT.resolve("deploy/images");
  private static final Pattern VARIABLE =
      Pattern.compile("\\b([A-Z][A-Z_]+)=(?:\"([^\"]*)\"|(\\S+))");
  private static final Pattern ENTRYPOINT = Pattern.compile("(?m)^ENTRYPOINT \\[(.*)]$");

  private Images() {}

  /** The environment of every image; the machine's own where that says where things are. */
  static Map<String, String> environment() {
    Map<String, String> found = new TreeMap<>();
    String runtime =
        read("runtime.Dockerfile").replaceAll("(?m)^\\s*#.*\\n", "").replace("\\\n", " ");
    runtime
        .lines()
        .filter(line -> line.startsWith("ENV "))
        .flatMap(line -> VARIABLE.matcher(line).results())
        .forEach(it -> found.put(it.group(1), it.group(2) == null ? it.group(3) : it.group(2)));
    found.remove("HOME");
    found.put("PATH", JAVA + ":" + System.getenv("PATH"));
    return found;
  }

  /** The command line of a service's image. */
  static List<String> command(String service) {
    var entrypoint = ENTRYPOINT.matcher(read(service + ".Dockerfile"));
    if (!entrypoint.find()) {
      throw new AssertionError(service + ".Dockerfile has no ENTRYPOINT");
    }
    return Stream.of(entrypoint.group(1).split(", "))
        .map(word -> word.replace("\"", ""))
        // a folder of the image
        .filter(word -> !word.startsWith("-Dorg.bytedeco.javacpp.cachedir="))
        .map(word -> word.equals("java") ? JAVA.resolve("java").toString() : word)
        .toList();
  }

  /** Makes a folder what the working directory of a service's image is. */
  static void unpack(String service, Path folder) throws IOException {
    Path app = ROOT.resolve(service).resolve("target/quarkus-app");
    assumeTrue(Files.isDirectory(app), "skipped: %s is not packaged".formatted(service));
    Files.createDirectories(folder.resolve("config"));
    try (Stream<Path> content = Files.list(app)) {
      for (Path file : content.toList()) {
        link(folder.resolve(file.getFileName().toString()), file);
      }
    }
    if (service.equals("eval-service")) {
      link(folder.resolve("cli"), ROOT.resolve("eval-service/cli/target"));
    }
  }

  private static void link(Path link, Path target) throws IOException {
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, target);
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(DOCKERFILES.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
