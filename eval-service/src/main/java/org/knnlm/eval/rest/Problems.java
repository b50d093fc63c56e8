package org.knnlm.eval.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.Response.StatusType;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.knnlm.eval.analysis.MissingTokensException;
import org.knnlm.eval.comparison.IncomparableRunsException;
import org.knnlm.eval.db.DatabaseErrors;
import org.knnlm.eval.lm.DatastoresException;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.run.ChangedInputException;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.table.UnfinishedRunException;
import org.knnlm.eval.task.MissingDataException;

/** What each exception is over HTTP. */
public class Problems {
  private static final Logger LOG = Logger.getLogger(Problems.class);

  @ServerExceptionMapper
  RestResponse<Problem> map(InvalidRunException e) {
    return Problem.response(Status.BAD_REQUEST, e.getMessage(), e.problems());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(UnfinishedRunException e) {
    return Problem.response(Status.CONFLICT, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(IncomparableRunsException e) {
    return Problem.response(Status.CONFLICT, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(ChangedInputException e) {
    return Problem.response(Status.CONFLICT, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(MissingDataException e) {
    return Problem.response(Status.CONFLICT, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(MissingTokensException e) {
    return Problem.response(Status.CONFLICT, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(DatastoresException e) {
    Status status = e.isPassing() ? Status.SERVICE_UNAVAILABLE : Status.BAD_GATEWAY;
    return Problem.response(status, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(LanguageModelException e) {
    Status status = e.isPassing() ? Status.SERVICE_UNAVAILABLE : Status.BAD_GATEWAY;
    return Problem.response(status, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(MismatchedInputException e) {
    return malformed(e);
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(WebApplicationException e) {
    if (e.getCause() instanceof JsonProcessingException json) {
      return malformed(json);
    }
    StatusType status = e.getResponse().getStatusInfo();
    return Problem.response(status, e.getMessage());
  }

  @ServerExceptionMapper
  RestResponse<Problem> map(Throwable e) {
    Optional<SQLException> away = DatabaseErrors.passing(e);
    if (away.isPresent()) {
      LOG.warnf("the database does not answer: %s", away.get().getMessage());
      return Problem.response(
          Status.SERVICE_UNAVAILABLE, "the database does not answer; try again");
    }
    LOG.error("request failed", e);
    return Problem.response(Status.INTERNAL_SERVER_ERROR, "the log of eval-service says why");
  }

  private static RestResponse<Problem> malformed(JsonProcessingException e) {
    String problem = e.getOriginalMessage();
    String field = e instanceof JsonMappingException mapping ? path(mapping) : "";
    return field.isEmpty()
        ? Problem.response(Status.BAD_REQUEST, "malformed JSON: " + problem)
        : Problem.response(
            Status.BAD_REQUEST, field + ": " + problem, List.of(new FieldProblem(field, problem)));
  }

  private static String path(JsonMappingException e) {
    var path = new StringBuilder();
    for (JsonMappingException.Reference reference : e.getPath()) {
      if (reference.getFieldName() == null) {
        path.append('[').append(reference.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
      }
    }
    return path.toString();
  }
}
