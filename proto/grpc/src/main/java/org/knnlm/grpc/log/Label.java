package org.knnlm.grpc.log;

import io.grpc.Metadata;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a log line says beside its text: the key in the MDC, and the header of calls. */
enum Label {
  /** The run that something is done for. */
  RUN,
  /** The call, or the HTTP request, that it began with. */
  REQUEST;

  /** What comes from elsewhere is short, and goes on no second line. */
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** In the MDC. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  Metadata.Key<String> header() {
    return Metadata.Key.of("x-" + key() + "-id", Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Whether a value may be taken over from a caller. */
  static boolean isValid(String value) {
    return value != null && VALUE.matcher(value).matches();
  }
}
