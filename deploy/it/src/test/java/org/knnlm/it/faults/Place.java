package org.knnlm.it.faults;

import java.util.List;

/**
 * Where a process runs.
 *
 * @param prefix what makes a command run there
 * @param address where others find what listens there
 */
record Place(List<String> prefix, String address) {
  /** This machine's own network. */
  static final Place LOOPBACK = new Place(List.of(), "127.0.0.1");

  Place {
    prefix = List.copyOf(prefix);
  }
}
