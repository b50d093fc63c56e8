package org.knnlm.eval;

import io.quarkus.info.GitInfo;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.knnlm.eval.analysis.TextAnalyses;
import org.knnlm.eval.analysis.TokenStore;
import org.knnlm.eval.comparison.Choices;
import org.knnlm.eval.comparison.Comparisons;
import org.knnlm.eval.comparison.ScoreStore;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.TaskRunner;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.LanguageModel;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.run.RunWatch;
import org.knnlm.eval.run.Runner;
import org.knnlm.eval.run.Submissions;
import org.knnlm.eval.run.TextFolder;
import org.knnlm.eval.task.DataFolder;
import org.knnlm.eval.task.RowReader;
import org.knnlm.eval.task.TaskCatalog;
import org.knnlm.eval.task.TaskFileException;

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
  Runner runner(
      RunStore store,
      LanguageModel model,
      Datastores datastores,
      TextFolder texts,
      RunWatch watch) {
    return new Runner(store, model, datastores, texts, settings.lm().patience(), watch);
  }

  @Produces
  @Singleton
  TaskCatalog tasks() {
    try {
      return new TaskCatalog(settings.tasks());
    } catch (TaskFileException | UncheckedIOException e) {
      throw new IllegalArgumentException("setting knnlm.tasks: " + e.getMessage(), e);
    }
  }

  @Produces
  @Singleton
  DataFolder data() {
    return new DataFolder(settings.data().orElseGet(() -> UserFolders.named("data")));
  }

  @Produces
  @Singleton
  Comparisons comparisons(RunStore runs, ScoreStore scores) {
    return new Comparisons(runs, scores);
  }

  @Produces
  @Singleton
  Choices choices(RunStore runs, ScoreStore scores) {
    return new Choices(runs, scores);
  }

  @Produces
  @Singleton
  TextAnalyses textAnalyses(
      TokenStore tokens, ExampleStore examples, LanguageModel model, Datastores datastores) {
    return new TextAnalyses(tokens, examples, model, datastores);
  }

  @Produces
  @Singleton
  TaskRunner taskRunner(
      RunStore store,
      ExampleStore examples,
      LanguageModel model,
      Datastores datastores,
      DataFolder data,
      RowReader reader,
      RunWatch watch) {
    return new TaskRunner(
        store, examples, model, datastores, data, reader, settings.lm().patience(), watch);
  }

  @Produces
  @Singleton
  Submissions submissions(
      RunStore store,
      LanguageModel model,
      Datastores datastores,
      TextFolder texts,
      TaskCatalog tasks,
      DataFolder data,
      @ConfigProperty(name = "quarkus.application.version") String version,
      Instance<GitInfo> git) {
    String revision = git.isResolvable() ? git.get().latestCommitId() : "";
    return new Submissions(store, model, datastores, texts, tasks, data, version, revision);
  }
}
