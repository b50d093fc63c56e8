package org.knnlm.eval;

import io.quarkus.info.GitInfo;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.Runner;
import org.knnlm.eval.run.Submissions;
import org.knnlm.eval.run.TextFolder;

/** Gives the domain what it stands on. */
@Singleton
public class Wiring {
  private final Settings settings;

  Wiring(Settings settings) {
    this.settings = settings;
  }

  @Produces
  @Singleton
  TextFolder texts() {
    try {
      return new TextFolder(settings.texts());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("setting knnlm.texts: " + e.getMessage(), e);
    }
  }

  @Produces
  @Singleton
  Runner runner(RunStore store, LanguageModel model, Datastores datastores, TextFolder texts) {
    return new Runner(store, model, datastores, texts, settings.lm().patience());
  }

  @Produces
  @Singleton
  Submissions submissions(
      RunStore store,
      LanguageModel model,
      Datastores datastores,
      TextFolder texts,
      @ConfigProperty(name = "quarkus.application.version") String version,
      Instance<GitInfo> git) {
    String revision = git.isResolvable() ? git.get().latestCommitId() : "";
    return new Submissions(store, model, datastores, texts, version, revision);
  }
}
