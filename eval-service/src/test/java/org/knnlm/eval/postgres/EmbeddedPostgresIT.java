package org.knnlm.eval.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.security.auth.module.UnixSystem;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresIT {
  private Path parent;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    parent = Files.createTempDirectory("embedded-postgres");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    folder = parent.resolve("postgres");
  }

  @AfterEach
  void deleteFolder() throws IOException {
    Folders.delete(parent);
  }

  @Test
  void rowsOutliveTheServerAndCommitsReachTheDisk() throws SQLException {
    try (var server = start()) {
      execute(server, "create table t(i int)", "insert into t values (42)");
      assertThat(query(server, "show fsync")).isEqualTo("on");
      assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
      assertThat(query(server, "show full_page_writes")).isEqualTo("on");
    }
    try (var server = start()) {
      assertThat(query(server, "select i from t")).isEqualTo("42");
      assertThat(query(server, "show server_version")).startsWith("18.");
      assertThat(query(server, "show server_encoding")).isEqualTo("UTF8");
    }
  }

  @Test
  void onlyThePasswordOpensItAndOnlyTheOwnerCanReadThat() throws IOException {
    try (var server = start()) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "").close())
          .isInstanceOf(SQLException.class);
      assertThatThrownBy(
              () -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "guess").close())
          .hasMessageContaining("password authentication failed");
      assertThat(permissions(folder)).isEqualTo("rwx------");
      assertThat(permissions(folder.resolve("password"))).isEqualTo("rw-------");
    }
  }

  @Test
  void itListensOnTheLoopbackAlone() throws Exception {
    List<InetAddress> others =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> !address.isLoopbackAddress())
            .toList();
    try (var server = start()) {
      assertThat(query(server, "show listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(server, "show unix_socket_directories")).isEmpty();
      int port = Integer.parseInt(query(server, "show port"));
      for (InetAddress other : others) {
        assertThatThrownBy(() -> new Socket(other, port).close()).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aSecondUserOfTheFolderIsRefused() throws Exception {
    try (var server = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("already uses the database folder " + folder)
          .hasMessageContaining("knnlm.database");
      Process other = holder(List.of(), System.getProperty("java.class.path"));
      assertThat(firstLine(other))
          .startsWith("refused process %d already uses".formatted(ProcessHandle.current().pid()));
      assertThat(query(server, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void aServerLeftByAKilledProcessIsStoppedAndItsRowsAreThere() throws Exception {
    Process killed = holder(List.of(), System.getProperty("java.class.path"));
    String[] started = firstLine(killed).split(" ", -1);
    assertThat(started[0]).isEqualTo("started");
    try (var connection = DriverManager.getConnection(started[1], "knnlm", started[2])) {
      connection.createStatement().execute("create table t as select 7 as i");
    }
    killed.destroyForcibly().waitFor();
    long orphan = Long.parseLong(Files.readAllLines(pidFile()).getFirst());
    assertThat(ProcessHandle.of(orphan)).isPresent();

    try (var server = start()) {
      assertThat(query(server, "select i from t")).isEqualTo("7");
      assertThat(Long.parseLong(Files.readAllLines(pidFile()).getFirst())).isNotEqualTo(orphan);
    }
  }

  @Test
  void aPidFileWhosePidIsSomeoneElsesNowIsNoObstacle() throws Exception {
    List<String> lines;
    try (var server = start()) {
      execute(server, "create table t as select 7 as i");
      lines = new ArrayList<>(Files.readAllLines(pidFile()));
    }
    lines.set(0, Long.toString(ProcessHandle.current().pid()));
    Files.write(pidFile(), lines);
    try (var server = start()) {
      assertThat(query(server, "select i from t")).isEqualTo("7");
    }
  }

  @Test
  void aFolderOfOthersIsLeftAlone() throws Exception {
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("mine"), "");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(this::start)
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("is not empty and no database folder of this service");
    assertThat(permissions(folder)).isEqualTo("rwxr-xr-x");
  }

  @Test
  void whatAnInterruptedFirstStartLeftIsReplaced() throws Exception {
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("lock"), "1");
    Files.createDirectories(folder.resolve("server.partial/bin"));
    Files.createDirectories(folder.resolve("data.partial/base"));
    Files.writeString(folder.resolve("data.partial/PG_VERSION"), "1");
    try (var server = start()) {
      assertThat(query(server, "select 1")).isEqualTo("1");
    }
    assertThat(folder.resolve("server.partial")).doesNotExist();
    assertThat(folder.resolve("data.partial")).doesNotExist();
  }

  @Test
  void dataOfAnotherVersionIsRefusedWithPostgresOwnWords() throws Exception {
    start().close();
    Files.writeString(folder.resolve("data/PG_VERSION"), "14\n");
    assertThatThrownBy(this::start)
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("initialized by PostgreSQL version 14");
    Files.writeString(folder.resolve("data/PG_VERSION"), "18\n");
    try (var server = start()) {
      assertThat(query(server, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (var taken = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(folder, OptionalInt.of(taken.getLocalPort())))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("could not bind IPv4 address \"127.0.0.1\"");
    }
  }

  @Test
  void rootWithoutUserNamespacesRunsItAsNobody() throws Exception {
    assumeRoot();
    start().close();
    Commands.succeeds("chown", "-R", "65534:65534", folder.toString());
    try (var server = start()) {
      assertThat(query(server, "select 1")).isEqualTo("1");
      Path process = Path.of("/proc", Files.readAllLines(pidFile()).getFirst());
      assertThat(Files.getAttribute(process, "unix:uid")).isEqualTo(65534);
    }
  }

  @Test
  void rootIsToldWhenNobodyCannotReachTheFolder() throws Exception {
    assumeRoot();
    start().close();
    Commands.succeeds("chown", "-R", "65534:65534", folder.toString());
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(this::start)
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("cannot reach " + folder)
        .hasMessageContaining("knnlm.database");
  }

  @Test
  void anOrdinaryUserNeedsNoHelp() throws Exception {
    assumeRoot();
    assertThat(Commands.succeeds("chown", "65534:65534", parent.toString())).isTrue();
    Process server =
        holder(
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"),
            readableClassPath());
    String[] started = firstLine(server).split(" ", -1);
    assertThat(started).as(String.join(" ", started)).hasSize(3);
    try (var connection = DriverManager.getConnection(started[1], "knnlm", started[2])) {
      assertThat(connection.isValid(5)).isTrue();
    }
    assertThat(Files.getAttribute(folder, "unix:uid")).isEqualTo(65534);
    server.destroyForcibly().waitFor();
    start().close();
  }

  private EmbeddedPostgres start() {
    return EmbeddedPostgres.start(folder, OptionalInt.empty());
  }

  private Path pidFile() {
    return folder.resolve("data/postmaster.pid");
  }

  private Process holder(List<String> prefix, String classPath) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, ServerHolder.class.getName(), folder.toString()));
    return new ProcessBuilder(command)
        .directory(new File("/"))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** What a server needs of the class path, copied to where every user may read it. */
  private String readableClassPath() throws IOException {
    Path copy = Files.createDirectory(parent.resolve("classes"));
    try (Stream<Path> packaged =
            Files.walk(
                Path.of(System.getProperty("knnlm.root"), "eval-service/target/quarkus-app"));
        Stream<Path> compiled =
            Files.walk(
                Path.of(System.getProperty("knnlm.root"), "eval-service/target/test-classes"))) {
      String needed =
          ".*(eval-service-|commons-|xz-|embedded-postgres-|jboss-logging|jboss-logmanager).*\\.jar";
      for (Path jar : packaged.filter(path -> path.toString().matches(needed)).toList()) {
        Files.copy(jar, copy.resolve(jar.getFileName()));
      }
      Path classes =
          Files.createDirectories(
              copy.resolve(ServerHolder.class.getPackageName().replace('.', '/')));
      for (Path file : compiled.filter(path -> path.endsWith("ServerHolder.class")).toList()) {
        Files.copy(file, classes.resolve(file.getFileName()));
      }
    }
    return copy + ":" + copy + "/*";
  }

  private static String firstLine(Process process) throws IOException {
    BufferedReader reader = process.inputReader();
    String line = reader.readLine();
    while (line != null && !line.matches("(started|refused) .*")) {
      line = reader.readLine();
    }
    return String.valueOf(line);
  }

  private static void assumeRoot() {
    assumeThat(new UnixSystem().getUid()).as("only root can be another user").isZero();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void execute(EmbeddedPostgres server, String... statements) throws SQLException {
    try (Connection connection = connect(server);
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String query(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }
}
