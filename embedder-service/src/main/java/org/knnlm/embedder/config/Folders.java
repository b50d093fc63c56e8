package org.knnlm.embedder.config;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.knnlm.embedder.job.CorpusFolder;
import org.knnlm.embedder.job.Datastores;
import org.knnlm.embedder.model.Waits;

/** The folders that the settings name; without them the service does not start. */
final class Folders {
  /** For a caller who waits for an answer. */
  private static final Duration IMPATIENCE = Duration.ofSeconds(5);

  @Produces
  @Singleton
  @Startup
  Datastores datastores(EmbedderConfig config, LanguageModels models) {
    if (config.partsInFlight() < 1) {
      throw refusal(
          "knnlm.parts-in-flight is %d, at least 1 is needed".formatted(config.partsInFlight()));
    }
    return new Datastores(
        root(config),
        models.patientFor(IMPATIENCE),
        models.patientFor(config.patience()),
        config.partsInFlight());
  }

  @Produces
  @Singleton
  Waits waits() {
    return new Waits();
  }

  void close(@Disposes Datastores datastores) {
    datastores.close();
  }

  @Produces
  @Singleton
  @Startup
  CorpusFolder corpora(EmbedderConfig config) {
    if (!Files.isDirectory(config.corpora())) {
      throw refusal("knnlm.corpora is %s, which is not a folder".formatted(config.corpora()));
    }
    return new CorpusFolder(config.corpora());
  }

  private static Path root(EmbedderConfig config) {
    Path root =
        config
            .datastores()
            .orElseThrow(
                () ->
                    refusal("knnlm.datastores is not set: it must name the folder of datastores"));
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw refusal("knnlm.datastores is %s, which cannot be made: %s".formatted(root, e));
    }
    if (!Files.isWritable(root)) {
      throw refusal("knnlm.datastores is %s, which may not be written".formatted(root));
    }
    return root.toAbsolutePath();
  }

  private static ConfigurationException refusal(String reason) {
    return new ConfigurationException("embedder-service does not start: " + reason);
  }
}
