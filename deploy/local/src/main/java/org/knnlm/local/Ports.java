package org.knnlm.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Ports of the loopback interface, each handed out once. */
public final class Ports {
  private final Set<Integer> taken = new HashSet<>();

  /** The wanted port when nobody listens on it, else a free one. */
  public int freeOrOther(int wanted) throws IOException {
    return isFree(wanted) && taken.add(wanted) ? wanted : free();
  }

  /** A port that nobody listens on. */
  public int free() throws IOException {
    int port = anyFree();
    while (!taken.add(port)) {
      port = anyFree();
    }
    return port;
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }

  private static int anyFree() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
