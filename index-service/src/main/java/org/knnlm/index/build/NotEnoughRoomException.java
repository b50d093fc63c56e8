package org.knnlm.index.build;

import java.util.Locale;

/** A build that the machine has no room for, refused before it begins. */
public final class NotEnoughRoomException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param what there is not enough of, and where it would be needed
   * @param found bytes
   * @param needed bytes
   */
  NotEnoughRoomException(String what, long found, long needed) {
    super(
        "%s: %s (%d bytes) available, %s (%d bytes) needed"
            .formatted(what, size(found), found, size(needed), needed));
  }

  private static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
