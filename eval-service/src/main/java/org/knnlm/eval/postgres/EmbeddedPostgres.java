package org.knnlm.eval.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * A running PostgreSQL server and its folder.
 *
 * <p>It listens on 127.0.0.1 alone, on no Unix socket, and asks for a password (SCRAM-SHA-256) that
 * was drawn when the folder was made and that only the folder's owner can read: other users of the
 * machine reach the port, so trusting the loopback would make each of them its superuser.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(EmbeddedPostgres.class);
  private static final String USER = "knnlm";

  private final FolderLock lock;
  private final Commands commands;
  private final Path programs;
  private final Path folder;
  private final Path data;
  private final int port;

  private EmbeddedPostgres(
      FolderLock lock, Commands commands, Path programs, Path folder, int port) {
    this.lock = lock;
    this.commands = commands;
    this.programs = programs;
    this.folder = folder;
    this.data = folder.resolve("data");
    this.port = port;
  }

  /**
   * Starts the server of a folder, which is made when it does not exist. A server that an earlier
   * process left running there is stopped first.
   *
   * @param folder keeps the programs, the data, the log and the password
   * @param port TCP port, or empty for a free one
   * @throws EmbeddedPostgresException when another process uses the folder, or when PostgreSQL does
   *     not start
   */
  public static EmbeddedPostgres start(Path folder, OptionalInt port) {
    try {
      Path real = ownFolder(folder);
      FolderLock lock = FolderLock.take(real);
      try {
        Path programs = ServerArchive.unpackUnder(real);
        createPassword(real);
        Commands commands = ServerAccount.commandsFor(real);
        var server =
            new EmbeddedPostgres(
                lock, commands, programs, real, port.isPresent() ? port.getAsInt() : freePort());
        server.stopOrphan();
        server.initialise();
        server.start();
        return server;
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "the database folder %s cannot be used: %s".formatted(folder, e), e);
    }
  }

  /** Where JDBC finds it, without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
  }

  /** Its only user. */
  public String user() {
    return USER;
  }

  /** That user's password. */
  public String password() {
    try {
      return Files.readString(passwordFile(folder)).strip();
    } catch (IOException e) {
      throw new EmbeddedPostgresException("the database password cannot be read: " + e, e);
    }
  }

  /** Ends all sessions, writes everything out and stops. */
  @Override
  public void close() {
    try {
      commands.must(
          programs.resolve("pg_ctl"), "-D", data.toString(), "-m", "fast", "-t", "60", "stop");
      lock.close();
    } catch (IOException e) {
      throw new EmbeddedPostgresException("PostgreSQL in %s was not stopped".formatted(folder), e);
    }
  }

  /** The folder, made if need be, and closed to others: so it must not be one that others use. */
  private static Path ownFolder(Path folder) throws IOException {
    Path real = Files.createDirectories(folder).toRealPath();
    try (Stream<Path> content = Files.list(real)) {
      if (content.findAny().isPresent() && !Files.exists(real.resolve(FolderLock.FILE))) {
        throw new EmbeddedPostgresException(
            "%s is not empty and no database folder of this service: name another (knnlm.database)"
                .formatted(real));
      }
    }
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx------"));
    return real;
  }

  private void initialise() throws IOException {
    if (Files.exists(data)) {
      return;
    }
    Path partial = folder.resolve("data.partial");
    Folders.delete(partial);
    commands.must(
        programs.resolve("initdb"),
        "-D",
        partial.toString(),
        "--username=" + USER,
        "--pwfile=" + passwordFile(folder),
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8");
    Files.move(partial, data);
  }

  private void start() throws IOException {
    Path log = folder.resolve("log");
    if (Files.exists(log)) {
      Files.move(log, folder.resolve("log.previous"), StandardCopyOption.REPLACE_EXISTING);
    }
    String options =
        "-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories= -c max_connections=50"
            .formatted(port);
    Commands.Result result =
        commands.run(
            programs.resolve("pg_ctl"),
            "-D",
            data.toString(),
            "-l",
            log.toString(),
            "-o",
            options,
            "-w",
            "-t",
            "300",
            "start");
    if (result.status() != 0) {
      throw new EmbeddedPostgresException(
          "PostgreSQL did not start in %s: %s"
              .formatted(folder, Files.exists(log) ? lastLines(log) : result.output().strip()));
    }
    LOG.infof(
        "PostgreSQL %s in %s on port %d",
        Files.readString(data.resolve("PG_VERSION")).strip(), folder, port);
  }

  /**
   * A server outlives a killed parent. Its pid may also have passed to another program since, which
   * PostgreSQL itself would take for the server: a server's working directory is its data.
   */
  private void stopOrphan() throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    String pid = Files.readAllLines(pidFile).getFirst().strip();
    if (isServer(pid)) {
      LOG.infof("stopping PostgreSQL (process %s), left running in %s", pid, folder);
      commands.must(
          programs.resolve("pg_ctl"), "-D", data.toString(), "-m", "fast", "-t", "60", "stop");
    } else {
      Files.delete(pidFile);
    }
  }

  private boolean isServer(String pid) throws IOException {
    try {
      return Files.readSymbolicLink(Path.of("/proc", pid, "cwd")).equals(data);
    } catch (FileSystemException e) {
      return false;
    }
  }

  private static void createPassword(Path folder) throws IOException {
    Path file = passwordFile(folder);
    if (Files.exists(file)) {
      return;
    }
    byte[] secret = new byte[24];
    new SecureRandom().nextBytes(secret);
    Path partial = folder.resolve("password.partial");
    Files.deleteIfExists(partial);
    Files.createFile(
        partial,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(partial, HexFormat.of().formatHex(secret) + "\n");
    Files.move(partial, file);
  }

  private static Path passwordFile(Path folder) {
    return folder.resolve("password");
  }

  private static String lastLines(Path log) throws IOException {
    var lines = new String(Files.readAllBytes(log), UTF_8).strip().lines().toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
