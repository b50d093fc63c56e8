package org.knnlm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code knnlm datastores}. */
@Command(
    name = "datastores",
    mixinStandardHelpOptions = true,
    description =
        "Datastores that index-service has and others that runs have used; or those named.")
final class DatastoresCommand implements Callable<Integer> {
  @Mixin private Connection connection;

  @Parameters(arity = "0..*", paramLabel = "NAME", description = "Names of datastores.")
  private List<String> names = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    try (Api api = connection.open()) {
      System.out.print(Columns.of(lines(found(api))));
    }
    return ExitCode.DONE.code();
  }

  private Iterable<JsonNode> found(Api api) throws InterruptedException {
    if (names.isEmpty()) {
      return api.json("api/datastores");
    }
    ArrayNode found = Api.JSON.createArrayNode();
    for (String name : names) {
      found.add(api.json("api/datastores/" + Query.escaped(name)));
    }
    return found;
  }

  private static List<List<String>> lines(Iterable<JsonNode> datastores) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("datastore", "state", "keys", "dimension", "index", "nprobe", "model"));
    for (JsonNode datastore : datastores) {
      JsonNode manifest = datastore.path("manifest");
      String sha256 = manifest.path("modelSha256").asText("");
      lines.add(
          manifest.isObject()
              ? List.of(
                  datastore.path("name").asText(),
                  state(datastore),
                  String.format(Locale.ROOT, "%,d", manifest.path("keys").asLong()),
                  manifest.path("dimension").asText(),
                  manifest.path("index").asText(),
                  manifest.path("nprobe").asText(),
                  sha256.substring(0, Math.min(12, sha256.length())))
              : List.of(datastore.path("name").asText(), state(datastore), "", "", "", "", ""));
    }
    return lines;
  }

  private static String state(JsonNode datastore) {
    String state = datastore.path("state").asText();
    return datastore.hasNonNull("problem")
        ? "%s: %s".formatted(state, datastore.get("problem").asText())
        : state;
  }
}
