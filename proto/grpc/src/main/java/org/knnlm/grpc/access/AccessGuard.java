package org.knnlm.grpc.access;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/**
 * Lets calls through from those who may make them: {@code authorization: Bearer TOKEN}, the token
 * being the password of an account. Calls that change nothing, by the contract's {@code
 * NO_SIDE_EFFECTS}, are every account's, all others a runner's. Health is everybody's.
 */
@GlobalInterceptor
@Startup
@Singleton
public final class AccessGuard implements ServerInterceptor {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  static final String BEARER = "Bearer ";

  private static final String HOST = "quarkus.grpc.server.host";
  private static final String CLIENT_AUTH = "quarkus.grpc.server.ssl.client-auth";
  private static final String HEALTH = "grpc.health.v1.Health";

  /** Services of gRPC itself, whose contracts do not say that they change nothing. */
  private static final Set<String> READING =
      Set.of("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

  private final Optional<Accounts> accounts;
  private final CallRates rates;

  /**
   * Reads the accounts.
   *
   * @param services that calls are let through to; a program without any is not reached by calls
   * @throws ConfigurationException when they cannot be used, or when there are none and the service
   *     would answer to everybody in a network
   */
  AccessGuard(
      AccessSettings settings,
      CallRates rates,
      Config config,
      @Any Instance<BindableService> services) {
    this.rates = rates;
    try {
      this.accounts = Credentials.accounts(settings);
    } catch (InvalidAccountsException e) {
      throw new ConfigurationException(e.getMessage(), e);
    }
    String host = config.getOptionalValue(HOST, String.class).orElse("127.0.0.1");
    boolean certificates =
        "required".equalsIgnoreCase(config.getOptionalValue(CLIENT_AUTH, String.class).orElse(""));
    boolean open = accounts.isEmpty() && !certificates && !Credentials.isLoopback(host);
    if (open && !services.isUnsatisfied()) {
      throw new ConfigurationException(
          "%s is %s, which others in the network reach: %s, or %s=required with certificates"
              .formatted(HOST, host, Credentials.HOW_TO_SET_ACCOUNTS, CLIENT_AUTH));
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    Optional<Status> refusal =
        accounts.isEmpty() || HEALTH.equals(method.getServiceName())
            ? Optional.empty()
            : refusal(accounts.get(), headers.get(AUTHORIZATION), method);
    if (refusal.isPresent()) {
      call.close(refusal.get(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }

  private Optional<Status> refusal(
      Accounts accounts, String authorization, MethodDescriptor<?, ?> method) {
    Optional<Accounts.User> user =
        authorization != null && authorization.startsWith(BEARER)
            ? accounts.user(authorization.substring(BEARER.length()))
            : Optional.empty();
    if (user.isEmpty()) {
      return Optional.of(
          Status.UNAUTHENTICATED.withDescription(
              "a token is needed: metadata \"authorization: Bearer TOKEN\", the password of an account"));
    }
    boolean reads = method.isSafe() || READING.contains(method.getServiceName());
    if (reads || user.get().role() == Role.RUNNER) {
      return rates
          .take(user.get().name())
          .map(refusal -> Status.RESOURCE_EXHAUSTED.withDescription(refusal.message()));
    }
    return Optional.of(
        Status.PERMISSION_DENIED.withDescription(
            "%s is a %s, %s needs a %s"
                .formatted(
                    user.get().name(),
                    user.get().role().key(),
                    method.getBareMethodName(),
                    Role.RUNNER.key())));
  }
}
