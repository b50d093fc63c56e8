package org.knnlm.eval.grpc;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.grpc.Untraced;

/** Ready when lm-service answers. */
@Readiness
@ApplicationScoped
public class LmServiceReadiness implements HealthCheck {
  private final LanguageModel model;

  LmServiceReadiness(LanguageModel model) {
    this.model = model;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("lm-service");
    try {
      return response.up().withData("model", Untraced.call(model::info).id()).build();
    } catch (LanguageModelException e) {
      return response.down().withData("reason", e.getMessage()).build();
    }
  }
}
