package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.Prompt;

/** A service that is full says so, and is none the worse for it. */
class AdmissionIT {
  private static final GenerateRequest SHORT =
      GenerateRequest.newBuilder()
          .addPrompts(Prompt.newBuilder().setText("w5"))
          .setMaxNewTokens(1)
          .build();

  @Test
  void callsBeyondTheLimitAreToldToComeLater() throws Exception {
    try (ServiceProcess service =
        ServiceProcess.start(
            Map.of(
                "knnlm.model.path",
                Fixtures.llama("gqa").toString(),
                "knnlm.model.max-calls",
                "1",
                "knnlm.model.generation-cache",
                "32M"))) {
      var many = GenerateRequest.newBuilder().setMaxNewTokens(60).setIgnoreEos(true);
      for (int i = 0; i < 1024; i++) {
        many.addPrompts(Prompt.newBuilder().setText("w" + (3 + i % 90)));
      }
      try (var context = Context.current().withCancellation()) {
        context.run(
            () -> {
              service.stub().generate(many.build()).next();
              var full = refused(service, SHORT);
              assertThat(full).hasMessageContaining("1 calls are needed, but of 1 only 0 are free");
              assertThat(service.stub().info(InfoRequest.getDefaultInstance())).isNotNull();
            });
      }
      // the caller has gone: its place is free again
      int attempts = 0;
      while (!answers(service)) {
        assertThat(++attempts).isLessThan(100);
        Thread.sleep(100);
      }
    }
  }

  private static boolean answers(ServiceProcess service) {
    try {
      return service.stub().generate(SHORT).hasNext();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      return false;
    }
  }

  private static StatusRuntimeException refused(ServiceProcess service, GenerateRequest request) {
    var error =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> service.stub().generate(request).next());
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    return error;
  }
}
