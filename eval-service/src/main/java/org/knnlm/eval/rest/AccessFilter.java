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

/** Lets through who may, before anything is looked for. */
public class AccessFilter {
  private final Authentication authentication;
  private final CurrentIdentityAssociation identity;

  AccessFilter(Authentication authentication, CurrentIdentityAssociation identity) {
    this.authentication = authentication;
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
    return Authentication.allows(user.getRoles(), method)
        ? null
        : Problem.response(
                Response.Status.FORBIDDEN,
                "%s has the roles %s, which do not allow %s"
                    .formatted(user.getPrincipal().getName(), user.getRoles(), method))
            .toResponse();
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
