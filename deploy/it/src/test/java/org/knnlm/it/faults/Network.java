package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Network namespaces, each with an address of its own, on a bridge that this machine is on too. */
final class Network implements AutoCloseable {
  private static final Path FILES = Path.of("/etc/netns");

  private final String id = "knnlm" + ProcessHandle.current().pid() % 10_000;
  private final String subnet = "10.213." + ProcessHandle.current().pid() % 256;
  private final List<String> namespaces = new ArrayList<>();

  /** What keeps this machine from having one. */
  static Optional<String> obstacle() throws IOException {
    Ended tried =
        run(
            "sh",
            "-c",
            """
            ip netns add knnlm-probe && ip netns exec knnlm-probe true \\
              && ip link add knnlm-probe type veth peer name eth0 netns knnlm-probe \\
              && ip link add knnlm-bridge type bridge && ip link del knnlm-bridge
            code=$?
            ip netns del knnlm-probe
            exit $code
            """);
    return tried.exit == 0
        ? Optional.empty()
        : Optional.of("no network namespaces here: " + tried.output.strip());
  }

  Network() throws IOException {
    must("ip", "link", "add", id, "type", "bridge");
    must("ip", "addr", "add", subnet + ".1/24", "dev", id);
    must("ip", "link", "set", id, "up");
  }

  /** A namespace. */
  Place place() throws IOException {
    int number = namespaces.size() + 2;
    String namespace = id + "-" + number;
    namespaces.add(namespace);
    String address = subnet + "." + number;
    must("ip", "netns", "add", namespace);
    must(
        "ip", "link", "add", namespace, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    must("ip", "link", "set", namespace, "master", id, "up");
    must("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "eth0");
    must("ip", "-n", namespace, "link", "set", "eth0", "up");
    must("ip", "-n", namespace, "link", "set", "lo", "up");
    return new Place(List.of("ip", "netns", "exec", namespace), address);
  }

  /** Tells all namespaces what names lead to, before anything runs there. */
  void names(Map<String, List<Place>> names) throws IOException {
    String hosts =
        names.entrySet().stream()
            .flatMap(it -> it.getValue().stream().map(p -> p.address() + " " + it.getKey()))
            .collect(Collectors.joining("\n", "127.0.0.1 localhost\n", "\n"));
    for (String namespace : namespaces) {
      Files.writeString(Files.createDirectories(FILES.resolve(namespace)).resolve("hosts"), hosts);
    }
  }

  private record Ended(int exit, String output) {}

  private static Ended run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.onExit().join().exitValue(), output);
  }

  private static void must(String... command) throws IOException {
    Ended ended = run(command);
    assertThat(ended.exit).as("%s: %s", String.join(" ", command), ended.output).isZero();
  }

  @Override
  public void close() throws IOException {
    for (String namespace : namespaces) {
      must("ip", "netns", "del", namespace);
      Files.deleteIfExists(FILES.resolve(namespace).resolve("hosts"));
      Files.deleteIfExists(FILES.resolve(namespace));
    }
    must("ip", "link", "del", id);
    try (Stream<Path> left = Files.list(FILES)) {
      if (left.findAny().isEmpty()) {
        Files.delete(FILES);
      }
    }
  }
}
