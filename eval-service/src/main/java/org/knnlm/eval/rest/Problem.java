package org.knnlm.eval.rest;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;
import org.knnlm.eval.lm.FieldProblem;

/**
 * An error as RFC 9457 has it.
 *
 * @param type identifies the kind of problem; "about:blank" says that the status does
 * @param title the status in words
 * @param status of HTTP
 * @param detail what went wrong
 * @param errors the fields at fault
 */
public record Problem(
    String type, String title, int status, String detail, List<FieldProblem> errors) {
  static final MediaType MEDIA_TYPE = new MediaType("application", "problem+json");

  static RestResponse<Problem> response(
      Response.StatusType status, String detail, List<FieldProblem> errors) {
    var problem =
        new Problem(
            "about:blank", status.getReasonPhrase(), status.getStatusCode(), detail, errors);
    return RestResponse.ResponseBuilder.<Problem>create(status.getStatusCode())
        .entity(problem)
        .type(MEDIA_TYPE)
        .build();
  }

  static RestResponse<Problem> response(Response.StatusType status, String detail) {
    return response(status, detail, List.of());
  }
}
