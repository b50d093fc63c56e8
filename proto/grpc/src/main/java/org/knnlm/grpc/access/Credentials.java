package org.knnlm.grpc.access;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** What {@link AccessSettings} name. */
public final class Credentials {
  private static final String ACCOUNTS = "knnlm.security.accounts";
  private static final String TOKEN = "knnlm.security.token";
  private static final String FILE = "-file";

  /** How to set accounts, for messages to people who have not. */
  public static final String HOW_TO_SET_ACCOUNTS =
      "set %s or %s (lines NAME:ROLE:PASSWORD)".formatted(ACCOUNTS + FILE, ACCOUNTS);

  private Credentials() {}

  /**
   * The accounts that are set.
   *
   * @throws InvalidAccountsException when they cannot be used
   */
  public static Optional<Accounts> accounts(AccessSettings settings) {
    requireOne(ACCOUNTS, settings.accountsFile(), settings.accounts());
    return settings
        .accountsFile()
        .map(Accounts::read)
        .or(() -> settings.accounts().map(lines -> Accounts.parse(ACCOUNTS, lines)));
  }

  /**
   * The token that is set.
   *
   * @throws InvalidAccountsException when it cannot be read
   */
  static Optional<String> token(AccessSettings settings) {
    requireOne(TOKEN, settings.tokenFile(), settings.token());
    return settings.tokenFile().map(Credentials::read).or(settings::token);
  }

  private static void requireOne(String setting, Optional<Path> file, Optional<String> value) {
    if (file.isPresent() && value.isPresent()) {
      throw new InvalidAccountsException(
          "%s and %s are both set, one is needed".formatted(setting + FILE, setting));
    }
  }

  /** The token in a file, without blanks and line ends around it. */
  static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new InvalidAccountsException("the token in %s cannot be read".formatted(file));
    }
  }

  /** Whether a server on this address is reached from this machine alone. */
  public static boolean isLoopback(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
