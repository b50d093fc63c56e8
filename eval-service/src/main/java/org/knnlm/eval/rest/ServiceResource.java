package org.knnlm.eval.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.knnlm.eval.grpc.IndexServiceHealth;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.ModelInfo;

/** The services that runs need, over HTTP. */
@Path("/api/services")
public class ServiceResource {
  private final LanguageModel model;
  private final IndexServiceHealth index;
  private final String version;

  ServiceResource(
      LanguageModel model,
      IndexServiceHealth index,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.model = model;
    this.index = index;
    this.version = version;
  }

  /**
   * A service in JSON.
   *
   * @param version null when it did not say
   * @param problem why it does not serve; null when it does
   * @param model that it runs; null for other services, and when it did not say
   */
  public record View(String name, String version, String problem, ModelInfo model) {}

  @GET
  @Operation(summary = "Whether lm-service and index-service answer now, and with what model.")
  public List<View> list() {
    return List.of(
        new View("eval-service", version, null, null),
        languageModel(),
        new View("index-service", null, index.problem().orElse(null), null));
  }

  private View languageModel() {
    try {
      ModelInfo info = model.info();
      return new View("lm-service", info.serviceVersion(), null, info);
    } catch (LanguageModelException e) {
      return new View("lm-service", null, e.getMessage(), null);
    }
  }
}
