package org.knnlm.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;

/**
 * Errors as {@code google.rpc.Status}, so that a caller in any language can read which field was at
 * fault.
 */
public final class Errors {
  private Errors() {}

  /**
   * INVALID_ARGUMENT with a {@code google.rpc.BadRequest} naming the field.
   *
   * @param field path of the field in the request, {@code sequences[2].token_ids} for example
   * @param problem what was found and what is allowed
   */
  public static StatusRuntimeException invalidArgument(String field, String problem) {
    var violation = BadRequest.FieldViolation.newBuilder().setField(field).setDescription(problem);
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage(field + ": " + problem)
            .addDetails(Any.pack(BadRequest.newBuilder().addFieldViolations(violation).build()))
            .build());
  }

  /** An error without a field: NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, DATA_LOSS… */
  public static StatusRuntimeException of(Code code, String message) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder().setCode(code.getNumber()).setMessage(message).build());
  }

  /** The fields that an INVALID_ARGUMENT error names; empty for every other error. */
  public static List<String> fields(StatusRuntimeException e) {
    Status status = StatusProto.fromThrowable(e);
    if (status == null) {
      return List.of();
    }
    return status.getDetailsList().stream()
        .filter(any -> any.is(BadRequest.class))
        .map(Errors::badRequest)
        .flatMap(bad -> bad.getFieldViolationsList().stream())
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }

  private static BadRequest badRequest(Any any) {
    try {
      return any.unpack(BadRequest.class);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("unreadable error details", e);
    }
  }
}
