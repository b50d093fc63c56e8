package org.knnlm.eval.rest;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.knnlm.eval.security.Authentication;
import org.knnlm.grpc.access.CallRates;

/** Lets through who may, before anything is looked for. */
public class AccessFilter {
  private final Authentication authentication;
  private final CallRates rates;
  private final CurrentIdentityAssociation identity;

  AccessFilter(
      Authentication authentication, CallRates rates, CurrentIdentityAssociation identity) {
    this.authentication = authentication;
    this.rates = rates;
    this.identity = identity;
  }

  @ServerRequestFilter(preMatching = true)
  Uni<Response> check(ContainerRequestContext request) {
    if (!authentication.isRequired()) {
      return Uni.createFrom().nullItem();
    }
    String method = request.getMethod();
    return identity
        .getDeferredIdentity()
        .map(user -> refusal(user, method))
        .onFailure(AuthenticationFailedException.class)
        .recoverWithItem(this::unknown);
  }

  /** Null for who may. */
  private Response refusal(SecurityIdentity user, String method) {
    if (user.isAnonymous()) {
      return unknown();
    }
    String name = user.getPrincipal().getName();
    if (!Authentication.allows(user.getRoles(), method)) {
      return Problem.response(
              Response.Status.FORBIDDEN,
              "%s has the roles %s, which do not allow %s".formatted(name, user.getRoles(), method))
          .toResponse();
    }
    return rates.take(name).map(AccessFilter::tooOften).orElse(null);
  }

  private static Response tooOften(CallRates.Refusal refusal) {
    Response problem =
        Problem.response(Response.Status.TOO_MANY_REQUESTS, refusal.message()).toResponse();
    return Response.fromResponse(problem)
        .header(HttpHeaders.RETRY_AFTER, refusal.pause().plusSeconds(1).toSeconds())
        .build();
  }

  private Response unknown() {
    Response refusal =
        Problem.response(
                Response.Status.UNAUTHORIZED, "a user with a password, or a token, is needed")
            .toResponse();
    return Response.fromResponse(refusal)
        .header(HttpHeaders.WWW_AUTHENTICATE, authentication.challenge())
        .build();
  }
}
