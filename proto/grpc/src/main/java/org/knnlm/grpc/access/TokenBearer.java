package org.knnlm.grpc.access;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;

/** Shows this service's token with every call of another. */
@GlobalInterceptor
@Singleton
public final class TokenBearer implements ClientInterceptor {
  private final Optional<String> authorization;

  @Inject
  TokenBearer(AccessSettings settings) {
    this(token(settings));
  }

  private TokenBearer(Optional<String> token) {
    this.authorization = token.map(AccessGuard.BEARER::concat);
  }

  /**
   * For who is no service.
   *
   * @param tokenFile file of the token; empty for none
   * @throws InvalidAccountsException when it cannot be read
   */
  public static TokenBearer of(Optional<Path> tokenFile) {
    return new TokenBearer(tokenFile.map(Credentials::read));
  }

  private static Optional<String> token(AccessSettings settings) {
    try {
      return Credentials.token(settings);
    } catch (InvalidAccountsException e) {
      throw new ConfigurationException(e.getMessage(), e);
    }
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        authorization.ifPresent(value -> headers.put(AccessGuard.AUTHORIZATION, value));
        super.start(listener, headers);
      }
    };
  }
}
