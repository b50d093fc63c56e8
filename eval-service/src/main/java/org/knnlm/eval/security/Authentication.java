package org.knnlm.eval.security;

import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.knnlm.grpc.access.AccessSettings;
import org.knnlm.grpc.access.Accounts;
import org.knnlm.grpc.access.Credentials;
import org.knnlm.grpc.access.InvalidAccountsException;
import org.knnlm.grpc.access.Role;

/** How users are told from each other: by accounts, by an OpenID provider, by both, or not. */
@Singleton
public final class Authentication {
  private static final String OPENID = "quarkus.oidc.tenant-enabled";
  private static final String HOST = "quarkus.http.host";

  private final Optional<Accounts> accounts;
  private final boolean openId;

  Authentication(AccessSettings settings, Config config) {
    this.accounts = Credentials.accounts(settings);
    this.openId = config.getOptionalValue(OPENID, Boolean.class).orElse(false);
  }

  /**
   * Checks before the service starts what it is about to open.
   *
   * @throws InvalidAccountsException when it would answer to everybody in a network, or its
   *     accounts cannot be used
   */
  public static void check(Config config) {
    var authentication = new Authentication(settings(config), config);
    String host = config.getValue(HOST, String.class);
    if (!authentication.isRequired() && !Credentials.isLoopback(host)) {
      throw new InvalidAccountsException(
          "%s is %s, which others in the network reach: %s, or %s with an OpenID provider"
              .formatted(HOST, host, Credentials.HOW_TO_SET_ACCOUNTS, OPENID));
    }
  }

  /** Before the service starts nobody has mapped them. */
  private static AccessSettings settings(Config config) {
    var mapping = new SmallRyeConfigBuilder().withMapping(AccessSettings.class);
    config.getConfigSources().forEach(mapping::withSources);
    return mapping.withValidateUnknown(false).build().getConfigMapping(AccessSettings.class);
  }

  /** Whether requests without a known user are refused. */
  public boolean isRequired() {
    return accounts.isPresent() || openId;
  }

  /** Whether somebody with these roles may send a request of a method. */
  public static boolean allows(Set<String> roles, String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS" ->
          roles.contains(Role.READER.key()) || roles.contains(Role.RUNNER.key());
      default -> roles.contains(Role.RUNNER.key());
    };
  }

  /** What an answer of 401 asks for. */
  public String challenge() {
    return accounts.isPresent() ? "Basic realm=\"eval-service\"" : "Bearer";
  }

  Optional<Role> role(String name, String password) {
    return accounts.flatMap(known -> known.role(name, password));
  }
}
