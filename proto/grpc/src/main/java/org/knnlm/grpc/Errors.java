package org.knnlm.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

  /**
   * An error of another service that this one needs, which its caller may wait for.
   *
   * @param service its name
   */
  public static StatusRuntimeException of(Code code, String message, String service) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(Any.pack(ErrorInfo.newBuilder().setDomain(service).build()))
            .build());
  }

  /** The other service whose error it is; empty for errors of the service that was called. */
  public static Optional<String> service(StatusRuntimeException e) {
    return details(e, ErrorInfo.class).map(ErrorInfo::getDomain).findFirst();
  }

  /** The fields that an INVALID_ARGUMENT error names; empty for every other error. */
  public static List<String> fields(StatusRuntimeException e) {
    return details(e, BadRequest.class)
        .flatMap(bad -> bad.getFieldViolationsList().stream())
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }

  private static <T extends Message> Stream<T> details(StatusRuntimeException e, Class<T> type) {
    Status status = StatusProto.fromThrowable(e);
    return status == null
        ? Stream.empty()
        : status.getDetailsList().stream()
            .filter(any -> any.is(type))
            .map(any -> unpacked(any, type));
  }

  private static <T extends Message> T unpacked(Any any, Class<T> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("unreadable error details", e);
    }
  }
}
