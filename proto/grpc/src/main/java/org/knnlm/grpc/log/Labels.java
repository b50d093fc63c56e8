package org.knnlm.grpc.log;

import io.grpc.Context;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.MDC;

/** The labels of a thread's log lines. */
public final class Labels {
  /** Those of a call that is answered. */
  static final Context.Key<Map<Label, String>> OF_CALL = Context.key("labels of log lines");

  private Labels() {}

  /** Until it is closed, the lines of a thread have some labels. */
  public interface Shown extends AutoCloseable {
    @Override
    void close();
  }

  /** Gives the lines of this thread the labels of the call that it answers. */
  public static Shown ofCall() {
    Map<Label, String> labels = OF_CALL.get();
    return show(labels == null ? Map.of() : labels);
  }

  /** Gives the lines of this thread the label of a run, and those of services that it calls. */
  public static Shown ofRun(long run) {
    return show(Map.of(Label.RUN, Long.toString(run)));
  }

  private static Shown show(Map<Label, String> labels) {
    Map<Label, Object> before = new EnumMap<>(Label.class);
    labels.forEach(
        (label, value) -> {
          before.put(label, MDC.get(label.key()));
          MDC.put(label.key(), value);
        });
    return () -> labels.keySet().forEach(label -> restore(label, before.get(label)));
  }

  private static void restore(Label label, Object value) {
    if (value == null) {
      MDC.remove(label.key());
    } else {
      MDC.put(label.key(), value);
    }
  }

  /**
   * Gives the lines of an HTTP request the label of its id, which Quarkus takes away at its end.
   *
   * @param said by the caller; null when nothing was
   * @return the id: what was said, or a new one
   */
  public static String labelRequest(String said) {
    String id = Label.isValid(said) ? said : newRequest();
    MDC.put(Label.REQUEST.key(), id);
    return id;
  }

  static String newRequest() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
