package org.knnlm.eval.security;

import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** How users are told from each other: by accounts, by an OpenID provider, by both, or not. */
@Singleton
public final class Authentication {
  private static final String ACCOUNTS = "knnlm.security.accounts";
  private static final String ACCOUNTS_FILE = "knnlm.security.accounts-file";
  private static final String OPENID = "quarkus.oidc.tenant-enabled";
  private static final String HOST = "quarkus.http.host";

  private final Optional<Accounts> accounts;
  private final boolean openId;

  Authentication(Config config) {
    this.accounts = accounts(config);
    this.openId = config.getOptionalValue(OPENID, Boolean.class).orElse(false);
  }

  /**
   * Checks before the service starts what it is about to open.
   *
   * @throws InvalidAccountsException when it would answer to everybody in a network, or its
   *     accounts cannot be used
   */
  public static void check(Config config) {
    var authentication = new Authentication(config);
    String host = config.getValue(HOST, String.class);
    if (!authentication.isRequired() && !isLoopback(host)) {
      throw new InvalidAccountsException(
          "%s is %s, which others in the network reach: set %s or %s (lines NAME:ROLE:PASSWORD), or %s with an OpenID provider"
              .formatted(HOST, host, ACCOUNTS_FILE, ACCOUNTS, OPENID));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static Optional<Accounts> accounts(Config config) {
    Optional<Path> file = config.getOptionalValue(ACCOUNTS_FILE, Path.class);
    Optional<String> lines = config.getOptionalValue(ACCOUNTS, String.class);
    if (file.isPresent() && lines.isPresent()) {
      throw new InvalidAccountsException(
          "%s and %s are both set, one is needed".formatted(ACCOUNTS_FILE, ACCOUNTS));
    }
    return file.map(Accounts::read).or(() -> lines.map(text -> Accounts.parse(ACCOUNTS, text)));
  }

  /** Whether requests without a known user are refused. */
  public boolean isRequired() {
    return accounts.isPresent() || openId;
  }

  /** Whether somebody with these roles may send a request of a method. */
  public static boolean allows(Set<String> roles, String method) {
    return Role.allow(roles, method);
  }

  /** What an answer of 401 asks for. */
  public String challenge() {
    return accounts.isPresent() ? "Basic realm=\"eval-service\"" : "Bearer";
  }

  Optional<Role> role(String name, String password) {
    return accounts.flatMap(known -> known.role(name, password));
  }
}
