package org.knnlm.eval.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.knnlm.grpc.log.Labels;

/** The id of a request: the caller's, or a new one; log lines and the answer have it. */
public final class RequestLabel {
  private static final String HEADER = "X-Request-Id";

  @ServerRequestFilter(preMatching = true)
  public void label(ContainerRequestContext request) {
    request.setProperty(HEADER, Labels.labelRequest(request.getHeaderString(HEADER)));
  }

  @ServerResponseFilter
  public void tell(ContainerRequestContext request, ContainerResponseContext response) {
    if (request.getProperty(HEADER) instanceof String id) {
      response.getHeaders().putSingle(HEADER, id);
    }
  }
}
