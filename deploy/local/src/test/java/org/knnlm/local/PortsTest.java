package org.knnlm.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void aPortInUseIsReplacedAndNoneIsHandedOutTwice() throws Exception {
    try (var busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var ports = new Ports();
      int first = ports.freeOrOther(busy.getLocalPort());
      assertThat(first).isNotEqualTo(busy.getLocalPort());
      assertThat(ports.freeOrOther(first)).isNotEqualTo(first);
    }
  }
}
