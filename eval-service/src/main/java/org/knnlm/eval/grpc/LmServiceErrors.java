package org.knnlm.eval.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Objects;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.grpc.Errors;

/** What a failed call to lm-service means. */
final class LmServiceErrors {
  private LmServiceErrors() {}

  static LanguageModelException translate(StatusRuntimeException e) {
    String reason = reason(e);
    return switch (e.getStatus().getCode()) {
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          DATA_LOSS,
          UNAUTHENTICATED ->
          LanguageModelException.refused("lm-service refused: " + reason, fields(e), e);
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          INTERNAL,
          UNAVAILABLE ->
          LanguageModelException.unavailable(
              "lm-service does not answer (%s): %s".formatted(e.getStatus().getCode(), reason),
              Errors.service(e).filter("index-service"::equals).orElse("lm-service"),
              e);
    };
  }

  private static String reason(StatusRuntimeException e) {
    String said = Objects.requireNonNullElse(e.getStatus().getDescription(), "no reason given");
    return e.getCause() == null ? said : said + ": " + e.getCause().getMessage();
  }

  private static List<FieldProblem> fields(StatusRuntimeException e) {
    Status status = StatusProto.fromThrowable(e);
    return status.getDetailsList().stream()
        .filter(any -> any.is(BadRequest.class))
        .flatMap(any -> badRequest(any).getFieldViolationsList().stream())
        .map(violation -> new FieldProblem(violation.getField(), violation.getDescription()))
        .toList();
  }

  private static BadRequest badRequest(Any any) {
    try {
      return any.unpack(BadRequest.class);
    } catch (InvalidProtocolBufferException e) {
      return BadRequest.getDefaultInstance();
    }
  }
}
