package org.knnlm.lm.config;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.knnlm.lm.LanguageModel;

/** Ready once the model is loaded; says which one. */
@Readiness
@Singleton
final class ModelReadiness implements HealthCheck {
  private final LanguageModel model;

  ModelReadiness(LanguageModel model) {
    this.model = model;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("model")
        .up()
        .withData("id", model.info().id())
        .withData("sha256", model.info().modelSha256())
        .build();
  }
}
