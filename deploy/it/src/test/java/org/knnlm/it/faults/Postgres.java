package org.knnlm.it.faults;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The PostgreSQL that eval-service carries, as a server of its own that can die by itself. */
final class Postgres {
  private final Path folder;
  private final Place place;
  private final int port;

  private Postgres(Path folder, Place place, int port) {
    this.folder = folder;
    this.place = place;
    this.port = port;
  }

  /** Has eval-service make the folder of a server, tables included. */
  static Postgres make(Path root, Place place, int port) throws IOException, InterruptedException {
    Path folder = root.resolve("postgres");
    var migration =
        Pod.service(
            "eval-service",
            "migration",
            Place.LOOPBACK,
            Map.of("knnlm.database", folder.toString(), "quarkus.init-and-exit", "true"),
            root);
    assertThat(migration.start().exitCode()).as(migration.logged()).isZero();
    Files.writeString(
        folder.resolve("data/pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n", APPEND);
    return new Postgres(folder, place, port);
  }

  /** The server, which runs as eval-service has it run. */
  Pod pod(Path root) throws IOException {
    Path programs;
    try (Stream<Path> content = Files.list(folder)) {
      programs =
          content
              .filter(it -> it.getFileName().toString().startsWith("server-"))
              .findAny()
              .orElseThrow();
    }
    List<String> command = new ArrayList<>(account());
    command.addAll(
        List.of(
            programs.resolve("bin/postgres").toString(),
            "-D",
            folder.resolve("data").toString(),
            "-c",
            "listen_addresses=" + place.address(),
            "-c",
            "port=" + port,
            "-c",
            "unix_socket_directories="));
    return new Pod(
        "postgres-server", place, command, Map.of("LC_ALL", "C"), root.resolve("server"));
  }

  /** PostgreSQL refuses to be root. */
  private List<String> account() throws IOException {
    if (!System.getProperty("user.name").equals("root")) {
      return List.of();
    }
    return (int) Files.getAttribute(folder, "unix:uid") == 0
        ? List.of("unshare", "--user", "--")
        : List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");
  }

  String url() {
    return "jdbc:postgresql://%s:%d/postgres".formatted(place.address(), port);
  }

  String password() throws IOException {
    return Files.readString(folder.resolve("password")).strip();
  }

  /** What eval-service needs to know of it. */
  Map<String, String> settings() throws IOException {
    return Map.of(
        "quarkus.datasource.jdbc.url", url(),
        "quarkus.datasource.username", "knnlm",
        "quarkus.datasource.password", password());
  }
}
