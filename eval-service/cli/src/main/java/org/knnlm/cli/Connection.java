package org.knnlm.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where eval-service is, and who asks. Passwords and tokens are never on the command line. */
final class Connection {
  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:KNNLM_URL:-http://127.0.0.1:8080}",
      description = "Where eval-service is ($$KNNLM_URL; default: ${DEFAULT-VALUE}).")
  private URI url;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      defaultValue = "${env:KNNLM_USER}",
      description = "Who asks ($$KNNLM_USER), with the password of $$KNNLM_PASSWORD.")
  private String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "File of the password instead.")
  private Path passwordFile;

  @Option(
      names = "--trust",
      paramLabel = "FILE",
      defaultValue = "${env:KNNLM_TRUST}",
      description =
          "PEM certificates of those who sign eval-service's ($$KNNLM_TRUST; default: whom Java trusts).")
  private Path trust;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private final Map<String, String> environment = System.getenv();

  Api open() {
    if (url.getScheme() == null || !url.getScheme().matches("https?") || url.getHost() == null) {
      throw wrong("--url: found \"%s\", allowed is http://HOST:PORT or https://…".formatted(url));
    }
    String base = url.toString();
    return new Api(URI.create(base.endsWith("/") ? base : base + "/"), authorization(), trusted());
  }

  private Optional<SSLContext> trusted() {
    if (trust == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Trust.in(trust));
    } catch (IOException | GeneralSecurityException e) {
      throw wrong("--trust: %s has no certificates: %s".formatted(trust, e.getMessage()));
    }
  }

  private Optional<String> authorization() {
    if (user == null) {
      return Optional.ofNullable(environment.get("KNNLM_TOKEN")).map(token -> "Bearer " + token);
    }
    String pair = user + ":" + password();
    return Optional.of(
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
  }

  private String password() {
    if (passwordFile == null) {
      return Optional.ofNullable(environment.get("KNNLM_PASSWORD"))
          .orElseThrow(() -> wrong("a user needs $KNNLM_PASSWORD or --password-file"));
    }
    try {
      return Files.readString(passwordFile).strip();
    } catch (IOException e) {
      throw wrong("--password-file: %s cannot be read".formatted(passwordFile));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
