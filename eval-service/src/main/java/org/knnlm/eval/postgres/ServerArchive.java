package org.knnlm.eval.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.knnlm.eval.digest.Sha256;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL programs that this service carries for x86-64 Linux with glibc. */
final class ServerArchive {
  private static final String RESOURCE = "/postgres-linux-x86_64.txz";

  private ServerArchive() {}

  /**
   * Unpacks the programs where that has not been done yet, under a name that follows from their
   * content.
   *
   * @return the folder of initdb, pg_ctl and postgres
   */
  static Path unpackUnder(Path folder) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")) {
      throw new EmbeddedPostgresException(
          "no PostgreSQL is embedded for %s on %s: name one with QUARKUS_DATASOURCE_JDBC_URL"
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
    }
    URL archive = ServerArchive.class.getResource(RESOURCE);
    Path server = folder.resolve("server-" + sha256(archive).substring(0, 12));
    if (!Files.exists(server)) {
      Path partial = folder.resolve("server.partial");
      Folders.delete(partial);
      unpack(archive, partial);
      Files.move(partial, server);
    }
    return server.resolve("bin");
  }

  private static String sha256(URL archive) throws IOException {
    try (InputStream in = archive.openStream()) {
      return Sha256.of(in);
    }
  }

  private static void unpack(URL archive, Path target) throws IOException {
    try (InputStream in = new BufferedInputStream(archive.openStream());
        var tar = new TarArchiveInputStream(new XZInputStream(in))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException(entry.getName() + " lies outside of the archive's folder");
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, path);
          boolean program = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }
}
